// The browser's part of an exchange: what it decided, what it added, and what of the response the page may see. Pure.
import { BROWSER } from '../protocol'
import type {
  AskKind,
  Exchange,
  FetchOutcome,
  FetchView,
  HeaderList,
  Page,
  PageResponse,
  RunDocument,
  TraceEvent,
} from '../protocol'
import { eventsOfExchange } from './by-exchange'
import { groupHeaders } from './headers'
import { hopsOf, type HopRole } from './parts'

/** One decision of the browser's, in order. */
export interface BrowserRule {
  readonly seq: number
  readonly rule: string
  readonly text: string
  readonly source: string | null
  readonly fix: string | null
  readonly added: HeaderList
}

/**
 * What became of one response header on its way to the page. `readable`: a script can read it. `used`: the browser acts
 * on it, and keeps it. `hidden`: the page does not get it.
 */
export interface PageHeader {
  /** In lower case. */
  readonly name: string
  /** Values as the server sent them, in order. */
  readonly said: readonly string[]
  /** Value that a script reads; null where it reads none. */
  readonly seen: string | null
  readonly fate: 'readable' | 'used' | 'hidden'
  /** One sentence. */
  readonly why: string
}

/** What a page got in the end. */
export interface PageVerdict {
  readonly outcome: FetchOutcome
  readonly category: string | null
  readonly text: string
  readonly fix: string | null
  readonly exception: FetchView['exception']
  readonly console: readonly string[]
  readonly fromCache: boolean
}

/** The browser's part of an exchange that belongs to a page's fetch. */
export interface BrowserPart {
  /** Number of the fetch. */
  readonly fetch: number
  readonly kind: AskKind
  readonly page: Page
  /** What the exchange is for its fetch; null where nothing was sent. */
  readonly role: HopRole | null
  /** What the exchange before it was for the same fetch; null for the first. */
  readonly after: HopRole | null
  /** What the page asks for, which is not what a preflight asks. */
  readonly method: string
  readonly url: string
  /** Decided before the request left. */
  readonly asks: readonly BrowserRule[]
  /** Decided when its response was there. */
  readonly judges: readonly BrowserRule[]
  /** Null as long as the fetch goes on after this exchange. */
  readonly verdict: PageVerdict | null
  /** What a script can read of the response; null where there is nothing, or nothing yet. */
  readonly response: PageResponse | null
  /** The response's headers in the order of their first appearance on the wire. */
  readonly headers: readonly PageHeader[]
}

type EventOf<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>
type Readable = Pick<RunDocument, 'exchanges' | 'fetches'>

/** Headers that a browser acts on for every response; those of CORS begin with `access-control-`. */
const USED = /^(access-control-.*|location|strict-transport-security)$/
/** Fetch 2.2.2, "forbidden response-header name". */
const FORBIDDEN = /^set-cookie2?$/

/**
 * Events of an exchange and, at both ends of a fetch, those of the fetch that stand in no exchange.
 * @param index  null for a fetch that sent nothing
 */
export function eventsOf(
  doc: Readable,
  index: number | null,
  fetch: number | null,
  events: readonly TraceEvent[],
): readonly TraceEvent[] {
  const own = index === null ? [] : eventsOfExchange(events, index)
  if (fetch === null) return own
  const exchanges = doc.fetches?.[fetch]?.exchanges ?? []
  const isFirst = index === null || exchanges[0] === index
  const isLast = index === null || exchanges.at(-1) === index
  const begun = own[0]?.seq ?? Infinity
  const about = eventsOfExchange(events, null).filter(
    (event) =>
      (event.kind === 'rule' || event.kind === 'verdict') &&
      event.fetch === fetch &&
      (event.seq > begun ? isLast : isFirst),
  )
  return about.length === 0 ? own : [...about, ...own].sort((a, b) => a.seq - b.seq)
}

/** Number of the fetch that an exchange belongs to; null for a plain client's. */
export function fetchOf(exchange: Exchange | undefined, own: readonly TraceEvent[]): number | null {
  if (exchange) return exchange.fetch ?? null
  return (
    own.find((event): event is EventOf<'rule'> => event.kind === 'rule' && event.fetch !== undefined)?.fetch ?? null
  )
}

/**
 * Reads the browser's part.
 * @param own  events of the exchange, from `eventsOf`
 * @returns null for an exchange of a plain client
 */
