// Two exchanges as one list of steps: what stands beside what, and where they part.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunDocument } from '../protocol'
import { alignSteps, firstParting, matchExchanges, nextParting } from './align'
import { exception, handled, happyPath, shortCircuit, stream } from './fixtures/scenes'
import { viewExchange } from './view'

const SCENES = { happyPath, shortCircuit, exception, handled, stream }
const view = (document: RunDocument) => viewExchange(document, 0)

describe('alignSteps()', () => {
  test.for(Object.entries(SCENES))('finds a run the same as itself: %s', ([, scene]) => {
    const joined = alignSteps(view(scene()), view(scene()))
    expect(joined.length).toBeGreaterThan(0)
    expect(joined.every(({ kind, left, right }) => kind === 'same' && left === right)).toBe(true)
    expect(firstParting(joined)).toBeNull()
  })

  test('has every step of both, in their order, whatever the two are', () => {
    const names = Object.keys(SCENES) as (keyof typeof SCENES)[]
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.constantFrom(...names), (a, b) => {
        const [left, right] = [view(SCENES[a]()), view(SCENES[b]())]
        const joined = alignSteps(left, right)
        expect(joined.flatMap((one) => one.left ?? [])).toEqual(left.steps.map((_, i) => i))
        expect(joined.flatMap((one) => one.right ?? [])).toEqual(right.steps.map((_, i) => i))
      }),
    )
  })

  test('parts where a layer answers itself and the other passes the request on', () => {
    const [left, right] = [view(happyPath()), view(shortCircuit())]
    const joined = alignSteps(left, right)
    const first = firstParting(joined)
    expect(first).not.toBeNull()
    expect(joined.slice(0, first ?? 0).every(({ kind }) => kind === 'same')).toBe(true)
  })

  test('tells another value of a header from the same one', () => {
    const changed = happyPath()
    const other: RunDocument = {
      ...changed,
      events: changed.events.map((event) =>
        event.kind === 'send' && event.layer === 'endpoint' && event.message.status !== undefined
          ? { ...event, message: { ...event.message, status: 201 } }
          : event,
      ),
    }
    const joined = alignSteps(view(happyPath()), view(other))
    const first = joined[firstParting(joined) ?? -1]
    expect(first?.kind).toBe('other')
    expect(view(other).steps[first?.right ?? -1]?.kind).toBe('send')
  })

  test('goes from difference to difference in both directions', () => {
    const joined = alignSteps(view(happyPath()), view(shortCircuit()))
    const first = firstParting(joined) ?? -1
    const second = nextParting(joined, first, 1)
    expect(second).toBeGreaterThan(first)
    expect(nextParting(joined, second ?? -1, -1)).toBe(first)
    expect(nextParting(joined, first, -1)).toBeNull()
  })
})

describe('matchExchanges()', () => {
  const asked = (...titles: string[]) => ({ exchanges: titles.map((title) => ({ from: 0, title })) })

  test('leaves a place where only one run came to a request', () => {
    expect(matchExchanges(asked('OPTIONS', 'PUT', 'GET'), asked('OPTIONS', 'GET'))).toEqual([
      { left: 0, right: 0 },
      { left: 1, right: null },
      { left: 2, right: 1 },
    ])
  })
})
