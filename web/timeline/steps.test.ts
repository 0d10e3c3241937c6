import { expect, test } from 'vitest'
import { foldExchange, viewExchange } from '../../engine/trace'
import { happyPath, stopped } from '../../engine/trace/fixtures/scenes'
import { stepForKey, tickOf } from './steps'

const shown = foldExchange(viewExchange(happyPath(), 0))

test.for<[string, boolean, number, number | 'play' | null]>([
  ['ArrowRight', false, 3, 4],
  ['ArrowLeft', false, 3, 2],
  ['ArrowRight', true, 8, 10],
  ['ArrowLeft', true, 9, 7],
  ['Home', false, 9, 0],
  ['End', false, 9, 17],
  [']', false, 9, 11],
  ['[', false, 9, 1],
  [' ', false, 9, 'play'],
  ['a', false, 9, null],
])('key %s (shift %s) at step %i gives %s', ([key, shiftKey, step, to]) => {
  expect(stepForKey({ key, shiftKey }, shown, step)).toBe(to)
})

test('ticks point in, out, or tell an error', () => {
  expect(shown.steps.map(tickOf).filter((tick) => tick === 'in')).toHaveLength(9)
  const stop = foldExchange(viewExchange(stopped(), 0)).steps.at(-1)
  expect(stop && tickOf(stop)).toBe('error')
})
