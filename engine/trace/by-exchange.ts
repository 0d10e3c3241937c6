// Events of one exchange without looking through the session's: views of a long trace would do so at every step.
import type { TraceEvent } from '../protocol'

interface Index {
  /** A live session's list may grow in place. */
  readonly length: number
  readonly own: ReadonlyMap<number | null, readonly TraceEvent[]>
}

const indices = new WeakMap<readonly TraceEvent[], Index>()
const NONE: readonly TraceEvent[] = []

/** Events of an exchange in order; null for those of none. Made once for each list. */
export function eventsOfExchange(events: readonly TraceEvent[], exchange: number | null): readonly TraceEvent[] {
  let index = indices.get(events)
  if (index?.length !== events.length) indices.set(events, (index = indexOf(events)))
  return index.own.get(exchange) ?? NONE
}

function indexOf(events: readonly TraceEvent[]): Index {
  const own = new Map<number | null, TraceEvent[]>()
  for (const event of events) {
    const known = own.get(event.exchange)
    if (known) known.push(event)
    else own.set(event.exchange, [event])
  }
  return { length: events.length, own }
}

/** Index of the last event with a number up to `seq`, or -1; events stand in the order of their numbers. */
export function lastUpTo(events: readonly TraceEvent[], seq: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.seq ?? Infinity) <= seq) low = middle + 1
    else high = middle
  }
  return low - 1
}