export function readBrowserPart(
  doc: Readable,
  index: number | null,
  fetch: number | null,
  own: readonly TraceEvent[],
): BrowserPart | null {
  if (fetch === null) return null
  const view = doc.fetches?.[fetch]
  const exchange = index === null ? undefined : doc.exchanges[index]
  const hops = view ? hopsOf(doc, view) : []
  const at = hops.findIndex((one) => one.exchange === index)
  const role = hops[at]?.role ?? (exchange ? (exchange.role ?? 'request') : null)
  const verdict = readVerdict(view, index, own)
  const sentAt = own.find((event) => event.layer !== BROWSER)?.seq ?? Infinity
  const rules = own.flatMap((event) => (event.kind === 'rule' && event.fetch === fetch ? [ruleOf(event)] : []))
  const response = verdict ? (view?.response ?? null) : null
  return {
    fetch,
    kind: view?.kind ?? 'fetch',
    page: view?.page ?? { url: '', sandboxed: false },
    role,
    after: hops[at - 1]?.role ?? null,
    method: view?.method ?? exchange?.request.method ?? 'GET',
    url: view?.url ?? exchange?.request.url ?? '',
    asks: rules.filter(({ seq }) => seq < sentAt),
    judges: rules.filter(({ seq }) => seq > sentAt),
    verdict,
    response,
    headers: exchange?.response ? pageHeaders(exchange.response.headers, role, verdict, response) : [],
  }
}

function ruleOf(event: EventOf<'rule'>): BrowserRule {
  const { seq, rule, text, source = null, fix = null, added } = event
  return { seq, rule, text, source, fix, added }
}

/** The document's word where it has come; while a run goes on, the event's. */
function readVerdict(
  view: FetchView | undefined,
  index: number | null,
  own: readonly TraceEvent[],
): PageVerdict | null {
  if (view) {
    if (index !== null && view.exchanges.at(-1) !== index) return null
    const { outcome, category, text, fix, exception, console, fromCache } = view
    return { outcome, category, text, fix, exception, console, fromCache }
  }
  const event = own.find((one): one is EventOf<'verdict'> => one.kind === 'verdict')
  if (!event) return null
  const { outcome, category, text, fix } = event
  return { outcome, category, text, fix, exception: null, console: [], fromCache: false }
}

function pageHeaders(
  wire: HeaderList,
  role: HopRole | null,
  verdict: PageVerdict | null,
  response: PageResponse | null,
): PageHeader[] {
  const seen = new Map(response?.headers)
  const exposed = groupHeaders(wire).get('access-control-expose-headers')?.join(', ') ?? null
  return [...groupHeaders(wire)].map(([name, said]): PageHeader => {
    const value = seen.get(name)
    if (value !== undefined) return { name, said, seen: value, fate: 'readable', why: readableWhy(response?.type) }
    const fate = USED.test(name) || FORBIDDEN.test(name) ? 'used' : 'hidden'
    return { name, said, seen: null, fate, why: hiddenWhy(name, role, verdict, response, exposed) }
  })
}

function readableWhy(type: PageResponse['type'] | undefined): string {
  return type === 'cors'
    ? 'It is safelisted, or Access-Control-Expose-Headers names it.'
    : 'The response is of the page’s own origin.'
}

function hiddenWhy(
  name: string,
  role: HopRole | null,
  verdict: PageVerdict | null,
  response: PageResponse | null,
  exposed: string | null,
): string {
  if (FORBIDDEN.test(name)) return 'It is for the cookie jar. No script may read it.'
  if (role === 'preflight')
    return USED.test(name)
      ? 'The browser reads it to decide whether the request may follow.'
      : 'The page never sees the response to a preflight.'
  if (!verdict)
    return name === 'location' ? 'The browser goes there.' : 'The page never sees a redirect that is followed.'
  if (verdict.outcome === 'blocked')
    return USED.test(name)
      ? 'The browser reads it, and keeps the response from the page.'
      : 'The page gets nothing of this response.'
  if (response?.type === 'opaqueredirect') return 'A redirect that is not followed shows the page nothing.'
  if (verdict.outcome === 'opaque') return 'An opaque response has no headers for the page.'
  if (!response) return 'The browser makes use of the response. No script looks into it.'
  if (USED.test(name)) return 'The browser reads it. The page does not: it is not exposed.'
  if (exposed === null)
    return 'It is not safelisted, and the response has no Access-Control-Expose-Headers that names it.'
  return exposed.trim() === '*'
    ? 'Access-Control-Expose-Headers is *, which names nothing when the request carries credentials.'
    : 'It is not safelisted, and Access-Control-Expose-Headers does not name it.'
}
