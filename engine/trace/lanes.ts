// Reads a session as lanes on the virtual time axis: who held the loop when, what each exchange did meanwhile, and which
// threads were busy. Pure; knows no pixels and writes no sentences.
import { BROWSER, ENDPOINT, SERVER } from '../protocol'
import type { Exchange, Layer, Ms, Place, RunDocument, TraceEvent } from '../protocol'
import { eventsOfExchange } from './by-exchange'
import type { RingOrigin } from './model'
import { targetOf } from './words'

/** A place on both axes: virtual time, and within one virtual instant the number of the event. */
export interface TimePoint {
  readonly at: Ms
  readonly seq: number
}

/** From a moment up to another, which belongs to what follows. */
export interface Span {
  readonly from: TimePoint
  readonly to: TimePoint
}

/**
 * Why an exchange does not go on. `sleep`: it waits for its own timer or for somebody else, and the loop is free for
 * others. `late`: it could go on, but the loop is taken. `arrived`: its bytes lie there, and the server has not read them
 * because the loop is taken. `block`: it holds the loop itself without giving it back. `thread`: a thread of the pool works
 * for it.
 */
export type WaitKind = 'sleep' | 'late' | 'arrived' | 'block' | 'thread'

export interface Wait extends Span {
  readonly kind: WaitKind
  readonly exchange: number
  /** The ring that waits; `browser` for bytes that nobody has read. */
  readonly layer: string | null
  /** The learner's line at which it stands; null where none of its lines ran. */
  readonly place: Place | null
  /** With `thread`: the function that the thread runs. */
  readonly runs: string | null
}

/** A ring's time within one exchange, from its entering to its end. */
export interface LaneBar extends Span {
  readonly id: string
  /** What the onion calls it; for the core the endpoint's function. */
  readonly name: string
  readonly origin: RingOrigin
  /** 0 for the outermost ring that has a bar. */
  readonly depth: number
}

/** One message of a stream or of a WebSocket, as it passes the server. */
export interface LaneTick extends TimePoint {
  readonly direction: 'in' | 'out'
  readonly bytes: number
}

export interface Lane extends Span {
  readonly exchange: number
  /** `A` … `Z`, then numbers. */
  readonly letter: string
  readonly method: string
  /** Path with query. */
  readonly target: string
  readonly title: string
  /** When its client sent it; before `from` where the loop was taken. */
  readonly sentAt: Ms
  readonly status: number | null
  /** The endpoint's function; null where none was reached. */
  readonly endpoint: { readonly name: string; readonly isSync: boolean } | null
  /** Rings that are worth a bar: the learner's own and the libraries', and the core. From the outside in. */
  readonly bars: readonly LaneBar[]
  /** In order; never two at once. */
  readonly waits: readonly Wait[]
  readonly ticks: readonly LaneTick[]
}

/** Somebody has the loop; null is the session itself, e.g. its lifespan. */
export interface Hold extends Span {
  readonly kind: 'run' | 'block'
  readonly exchange: number | null
}

export interface ThreadSpan extends Span {
  readonly exchange: number | null
  /** Name of the function that it runs. */
  readonly name: string
  /** Which of the pool's threads, counted from 1 as far as they are needed. */
  readonly thread: number
  readonly of: number
}

export interface LanesView {
  readonly lanes: readonly Lane[]
  readonly loop: readonly Hold[]
  readonly threads: readonly ThreadSpan[]
  /** Most threads that were busy at one time. */
  readonly threadsNeeded: number
  /** From the first request's sending to the last one's end; starting and stopping the server stand outside. */
  readonly span: Span
  /** Every beginning of a wait, in order, each moment once. */
  readonly waits: readonly Wait[]
}

type Readable = Pick<RunDocument, 'layers' | 'exchanges' | 'events'>
type EventOf<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** How an exchange is called where there are several: `A`, `B` …, after `Z` its number. */
export function laneLetter(exchange: number): string {
  return LETTERS[exchange] ?? String(exchange + 1)
}

/** Earlier, by time and then by number: below 0, 0 for the same, above 0. */
export function comparePoints(a: TimePoint, b: TimePoint): number {
  return a.at - b.at || a.seq - b.seq
}

