import { describe, expect, test } from 'vitest'
import type { Exchange } from '../protocol'
import { explainOrders, groupOrders, listOrders, type Order, type Outcome } from '.'

function answered(status: number, more: { header?: string; error?: string; endedAt?: number } = {}): Exchange {
  const { header, error, endedAt = 0 } = more
  return {
    from: 0,
    title: 'GET /',
    request: { method: 'GET', url: 'http://localhost:8000/', headers: [], body: '', bodyEncoding: 'utf8' },
    response: { status, reason: '', headers: header ? [['x-a', header]] : [], body: '', bodyEncoding: 'utf8' },
    error: error ? { type: error, message: '', file: null, line: null } : null,
    startedAt: 0,
    endedAt,
  }
}

const outcome = (order: Order, ...exchanges: Exchange[]): Outcome => ({ order, exchanges, error: null, stop: null })
const unanswered: Exchange = { ...answered(200), response: null }

describe('listOrders()', () => {
  test('lists each order once, that as registered first', () => {
    expect(listOrders(0)).toEqual([[]])
    expect(listOrders(3)).toEqual([
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ])
    expect(new Set(listOrders(6).map(String)).size).toBe(720)
  })
})

describe('groupOrders()', () => {
  const together: readonly [string, Exchange, Exchange, boolean][] = [
    ['the same answer', answered(200), answered(200), true],
    ['an exception that only the server saw', answered(500, { error: 'ValueError' }), answered(500), true],
    ['another time', answered(200), answered(200, { endedAt: 5 }), true],
    ['another status', answered(200), answered(201), false],
    ['another header', answered(200, { header: 'a' }), answered(200, { header: 'b' }), false],
    ['no answer', answered(200), unanswered, false],
  ]
  test.for(together)('%s: %#', ([, one, other, isSame]) => {
    const groups = groupOrders([outcome([0, 1], one), outcome([1, 0], other)])
    expect(groups.map(({ orders }) => orders)).toEqual(
      isSame
        ? [
            [
              [0, 1],
              [1, 0],
            ],
          ]
        : [[[0, 1]], [[1, 0]]],
    )
  })

  test('the order of headers counts where they share a name', () => {
    const withHeaders = (...headers: (readonly [string, string])[]): Outcome => {
      const one = answered(200)
      return outcome([0], { ...one, response: one.response && { ...one.response, headers } })
    }
    const shared = [
      withHeaders(['vary', 'Origin'], ['Vary', 'Cookie']),
      withHeaders(['vary', 'Cookie'], ['vary', 'Origin']),
    ]
    expect(groupOrders(shared)).toHaveLength(2)
    const apart = [withHeaders(['x-a', '1'], ['x-b', '2']), withHeaders(['x-b', '2'], ['x-a', '1'])]
    expect(groupOrders(apart)).toHaveLength(1)
  })

  test('a start that fails is a group of its own, and its reason stays', () => {
    const error = { type: 'TypeError', message: 'no', file: null, line: null, phase: 'load', text: 'No.' } as const
    const groups = groupOrders([outcome([0, 1], answered(200)), { order: [1, 0], exchanges: [], error, stop: null }])
    expect(groups.map((group) => group.error?.text)).toEqual([undefined, 'No.'])
  })
})

describe('explainOrders()', () => {
  const by = (isIn: (order: Order) => boolean, count = 3): Order[][] => {
    const orders = listOrders(count)
    return [orders.filter(isIn), orders.filter((order) => !isIn(order))]
  }
  const before = (order: Order, a: number, b: number): boolean => order.indexOf(a) < order.indexOf(b)

  test('one pair decides, and the other group is its reverse', () => {
    expect(explainOrders(by((order) => before(order, 2, 0)))).toEqual([
      { kind: 'all', pairs: [[2, 0]] },
      { kind: 'all', pairs: [[0, 2]] },
    ])
  })

  test('two pairs decide, and the rest is either of them the other way round', () => {
    expect(explainOrders(by((order) => before(order, 0, 1) && before(order, 0, 2)))).toEqual([
      {
        kind: 'all',
        pairs: [
          [0, 1],
          [0, 2],
        ],
      },
      {
        kind: 'any',
        pairs: [
          [1, 0],
          [2, 0],
        ],
      },
    ])
  })

  test('a pair that follows from two others is left out', () => {
    const [rule] = explainOrders(by((order) => String(order.filter((one) => one !== 3)) === '0,1,2', 4))
    expect(rule).toEqual({
      kind: 'all',
      pairs: [
        [0, 1],
        [1, 2],
      ],
    })
  })

  test('a group that no pairs describe has no rule', () => {
    expect(explainOrders(by((order) => order[1] === 0))).toEqual([null, null])
  })

  test('where all orders behave alike there is nothing to say', () => {
    expect(explainOrders([listOrders(3)])).toEqual([{ kind: 'all', pairs: [] }])
  })
})
