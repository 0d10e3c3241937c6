// Reads what a page asks for out of what the service worker saw of its fetch. What the browser itself has put in is left
// out again: the modelled browser does that, for the page that the asker is taken to stand on. Pure.
import type { AskKind, HeaderList, PageRequest } from '../protocol'
import { toBodyText } from '../requests'
import { readOwnPath } from './pretend-url'
import type { PageAddress } from './pretend-url'
import type { FetchCall, FetchedRequest } from './worker/messages'

export interface Ground {
  readonly address: Pick<PageAddress, 'origin' | 'scope'>
  /** URL of the page on which the Peel page's own fetches stand. */
  readonly page: string
}

/** What a request is for, as far as that alone tells what asks. */
const BY_DESTINATION: Partial<Readonly<Record<RequestDestination, AskKind>>> = {
  document: 'navigation',
  iframe: 'iframe',
  frame: 'iframe',
  image: 'img',
  // The modelled browser has no media; they are asked for as images are.
  audio: 'img',
  video: 'img',
  track: 'img',
  style: 'css',
  font: 'font',
}
const ELEMENTS: ReadonlySet<AskKind> = new Set(['img', 'script', 'module', 'css', 'font'])
const NAVIGATIONS: ReadonlySet<AskKind> = new Set(['navigation', 'iframe', 'form'])
/** Set by the browser, or not to be set by a page: Fetch 2.2.2, "forbidden request-header", and Chromium's User-Agent. */
const NOT_THE_SCRIPTS = /^(sec-|user-agent$|origin$)/
/** Content types that Fetch 5.2 "extract a body" gives, as Chromium writes them; a script hardly writes one so itself. */
const BROUGHT_ALONG =
  /^(text\/plain;charset=UTF-8|application\/x-www-form-urlencoded(;charset=UTF-8)?|multipart\/form-data; boundary=----WebKitFormBoundary\w+)$/
const USUAL_POLICY = 'strict-origin-when-cross-origin'

/**
 * Makes the request that the modelled browser is asked for.
 * @param bytes  of the body; null where there is none
 */
export function readPageRequest(call: FetchCall, bytes: Uint8Array | null, ground: Ground): PageRequest {
  const { request } = call
  const url = readOwnPath(new URL(request.url), ground.address)?.url ?? request.url
  const kind = kindOf(request)
  const isElement = ELEMENTS.has(kind)
  const type = request.headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  // A beacon's headers are not the script's.
  const brought = bytes && (BROUGHT_ALONG.test(type) || kind === 'beacon') ? type : null
  return {
    from: -1,
    title: `${request.method} ${new URL(url).pathname}`,
    method: request.method,
    url,
    headers: scriptHeaders(request, kind, brought === null ? null : 'content-type'),
    body: toBodyText(bytes ?? new Uint8Array()),
    atMs: 0,
    page: {
      url: standsOn(call, kind, ground),
      sandboxed: false,
      kind,
      hasBody: bytes !== null,
      bodyType: brought || null,
      ...(isElement ? crossoriginOf(request, kind) : {}),
      ...(isElement || NAVIGATIONS.has(kind) ? {} : settingsOf(call, ground)),
      ...(request.integrity === '' ? {} : { integrity: request.integrity }),
    },
  }
}

function kindOf({ destination, mode, method, headers, cache, keepalive, credentials }: FetchedRequest): AskKind {
  if (destination === 'script') return mode === 'cors' ? 'module' : 'script'
  const byDestination = BY_DESTINATION[destination]
  // A form that only asks looks like a link.
  if (byDestination && NAVIGATIONS.has(byDestination) && method === 'POST') return 'form'
  if (byDestination) return byDestination
  const accept = headers.find(([name]) => name === 'accept')?.[1]
  if (accept === 'text/event-stream' && cache === 'no-store') return 'eventsource'
  return keepalive && method === 'POST' && credentials === 'include' ? 'beacon' : 'fetch'
}

function scriptHeaders({ headers }: FetchedRequest, kind: AskKind, without: string | null): HeaderList {
  const isScript = kind === 'fetch' || kind === 'beacon'
  return headers.filter(([name, value]) => {
    if (name === 'accept') return isScript && value !== '*/*'
    if (name === 'upgrade-insecure-requests') return isScript
    return name !== without && !NOT_THE_SCRIPTS.test(name)
  })
}

/** A frame with a path of ours stands on the URL that the path means, everybody else on the page that was chosen. */
function standsOn({ clientUrl, request }: FetchCall, kind: AskKind, { address, page }: Ground): string {
  // Who navigates is not told, only where that came from.
  const asker = NAVIGATIONS.has(kind) ? request.referrer : clientUrl
  const meant = asker !== null && URL.canParse(asker) ? readOwnPath(new URL(asker), address)?.url : null
  return meant ?? page
}

function settingsOf({ request, isWorker }: FetchCall, { address }: Ground): Partial<PageRequest['page']> {
  const { mode, credentials, redirect, cache, keepalive, referrer, referrerPolicy } = request
  const isUsualPolicy = referrerPolicy === '' || referrerPolicy === USUAL_POLICY
  // A worker from a blob has none to begin with.
  const asksForNone = referrer === '' && referrerPolicy !== 'no-referrer' && !isWorker
  const own = URL.canParse(referrer) ? readOwnPath(new URL(referrer), address)?.url : null
  return {
    mode: mode === 'navigate' ? 'cors' : mode,
    credentials,
    ...(redirect === 'follow' ? {} : { redirect }),
    ...(cache === 'default' ? {} : { cache }),
    ...(keepalive ? { keepalive } : {}),
    ...(asksForNone ? { referrer: '' } : own ? { referrer: own } : {}),
    ...(isUsualPolicy ? {} : { referrerPolicy }),
  }
}

/** The `crossorigin` attribute that an element's request shows. */
function crossoriginOf({ mode, credentials }: FetchedRequest, kind: AskKind): Partial<PageRequest['page']> {
  const isUsual = kind === 'module' || kind === 'font' ? credentials === 'same-origin' : mode === 'no-cors'
  if (isUsual) return {}
  return { crossorigin: credentials === 'include' ? 'use-credentials' : 'anonymous' }
}
