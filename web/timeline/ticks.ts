// Which way a tick of the tape points. Knows no React.
import type { RowStep } from '../../engine/trace'

/** `in` stands above the line, `out` and `error` below. */
export function tickOf(step: RowStep): 'in' | 'out' | 'error' {
  if (step.kind === 'stop') return 'error'
  return step.direction
}
