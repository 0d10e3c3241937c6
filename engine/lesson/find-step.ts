// Where in a run "Show me" leads. Reads the run through the trace room; moves nothing.
import type { RunDocument } from '../protocol'
import { type Step, viewExchange } from '../trace'

export interface ShowTarget {
  /** Index of the exchange in the run. */
  readonly exchange: number
  /** A layer's name, the endpoint's function name, `uvicorn` or `Browser`. */
  readonly layer: string
  /** What happens there; the request coming in if nothing is named. */
  readonly kind?: 'enter' | 'send' | 'raise' | 'catch' | undefined
}

/** Kinds of steps that show what was asked for: an exception that passes leaves the layer too. */
const KINDS: Readonly<Record<NonNullable<ShowTarget['kind']>, readonly Step['kind'][]>> = {
  enter: ['enter'],
  send: ['send', 'catch'],
  raise: ['raise', 'pass'],
  catch: ['catch'],
}

/**
 * Finds the step that a question points at.
 * @returns its index in the steps of the exchange's unfolded view, or null when the run has no such step
 */
export function findStep(run: RunDocument, { exchange, layer, kind = 'enter' }: ShowTarget): number | null {
  if (run.exchanges[exchange] === undefined) return null
  const { rings, steps } = viewExchange(run, exchange)
  const index = steps.findIndex((step) => rings[step.ring]?.name === layer && KINDS[kind].includes(step.kind))
  return index === -1 ? null : index
}
