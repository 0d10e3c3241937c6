// How events cross from the worker: what many of them have in common is said once. `peel/tracer.py` writes it.
import type { TraceEvent } from './trace'

/**
 * A batch: position of the first event, where the parts that are new go in the reader's table, these parts, and then for
 * each event a column's entry: when, in which task, which part says its place, which the rest.
 */
type Packed = readonly [
  seq: number,
  firstPart: number,
  parts: readonly object[],
  at: readonly number[],
  task: readonly number[],
  place: readonly number[],
  rest: readonly number[],
]

/** Reads the batches of one worker, in order. Events share the objects that are in them. */
export class BatchReader {
  readonly #parts: object[] = []

  read(batch: string): readonly TraceEvent[] {
    const [seq, firstPart, parts, at, task, place, rest] = JSON.parse(batch) as Packed
    parts.forEach((part, index) => (this.#parts[firstPart + index] = part))
    return at.map(
      (ms, index) =>
        ({
          seq: seq + index,
          at: ms,
          task: task[index],
          ...this.#parts[place[index] ?? 0],
          ...this.#parts[rest[index] ?? 0],
        }) as TraceEvent,
    )
  }
}

/** Writes events that follow one another as a batch. */
export function packBatch(events: readonly TraceEvent[]): string {
  const parts = events.flatMap(({ seq: _seq, at: _at, task: _task, layer, exchange, ...rest }) => [
    { layer, exchange },
    rest,
  ])
  const packed: Packed = [
    events[0]?.seq ?? 0,
    0,
    parts,
    events.map(({ at }) => at),
    events.map(({ task }) => task),
    events.map((_, index) => 2 * index),
    events.map((_, index) => 2 * index + 1),
  ]
  return JSON.stringify(packed)
}
