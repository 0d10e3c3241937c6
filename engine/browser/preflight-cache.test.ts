import { describe, expect, test } from 'vitest'
import { PreflightCache, readMaxAge } from './preflight-cache'

const KEY = { origin: 'http://a.test', url: 'http://b.test/x', partition: 'http://a.test' }
const put = { method: 'PUT', headers: [] as readonly string[], isCredentialed: false }
const filled = (isCredentialed = false, methods = ['PUT'], headers: string[] = []): PreflightCache => {
  const cache = new PreflightCache([])
  cache.keep(KEY, { methods, headers }, isCredentialed, 5000, 0)
  return cache
}
const knows = (cache: PreflightCache, ask: Partial<typeof put>, key = {}, nowMs = 0): boolean =>
  'entry' in (cache.find({ ...KEY, ...key }, { ...put, ...ask }, nowMs) ?? {})

// Fetch 4.9, "CORS-preflight cache"; Chromium 156 where a row says so.
describe('PreflightCache', () => {
  test.for([
    [filled(), {}, {}, 4999, true, 'fresh'],
    [filled(), {}, {}, 5000, false, 'over'],
    [filled(), { method: 'GET' }, {}, 0, true, 'safelisted methods need no listing'],
    [filled(), { method: 'DELETE' }, {}, 0, false, 'another method'],
    [filled(), { headers: ['x-a'] }, {}, 0, false, 'a header that was not allowed'],
    [filled(false, ['PUT'], ['x-a', 'x-b']), { headers: ['x-b'] }, {}, 0, true, 'one of those allowed'],
    [filled(false, ['*'], ['*']), { method: 'DELETE', headers: ['x-c'] }, {}, 0, true, 'Chromium: * stays a wildcard'],
    [filled(), { isCredentialed: true }, {}, 0, false, 'asked without credentials'],
    [filled(true), {}, {}, 0, true, 'asked with credentials counts without'],
    [filled(), {}, { url: 'http://b.test/x?y' }, 0, false, 'another query'],
    [filled(), {}, { url: 'http://b.test/x#y' }, 0, false, 'Chromium: another fragment'],
    [filled(), {}, { origin: 'http://c.test' }, 0, false, 'another origin'],
    [filled(), {}, { partition: 'http://c.test' }, 0, false, 'Chromium: within another site'],
  ] as const)('%#: %j', ([cache, ask, key, nowMs, isKnown]) => {
    expect(knows(cache, ask, key, nowMs)).toBe(isKnown)
  })

  test('a newer answer takes the place of the older one (Chromium)', () => {
    const cache = filled(false, [], ['x-a'])
    cache.keep(KEY, { methods: [], headers: ['x-b'] }, false, 5000, 0)
    expect(knows(cache, { method: 'GET', headers: ['x-a'] })).toBe(false)
    cache.keep(KEY, { methods: [], headers: [] }, false, 0, 0)
    expect(cache.entries).toEqual([])
  })
})

test.for([
  [null, 5000],
  ['600', 600_000],
  ['0', 0],
  ['-1', 0],
  ['+0', 0],
  ['0.5', 5000],
  ['soon', 5000],
  ['7200', 7_200_000],
  ['86400', 7_200_000],
] as const)('Access-Control-Max-Age: %s counts for %d ms (Fetch 4.8; Chromium: 2 hours at most)', ([value, lifeMs]) => {
  expect(readMaxAge(value === null ? [] : [['access-control-max-age', value]]).lifeMs).toBe(lifeMs)
})
