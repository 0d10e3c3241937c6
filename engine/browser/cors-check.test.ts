import { expect, test } from 'vitest'
import type { HeaderList } from '../protocol'
import { checkCors } from './cors-check'
import { judgePreflight } from './preflight'

const ORIGIN = 'http://app.shop.test:8101'
const allow = (value: string | null, credentials: string | null = null): HeaderList => [
  ...(value === null ? [] : [['Access-Control-Allow-Origin', value] as const]),
  ...(credentials === null ? [] : [['access-control-allow-credentials', credentials] as const]),
]

// Fetch 4.10, "CORS check", with the names that Chromium 156 gave.
test.for([
  [allow('*'), false, null],
  [allow(ORIGIN), false, null],
  [allow(ORIGIN, 'true'), true, null],
  [allow(null), false, 'MissingAllowOriginHeader'],
  [allow('*', 'true'), true, 'WildcardOriginNotAllowed'],
  [allow(ORIGIN), true, 'InvalidAllowCredentials'],
  [allow(ORIGIN, 'TRUE'), true, 'InvalidAllowCredentials'],
  [allow(ORIGIN, 'true, true'), true, 'InvalidAllowCredentials'],
  [allow(`${ORIGIN}, ${ORIGIN}`), false, 'MultipleAllowOriginValues'],
  [allow('*,*'), false, 'MultipleAllowOriginValues'],
  [[...allow('*'), ...allow('*')], false, 'MultipleAllowOriginValues'],
  [allow(''), false, 'InvalidAllowOriginValue'],
  [allow('foo'), false, 'InvalidAllowOriginValue'],
  [allow('http://'), false, 'InvalidAllowOriginValue'],
  [allow(`${ORIGIN}:80`), false, 'InvalidAllowOriginValue'],
  [allow('null'), false, 'AllowOriginMismatch'],
  [allow(`${ORIGIN}/`), false, 'AllowOriginMismatch'],
  [allow('HTTP://APP.SHOP.TEST:8101'), false, 'AllowOriginMismatch'],
  [allow('http://*.shop.test:8101'), false, 'AllowOriginMismatch'],
] as const)('%j with credentials %s: %s', ([headers, isCredentialed, error]) => {
  const verdict = checkCors(headers, ORIGIN, isCredentialed)
  expect(verdict.ok ? null : verdict.error).toBe(error)
  expect(verdict.note.fix === undefined).toBe(verdict.ok)
})

test('an opaque origin is let in by `null`', () => {
  expect(checkCors(allow('null'), 'null', false).ok).toBe(true)
})

// Fetch 4.8, in Chromium's order of errors.
const ask = { origin: ORIGIN, method: 'PUT', headers: ['x-a'], isCredentialed: false }
const lists = (methods: string | null, headers: string | null): HeaderList => [
  ...allow('*'),
  ...(methods === null ? [] : [['access-control-allow-methods', methods] as const]),
  ...(headers === null ? [] : [['access-control-allow-headers', headers] as const]),
]
test.for([
  [{ headers: lists('PUT', 'X-A') }, {}, null],
  [{ headers: lists('GET,,PUT', 'x-a,,') }, {}, null],
  [{ headers: lists(' PUT , DELETE', '*') }, {}, null],
  [{ headers: lists('*', '*') }, { headers: ['authorization'] }, null],
  [{ headers: lists(null, 'x-a') }, { method: 'POST' }, null],
  [{ headers: lists('patch', 'x-a') }, { method: 'patch' }, null],
  [{ headers: lists('PATCH', 'x-a') }, { method: 'patch' }, 'MethodDisallowedByPreflightResponse'],
  [{ headers: lists(',', 'x-a') }, {}, 'MethodDisallowedByPreflightResponse'],
  [{ headers: lists('"PUT"', 'x-a') }, {}, 'InvalidAllowMethodsPreflightResponse'],
  [{ headers: lists('PUT', 'x-a x-b') }, {}, 'InvalidAllowHeadersPreflightResponse'],
  [{ headers: lists('PUT', 'x-b') }, {}, 'HeaderDisallowedByPreflightResponse'],
  [{ headers: lists('PUT', 'x-b'), status: 404 }, {}, 'PreflightInvalidStatus'],
  [{ headers: [], status: 404 }, {}, 'PreflightMissingAllowOriginHeader'],
  [{ headers: lists('PUT', 'x-a'), isRedirect: true, status: 307 }, {}, 'PreflightDisallowedRedirect'],
  [{ headers: lists('*', '*') }, { isCredentialed: true }, 'PreflightWildcardOriginNotAllowed'],
  [
    { headers: [...lists('*', 'x-a').slice(1), ...allow(ORIGIN, 'true')] },
    { isCredentialed: true },
    'MethodDisallowedByPreflightResponse',
  ],
  [
    { headers: [...lists('PUT', '*').slice(1), ...allow(ORIGIN, 'true')] },
    { isCredentialed: true },
    'HeaderDisallowedByPreflightResponse',
  ],
] as const)('a preflight answered with %j for %j: %s', ([answer, wanted, error]) => {
  const verdict = judgePreflight({ status: 200, isRedirect: false, ...answer }, { ...ask, ...wanted })
  expect(verdict.ok ? null : verdict.error).toBe(error)
})

test.for([
  [lists('PUT', 'x-a'), 'POST', ['x-a'], 'The answer allows PUT. Add `"POST"` to `allow_methods` of CORSMiddleware.'],
  [
    lists('PUT', 'x-b'),
    'DELETE',
    ['x-a', 'x-b', 'x-c'],
    'The answer allows PUT. Add `"DELETE"` to `allow_methods`, `"x-a"` to `allow_headers` and `"x-c"` to `allow_headers` of CORSMiddleware.',
  ],
  [lists('PUT', 'x-a'), 'PUT', ['x-a'], /^Another layer than CORSMiddleware answered OPTIONS/],
  [allow(ORIGIN), 'PUT', ['x-a'], /^Another layer than CORSMiddleware answered OPTIONS/],
] as const)('a preflight refused by %j for %s with %j names what to add', ([headers, method, asked, fix]) => {
  const { note } = judgePreflight({ status: 400, isRedirect: false, headers }, { ...ask, method, headers: asked })
  if (typeof fix === 'string') expect(note.fix).toBe(fix)
  else expect(note.fix).toMatch(fix)
})

test('nobody is told to allow the origin `null`', () => {
  for (const headers of [[], allow('https://a.test'), allow('*', 'true')]) {
    const { note } = checkCors(headers, 'null', true)
    expect(note.fix).toContain('Never allow `null`')
    expect(note.fix).not.toContain('Access-Control-Allow-Origin: null')
  }
})
