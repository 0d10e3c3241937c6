import { describe, expect, test } from 'vitest'
import type { CacheMode, HeaderList } from '../protocol'
import { ageOf, freshnessOf } from './freshness'
import { HttpCache, type CacheQuestion, type NetworkResponse } from './http-cache'

const URL_ = 'http://api.shop.test/items'
const question = (more: Partial<CacheQuestion> = {}): CacheQuestion => ({
  url: URL_,
  method: 'GET',
  headers: [],
  mode: 'default',
  partition: 'http://shop.test',
  ...more,
})
const answer = (headers: HeaderList = [], more: Partial<NetworkResponse> = {}): NetworkResponse => ({
  status: 200,
  statusText: 'OK',
  headers,
  body: { text: 'stored', encoding: 'utf8' },
  isCut: false,
  ...more,
})
const holding = (headers: HeaderList, asked: Partial<CacheQuestion> = {}, more: Partial<NetworkResponse> = {}) => {
  const cache = new HttpCache([])
  cache.take(question(asked), [], answer(headers, more), 0)
  return cache
}

describe('freshnessOf() (RFC 9111 4.2.1, 4.2.2)', () => {
  test.for<[HeaderList, number, number, string]>([
    [[['Cache-Control', 'max-age=60']], 200, 60_000, '5.2.2.1'],
    [[['cache-control', 'public, Max-Age=60, x']], 200, 60_000, 'in any case'],
    [
      [
        ['cache-control', 'max-age=60'],
        ['expires', '0'],
      ],
      200,
      60_000,
      '5.3: before Expires',
    ],
    [[['cache-control', 's-maxage=60']], 200, 0, '5.2.2.10: for shared caches'],
    [[['cache-control', 'max-age="60"']], 200, 0, 'Chromium: no quotes'],
    [[['cache-control', 'max-age=60, no-cache']], 200, 0, '5.2.2.4'],
    [[['cache-control', 'max-age=60, no-store']], 200, 0, '5.2.2.5'],
    [[['pragma', 'no-cache']], 200, 0, 'Chromium, 5.4'],
    [
      [
        ['cache-control', 'max-age=60'],
        ['vary', '*'],
      ],
      200,
      0,
      '4.1',
    ],
    [[['expires', 'Sat, 01 Jan 2028 00:01:00 GMT']], 200, 60_000, '5.3'],
    [
      [
        ['expires', 'Sat, 01 Jan 2028 00:01:00 GMT'],
        ['date', 'Sat, 01 Jan 2028 00:00:50 GMT'],
      ],
      200,
      10_000,
      '4.2.1',
    ],
    [[['expires', 'Fri, 31 Dec 2027 00:00:00 GMT']], 200, 0, '5.3'],
    [
      [
        ['expires', '0'],
        ['last-modified', 'Fri, 31 Dec 2027 00:00:00 GMT'],
      ],
      200,
      0,
      '5.3',
    ],
    [[['last-modified', 'Fri, 31 Dec 2027 00:00:00 GMT']], 200, 8_640_000, '4.2.2: a tenth'],
    [
      [
        ['last-modified', 'Fri, 31 Dec 2027 00:00:00 GMT'],
        ['cache-control', 'must-revalidate'],
      ],
      200,
      0,
      'Chromium',
    ],
    [[['last-modified', 'Sun, 02 Jan 2028 00:00:00 GMT']], 200, 0, 'Chromium: of the future'],
    [[['last-modified', 'Fri, 31 Dec 2027 00:00:00 GMT']], 404, 0, 'Chromium: 200, 203 and 206 alone'],
    [[], 301, Infinity, 'Chromium'],
    [[], 308, Infinity, 'Chromium'],
    [[], 410, Infinity, 'Chromium'],
    [[['cache-control', 'max-age=1']], 301, 1000, 'Chromium'],
    [[], 302, 0, 'Chromium'],
    [[], 200, 0, 'nothing is said'],
  ])('%j of a %d: %d (%s)', ([headers, status, lifeMs]) => {
    expect(freshnessOf(status, headers, 0).lifeMs).toBe(lifeMs)
  })

  test.for<[HeaderList, number]>([
    [[], 5000],
    [[['age', '30']], 35_000],
    [[['date', 'Fri, 31 Dec 2027 23:59:00 GMT']], 65_000],
    [
      [
        ['date', 'Fri, 31 Dec 2027 23:59:00 GMT'],
        ['age', '30'],
      ],
      65_000,
    ],
    [[['date', 'Sat, 01 Jan 2028 01:00:00 GMT']], 5000],
  ])('%j is %d old after five seconds (4.2.3)', ([headers, age]) => {
    expect(ageOf(headers, 0, 5000)).toBe(age)
  })
})