/** Whether a span holds a moment; its end belongs to what follows. */
export function holds(span: Span, moment: TimePoint): boolean {
  return comparePoints(span.from, moment) <= 0 && comparePoints(moment, span.to) < 0
}

/** Lays a session out. A session that is still running is laid out as far as it has come. */
export function readLanes(doc: Readable): LanesView {
  const { events } = doc
  const names = new Map(doc.layers.map((layer) => [layer.id, layer]))
  const late = readLate(events)
  const threads = readThreads(events)
  const count = Math.max(doc.exchanges.length, ...[...late.keys()].map((index) => index + 1))
  const lanes: Lane[] = []
  for (let index = 0; index < count; index++) {
    const own = eventsOfExchange(events, index)
    if (own.length > 0) lanes.push(readLane(index, doc.exchanges[index], own, names, late.get(index) ?? []))
  }
  return {
    lanes,
    loop: readLoop(events),
    threads,
    threadsNeeded: Math.max(0, ...threads.map((one) => one.thread)),
    span: spanOf(lanes),
    waits: readWaits(lanes),
  }
}

const START: TimePoint = { at: 0, seq: 0 }

function spanOf(lanes: readonly Lane[]): Span {
  const [first] = lanes
  if (!first) return { from: START, to: START }
  const from = lanes.reduce(
    (least, lane) => ({
      at: Math.min(least.at, lane.sentAt),
      seq: Math.min(least.seq, lane.from.seq),
    }),
    { at: first.sentAt, seq: first.from.seq },
  )
  const to = lanes.reduce((most, lane) => (comparePoints(lane.to, most) > 0 ? lane.to : most), first.to)
  return { from, to }
}

function pointOf({ at, seq }: TraceEvent): TimePoint {
  return { at, seq }
}

/** Since when an exchange could have gone on, and when the loop was free again at the earliest. */
interface Lateness extends Span {
  readonly layer: string | null
}

function readLate(events: readonly TraceEvent[]): Map<number, Lateness[]> {
  const blocks = events.filter((event): event is EventOf<'clock'> => event.kind === 'clock' && event.why === 'block')
  const late = new Map<number, Lateness[]>()
  for (const [i, block] of blocks.entries()) {
    if (!block.late) continue
    // One block after another: who is late for the first is still late, and not told again.
    let end = block
    for (let next = blocks[i + 1], at = i + 1; next?.from === end.to; next = blocks[++at]) end = next
    for (const { at, layer, exchange } of block.late) {
      const one = { layer, from: { at, seq: block.seq }, to: pointOf(end) }
      const known = late.get(exchange)
      if (known) known.push(one)
      else late.set(exchange, [one])
    }
  }
  return late
}

/** Consecutive events of one exchange are one hold; what blocks stands between its two moments. */
function readLoop(events: readonly TraceEvent[]): Hold[] {
  const holdsOfLoop: Hold[] = []
  let run: { exchange: number | null; from: TimePoint; to: TimePoint } | null = null
  const end = (to: TimePoint | null) => {
    if (run) holdsOfLoop.push({ kind: 'run', exchange: run.exchange, from: run.from, to: to ?? run.to })
    run = null
  }
  for (const event of events) {
    const moment = pointOf(event)
    if (event.kind === 'clock') {
      const before = { at: event.from, seq: event.seq }
      end(before)
      if (event.why === 'block') holdsOfLoop.push({ kind: 'block', exchange: event.exchange, from: before, to: moment })
      continue
    }
    if (run && run.exchange !== event.exchange) end(moment)
    run ??= { exchange: event.exchange, from: moment, to: moment }
    run.to = moment
  }
  end(null)
  return holdsOfLoop
}

function readThreads(events: readonly TraceEvent[]): ThreadSpan[] {
  const spans: ThreadSpan[] = []
  const open: { start: EventOf<'thread'>; thread: number }[] = []
  const close = ({ start, thread }: (typeof open)[number], to: TimePoint) =>
    spans.push({ exchange: start.exchange, name: start.name, thread, of: start.of, from: pointOf(start), to })
  for (const event of events) {
    if (event.kind !== 'thread') continue
    if (event.phase === 'start') {
      let thread = 1
      while (open.some((one) => one.thread === thread)) thread++
      open.push({ start: event, thread })
      continue
    }
    const at = open.findIndex(
      ({ start }) => start.task === event.task && start.name === event.name && start.exchange === event.exchange,
    )
    const [ended] = at < 0 ? [] : open.splice(at, 1)
    if (ended) close(ended, pointOf(event))
  }
  const last = events.at(-1)
  for (const one of open) close(one, last ? pointOf(last) : pointOf(one.start))
  return spans.toSorted((a, b) => comparePoints(a.from, b.from))
}

