import { describe, expect, test } from 'vitest'
import type { TraceEvent } from '../../engine/protocol'
import type { Span } from '../../engine/trace'
import { EVERYTHING, filterEvents, namesOf, ringsIn, rowForKey, rowText } from './rows'
import { axisTicks, makeScale, mostZoom, pieces, zoomTo } from './scale'

const span = (from: number, to: number, first = from, last = to): Span => ({
  from: { at: from, seq: first },
  to: { at: to, seq: last },
})

describe('makeScale()', () => {
  test('lays points out by virtual time, and by number', () => {
    const of = span(0, 1000, 10, 30)
    const time = makeScale(of, 'time', 1112, 1)
    expect([0, 500, 1000].map((at) => time.x({ at, seq: 0 }))).toEqual([16, 516, 1016])
    const events = makeScale(of, 'events', 1112, 1)
    expect([10, 20, 30].map((seq) => events.x({ at: 0, seq }))).toEqual([16, 516, 1016])
  })

  test('finds the point under a pixel', () => {
    const of = span(100, 1100, 10, 30)
    expect(makeScale(of, 'time', 1112, 1).pointAt(516)).toEqual({ at: 600, seq: Infinity })
    expect(makeScale(of, 'events', 1112, 1).pointAt(516)).toEqual({ at: Infinity, seq: 20 })
    expect(makeScale(of, 'time', 1112, 1).pointAt(-50).at).toBe(100)
  })

  test('puts all in one place where no time goes by', () => {
    expect(makeScale(span(5, 5), 'time', 500, 1).x({ at: 5, seq: 0 })).toBe(16)
  })

  test('never gets longer than a browser bears', () => {
    expect(makeScale(span(0, 1), 'time', 1000, 1e9).width).toBe(
      makeScale(span(0, 1), 'time', 1000, mostZoom(1000)).width,
    )
  })
})

describe('axisTicks()', () => {
  test.for([
    [1000, 1112, ['0', '100', '200', '300', '400', '500', '600', '700', '800', '900', '1000']],
    [1300, 400, ['0', '500', '1000']],
    [0.4, 1112, ['0', '0.05', '0.1', '0.15', '0.2', '0.25', '0.3', '0.35', '0.4']],
  ] as const)('of %d ms on %d px are round and apart', ([length, width, texts]) => {
    const of = span(0, length)
    const ticks = axisTicks(makeScale(of, 'time', width, 1), of)
    expect(ticks.map(({ text }) => text)).toEqual(texts)
  })
})

test('zoomTo() makes a span take most of the width, and nothing smaller than all of it', () => {
  expect(zoomTo(span(0, 100), span(0, 1000), 'time', 1000)).toBeCloseTo(7)
  expect(zoomTo(span(0, 1000), span(0, 1000), 'time', 1000)).toBe(1)
  expect(zoomTo(span(3, 3), span(0, 1000), 'time', 1000)).toBe(1)
})

test('pieces() joins what nobody could tell apart, and keeps what differs in kind', () => {
  const scale = makeScale(span(0, 1_000_000), 'time', 1112, 1)
  const many = Array.from({ length: 5000 }, (_, i) => span(i * 200, i * 200 + 100))
  const joined = pieces(many, scale, () => 'sleep')
  expect(joined.length).toBeLessThan(1100)
  expect(joined.reduce((sum, { count }) => sum + count, 0)).toBe(5000)
  expect(pieces([span(0, 1), span(1, 2)], scale, ({ from }) => String(from.at))).toHaveLength(2)
})

const event = (seq: number, more: object): TraceEvent =>
  ({ seq, at: 600.25, task: 1, layer: null, exchange: null, ...more }) as TraceEvent

describe('the table of events', () => {
  const send = event(1, {
    kind: 'send',
    layer: 'timing',
    exchange: 0,
    message: { type: 'http.response.start', status: 200 },
  })
  const line = event(2, { kind: 'line', layer: 'endpoint', exchange: 1, file: 'main.py', line: 4, function: 'nap' })
  const block = event(3, { kind: 'clock', layer: 'endpoint', exchange: 1, from: 0, to: 500, why: 'block' })
  const events = [send, line, block]

  test('says who did it in a column of its own', () => {
    expect(rowText(send, namesOf([]))).toEqual({
      at: '600.3',
      request: 'A',
      layer: 'timing',
      what: 'sends the head of a 200',
      tone: 'plain',
    })
    expect(rowText(block, namesOf([]))).toMatchObject({ request: 'B', tone: 'bad' })
  })

  test('lets through what was asked for', () => {
    expect(filterEvents(events, EVERYTHING)).toBe(events)
    expect(filterEvents(events, { ...EVERYTHING, exchange: 1 })).toEqual([line, block])
    expect(filterEvents(events, { ...EVERYTHING, layer: 'endpoint', group: 'time' })).toEqual([block])
    expect(ringsIn(events)).toEqual(['timing', 'endpoint'])
  })

  test.for([
    ['ArrowDown', 1],
    ['ArrowUp', 0],
    ['PageDown', 20],
    ['End', 99],
    ['Home', 0],
    ['x', null],
  ] as const)('%s goes to %s', ([key, to]) => {
    expect(rowForKey(key, 0, 100, 20)).toBe(to)
  })
})
