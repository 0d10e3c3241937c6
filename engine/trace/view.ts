// Reads the trace of one exchange into rings and steps. Pure; forgives traces that end early. Writes no sentences.
import { BROWSER, ENDPOINT, SERVER } from '../protocol'
import type {
  BodyView,
  ErrorView,
  Exchange,
  HeaderList,
  Layer,
  MessageView,
  RunDocument,
  ScopeChange,
  ScopeView,
  StopView,
  TraceEvent,
} from '../protocol'
import { eventsOfExchange } from './by-exchange'
import { diffHeaders, parseHeaderLines } from './headers'
import { eventsOf, fetchOf, readBrowserPart, type BrowserPart } from './page-view'
import type {
  ExchangeView,
  HeaderChange,
  Outcome,
  RequestDeeds,
  ResponseDeeds,
  RingError,
  RingOrigin,
  RingRole,
  RingView,
  Step,
  StepKind,
} from './model'
import { targetOf } from './words'

/** Entries of the scope that the framework keeps for itself: true of every request, so nobody learns from them. */
export const PLUMBING = /^(app|router|endpoint|route|path_params|extensions|asgi|starlette\..*|fastapi.*)$/

/** A long stream would drown the slider: this many messages get steps of their own, and the last one. */
const STREAM_STEPS = 12

/** The part of a run document that a view needs; a live session has it before it has ended. */
export type Readable = Pick<RunDocument, 'layers' | 'exchanges' | 'events' | 'stop' | 'fetches'>

type EventOf<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>

/** Everything one ring did in one exchange. */
interface Record_ {
  enter: EventOf<'enter'> | null
  firstSeq: number | null
  readonly received: MessageView[]
  start: EventOf<'send'> | null
  readonly bodies: EventOf<'send'>[]
  readonly raises: EventOf<'raise'>[]
  readonly catches: EventOf<'catch'>[]
  readonly handlers: EventOf<'handler'>[]
  readonly added: (readonly [string, string])[]
  exit: EventOf<'exit'> | null
  route: EventOf<'route'> | null
  readonly lines: EventOf<'line'>[]
}

function emptyRecord(): Record_ {
  return {
    enter: null,
    firstSeq: null,
    received: [],
    start: null,
    bodies: [],
    raises: [],
    catches: [],
    handlers: [],
    added: [],
    exit: null,
    route: null,
    lines: [],
  }
}

/**
 * The browser hands the page a response in one piece; everybody else sends a head and then bodies. A WebSocket's head is that
 * it was accepted, or closed before it was.
 */
function isHead({ type }: MessageView): boolean {
  return (
    type === 'http.response' ||
    type.endsWith('.response.start') ||
    type === 'websocket.accept' ||
    type === 'websocket.close'
  )
}

/** How asyncio clears away the inside of a layer that failed: a consequence, and no exception of anybody's. */
function isCancel(error: ErrorView): boolean {
  return error.type === 'CancelledError'
}

function collect(events: readonly TraceEvent[]): Map<string, Record_> {
  const records = new Map<string, Record_>()
  for (const event of events) {
    if (event.layer === null) continue
    let record = records.get(event.layer)
    if (!record) records.set(event.layer, (record = emptyRecord()))
    record.firstSeq ??= event.seq
    if (event.kind === 'enter') record.enter ??= event
    else if (event.kind === 'receive') record.received.push(event.message)
    else if (event.kind === 'send') {
      if (isHead(event.message)) record.start ??= event
      else if (event.message.body) record.bodies.push(event)
    } else if (event.kind === 'raise') {
      if (!isCancel(event.error)) record.raises.push(event)
    } else if (event.kind === 'catch') {
      if (!isCancel(event.error)) record.catches.push(event)
    }
    if (event.kind === 'rule') record.added.push(...event.added)
    else if (event.kind === 'exit') record.exit = event
    else if (event.kind === 'route') record.route = event
    else if (event.kind === 'line') record.lines.push(event)
    else if (event.kind === 'handler' && event.phase === 'call') record.handlers.push(event)
  }
  return records
}

