import { describe, expect, test } from 'vitest'
import { viewExchange, type RingView } from '../../engine/trace'
import { happyPath, shortCircuit } from '../../engine/trace/fixtures/scenes'
import { columnWords, kindWords, moreWords, msWords, sameWords, timeSentence } from './words'

const ring = (id: string, doc = happyPath()): RingView => {
  const found = viewExchange(doc, 0).rings.find((one) => one.id === id)
  if (!found) throw new Error(`no ring ${id}`)
  return found
}
const nothing = { lines: [], status: null, body: null }

describe('words of the inspector', () => {
  test.for<[string, string]>([
    ['timing', 'yours, a function'],
    ['AuthMiddleware', 'yours, an ASGI class'],
    ['CORSMiddleware', 'library, an ASGI class'],
    ['router', 'framework, a router'],
    ['endpoint', 'yours, the endpoint'],
    ['server', 'server'],
    ['browser', ''],
  ])('%s is %s', ([id, words]) => expect(kindWords(ring(id))).toBe(words))

  test.for<[number, string]>([
    [0, '0 ms'],
    [0.54, '0.5 ms'],
    [120, '120 ms'],
    [2500, '2.50 s'],
    [12_345, '12.3 s'],
  ])('%i ms is %s', ([ms, words]) => expect(msWords(ms)).toBe(words))

  test('time is told as own and further in, a held-up loop and an early head where there was one', () => {
    const time = { whole: 150, inner: 120, own: 30, blocked: 0, untilHead: 150 }
    expect(timeSentence(time, false)).toBe('150 ms from the request to its end: 30 ms its own, 120 ms further in.')
    expect(timeSentence({ ...time, blocked: 20, untilHead: 40 }, false)).toMatch(/loop for 20 ms.*out after 40 ms\.$/)
    expect(timeSentence(time, true)).toBe('It took 150 ms.')
  })

  test('a request that was not passed on went no further', () => {
    expect(sameWords(nothing, 'request', ring('timing'), false)).toBe('It went on as it came in.')
    expect(sameWords(nothing, 'request', ring('AuthMiddleware', shortCircuit()), true)).toBe('It went no further.')
    expect(sameWords(nothing, 'request', ring('endpoint'), true)).toBe('It ends here.')
    expect(sameWords(null, 'request', ring('timing', shortCircuit()), false)).toBe('The request did not get here.')
    expect(sameWords(nothing, 'response', ring('timing'), false)).toBe('It was let out as it came from inside.')
    const added = { name: 'x', kind: 'added', before: null, after: '1' } as const
    expect(sameWords({ ...nothing, lines: [added] }, 'response', ring('timing'), false)).toBeNull()
  })

  test('columns are named by what is on both sides of the ring', () => {
    expect(columnWords('request', ring('browser'), true)).toEqual(['asked for', 'sent'])
    expect(columnWords('response', ring('browser'), true)).toEqual(['on the wire', 'to the page'])
    expect(columnWords('response', ring('timing'), true)).toEqual(['from inside', 'let out'])
    expect([moreWords(1, false), moreWords(4, true)]).toEqual(['1 header', '4 more, unchanged'])
  })
})