function readLane(
  index: number,
  exchange: Exchange | undefined,
  own: readonly TraceEvent[],
  layers: ReadonlyMap<string, Layer>,
  late: readonly Lateness[],
): Lane {
  const [first] = own
  const last = own.at(-1)
  const from = first ? pointOf(first) : START
  const arrival = late.find((one) => one.layer === BROWSER && comparePoints(one.from, from) < 0)
  const route = own.find((event): event is EventOf<'route'> => event.kind === 'route')
  const scope = own.find((event): event is EventOf<'enter'> => event.kind === 'enter' && event.scope != null)?.scope
  const waits = readGaps(index, own, late)
  if (arrival)
    waits.unshift({
      kind: 'arrived',
      exchange: index,
      layer: BROWSER,
      place: null,
      runs: null,
      from: arrival.from,
      to: from,
    })
  const method = exchange?.request.method ?? scope?.method ?? 'GET'
  const target = exchange ? targetOf(exchange.request.url) : (scope?.path ?? '/')
  return {
    exchange: index,
    letter: laneLetter(index),
    method,
    target,
    title: exchange?.title ?? `${method} ${target}`,
    sentAt: arrival?.from.at ?? exchange?.startedAt ?? from.at,
    status: exchange?.response?.status ?? null,
    endpoint: route ? { name: route.endpoint, isSync: route.sync } : null,
    from,
    to: last ? pointOf(last) : from,
    bars: readBars(own, layers, route),
    waits,
    ticks: readTicks(own),
  }
}

function readBars(
  own: readonly TraceEvent[],
  layers: ReadonlyMap<string, Layer>,
  route: EventOf<'route'> | undefined,
): LaneBar[] {
  const last = own.at(-1)
  const ends = new Map<string, TimePoint>()
  for (const event of own) if (event.kind === 'exit' && event.layer !== null) ends.set(event.layer, pointOf(event))
  const bars: LaneBar[] = []
  const seen = new Set<string>()
  for (const event of own) {
    if (event.kind !== 'enter' || event.layer === null || seen.has(event.layer)) continue
    seen.add(event.layer)
    const layer = layers.get(event.layer)
    const isCore = event.layer === ENDPOINT
    if (!isCore && (!layer || layer.origin === 'framework')) continue
    bars.push({
      id: event.layer,
      name: isCore ? (route?.endpoint ?? 'endpoint') : (layer?.name ?? event.layer),
      origin: isCore ? (route?.file == null ? 'framework' : 'yours') : (layer?.origin ?? 'yours'),
      depth: bars.length,
      from: pointOf(event),
      to: ends.get(event.layer) ?? (last ? pointOf(last) : pointOf(event)),
    })
  }
  return bars
}

/** Messages of a body that came in several, and of a WebSocket. */
function readTicks(own: readonly TraceEvent[]): LaneTick[] {
  const ticks: LaneTick[] = []
  let bodies = 0
  for (const event of own) {
    if (event.layer !== SERVER || (event.kind !== 'send' && event.kind !== 'receive')) continue
    const { type, body } = event.message
    const isSocket = type === 'websocket.send' || type === 'websocket.receive'
    if (!isSocket && (type !== 'http.response.body' || !body?.bytes)) continue
    if (!isSocket) bodies++
    ticks.push({ ...pointOf(event), direction: event.kind === 'send' ? 'out' : 'in', bytes: body?.bytes ?? 0 })
  }
  return bodies === 1 ? ticks.slice(1) : ticks
}

