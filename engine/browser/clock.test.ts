import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EPOCH_MS, formatMoment, toVirtualMs } from './clock'

test('the browser and the server begin at the same moment', () => {
  const text = readFileSync(new URL('../python/peel/clock.py', import.meta.url), 'utf8')
  const seconds = /^EPOCH_NS = ([\d_]+) \* 10\*\*9$/m.exec(text)?.[1]?.replaceAll('_', '')
  expect(EPOCH_MS).toBe(Number(seconds) * 1000)
})

test('moments are told in UTC', () => {
  expect(toVirtualMs(Date.UTC(2028, 0, 1, 0, 1))).toBe(60_000)
  expect(toVirtualMs(Date.UTC(2027, 11, 31, 23, 59, 59))).toBe(-1000)
  expect(formatMoment(60_500)).toBe('2028-01-01 00:01:00')
})
