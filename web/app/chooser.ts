// The tabs above the onion: every exchange of a run, those of one fetch side by side, each with what became of it. Pure.
import type { FetchView, RunDocument } from '../../engine/protocol'
import { isShown, listParts, targetOf, type Hop } from '../../engine/trace'
import { statusTone } from './words'

export interface ChooserTab {
  /** `x3` for an exchange, `f2` for a fetch that sent nothing. */
  readonly key: string
  /** What is read on the tab: method and path, shorter behind a tab of the same fetch. */
  readonly label: string
  /** What the label leaves out, for assistive technology; may be empty. */
  readonly unseen: string
  readonly title: string
  readonly status: string
  readonly tone: 'ok' | 'short' | 'bad' | 'plain'
  /** What the browser made of the response; null where the page reads it. */
  readonly mark: 'blocked' | 'given up' | 'opaque' | null
  /** Goes on with the fetch of the tab before. */
  readonly isJoined: boolean
}

/** The tabs in order. Labels that would say the same are numbered. */
export function chooserTabs(document: Pick<RunDocument, 'exchanges' | 'fetches'>): ChooserTab[] {
  const seen = new Map<string, number>()
  const numbered = (label: string) => {
    const count = (seen.get(label) ?? 0) + 1
    seen.set(label, count)
    return count === 1 ? label : `${label} (${count})`
  }
  return listParts(document).flatMap((part): ChooserTab[] => {
    if (part.kind === 'exchange') return exchangeTab(document, part.exchange, numbered)
    const fetch = document.fetches?.[part.fetch]
    if (!fetch) return []
    if (part.hops.length === 0) return [unsentTab(fetch, part.fetch, numbered)]
    return part.hops.flatMap((hop, at) => hopTab(document, fetch, hop, part.hops[at - 1], numbered))
  })
}

/** The tab of what is in view. */
export function tabKey(exchange: number, unsentFetch: number | null): string {
  return unsentFetch === null ? `x${exchange}` : `f${unsentFetch}`
}

type Numbered = (label: string) => string

function exchangeTab({ exchanges }: Pick<RunDocument, 'exchanges'>, index: number, numbered: Numbered): ChooserTab[] {
  const exchange = exchanges[index]
  if (!exchange) return []
  const { request, response, title } = exchange
  const status = response?.status ?? null
  return [
    {
      key: `x${index}`,
      label: numbered(`${request.method} ${targetOf(request.url, '*')}`),
      unseen: '',
      title,
      status: status === null ? 'no response' : String(status),
      tone: statusTone(status),
      mark: null,
      isJoined: false,
    },
  ]
}

function hopTab(
  document: Pick<RunDocument, 'exchanges'>,
  fetch: FetchView,
  hop: Hop,
  before: Hop | undefined,
  numbered: Numbered,
): ChooserTab[] {
  const [tab] = exchangeTab(document, hop.exchange, (label) => label)
  const request = document.exchanges[hop.exchange]?.request
  if (!tab || !request) return []
  const isLast = hop.exchange === fetch.exchanges.at(-1)
  const path = targetOf(request.url, '*')
  const common = { ...tab, mark: isLast ? markOf(fetch) : null, isJoined: before !== undefined }
  if (hop.role === 'preflight')
    return [
      { ...common, label: request.method, unseen: `${path}, preflight of ${fetch.method} ${targetOf(fetch.url, '*')}` },
    ]
  if (before?.role === 'redirect') return [{ ...common, label: path, unseen: 'after the redirect' }]
  return [{ ...common, label: numbered(`${request.method} ${path}`) }]
}

function unsentTab(fetch: FetchView, number: number, numbered: Numbered): ChooserTab {
  return {
    key: `f${number}`,
    label: numbered(`${fetch.method} ${targetOf(fetch.url, '*')}`),
    unseen: '',
    title: fetch.title,
    status: fetch.fromCache ? `${fetch.response?.status ?? ''} from cache`.trim() : 'not sent',
    tone: fetch.fromCache ? 'ok' : 'plain',
    mark: markOf(fetch),
    isJoined: false,
  }
}

function markOf({ outcome, category, kind }: FetchView): ChooserTab['mark'] {
  if (outcome === 'blocked') return category === ABORTED ? 'given up' : 'blocked'
  if (isShown(kind)) return null
  return outcome === 'opaque' || outcome === 'opaqueredirect' ? 'opaque' : null
}

/** Chromium's name for a request that its script took back. */
const ABORTED = 'network:net::ERR_ABORTED'