/** Layers that hang together as `met` does: same parent, mount and route, one after the other, ever deeper. */
function stackAround(layers: readonly Layer[], met: Layer): Layer[] {
  const same = layers.filter(
    (layer) => layer.parent === met.parent && layer.mount === met.mount && layer.route === met.route,
  )
  const at = same.indexOf(met)
  let first = at
  while (first > 0 && (same[first - 1]?.depth ?? 0) < (same[first]?.depth ?? 0)) first--
  let last = at
  while (last + 1 < same.length && (same[last + 1]?.depth ?? 0) > (same[last]?.depth ?? 0)) last++
  return same.slice(first, last + 1)
}

/** Rings of the stack in the order in which a request meets them, mounted apps only where this request met them. */
function chainOf(layers: readonly Layer[], entered: ReadonlySet<string>): { layer: Layer; nest: number }[] {
  const chain: { layer: Layer; nest: number }[] = []
  let stack = layers.filter((layer) => layer.parent === undefined).sort((a, b) => a.depth - b.depth)
  let nest = 0
  while (stack.length > 0) {
    const ids = new Set(stack.map((layer) => layer.id))
    const met = layers.find((layer) => layer.parent !== undefined && ids.has(layer.parent) && entered.has(layer.id))
    const last = met ? stack.findIndex((layer) => layer.id === met.parent) : stack.length - 1
    for (const [index, layer] of stack.entries())
      if (index <= last || entered.has(layer.id)) chain.push({ layer, nest })
    if (!met) break
    stack = stackAround(layers, met)
    // Layers around one route are no app within the app.
    if (met.route === undefined) nest++
  }
  return chain
}

interface Ring {
  readonly id: string
  readonly name: string
  readonly role: RingRole
  readonly origin: RingOrigin
  readonly style: Layer['style'] | null
  readonly nest: number
  readonly mountedAt: string | null
  readonly file: string | null
  readonly line: number | null
}

function plainRing(id: string, name: string, role: RingRole, origin: RingOrigin, nest = 0): Ring {
  return { id, name, role, origin, style: null, nest, mountedAt: null, file: null, line: null }
}

function layerRing(layer: Layer, nest: number, first: boolean): Ring {
  return {
    id: layer.id,
    name: layer.name,
    role: 'layer',
    origin: layer.origin,
    style: layer.style,
    nest,
    mountedAt: first && nest > 0 ? (layer.mount ?? '/') : null,
    file: layer.file ?? null,
    line: layer.line ?? null,
  }
}

/** The route this request would have met, if another exchange of the session with the same method and path met one. */
function routeElsewhere(doc: Readable, index: number, events: readonly TraceEvent[]): EventOf<'route'> | null {
  const own = doc.exchanges[index]
  if (!own) return null
  const path = (exchange: Exchange) => `${exchange.request.method} ${exchange.request.url.split('?')[0]}`
  for (const event of events) {
    if (event.kind !== 'route' || event.exchange === null) continue
    const other = doc.exchanges[event.exchange]
    if (other && path(other) === path(own)) return event
  }
  return null
}

function ringsOf(
  doc: Readable,
  index: number,
  records: ReadonlyMap<string, Record_>,
  all: readonly TraceEvent[],
): Ring[] {
  const entered = new Set([...records].filter(([, record]) => record.enter !== null).map(([id]) => id))
  const chain = chainOf(doc.layers, entered)
  const rings: Ring[] = [
    plainRing(BROWSER, 'Browser', 'browser', 'browser'),
    plainRing(SERVER, 'uvicorn', 'server', 'server'),
  ]
  let nest = 0
  for (const { layer, nest: depth } of chain) {
    rings.push(layerRing(layer, depth, depth > nest))
    nest = depth
  }
  const known = new Set(rings.map((ring) => ring.id))
  // A live trace may name a layer before the list of layers has arrived.
  for (const id of entered)
    if (!known.has(id) && id !== ENDPOINT) rings.push(plainRing(id, id.split('/').at(-1) ?? id, 'layer', 'framework'))

  const innermost = rings.at(-1)
  const own = records.get(ENDPOINT)
  const found = own?.route ?? [...records.values()].find((record) => record.route)?.route ?? null
  const answeredByRouter = innermost?.style === 'router' && entered.has(innermost.id) && !own?.enter && !found
  const settled = doc.exchanges[index] !== undefined
  // Static files, a bare function: an app without routes is the core itself.
  const core = chain.at(-1)?.layer
  const isPlainApp = core !== undefined && core.style !== 'router' && core.route === undefined && !own?.enter
  if (!isPlainApp && !(answeredByRouter && settled)) {
    const route = found ?? routeElsewhere(doc, index, all)
    const origin = route && route.file === null ? 'framework' : 'yours'
    rings.push({
      ...plainRing(ENDPOINT, route?.endpoint ?? 'endpoint', 'endpoint', origin, nest),
      file: route?.file ?? null,
      line: route?.line ?? null,
    })
  }
  return rings
}