describe('what is kept (RFC 9111 3)', () => {
  test.for<[string, HeaderList, Partial<CacheQuestion>, Partial<NetworkResponse>, boolean]>([
    ['GET', [], {}, {}, true],
    ['an error', [], {}, { status: 500 }, true],
    ['with Authorization: the cache is private', [], { headers: [['authorization', 'x']] }, {}, true],
    ['private', [['cache-control', 'private']], {}, {}, true],
    ['no-store', [['cache-control', 'max-age=60, no-store']], {}, {}, false],
    ['HEAD', [], { method: 'HEAD' }, {}, false],
    ['POST', [], { method: 'POST' }, {}, false],
    ['mode no-store', [], { mode: 'no-store' }, {}, false],
    ['mode reload', [], { mode: 'reload' }, {}, true],
    ['a range', [], { headers: [['Range', 'bytes=0-']] }, { status: 206 }, false],
    ['a condition of the script', [], { headers: [['If-None-Match', '"1"']] }, {}, false],
    ['a frame of opaque origin', [], { partition: null }, {}, false],
    ['a body that broke off', [], {}, { isCut: true }, false],
    ['one that is too large', [], {}, { body: { text: 'x'.repeat(3_000_000), encoding: 'utf8' } }, false],
  ])('%s', ([, headers, asked, more, isKept]) => {
    expect(holding(headers, asked, more).entries).toHaveLength(isKept ? 1 : 0)
  })

  test('cookies, and what belongs to one exchange, are not', () => {
    const headers: HeaderList = [
      ['Set-Cookie', 'a=1'],
      ['Transfer-Encoding', 'chunked'],
      ['X-A', '1'],
      ['Cache-Control', 'no-cache="x-b"'],
      ['X-B', '1'],
    ]
    expect(holding(headers).entries[0]?.headers.map(([name]) => name)).toEqual(['X-A', 'Cache-Control'])
  })

  test('no more than the bound', () => {
    const cache = new HttpCache([])
    for (let i = 0; i < 12; i++) {
      const body = { text: 'x'.repeat(2_000_000), encoding: 'utf8' as const }
      cache.take(question({ url: `${URL_}/${i}` }), [], answer([], { body }), 0)
    }
    expect(cache.entries.map(({ url }) => url)).toEqual([4, 5, 6, 7, 8, 9, 10, 11].map((i) => `${URL_}/${i}`))
  })
})

describe('what is used (RFC 9111 4; Fetch 4.6)', () => {
  const FRESH: HeaderList = [
    ['cache-control', 'max-age=60'],
    ['etag', '"1"'],
  ]
  const STALE: HeaderList = [
    ['cache-control', 'max-age=0'],
    ['etag', '"1"'],
    ['last-modified', 'x'],
  ]
  const WITH_BOTH: HeaderList = [
    ['If-None-Match', '"1"'],
    ['If-Modified-Since', 'x'],
  ]

  test.for<[CacheMode, HeaderList, 'stored' | 'network' | 'miss', HeaderList]>([
    ['default', FRESH, 'stored', []],
    ['default', STALE, 'network', WITH_BOTH],
    ['default', [], 'network', []],
    ['no-store', FRESH, 'network', []],
    ['reload', FRESH, 'network', []],
    ['no-cache', FRESH, 'network', [['If-None-Match', '"1"']]],
    ['force-cache', STALE, 'stored', []],
    ['only-if-cached', STALE, 'stored', []],
  ])('%s of %j: %s', ([mode, headers, kind, conditions]) => {
    const found = holding(headers).ask(question({ mode }), 1000)
    expect(found.kind).toBe(kind)
    expect(found.kind === 'network' ? found.conditions : []).toEqual(conditions)
  })

  test('until it is too old', () => {
    expect(holding(FRESH).ask(question(), 59_999).kind).toBe('stored')
    expect(holding(FRESH).ask(question(), 60_000).kind).toBe('network')
  })

  test.for<[string, Partial<CacheQuestion>]>([
    ['another URL', { url: `${URL_}?x` }],
    ['pages of another site', { partition: 'http://other.test' }],
    ['POST', { method: 'POST' }],
    ['a range', { headers: [['range', 'bytes=0-']] }],
    ['Cache-Control: no-cache', { headers: [['cache-control', 'no-cache']] }],
    ['Pragma: no-cache', { headers: [['pragma', 'no-cache']] }],
    ['Cache-Control: max-age=0', { headers: [['cache-control', 'max-age=0']] }],
  ])('not for %s', ([, asked]) => {
    expect(holding(FRESH).ask(question(asked), 0).kind).toBe('network')
  })

  test('only-if-cached fails where nothing is stored', () => {
    expect(new HttpCache([]).ask(question({ mode: 'only-if-cached' }), 0)).toMatchObject({ kind: 'miss' })
  })

  test.for<[string, HeaderList, HeaderList, boolean]>([
    ['Origin', [['origin', 'a']], [['Origin', 'a']], true],
    ['Origin', [['origin', 'a']], [['origin', 'b']], false],
    ['Origin', [], [['origin', 'b']], false],
    ['accept, x-a', [['accept', '1']], [['accept', '1']], true],
    ['Cookie', [['cookie', 'a']], [['cookie', 'b']], false],
    ['*', [], [], false],
  ])('Vary: %s, stored with %j, asked with %j (4.1)', ([vary, then, now, fits]) => {
    const cache = holding([...FRESH, ['vary', vary]], { headers: then })
    const found = cache.ask(question({ headers: now }), 0)
    expect(found.kind).toBe(fits ? 'stored' : 'network')
    // An ETag says of every variant whether it is the one; a date doesn't (Chromium).
    if (found.kind === 'network') expect(found.conditions).toEqual([['If-None-Match', '"1"']])
  })

  test('an Access-Control-Allow-Origin without Vary goes to the wrong page, and the note says so', () => {
    const headers: HeaderList = [
      ['cache-control', 'max-age=60'],
      ['access-control-allow-origin', 'http://a.test'],
    ]
    const found = holding(headers, { headers: [['origin', 'http://a.test']] }).ask(
      question({ headers: [['origin', 'http://b.test']] }),
      0,
    )
    expect(found).toMatchObject({ kind: 'stored', note: { rule: 'cache-hit' } })
    expect(found.note?.fix).toContain('Vary: Origin')
  })
})

