// What ticks look like and what keys do on the tape. Knows no React.
import { stepByChange, stepByLayer, type RowStep, type ShownExchange } from '../../engine/trace'

/** `in` stands above the line, `out` and `error` below. */
export function tickOf(step: RowStep): 'in' | 'out' | 'error' {
  if (step.kind === 'stop') return 'error'
  return step.direction
}

/**
 * What a key does: arrows one step, with Shift one layer, `[` and `]` one change, Home and End, Space plays.
 * @returns a step to go to (it may lie outside of the tape), `play`, or null for a key that means nothing here
 */
export function stepForKey(
  key: { readonly key: string; readonly shiftKey: boolean },
  shown: ShownExchange,
  step: number,
): number | 'play' | null {
  switch (key.key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return key.shiftKey ? stepByLayer(shown, step, 1) : step + 1
    case 'ArrowLeft':
    case 'ArrowDown':
      return key.shiftKey ? stepByLayer(shown, step, -1) : step - 1
    case 'Home':
      return 0
    case 'End':
      return shown.steps.length - 1
    case '[':
      return stepByChange(shown, step, -1)
    case ']':
      return stepByChange(shown, step, 1)
    case ' ':
      return 'play'
    default:
      return null
  }
}