function sameBytes(a: readonly BodyView[], b: readonly BodyView[]): boolean {
  const sum = (bodies: readonly BodyView[]) => bodies.reduce((total, body) => total + body.bytes, 0)
  if (sum(a) !== sum(b)) return false
  if (a.some((body) => body.text === null) || b.some((body) => body.text === null)) {
    // Too long to be kept: with the same cuts the hashes tell, else equal length has to do.
    return a.length !== b.length || a.every((body, i) => couldBeSame(body, b[i]))
  }
  if (a.some((body) => body.encoding !== b[0]?.encoding) || b.some((body) => body.encoding !== a[0]?.encoding))
    return a.length !== b.length || a.every((body, i) => body.text === b[i]?.text)
  return a.map((body) => body.text).join('') === b.map((body) => body.text).join('')
}

/** One of them may have been kept when there was no more room for the other. */
function couldBeSame(a: BodyView, b: BodyView | undefined): boolean {
  if (a.bytes !== b?.bytes) return false
  if (a.text !== null && b.text !== null) return a.text === b.text
  return a.sha256 === undefined || b.sha256 === undefined || a.sha256 === b.sha256
}

function bodiesOf(messages: readonly MessageView[]): BodyView[] {
  return messages.flatMap((message) => (message.body && message.body.bytes > 0 ? [message.body] : []))
}

const NO_REQUEST: RequestDeeds = { headers: [], scope: [], body: false }
const NO_RESPONSE: ResponseDeeds = { status: null, statusBefore: null, headers: [], body: false }

/** Header lists of the request as each ring was handed them, and what the ring outside had changed by then. */
function readRequest(rings: readonly Ring[], records: ReadonlyMap<string, Record_>, exchange: Exchange | undefined) {
  const deeds: RequestDeeds[] = rings.map(() => NO_REQUEST)
  const headers: (HeaderList | null)[] = rings.map(() => null)
  let current: HeaderList | null = null
  let outside = -1
  let outsideReceived: readonly BodyView[] | null = null
  for (const [i, ring] of rings.entries()) {
    const record = records.get(ring.id)
    if (!record?.enter) continue
    const headerChange = record.enter.changes.find((change) => change.key === 'headers')
    const before: HeaderList | null = current
    current = record.enter.scope?.headers ?? (headerChange ? parseHeaderLines(headerChange.after) : current)
    headers[i] = current
    const received = record.received.length > 0 ? bodiesOf(record.received) : null
    if (outside >= 0) {
      const scope: ScopeChange[] = record.enter.changes.filter(
        (change) => change.key !== 'headers' && !PLUMBING.test(change.key),
      )
      const changed = headerChange
        ? diffHeaders(parseHeaderLines(headerChange.before), parseHeaderLines(headerChange.after))
        : before && current
          ? diffHeaders(before, current)
          : []
      const body = received !== null && outsideReceived !== null && !sameBytes(outsideReceived, received)
      // What the browser added is told by its rules; the server only reads.
      if (rings[outside]?.role !== 'browser') deeds[outside] = { headers: changed, scope, body }
    }
    outside = i
    if (received !== null) outsideReceived = received
  }
  const browser = rings.findIndex((ring) => ring.role === 'browser')
  const added = records.get(BROWSER)?.added ?? []
  if (browser >= 0 && added.length > 0) {
    deeds[browser] = {
      ...NO_REQUEST,
      headers: added.map(([name, value]) => ({ name: name.toLowerCase(), kind: 'added', before: null, after: value })),
    }
  }
  if (browser >= 0) headers[browser] = exchange?.request.headers ?? headers[browser] ?? null
  return { deeds, headers }
}

