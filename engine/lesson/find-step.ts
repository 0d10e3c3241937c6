// Where in a run "Show me" leads. Reads the run document only.
import type { RunDocument } from '../protocol'
import { ENDPOINT } from '../protocol'

export interface ShowTarget {
  /** Index of the exchange in the run. */
  readonly exchange: number
  /** A layer's name, the endpoint's function name, `server` or `browser`. */
  readonly layer: string
  readonly kind?: 'enter' | 'receive' | 'send' | 'raise' | 'catch' | 'exit' | undefined
}

/**
 * Finds the event that a question points at.
 * @returns the position in `run.events` of the first event of that kind (`enter` if none is named) at that ring, or
 *   null when the run has none
 */
export function findStep(run: RunDocument, target: ShowTarget): number | null {
  const ring = new Map(run.layers.map((layer) => [layer.id, layer.name]))
  const endpoint = run.events.find((event) => event.kind === 'route' && event.exchange === target.exchange)
  if (endpoint?.kind === 'route') ring.set(ENDPOINT, endpoint.endpoint)
  const index = run.events.findIndex(
    (event) =>
      event.exchange === target.exchange &&
      event.kind === (target.kind ?? 'enter') &&
      event.layer !== null &&
      (ring.get(event.layer) ?? event.layer) === target.layer,
  )
  return index === -1 ? null : index
}
