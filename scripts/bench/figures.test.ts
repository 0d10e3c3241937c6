import { expect, test } from 'vitest'
import { median, percentile, round, table } from './figures'

test.for([
  [[5], 5],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
] as const)('median() of %j is %d', ([values, expected]) => {
  expect(median(values)).toBe(expected)
})

test.for([
  [50, 10],
  [95, 19],
  [100, 20],
  [1, 1],
] as const)('percentile() %d of 1 to 20 is %d', ([p, expected]) => {
  const values = Array.from({ length: 20 }, (_, i) => 20 - i)
  expect(percentile(values, p)).toBe(expected)
})

test('median() and percentile() refuse an empty list', () => {
  expect(() => median([])).toThrow(/median/)
  expect(() => percentile([], 50)).toThrow(/percentile/)
})

test('round() keeps so many places', () => {
  expect([round(1.26, 1), round(1.5)]).toEqual([1.3, 2])
})

test('table() aligns names to the left and figures to the right', () => {
  expect(
    table([
      ['', 'ms'],
      ['a', '1'],
      ['long', '100'],
    ]),
  ).toBe('       ms\n────  ───\na       1\nlong  100')
})