/** What each ring let out, compared with the next ring inside that let anything out. */
function readResponse(
  rings: readonly Ring[],
  records: ReadonlyMap<string, Record_>,
  exchange: Exchange | undefined,
  browser: BrowserPart | null,
) {
  const deeds: ResponseDeeds[] = rings.map(() => NO_RESPONSE)
  const headers: (HeaderList | null)[] = rings.map(() => null)
  let inner: { status: number | null; headers: HeaderList; bodies: readonly BodyView[] | null } | null = null
  for (let i = rings.length - 1; i >= 0; i--) {
    const ring = rings[i]
    if (!ring) continue
    const record = records.get(ring.id)
    const wire = exchange?.response ?? null
    const onWire = ring.role === 'browser' || ring.role === 'server'
    const sent = record?.start?.message
    const out: HeaderList | null = onWire && wire ? wire.headers : (sent?.headers ?? (sent ? [] : null))
    // Who raises in place of answering has thrown away what came from further in.
    if (!sent && record?.raises[0]) inner = null
    if (!out) continue
    const status = onWire && wire ? wire.status : (sent?.status ?? null)
    const bodies: readonly BodyView[] | null =
      onWire || !record ? null : bodiesOf(record.bodies.map((event) => event.message))
    headers[i] = out
    // An exchange may be cut off after the head: bodies compare only where both rings let theirs out.
    const complete = record?.bodies.some((event) => event.message.more === false) ?? false
    deeds[i] = {
      status,
      statusBefore: inner && inner.status !== status ? inner.status : null,
      headers: diffHeaders(inner?.headers ?? [], out),
      body: bodies !== null && complete && inner !== null && inner.bodies !== null && !sameBytes(inner.bodies, bodies),
    }
    inner = { status, headers: out, bodies: complete ? bodies : null }
  }
  const [outermost] = deeds
  // Where the page gets a response at all, what it doesn't get of the headers is the browser's deed.
  if (outermost && rings[0]?.role === 'browser' && browser?.response && browser.verdict?.outcome === 'ok') {
    deeds[0] = { ...outermost, headers: browser.headers.flatMap(hidden) }
  }
  return { deeds, headers }
}

function hidden({ name, said, fate }: BrowserPart['headers'][number]): HeaderChange[] {
  return fate === 'hidden' ? [{ name, kind: 'removed', before: said.join(', '), after: null }] : []
}

function readError(ring: Ring, record: Record_ | undefined, innerRaised: EventOf<'raise'> | null): RingError | null {
  const raise = record?.raises[0]
  const caught = record?.catches[0]
  const start = record?.start ?? null
  const startAfter = start && innerRaised && start.seq > innerRaised.seq ? start : null
  const ranLines = innerRaised !== null && (record?.lines.some(({ seq }) => seq > innerRaised.seq) ?? false)
  // What ServerErrorMiddleware raises again ends at the server, beside a response that is on its way.
  if (ring.role === 'server' && innerRaised === null) return null
  // Catching one's own exception from a part further in that went on to answer is no matter of the lanes.
  if (startAfter || (caught && innerRaised)) {
    const error: ErrorView | undefined = innerRaised?.error ?? caught?.error
    if (!error) return null
    return {
      fate: 'caught',
      error,
      answered: caught?.answered === true || startAfter !== null,
      raisedAgain: raise !== undefined && ring.role === 'layer',
      late: false,
      ranLines,
      handler: null,
    }
  }
  if (!raise) return handledWithin(ring, record)
  const late = start !== null && start.seq < raise.seq
  // The response had gone through; that an exception followed it is told where it was born.
  if (late && !raise.born) return null
  return {
    fate: raise.born ? 'raised' : 'passed',
    error: raise.error,
    answered: false,
    raisedAgain: false,
    late,
    ranLines,
    handler: null,
  }
}

/**
 * Starlette calls the app's exception handlers already around the endpoint: such an exception leaves no ring. Where the
 * endpoint itself was never run (a 422), nothing of the learner's raised it.
 */
