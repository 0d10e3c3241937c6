import { describe, expect, test } from 'vitest'
import { foldExchange, viewExchange } from '../../engine/trace'
import { happyPath } from '../../engine/trace/fixtures/scenes'
import { arrangeRows, movableRows, moved, placeWords, stackOf } from './arranging'

const shown = foldExchange(viewExchange(happyPath(), 0))
const names = (one: typeof shown) => one.rows.map((row) => one.view.rings[row.rings[0] ?? -1]?.id)
const stack = shown.view.rings
  .filter(({ origin, role }) => origin !== 'framework' && role === 'layer')
  .map(({ id }) => id)

describe('rows in another order', () => {
  test('only registered layers move, and they stand next to each other', () => {
    const rows = movableRows(shown, stack)
    expect(rows.length).toBeGreaterThan(1)
    expect(rows).toEqual(rows.map((_, at) => (rows[0] ?? 0) + at))
    expect(stackOf(shown, stack)).toEqual(stack)
  })

  test('the others stay where they are, and no step is left', () => {
    const rows = movableRows(shown, stack)
    const order = [...rows].reverse()
    const after = arrangeRows(shown, rows, order)
    expect(after.steps).toEqual([])
    expect(stackOf(after, stack)).toEqual([...stack].reverse())
    names(shown).forEach((id, at) => {
      if (!rows.includes(at)) expect(names(after)[at]).toBe(id)
    })
  })

  test('moved() takes one out and puts it in', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b', 'c'], 1, 1)).toEqual(['a', 'b', 'c'])
  })

  test('places are told from the outside', () => {
    expect(placeWords(['A', 'B', 'C'], 0)).toBe('1 of 3 from the outside, outside of B')
    expect(placeWords(['A', 'B', 'C'], 2)).toBe('3 of 3 from the outside, inside of B')
  })
})
