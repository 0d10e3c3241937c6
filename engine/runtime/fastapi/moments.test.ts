import { describe, expect, test } from 'vitest'
import { Moments } from './moments'

const kept = (moments: Moments<{ bytes: number }>, upTo: number): number[] =>
  Array.from({ length: upTo + 1 }, (_, group) => group).filter((group) => moments.has(group))

describe('Moments', () => {
  test('nearest() gives the last one that is not after the group', () => {
    const moments = new Moments<{ bytes: number; name: string }>(10, 100)
    moments.keep(2, { bytes: 1, name: 'two' })
    moments.keep(5, { bytes: 1, name: 'five' })
    expect(moments.nearest(1)).toBeNull()
    expect(moments.nearest(4)).toEqual({ group: 2, moment: { bytes: 1, name: 'two' } })
    expect(moments.nearest(5)?.moment.name).toBe('five')
    moments.forgetAfter(2)
    expect(moments.nearest(5)?.moment.name).toBe('two')
  })

  test('keeps no more than its number, evenly spread, and always the newest', () => {
    const moments = new Moments<{ bytes: number }>(5, 1000)
    for (let group = 0; group <= 100; group++) {
      moments.keep(group, { bytes: 1 })
      expect(moments.has(group)).toBe(true)
    }
    const groups = kept(moments, 100)
    expect(groups).toHaveLength(5)
    const gaps = groups.map((group, index) => group - (groups[index - 1] ?? 0))
    expect(Math.max(...gaps)).toBeLessThan(75)
  })

  test('keeps no more bytes than its bound, and none that is larger alone', () => {
    const moments = new Moments<{ bytes: number }>(50, 100)
    for (let group = 0; group < 10; group++) moments.keep(group, { bytes: 30 })
    expect(kept(moments, 10)).toHaveLength(3)
    moments.keep(10, { bytes: 101 })
    expect(moments.has(10)).toBe(false)
    expect(kept(moments, 10)).toHaveLength(3)
  })
})