function handledWithin(ring: Ring, record: Record_ | undefined): RingError | null {
  const handler = record?.handlers.at(-1)
  const start = record?.start ?? null
  if (ring.role !== 'endpoint' || !handler || !start || start.seq < handler.seq) return null
  const line = record?.lines.findLast(({ seq }) => seq < handler.seq)
  if (!line) return null
  return {
    fate: 'caught',
    error: { type: handler.handles, message: '', file: line.file, line: line.line },
    answered: true,
    raisedAgain: false,
    late: false,
    ranLines: true,
    handler: handler.name,
  }
}

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

  const views: RingView[] = []
  let innerRaised: EventOf<'raise'> | null = null
  const errors: (RingError | null)[] = rings.map(() => null)
  for (let i = rings.length - 1; i >= 0; i--) {
    const ring = rings[i]
    if (!ring) continue
    const record = records.get(ring.id)
    errors[i] = readError(ring, record, innerRaised)
    const raise = record?.raises[0]
    // Once a response was made of it, or had gone out before it, what goes on outwards is a response.
    if (record?.start) innerRaised = null
    else if (raise) innerRaised = raise
  }
  const stoppedAt = stop ? stopRing(rings, stopEvent, own, turn) : -1
  const lastRouter = rings.findLastIndex((ring) => ring.style === 'router')
  const hasLines = own.some((event) => event.kind === 'line')
  for (const [i, ring] of rings.entries()) {
    const record = records.get(ring.id)
    const requestDeeds = request.deeds[i] ?? NO_REQUEST
    const responseDeeds = response.deeds[i] ?? NO_RESPONSE
    const isCore = i === rings.length - 1
    const answersItself =
      ring.role === 'browser'
        ? browser?.verdict != null && turn === 0
        : ring.role === 'layer' &&
          !isCore &&
          i === turn &&
          record?.start != null &&
          errors[i] === null &&
          record.exit?.awaited !== true
    const changes =
      requestDeeds.headers.length + requestDeeds.scope.length + responseDeeds.headers.length > 0 ||
      requestDeeds.body ||
      responseDeeds.body ||
      responseDeeds.statusBefore !== null
    const routed = ring.role === 'endpoint' ? [...records.values()].find((r) => r.route)?.route : record?.route
    const route = routed ?? (i === lastRouter ? records.get(ENDPOINT)?.route : undefined) ?? null
    views.push({
      ...ring,
      reached: reached[i] ?? false,
      request: requestDeeds,
      response: responseDeeds,
      touched: changes && (reached[i] ?? false),
      shortCircuit: answersItself,
      error: errors[i] ?? null,
      route: route?.path ?? null,
      sync: ring.role === 'endpoint' && (route?.sync ?? false),
      ran: !(
        ring.role === 'endpoint' &&
        ring.origin === 'yours' &&
        (responseDeeds.status ?? 0) >= 400 &&
        hasLines &&
        record?.lines.length === 0
      ),
      stopped: i === stoppedAt,
    })
  }

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

const isSaid = ({ type }: MessageView) => type === 'websocket.receive' || type === 'websocket.send'

/** Of what was said over a WebSocket, what passed one ring on its way in or out. */
function saidAt(said: readonly TraceEvent[], id: string | undefined, kind: 'receive' | 'send'): TraceEvent[] {
  return said.filter((event) => event.layer === id && event.kind === kind)
}

/**
 * Numbers what both sides of a WebSocket said in the order in which it began its way: the client's when the server was
 * handed it, the app's when its core let it out.
 */
function numberSaid(rings: readonly Ring[], own: readonly TraceEvent[]): Map<string, number> {
  const numbers = new Map<string, number>()
  const said = own.filter((event) => (event.kind === 'receive' || event.kind === 'send') && isSaid(event.message))
  if (said.length === 0) return numbers
  const outer = rings.find((ring) => saidAt(said, ring.id, 'receive').length > 0)?.id
  const inner = rings.findLast((ring) => saidAt(said, ring.id, 'send').length > 0)?.id
  const began = [...saidAt(said, outer, 'receive'), ...saidAt(said, inner, 'send')].sort((a, b) => a.seq - b.seq)
  const counts = { receive: 0, send: 0 }
  for (const [i, { kind }] of began.entries())
    if (kind === 'receive' || kind === 'send') numbers.set(`${kind}${++counts[kind]}`, i + 1)
  return numbers
}

