// Reads the trace of one exchange into rings and steps. Pure; forgives traces that end early. Writes no sentences.
import type { Exchange, Layer, ScopeView, StopView, TraceEvent } from '../protocol'
import { eventsOfExchange } from './by-exchange'
import { readRequest, readResponse } from './deeds'
import type { ExchangeView, Outcome } from './model'
import { eventsOf, fetchOf, readBrowserPart, type BrowserPart } from './page-view'
import { collect, type EventOf, type Readable } from './records'
import { viewRings } from './ring-views'
import { ringsOf, type Ring } from './rings'
import { countStream, numberSaid, readSteps } from './steps'
import { targetOf } from './words'

/**
 * Reads one exchange of a session.
 * @param doc     the session so far; `exchanges` may still lack this one
 * @param index   index of the exchange
 * @param events  events to read in place of the document's, e.g. those that have arrived while it runs
 * @returns rings from the outside in and the steps of the slider; for an exchange without events, rings nobody reached
 */
export function viewExchange(doc: Readable, index: number, events: readonly TraceEvent[] = doc.events): ExchangeView {
  const fetch = fetchOf(doc.exchanges[index], eventsOfExchange(events, index))
  return viewOf(doc, index, fetch, events)
}

/** Reads a fetch that sent nothing: the path turns at the browser. Its layers are rings nobody reached. */
export function viewUnsent(doc: Readable, fetch: number): ExchangeView {
  return viewOf(doc, null, fetch, doc.events)
}

function viewOf(
  doc: Readable,
  number: number | null,
  fetch: number | null,
  events: readonly TraceEvent[],
): ExchangeView {
  const own = eventsOf(doc, number, fetch, events)
  const index = number ?? doc.exchanges.length
  const exchange = doc.exchanges[index]
  const browser = readBrowserPart(doc, number, fetch, own)
  const records = collect(own)
  const rings = ringsOf(doc, index, records, events)
  const stopEvent = own.find((event): event is EventOf<'stop'> => event.kind === 'stop') ?? null
  const isLast = number !== null && index >= doc.exchanges.length - 1
  const stop: StopView | null = stopEvent?.stop ?? (!exchange?.response && isLast && own.length > 0 ? doc.stop : null)

  const request = readRequest(rings, records, exchange)
  const response = readResponse(rings, records, exchange, browser)
  const reached = rings.map((ring) => records.get(ring.id)?.enter != null)
  let turn = reached.lastIndexOf(true)
  // The two outer rings may leave no `enter` of their own; who got further in has passed them.
  if (own.length > 0) turn = Math.max(turn, 0)
  for (let i = 0; i <= turn; i++) if (rings[i]?.role !== 'endpoint') reached[i] = true

  const stoppedAt = stop ? stopRing(rings, stopEvent, own, turn) : -1
  const hasLines = own.some((event) => event.kind === 'line')
  const views = viewRings({ rings, records, request, response, reached, turn, stoppedAt, browser, hasLines })

  const scope = own.find((event): event is EventOf<'enter'> => event.kind === 'enter' && event.scope != null)?.scope
  const said = numberSaid(rings, own)
  const streamed = countStream(rings, records, said)
  const outcome = readOutcome(exchange, stop, doc, index, browser)
  const steps = readSteps({
    own,
    rings,
    views,
    records,
    turn,
    said,
    streamed,
    exchange,
    stop,
    stoppedAt,
    outcome,
    browser,
  })
  return {
    kind: 'run',
    title: exchange?.title ?? doc.fetches?.[fetch ?? -1]?.title ?? titleOf(scope),
    method: exchange?.request.method ?? scope?.method ?? browser?.method ?? 'GET',
    target: exchange ? targetOf(exchange.request.url) : scope || !browser ? pathOf(scope) : targetOf(browser.url),
    startedAt: exchange?.startedAt ?? own[0]?.at ?? 0,
    endedAt: exchange?.endedAt ?? null,
    rings: views,
    steps,
    turn: Math.max(turn, 0),
    streamed,
    outcome,
    socket: exchange?.socket ?? null,
    browser,
    stop,
    requestHeaders: request.headers,
    responseHeaders: response.headers,
    body: exchange?.response ? { text: exchange.response.body, encoding: exchange.response.bodyEncoding } : null,
  }
}

/** The layers of a session that has had no exchange yet, as an exchange without steps. */
export function stackView(layers: readonly Layer[]): ExchangeView {
  const view = viewExchange({ layers, exchanges: [], events: [], stop: null }, 0)
  return {
    ...view,
    kind: 'stack',
    title: '',
    method: '',
    target: '',
    steps: [],
    outcome: { kind: 'pending', status: null, reason: '' },
  }
}

function pathOf(scope: ScopeView | undefined): string {
  if (!scope) return '/'
  return (scope.path ?? '/') + (scope.query_string ? `?${scope.query_string}` : '')
}

function titleOf(scope: ScopeView | undefined): string {
  return scope ? `${scope.method ?? 'GET'} ${scope.path ?? '/'}` : ''
}

const ENDINGS = { blocked: 'blocked', opaque: 'opaque', opaqueredirect: 'opaque', ok: 'read' } as const

function readOutcome(
  exchange: Exchange | undefined,
  stop: StopView | null,
  doc: Readable,
  index: number,
  browser: BrowserPart | null,
): Outcome {
  const { status = null, reason = '' } = exchange?.response ?? {}
  const { verdict } = browser ?? {}
  // A session that was stopped is told as that, also where its page got an error of it.
  if (verdict && verdict.outcome !== 'pending' && !(stop && status === null)) {
    const seen = exchange ? null : browser?.response
    return { kind: ENDINGS[verdict.outcome], status: seen?.status ?? status, reason: seen?.statusText ?? reason }
  }
  if (browser && !verdict && exchange?.response) return { kind: 'kept', status, reason }
  if (exchange?.response) return { kind: 'read', status, reason }
  if (stop) return { kind: 'stopped', status: null, reason: '' }
  if (exchange || index < doc.exchanges.length) return { kind: 'nothing', status: null, reason: '' }
  return { kind: 'pending', status: null, reason: '' }
}

function stopRing(
  rings: readonly Ring[],
  event: EventOf<'stop'> | null,
  own: readonly TraceEvent[],
  turn: number,
): number {
  const named = event?.layer ?? own.findLast((one) => one.kind === 'line' && one.layer !== null)?.layer
  const at = rings.findIndex((ring) => ring.id === named)
  return at >= 0 ? at : turn
}
