import { describe, expect, test } from 'vitest'
import { isNoCorsSafelisted, normaliseMethod, unsafeHeaders, whyForbidden, whyUnsafe } from './request-headers'

describe('whyForbidden() (Fetch 2.2.2, "forbidden request-header")', () => {
  test.for([
    ['Cookie', 'a=b', 'standard'],
    ['cookie2', 'a', 'standard'],
    ['Sec-Anything', '1', 'standard'],
    ['Proxy-Authorization', 'x', 'standard'],
    ['Access-Control-Request-Headers', 'x', 'standard'],
    ['DNT', '1', 'standard'],
    ['X-HTTP-Method-Override', 'TRACE', 'standard'],
    ['X-HTTP-Method-Override', 'put, track', 'standard'],
    ['X-HTTP-Method-Override', 'PUT', null],
    ['User-Agent', 'x', 'chromium'],
    ['Access-Control-Request-Private-Network', 'true', null],
    ['X-Cookie', 'a', null],
    ['Section', 'a', null],
  ] as const)('%s: %s is dropped by %s', ([name, value, why]) => expect(whyForbidden(name, value)).toBe(why))
})

describe('whyUnsafe()', () => {
  // Fetch 2.2.2, "CORS-safelisted request-header"; client hints by trial with Chromium 156.
  test.for([
    ['Accept', 'a'.repeat(128), true],
    ['Accept', 'a'.repeat(129), false],
    ['Accept', 'text/"html"', false],
    ['Accept', 'a\tb', true],
    ['Accept', '\u00e9', true],
    ['Accept-Language', 'de-DE,de;q=0.9', true],
    ['Accept-Language', 'de_DE', false],
    ['Content-Language', '\u00fc', false],
    ['Content-Type', 'text/plain', true],
    ['Content-Type', 'TEXT/PLAIN;charset=utf-8', true],
    ['Content-Type', 'multipart/form-data; boundary=x', true],
    ['Content-Type', 'text/plain, text/plain', false],
    ['Content-Type', 'text/plain; x="y"', false],
    ['Content-Type', 'application/json', false],
    ['Content-Type', 'hello', false],
    ['Range', 'bytes=0-5', true],
    ['Range', 'bytes=0-', true],
    ['Range', 'bytes=-5', false],
    ['Range', 'bytes=5-1', false],
    ['Range', 'bytes= 0-5', false],
    ['Range', 'BYTES=0-5', false],
    ['Range', 'bytes=0-5,10-15', false],
    ['Save-Data', 'ON', true],
    ['Save-Data', 'off', false],
    ['DPR', '1.5', true],
    ['DPR', '-1', false],
    ['DPR', '1e3', false],
    ['Width', '10', true],
    ['Width', '1.5', false],
    ['ECT', '4g', true],
    ['ECT', '4G', false],
    ['RTT', '50', true],
    ['Downlink', '1'.repeat(129), false],
    ['Intervention', '"', true],
    ['Last-Event-ID', '1', false],
    ['Priority', 'u=1', false],
    ['Authorization', 'x', false],
  ] as const)('%s: %s is safelisted: %s', ([name, value, isSafe]) =>
    expect(whyUnsafe(name, value) === null).toBe(isSafe),
  )

  test('says why, to be read after the name', () => {
    expect(whyUnsafe('accept', 'a:b')).toBe('has a value with an unsafe byte (:)')
    expect(whyUnsafe('accept', 'a\x01')).toBe('has a value with an unsafe byte (0x01)')
    expect(whyUnsafe('x-a', '1')).toBe('is not on the safelist')
  })
})

test('unsafeHeaders() are sorted, each once; safelisted ones become unsafe together beyond 1024 bytes (Fetch 2.2.2)', () => {
  const names = (headers: Parameters<typeof unsafeHeaders>[0]): string[] =>
    unsafeHeaders(headers).map(({ name }) => name)
  expect(
    names([
      ['X-B', '1'],
      ['accept', 'a'],
      ['x-a', '1'],
      ['X-b', '2'],
    ]),
  ).toEqual(['x-a', 'x-b'])
  const eight = Array.from({ length: 8 }, () => ['accept', 'a'.repeat(128)] as const)
  expect(names(eight)).toEqual([])
  expect(names([...eight, ['accept-language', 'de']])).toEqual(['accept', 'accept-language'])
})

test.for([
  ['content-type', 'application/json', false],
  ['content-type', 'text/plain', true],
  ['range', 'bytes=0-1', false],
  ['dpr', '2', false],
  ['accept', 'x/y', true],
] as const)('a no-cors request may carry %s: %s: %s (Fetch 2.2.2)', ([name, value, may]) => {
  expect(isNoCorsSafelisted(name, value)).toBe(may)
})

test.for([
  ['get', 'GET'],
  ['Put', 'PUT'],
  ['options', 'OPTIONS'],
  ['patch', 'patch'],
  ['query', 'query'],
])('%s becomes %s (Fetch 2.2.1, "normalize a method")', ([written = '', method]) => {
  expect(normaliseMethod(written)).toBe(method)
})