/** Messages with bytes that the answering ring sent, where there was more than one; all that was said over a WebSocket. */
function countStream(
  rings: readonly Ring[],
  records: ReadonlyMap<string, Record_>,
  said: ReadonlyMap<string, number>,
): number {
  if (said.size > 0) return said.size
  const answering = rings.findLast((ring) => records.get(ring.id)?.start)
  const bodies = answering
    ? records.get(answering.id)?.bodies.filter((event) => (event.message.body?.bytes ?? 0) > 0)
    : []
  return (bodies?.length ?? 0) > 1 ? (bodies?.length ?? 0) : 0
}

interface StepInput {
  readonly own: readonly TraceEvent[]
  readonly rings: readonly Ring[]
  readonly views: readonly RingView[]
  readonly records: ReadonlyMap<string, Record_>
  readonly turn: number
  /** Numbers of a WebSocket's messages by side and count, e.g. `receive1`; empty for HTTP. */
  readonly said: ReadonlyMap<string, number>
  readonly streamed: number
  readonly exchange: Exchange | undefined
  readonly stop: StopView | null
  readonly stoppedAt: number
  readonly outcome: Outcome
  readonly browser: BrowserPart | null
}

/** Outcomes that end at the browser, and their last step. */
const ENDS: Readonly<Partial<Record<Outcome['kind'], StepKind>>> = { blocked: 'block', kept: 'keep' }

type Draft = Omit<Step, 'lastSeq' | 'point' | 'change'>

