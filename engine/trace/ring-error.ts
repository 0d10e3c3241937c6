// What an exception was to one ring: born there, passed through, caught, or handled around the endpoint.
import type { ErrorView } from '../protocol'
import type { RingError } from './model'
import type { EventOf, RingRecord } from './records'
import type { Ring } from './rings'

/** What each ring has to tell of an exception, from the core outwards, as the exception goes. */
export function readErrors(rings: readonly Ring[], records: ReadonlyMap<string, RingRecord>): (RingError | null)[] {
  const errors: (RingError | null)[] = rings.map(() => null)
  let innerRaised: EventOf<'raise'> | null = null
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
  return errors
}

function readError(ring: Ring, record: RingRecord | undefined, innerRaised: EventOf<'raise'> | null): RingError | null {
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
function handledWithin(ring: Ring, record: RingRecord | undefined): RingError | null {
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
