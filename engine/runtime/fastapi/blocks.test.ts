import { describe, expect, test } from 'vitest'
import { compareBlocks, writeBlocks, type Delta } from './blocks'

function compare(base: Uint8Array, now: Uint8Array): Delta {
  const steps = compareBlocks(base, now)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Bytes without a pattern, the same in each run. */
function bytes(length: number): Uint8Array {
  let state = 7
  return Uint8Array.from({ length }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16)
}

describe('compareBlocks()', () => {
  test('finds nothing where nothing changed', () => {
    expect(compare(bytes(4096), bytes(4096))).toEqual({ offsets: new Uint32Array(), bytes: new Uint8Array() })
  })

  test('finds a change of one bit in any word of a block', () => {
    const base = bytes(4096)
    for (let at = 512; at < 768; at++) {
      const now = base.slice()
      now[at] = (now[at] ?? 0) ^ 0x80
      expect([...compare(base, now).offsets]).toEqual([512])
    }
  })

  test('holds what grew beyond the base only where it is not zero', () => {
    const now = new Uint8Array(4096)
    now.set(bytes(1024))
    now[3000] = 1
    expect([...compare(bytes(1024), now).offsets]).toEqual([2816])
  })

  test('sees the whole of a memory that takes several steps', () => {
    const base = new Uint8Array(40 << 20)
    const now = base.slice()
    const places = [0, (16 << 20) - 1, 16 << 20, (40 << 20) - 1]
    for (const place of places) now[place] = 1
    const { offsets } = compare(base, now)
    expect([...offsets]).toEqual([0, (16 << 20) - 256, 16 << 20, (40 << 20) - 256])
  })
})

describe('writeBlocks()', () => {
  test('gives back what was compared, whatever was there, also in a memory that has grown since', () => {
    const base = bytes(8192)
    const now = new Uint8Array(16384)
    now.set(base)
    for (const at of [3, 4000, 8191, 8192, 12000]) now[at] = 99
    const delta = compare(base, now)
    const target = bytes(32768)
    writeBlocks(base, delta, target)
    expect(target.subarray(0, now.length)).toEqual(now)
    expect(target.subarray(now.length).every((byte) => byte === 0)).toBe(true)
  })
})
