// Places that are finer than steps: the lines that ran, and whatever else happened between two crossings. Pure.
import { BROWSER, SERVER } from '../protocol'
import type { Ms, RunDocument, TraceEvent } from '../protocol'
import type { ExchangeView } from './model'
import { eventsOf } from './page-view'

/** One event on its own, and the step of the onion that it is shown with. */
export interface Moment {
  readonly seq: number
  readonly at: Ms
  /** Index in `view.steps`: the crossing that it leads to, where its own layer makes it, else the one before. Never falls. */
  readonly whole: number
  readonly event: TraceEvent
}

/** Where somebody stands: at a whole step, or at one event inside of it. */
export interface Standing {
  /** Index in `view.steps`. */
  readonly whole: number
  /** `seq` of a moment; null at the whole step, with all that belongs to it. */
  readonly seq: number | null
}

type Readable = Pick<RunDocument, 'exchanges' | 'fetches' | 'events'>

/** A line of the learner's that is about to run, or a function of theirs that returns. */
export function isLine(event: TraceEvent): event is Extract<TraceEvent, { kind: 'line' | 'return' }> {
  return event.kind === 'line' || event.kind === 'return'
}

/** Kinds that tell something between two crossings, whatever the layer. */
const TOLD: ReadonlySet<TraceEvent['kind']> = new Set([
  'line',
  'return',
  'state',
  'depends',
  'handler',
  'background',
  'store',
  'thread',
  'log',
  'stall',
  'caveat',
])

/** Messages are told where somebody's code meets them, not at each layer that hands them through. */
function isMessage(event: TraceEvent, innermost: string | null): boolean {
  if (event.kind !== 'receive' && event.kind !== 'send') return false
  const { type, body } = event.message
  const isTold = type.startsWith('websocket.') || type === 'http.disconnect' || (body?.bytes ?? 0) > 0
  return isTold && event.layer === innermost
}

/**
 * The moments of an exchange in the order of the trace. Time that passes is told too, though the clock is everybody's.
 * @param index  null for a fetch that sent nothing
 */
export function listMoments(doc: Readable, index: number | null, view: ExchangeView): Moment[] {
  const own = eventsOf(doc, index, view.browser?.fetch ?? null, doc.events)
  const first = own[0]?.seq ?? 0
  const last = own.at(-1)?.seq ?? -1
  const clocks = doc.events.filter((event) => event.kind === 'clock' && event.seq > first && event.seq < last)
  const events = clocks.length > 0 ? [...own, ...clocks].toSorted((a, b) => a.seq - b.seq) : own
  const { steps, rings } = view
  const crossed = new Set(steps.map(({ seq }) => seq))
  const innermost = rings[view.turn]?.id ?? null
  const moments: Moment[] = []
  let step = 0
  let whole = 0
  for (const event of events) {
    while ((steps[step + 1]?.seq ?? Infinity) <= event.seq) step++
    if (crossed.has(event.seq)) continue
    if (event.kind !== 'clock' && !TOLD.has(event.kind) && !isMessage(event, innermost)) continue
    const ringOf = (at: number) => rings[steps[at]?.ring ?? -1]?.id ?? null
    const leadsOn = event.layer !== null && ringOf(step) !== event.layer && ringOf(step + 1) === event.layer
    // Loading and the two outer rings run no code of the learner's: what they log belongs to the step before.
    const isOuter = event.layer === BROWSER || event.layer === SERVER
    whole = Math.max(whole, leadsOn && !isOuter ? step + 1 : step)
    moments.push({ seq: event.seq, at: event.at, whole, event })
  }
  return moments
}

/** The last event that counts for whoever stands there: nothing after it has happened yet. */
export function reachOf(view: ExchangeView, moments: readonly Moment[], { whole, seq }: Standing): number {
  if (seq !== null) return seq
  // `whole` never falls from one to the next.
  let low = 0
  let high = moments.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((moments[middle]?.whole ?? Infinity) <= whole) low = middle + 1
    else high = middle
  }
  const last = moments[low - 1]?.seq ?? -1
  return Math.max(last, view.steps[whole]?.seq ?? -1)
}

/** The moment at which somebody stands; null at a whole step. */
export function momentAt(moments: readonly Moment[], { seq }: Standing): Moment | null {
  return seq === null ? null : (moments.find((moment) => moment.seq === seq) ?? null)
}

function standingAt(moment: Moment | undefined): Standing | null {
  return moment ? { whole: moment.whole, seq: moment.seq } : null
}

/**
 * One line on or back through the learner's own code, over whatever lies between.
 * @returns null where no line ran any more, or before
 */
export function stepByLine(
  view: ExchangeView,
  moments: readonly Moment[],
  from: Standing,
  by: 1 | -1,
): Standing | null {
  const reach = reachOf(view, moments, from)
  const lines = moments.filter(({ event }) => isLine(event))
  if (by > 0) return standingAt(lines.find(({ seq }) => seq > reach))
  if (from.seq !== null) return standingAt(lines.findLast(({ seq }) => seq < reach))
  const before = lines.filter(({ seq }) => seq <= reach)
  const last = before.at(-1)
  // A whole step of that line's own layer shows it already.
  const isShown = last?.event.layer === view.rings[view.steps[from.whole]?.ring ?? -1]?.id
  return standingAt(isShown ? before.at(-2) : last)
}

/** A line of a file. */
export interface LinePlace {
  readonly file: string
  readonly line: number
}

/** Moments at which one of these lines is about to run. */
function momentsOfLines(moments: readonly Moment[], isWanted: (place: LinePlace) => boolean): Moment[] {
  return moments.filter(({ event }) => event.kind === 'line' && isWanted(event))
}

/**
 * The next moment in that direction at which one of these lines is about to run.
 * @param until  no further than the end of this step; for playing, which must not run past one
 */
export function stepToLine(
  view: ExchangeView,
  moments: readonly Moment[],
  from: Standing,
  by: 1 | -1,
  isWanted: (place: LinePlace) => boolean,
  until?: number,
): Standing | null {
  const reach = reachOf(view, moments, from)
  const found = momentsOfLines(moments, isWanted)
  if (by < 0) return standingAt(found.findLast(({ seq }) => seq < reach))
  return standingAt(found.find(({ seq, whole }) => seq > reach && (until === undefined || whole <= until)))
}

/** The moment after the one in view at which that line ran, the first again after the last; null where it never did. */
export function cycleLine(moments: readonly Moment[], from: Standing, place: LinePlace): Standing | null {
  const own = momentsOfLines(moments, ({ file, line }) => file === place.file && line === place.line)
  const at = own.findIndex(({ seq }) => seq === from.seq)
  return standingAt(own[(at + 1) % Math.max(1, own.length)])
}
