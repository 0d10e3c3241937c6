// A response whose body is still coming: the page has its head, and is given the rest when it is there (Fetch 4.7, "processBodyChunk").
import type { Finished, Flight, Resumed, Steps } from './flight'
import { isTakenBack, type Answer } from './network'
import { aborted } from './outcome'

/**
 * Ends a fetch whose body is there. Where it is not, the page has what the head is good for; then the answer is judged once
 * more as a whole, and what was said of it already is not said again.
 * @param judge  called for the head too, with an empty body: what is to be kept of a response waits until `isComing` is false
 */
export function* whenWhole(
  flight: Flight,
  finished: Finished,
  judge: (answer: Answer) => Finished | null,
): Steps<Finished> {
  const { outcome } = finished.done
  if (!flight.isComing || (outcome !== 'ok' && outcome !== 'opaque')) return finished
  const answer = takeWhole(flight, yield { ...finished, isOpen: true })
  const whole = answer && judge(answer)
  if (!whole) return aborted(flight)
  const told = new Set(finished.notes.map((note) => JSON.stringify(note)))
  return { ...whole, notes: whole.notes.filter((note) => !told.has(JSON.stringify(note))) }
}

/** Waits for the body where the head alone is good for nothing; null where none of it came. */
export function* awaitWhole(flight: Flight): Steps<Answer | null> {
  return takeWhole(flight, yield { notes: [], isWaiting: true })
}

function takeWhole(flight: Flight, { reply, nowMs }: Resumed): Answer | null {
  flight.nowMs = nowMs
  flight.isComing = false
  flight.isAborted = isTakenBack(flight, reply)
  return 'failed' in reply || 'head' in reply ? null : reply.response
}
