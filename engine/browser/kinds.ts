// What each way to ask for something brings along by itself: mode, credentials, destination, Accept.
import type { AskKind, CredentialsMode, PageRequest, RequestMode } from '../protocol'

/** Fetch 2.2.5: what a request is for. Also the value of Sec-Fetch-Dest, where `''` is `empty`. */
export type Destination = '' | 'document' | 'iframe' | 'image' | 'script' | 'style' | 'font' | 'websocket'

export interface Kind {
  readonly mode: RequestMode
  readonly credentials: CredentialsMode
  readonly destination: Destination
  readonly accept: string
  /** What Chromium's console calls it: "Access to … at". */
  readonly subject: string
}

const ANY = '*/*'
const DOCUMENT_ACCEPT =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,' +
  'application/signed-exchange;v=b3;q=0.7'
const IMAGE_ACCEPT = 'image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'

const script = { mode: 'cors', credentials: 'same-origin', destination: '', accept: ANY } as const
const element = { mode: 'no-cors', credentials: 'include' } as const
const document = { mode: 'navigate', credentials: 'include', accept: DOCUMENT_ACCEPT, subject: 'resource' } as const

const KINDS: Readonly<Record<AskKind, Kind>> = {
  fetch: { ...script, subject: 'fetch' },
  xhr: { ...script, subject: 'XMLHttpRequest' },
  beacon: { ...script, mode: 'no-cors', credentials: 'include', subject: 'resource' },
  eventsource: { ...script, accept: 'text/event-stream', subject: 'resource' },
  websocket: { ...script, mode: 'no-cors', credentials: 'include', destination: 'websocket', subject: 'resource' },
  navigation: { ...document, destination: 'document' },
  form: { ...document, destination: 'document' },
  iframe: { ...document, destination: 'iframe' },
  img: { ...element, destination: 'image', accept: IMAGE_ACCEPT, subject: 'image' },
  script: { ...element, destination: 'script', accept: ANY, subject: 'script' },
  module: { ...script, destination: 'script', subject: 'script' },
  css: { ...element, destination: 'style', accept: 'text/css,*/*;q=0.1', subject: 'CSS stylesheet' },
  font: { ...script, destination: 'font', subject: 'font' },
  'document.cookie': { ...script, subject: 'resource' },
}

/** A kind with what the page said instead: `mode`, `credentials`, or the `crossorigin` attribute (HTML 2.5.4). */
export function kindOf({ kind, mode, credentials, crossorigin }: PageRequest['page']): Kind {
  const usual = KINDS[kind]
  const byAttribute: Partial<Kind> = crossorigin
    ? { mode: 'cors', credentials: crossorigin === 'use-credentials' ? 'include' : 'same-origin' }
    : {}
  return { ...usual, ...byAttribute, ...(mode && { mode }), ...(credentials && { credentials }) }
}

/** Whether the answer becomes a document of its own: a navigation, of the page or of a frame. */
export function isNavigation(kind: AskKind): boolean {
  return KINDS[kind].mode === 'navigate'
}

/** Whether the whole page goes where the request goes. */
export function isTopLevel(kind: AskKind): boolean {
  return kind === 'navigation' || kind === 'form'
}

/** Whether a script gets a response to read: it asked itself, rather than through an element or a navigation. */
export function isScripted(kind: AskKind): boolean {
  return kind === 'fetch' || kind === 'xhr' || kind === 'eventsource'
}