describe('what the network says', () => {
  test('a 304 renews the stored answer (RFC 9111 3.2, 4.3.4)', () => {
    const cache = holding([
      ['etag', '"1"'],
      ['x-a', '1'],
      ['content-length', '6'],
      ['cache-control', 'max-age=0'],
    ])
    const found = cache.ask(question(), 5)
    const conditions = found.kind === 'network' ? found.conditions : []
    const news: HeaderList = [
      ['X-A', '2'],
      ['content-length', '0'],
      ['cache-control', 'max-age=9'],
      ['set-cookie', 'a=1'],
    ]
    const { response, note } = cache.take(question(), conditions, answer(news, { status: 304 }), 5)
    expect(response).toMatchObject({ status: 200, body: { text: 'stored' }, storedMs: 5 })
    expect(response?.headers).toEqual([
      ['etag', '"1"'],
      ['content-length', '6'],
      ['X-A', '2'],
      ['cache-control', 'max-age=9'],
    ])
    expect(note?.rule).toBe('cache-revalidated')
    expect(cache.ask(question(), 6).kind).toBe('stored')
  })

  test('any other answer takes its place', () => {
    const cache = holding([['etag', '"1"']])
    const other = answer([], { body: { text: 'new', encoding: 'utf8' } })
    expect(cache.take(question(), [['If-None-Match', '"1"']], other, 5).response).toBeNull()
    expect(cache.entries).toMatchObject([{ body: { text: 'new' }, headers: [] }])
    cache.take(question(), [], answer([['cache-control', 'no-store']]), 6)
    expect(cache.entries).toEqual([])
  })

  test.for([
    ['POST', 200, 'default', 0],
    ['PUT', 204, 'default', 0],
    ['DELETE', 302, 'no-cache', 0],
    ['PATCH', 200, 'default', 0],
    ['POST', 422, 'default', 1],
    ['HEAD', 200, 'default', 0],
    ['HEAD', 200, 'reload', 1],
    ['OPTIONS', 200, 'default', 1],
    ['PUT', 200, 'no-store', 1],
    ['PUT', 200, 'reload', 0],
    ['DELETE', 410, 'reload', 0],
    ['DELETE', 410, 'no-cache', 1],
    ['POST', 410, 'reload', 1],
  ] as const)(
    'after %s with %d in mode %s there are %d (RFC 9111 4.4; modes: Chromium)',
    ([method, status, mode, left]) => {
      const cache = holding([['cache-control', 'max-age=60']])
      cache.take(question({ method, mode }), [], answer([], { status }), 0)
      expect(cache.entries).toHaveLength(left)
    },
  )
})