/** What the exchange did while virtual time went by between two of its events. */
function readGaps(exchange: number, own: readonly TraceEvent[], late: readonly Lateness[]): Wait[] {
  const waits: Wait[] = []
  const lines = new Map<string | null, Place>()
  const threads = new Map<string, { readonly name: string; readonly open: number }>()
  let before: TraceEvent | undefined
  let next = 0
  for (const event of own) {
    if (before && event.at > before.at) {
      const layer = event.layer
      const add = (kind: WaitKind, from: TimePoint, to: TimePoint) => {
        // A function in a thread runs ahead of its sleep: where it stands cannot be told.
        const runs = kind === 'thread' ? ([...threads.values()][0]?.name ?? null) : null
        const place = runs === null ? (lines.get(layer) ?? null) : null
        if (comparePoints(from, to) < 0) waits.push({ kind, exchange, layer, place, runs, from, to })
      }
      const from = pointOf(before)
      const isBlock = event.kind === 'clock'
      const to = isBlock ? { at: event.from, seq: event.seq } : pointOf(event)
      // Threads go on while the loop is taken.
      const kind: WaitKind = threads.size > 0 ? 'thread' : 'sleep'
      let at = from
      while (next < late.length && comparePoints(late[next]?.to ?? to, from) <= 0) next++
      for (; next < late.length; next++) {
        const one = late[next]
        if (!one || comparePoints(one.from, to) >= 0) break
        const since = comparePoints(one.from, at) < 0 ? at : one.from
        const until = one.to.at < to.at ? one.to : to
        if (comparePoints(until, since) <= 0) continue
        if (since.at > at.at) add(kind, at, since)
        add('late', since, until)
        at = until
      }
      if (to.at > at.at) add(kind, at, to)
      if (isBlock) add('block', to, pointOf(event))
    }
    if (event.kind === 'line') lines.set(event.layer, { file: event.file, line: event.line })
    if (event.kind === 'thread') {
      const key = `${event.task} ${event.name}`
      const open = (threads.get(key)?.open ?? 0) + (event.phase === 'start' ? 1 : -1)
      if (open > 0) threads.set(key, { name: event.name, open })
      else threads.delete(key)
    }
    before = event
  }
  return waits
}

function readWaits(lanes: readonly Lane[]): Wait[] {
  const all = lanes.flatMap((lane) => lane.waits).toSorted((a, b) => comparePoints(a.from, b.from))
  return all.filter((wait, i) => i === 0 || comparePoints(all[i - 1]?.from ?? START, wait.from) !== 0)
}

/**
 * The beginning of a wait before or after a moment.
 * @returns null where there is none
 */
export function nextWait(view: LanesView, moment: TimePoint, by: 1 | -1): Wait | null {
  if (by > 0) return view.waits.find((wait) => comparePoints(wait.from, moment) > 0) ?? null
  return view.waits.findLast((wait) => comparePoints(wait.from, moment) < 0) ?? null
}

/** What a lane is doing at a moment. `unsent`: its client has not sent it. `turn`: it can go on in this same instant. */
export type LaneState = WaitKind | 'unsent' | 'run' | 'turn' | 'over'

export interface LaneNow {
  readonly lane: Lane
  readonly state: LaneState
  readonly wait: Wait | null
}

/** What every exchange does at a moment. */
export function lanesAt(view: LanesView, moment: TimePoint): LaneNow[] {
  const holder = holdAt(view, moment)?.exchange ?? null
  return view.lanes.map((lane) => {
    const wait = lane.waits.find((one) => holds(one, moment)) ?? null
    if (wait) return { lane, state: wait.kind, wait }
    if (comparePoints(moment, lane.from) < 0) return { lane, state: 'unsent', wait }
    if (comparePoints(moment, lane.to) > 0) return { lane, state: 'over', wait }
    return { lane, state: lane.exchange === holder ? 'run' : 'turn', wait }
  })
}

/** Who has the loop at a moment; null while it is free, and outside of the session. */
export function holdAt(view: LanesView, moment: TimePoint): Hold | null {
  const { loop } = view
  let low = 0
  let high = loop.length
  while (low < high) {
    const middle = (low + high) >> 1
    const hold = loop[middle]
    if (hold && comparePoints(hold.from, moment) <= 0) low = middle + 1
    else high = middle
  }
  const hold = loop[low - 1]
  if (!hold) return null
  return holds(hold, moment) || comparePoints(hold.to, moment) === 0 ? hold : null
}
