// What a group looks like when the worker was killed before it could tell: as far as the events say it. Pure.
import {
  isPageRequest,
  type Exchange,
  type FetchView,
  type PageRequest,
  type RequestGroup,
  type TraceEvent,
  type WireRequest,
} from '../protocol'

type Enter = Extract<TraceEvent, { readonly kind: 'enter' }>

/** What a session had before the group: numbers of the next exchange and the next fetch. */
interface Before {
  readonly exchange: number
  readonly fetch: number
}

/**
 * Plain requests, which have their numbers before anything begins, then what pages had sent by then; and the fetches that
 * had begun.
 * @param events  those of the group
 */
export function unanswered(
  { requests }: RequestGroup,
  events: readonly TraceEvent[],
  before: Before,
): { exchanges: readonly Exchange[]; fetches: readonly FetchView[] } {
  const endedAt = events.at(-1)?.at ?? 0
  const plain = requests.filter((request): request is WireRequest => !isPageRequest(request))
  const pages = requests.filter(isPageRequest).toSorted((a, b) => a.atMs - b.atMs)
  const sent = events.flatMap((event) =>
    event.kind === 'enter' && event.layer === 'browser' && (event.exchange ?? 0) >= before.exchange + plain.length
      ? ofPage(event, events, pages, before, endedAt)
      : [],
  )
  const exchanges = [...plain.map((request) => ofPlain(request, endedAt)), ...sent]
  const fetches = pages.flatMap((request, index) => {
    const own = events.filter((event) => fetchOf(event) === before.fetch + index)
    return own.length > 0 ? [pending(request, before.fetch + index, own, exchanges, before, endedAt)] : []
  })
  return { exchanges, fetches }
}

function fetchOf(event: TraceEvent): number | undefined {
  return event.kind === 'rule' || event.kind === 'verdict' ? event.fetch : undefined
}

function ofPlain(request: WireRequest, at: number): Exchange {
  const { from, title, method, url, headers, body } = request
  return {
    from,
    title,
    request: { method, url, headers, body: body.text, bodyEncoding: body.encoding },
    response: null,
    error: null,
    startedAt: at,
    endedAt: at,
  }
}

function ofPage(
  { exchange, at, scope }: Enter,
  events: readonly TraceEvent[],
  pages: readonly PageRequest[],
  before: Before,
  endedAt: number,
): Exchange[] {
  const fetch = events
    .filter((event) => event.exchange === exchange)
    .map(fetchOf)
    .find((number) => number !== undefined)
  const ask = fetch === undefined ? undefined : pages[fetch - before.fetch]
  if (fetch === undefined || !ask) return []
  const headers = scope?.headers ?? []
  const header = (name: string) => headers.find(([key]) => key.toLowerCase() === name)?.[1]
  const isPreflight = scope?.method === 'OPTIONS' && header('access-control-request-method') !== undefined
  const query = scope?.query_string ? `?${scope.query_string}` : ''
  const { from, title, body } = ask
  const request = {
    method: scope?.method ?? 'GET',
    url: `${schemeOf(ask)}//${header('host') ?? ''}${scope?.path ?? '/'}${query}`,
    headers,
    body: isPreflight ? '' : body.text,
    bodyEncoding: body.encoding,
  }
  const role = isPreflight ? 'preflight' : 'request'
  return [{ from, title, request, response: null, error: null, fetch, role, startedAt: at, endedAt }]
}

function absolute({ url, page }: PageRequest): string {
  return URL.canParse(url, page.url) ? new URL(url, page.url).href : url
}

function schemeOf(ask: PageRequest): string {
  return /^\w+:/.exec(absolute(ask))?.[0] ?? 'http:'
}

function pending(
  ask: PageRequest,
  fetch: number,
  own: readonly TraceEvent[],
  exchanges: readonly Exchange[],
  before: Before,
  endedAt: number,
): FetchView {
  const verdict = own.find((event) => event.kind === 'verdict')
  const { from, title, page, method } = ask
  return {
    from,
    title,
    kind: page.kind,
    page: { url: page.url, sandboxed: page.sandboxed },
    method,
    url: absolute(ask),
    exchanges: exchanges.flatMap((one, index) => (one.fetch === fetch ? [before.exchange + index] : [])),
    outcome: verdict?.outcome ?? 'pending',
    category: verdict?.category ?? null,
    text: verdict?.text ?? 'The server was stopped before the page got an answer.',
    fix: verdict?.fix ?? null,
    console: [],
    exception: null,
    response: null,
    fromCache: false,
    startedAt: own[0]?.at ?? endedAt,
    endedAt: verdict?.at ?? endedAt,
  }
}
