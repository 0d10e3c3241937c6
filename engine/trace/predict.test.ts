// What is right of a guess, and where it parts from the run.
import { describe, expect, test } from 'vitest'
import { exception, happyPath, shortCircuit } from './fixtures/scenes'
import type { Prediction } from './predict'
import { judgePrediction } from './predict'
import { viewExchange } from './view'

const guess = (ring: string, more: Partial<Prediction> = {}): Prediction => ({
  ring,
  ending: 'answers',
  status: null,
  headers: [],
  ...more,
})

describe('judgePrediction()', () => {
  test('finds a whole guess right', () => {
    const view = viewExchange(happyPath(), 0)
    const { judged, partsAt } = judgePrediction(
      guess('endpoint', { status: view.outcome.status, headers: ['content-type'] }),
      view,
    )
    expect(judged.map(({ part, isRight }) => [part, isRight])).toEqual([
      ['path', true],
      ['ending', true],
      ['status', true],
      ['header', true],
    ])
    expect(partsAt).toBeNull()
  })

  test('says where a request turned round that was thought to come further', () => {
    const view = viewExchange(shortCircuit(), 0)
    const real = view.rings[view.turn]
    const { judged, partsAt } = judgePrediction(guess('endpoint', { status: 200, headers: ['x-none'] }), view)
    expect(partsAt).toBe(real?.id)
    expect(judged[0]?.says).toContain(`it turns round in ${real?.name ?? '?'}`)
    expect(judged.map(({ isRight }) => isRight)).toEqual([false, false, false])
    expect(judged[1]?.says).toBe(`You expected 200; ${view.outcome.status ?? '?'} comes.`)
    expect(judged[2]?.says).toBe('You expected x-none; the response does not carry it.')
  })

  test('says where a request goes on that was thought to turn round', () => {
    const view = viewExchange(happyPath(), 0)
    const early = view.rings[2]
    const { judged, partsAt } = judgePrediction(guess(early?.id ?? ''), view)
    expect(judged[0]?.says).toContain('it goes on to')
    expect(partsAt).toBe(early?.id)
  })

  test('tells an exception from an answer', () => {
    const view = viewExchange(exception(), 0)
    const ring = view.rings[view.turn]?.id ?? ''
    expect(judgePrediction(guess(ring, { ending: 'raises' }), view).judged[1]?.isRight).toBe(true)
    expect(judgePrediction(guess(ring), view).judged[1]?.says).toMatch(/^You expected an answer there; .* raises /)
  })

  test('names a layer that this app does not have', () => {
    const { judged } = judgePrediction(guess('Gone'), viewExchange(happyPath(), 0))
    expect(judged[0]).toMatchObject({ isRight: false })
    expect(judged[0]?.says).toMatch(/^Gone is no layer of this app/)
  })
})