function readSteps(input: StepInput): Step[] {
  const { own, rings, views, records, turn, said, streamed, exchange, stop, stoppedAt, outcome, browser } = input
  const first = own[0]
  if (!first) return []
  const indexOf = new Map(rings.map((ring, i) => [ring.id, i]))
  const drafts: Draft[] = []
  const seen = new Set<number>()
  const sent = new Set<number>()
  const messages = new Map<string, number>()
  let hasArrived = false
  const add = (
    event: TraceEvent,
    ring: number,
    direction: Step['direction'],
    kind: StepKind,
    message: number | null = null,
    bytes = 0,
  ) => drafts.push({ seq: event.seq, at: event.at, ring, direction, kind, message, bytes })
  const enter = (event: TraceEvent, ring: number) => {
    for (let i = 0; i <= ring; i++) {
      // Rings without an `enter` of their own (an old trace, the two outer rings) are passed on the way.
      if (seen.has(i)) continue
      seen.add(i)
      add(event, i, 'in', 'enter')
    }
  }
  const out = (event: TraceEvent, ring: number, kind: StepKind = 'send') => {
    if (sent.has(ring)) return
    sent.add(ring)
    add(event, ring, 'out', ring === 0 ? (ENDS[outcome.kind] ?? kind) : kind)
  }

  const outermost = rings.findIndex((ring) => ring.role === 'layer' || ring.role === 'endpoint')
  /** Server and browser may leave no record of the head: it reaches them when it leaves the outermost layer. */
  const through = (event: TraceEvent, ring: number) => {
    if (ring !== outermost || exchange?.response === null) return
    for (let i = outermost - 1; i >= 0; i--) {
      if (records.get(rings[i]?.id ?? '')?.start) return
      // A modelled browser judges before it hands anything on; only a stream's head goes first.
      if (i === 0 && browser && (streamed === 0 || ENDS[outcome.kind])) return
      out(event, i)
    }
  }

  add(first, -1, 'in', 'leave')
  for (const event of own) {
    const ring = event.layer === null ? undefined : indexOf.get(event.layer)
    if (ring === undefined) continue
    const view = views[ring]
    if (event.kind === 'enter') enter(event, ring)
    else if (event.kind === 'send' && isHead(event.message)) {
      if (view?.error?.fate === 'caught' && view.error.answered) {
        if (!sent.has(ring)) {
          sent.add(ring)
          add(event, ring, 'error', 'catch')
        }
      } else out(event, ring)
      through(event, ring)
      // A WebSocket is open from here on: what is said comes after it.
      if (said.size > 0 && sent.has(0) && !ENDS[outcome.kind] && !hasArrived) {
        hasArrived = true
        add(event, -1, 'out', 'arrive')
      }
    } else if (
      (event.kind === 'send' || event.kind === 'receive') &&
      (said.size > 0
        ? isSaid(event.message)
        : event.kind === 'send' && streamed > 0 && (event.message.body?.bytes ?? 0) > 0)
    ) {
      const count = (messages.get(`${event.kind}${ring}`) ?? 0) + 1
      messages.set(`${event.kind}${ring}`, count)
      const number = said.size > 0 ? (said.get(`${event.kind}${count}`) ?? count) : count
      if (number <= STREAM_STEPS || number === streamed)
        add(event, ring, event.kind === 'send' ? 'out' : 'in', 'body', number, event.message.body?.bytes ?? 0)
    } else if (event.kind === 'catch') {
      if (!sent.has(ring) && rings[ring]?.role === 'layer' && view?.error?.fate === 'caught') {
        // The head that follows at the same port does not move the marker.
        if (event.answered) sent.add(ring)
        add(event, ring, 'error', 'catch')
      }
    } else if (event.kind === 'handler' && event.phase === 'call') {
      if (view?.error?.handler != null && !drafts.some((draft) => draft.kind === 'raise' && draft.ring === ring))
        add(event, ring, 'error', 'raise')
    } else if (event.kind === 'raise' && !isCancel(event.error)) {
      const late = sent.has(ring) || sent.has(0)
      if (!late) {
        add(event, ring, 'error', event.born ? 'raise' : 'pass')
      } else if (event.born && view?.error?.fate === 'raised') add(event, ring, 'error', 'raise')
    }
  }
  const last = own.at(-1) ?? first
  if (exchange?.response) {
    const lastSent = drafts.findLast(
      (draft) => draft.kind === 'send' || draft.kind === 'catch' || draft.kind === 'body',
    )
    const event = own.find((one) => one.seq === lastSent?.seq) ?? last
    const server = indexOf.get(SERVER)
    if (server !== undefined) out(event, server)
    out(last, 0)
    if (!ENDS[outcome.kind] && !hasArrived) add(last, -1, 'out', 'arrive')
  } else if (turn === 0 && browser?.verdict && outcome.kind !== 'stopped') {
    // Nothing came back because nothing was sent, or because nobody listens there.
    enter(first, 0)
    out(last, 0)
    if (!ENDS[outcome.kind]) add(last, -1, 'out', 'arrive')
  } else if (outcome.kind === 'blocked' && drafts.some(({ ring, direction }) => ring === 1 && direction !== 'in')) {
    out(last, 0)
  } else if (stop) {
    const event = own.find((one) => one.kind === 'stop') ?? last
    const place = stoppedAt >= 0 ? stoppedAt : turn
    const returning = drafts.findLast((draft) => draft.ring === place)
    add(event, place, returning?.direction ?? 'in', 'stop')
  }

  const inPort = (ring: number) => ring + 1
  const outPort = (ring: number) => turn + 2 + (turn - ring)
  return drafts.map((draft, i) => {
    const next = drafts[i + 1]
    const view = views[draft.ring]
    const point =
      draft.ring < 0
        ? draft.kind === 'leave'
          ? 0
          : 2 * (turn + 1) + 1
        : draft.direction === 'in'
          ? inPort(draft.ring)
          : outPort(draft.ring)
    return {
      ...draft,
      lastSeq: next ? Math.max(draft.seq, next.seq - 1) : last.seq,
      point,
      change: view ? isChange(view, draft, records.get(view.id)) : false,
    }
  })
}

function isChange(view: RingView, draft: Draft, record: Record_ | undefined): boolean {
  if (draft.kind === 'enter')
    return view.request.headers.length > 0 || view.request.scope.length > 0 || view.request.body
  if (draft.kind === 'body') return draft.direction === 'out' && view.response.body && (record?.bodies.length ?? 0) > 0
  if (draft.kind === 'send')
    return (
      view.response.headers.length > 0 || view.response.body || view.response.statusBefore !== null || view.shortCircuit
    )
  return draft.kind === 'block' || draft.kind === 'raise' || draft.kind === 'catch' || draft.kind === 'stop'
}
