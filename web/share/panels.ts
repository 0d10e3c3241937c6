// Which steps of a run make its comic strip: those that tell something. Pure.
import type { RowStep, ShownExchange } from '../../engine/trace'

/** As many as have room on one page. */
export const MOST_PANELS = 12

/**
 * Indices in `shown.steps`, in order. Beginning, turn and end are always among them, then what went wrong, then changes:
 * those of the learner's own layers before those of others.
 */
export function choosePanels(shown: ShownExchange): number[] {
  const { steps } = shown
  if (steps.length === 0) return []
  const ranks = steps.map((step, index) => rankOf(shown, step, index))
  return [...steps.keys()]
    .filter((index) => (ranks[index] ?? LAST) < LAST)
    .sort((a, b) => (ranks[a] ?? LAST) - (ranks[b] ?? LAST) || a - b)
    .slice(0, MOST_PANELS)
    .sort((a, b) => a - b)
}

const LAST = 6

/** How much a step tells: 0 is never left out, `LAST` always. */
function rankOf(shown: ShownExchange, step: RowStep, index: number): number {
  const { steps, view } = shown
  const isEnd = index === 0 || index === steps.length - 1
  const ring = view.rings[step.ring]
  if (isEnd || step.kind === 'raise' || step.kind === 'stop' || step.kind === 'block') return 0
  // Where the path turns: the deepest one is handed the request, and answers.
  if (step.kind === 'catch' || (step.kind === 'send' && step.row === shown.turn)) return 1
  if (step.kind === 'enter' && step.row === shown.turn) return 2
  if (step.kind === 'body') return step.message === 1 || step.message === view.streamed ? 4 : LAST
  if (!step.change) return step.kind === 'pass' && ring?.origin === 'yours' ? 5 : LAST
  return ring?.origin === 'yours' ? 3 : ring?.role === 'server' ? 5 : 4
}
