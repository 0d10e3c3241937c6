import { expect, test } from 'vitest'
import { fullLength, packSparse, writeSparse } from './sparse'

const filled = (length: number, ...bytes: [at: number, value: number][]): Uint8Array => {
  const full = new Uint8Array(length)
  for (const [at, value] of bytes) full[at] = value
  return full
}

test.for([
  ['nothing at all', filled(0)],
  ['zeros only', filled(100_000)],
  ['a byte at the start', filled(100_000, [0, 1])],
  ['a byte at the very end, beyond the last whole page', filled(100_001, [100_000, 7])],
  ['two pages side by side and one apart', filled(65_536, [4096, 1], [8192, 2], [40_000, 3])],
  ['bytes that do not begin at a word', filled(50_001, [1, 1], [33_333, 9]).subarray(1)],
] as const)('writeSparse() gives back %s, whatever was there before', ([, full]) => {
  const packed = packSparse(full)
  expect(fullLength(packed)).toBe(full.length)
  const target = new Uint8Array(full.length + 100).fill(255)
  writeSparse(packed, target)
  expect(target).toEqual(new Uint8Array([...full, ...new Uint8Array(100)]))
})

test('writeSparse() refuses a memory that is too small', () => {
  expect(() => writeSparse(packSparse(filled(10_000)), new Uint8Array(9_999))).toThrow(RangeError)
})

test('packSparse() leaves empty pages out and joins full neighbours', () => {
  const packed = packSparse(filled(1 << 20, [4096, 1], [8192, 2], [500_000, 3]))
  expect(packed.length).toBe(4 * (3 + 2 * 2) + 3 * 4096)
})

test.for([
  ['other bytes', new Uint8Array(64)],
  ['too few bytes', new Uint8Array(3)],
  ['a packed snapshot that was cut short', packSparse(filled(10_000, [0, 1])).subarray(0, 100)],
] as const)('writeSparse() refuses %s', ([, bytes]) => {
  expect(() => writeSparse(bytes, new Uint8Array(20_000))).toThrow(RangeError)
})
