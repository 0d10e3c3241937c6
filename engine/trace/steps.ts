// The steps of the slider: which moments of an exchange get one, at which port of the path.
import { SERVER } from '../protocol'
import type { Exchange, MessageView, StopView, TraceEvent } from '../protocol'
import type { Outcome, RingView, Step, StepKind } from './model'
import type { BrowserPart } from './page-view'
import { isCancel, isHead, type RingRecord } from './records'
import type { Ring } from './rings'

/** A long stream would drown the slider: this many messages get steps of their own, and the last one. */
const STREAM_STEPS = 12

const isSaid = ({ type }: MessageView) => type === 'websocket.receive' || type === 'websocket.send'

/** Of what was said over a WebSocket, what passed one ring on its way in or out. */
function saidAt(said: readonly TraceEvent[], id: string | undefined, kind: 'receive' | 'send'): TraceEvent[] {
  return said.filter((event) => event.layer === id && event.kind === kind)
}

/**
 * Numbers what both sides of a WebSocket said in the order in which it began its way: the client's when the server was
 * handed it, the app's when its core let it out.
 */
export function numberSaid(rings: readonly Ring[], own: readonly TraceEvent[]): Map<string, number> {
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
export function countStream(
  rings: readonly Ring[],
  records: ReadonlyMap<string, RingRecord>,
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
  readonly records: ReadonlyMap<string, RingRecord>
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

export function readSteps(input: StepInput): Step[] {
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

function isChange(view: RingView, draft: Draft, record: RingRecord | undefined): boolean {
  if (draft.kind === 'enter')
    return view.request.headers.length > 0 || view.request.scope.length > 0 || view.request.body
  if (draft.kind === 'body') return draft.direction === 'out' && view.response.body && (record?.bodies.length ?? 0) > 0
  if (draft.kind === 'send')
    return (
      view.response.headers.length > 0 || view.response.body || view.response.statusBefore !== null || view.shortCircuit
    )
  return draft.kind === 'block' || draft.kind === 'raise' || draft.kind === 'catch' || draft.kind === 'stop'
}
