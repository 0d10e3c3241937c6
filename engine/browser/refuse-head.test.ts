import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Agent } from './agent'
import { toPageRequest } from './cases/to-page-request'
import type { HeaderList } from '../protocol'
import { encodeText, toBodyText } from '../requests'

const PAGE = { url: 'http://app.shop.test:8101/__page', sandboxed: false }
const STAR = ['access-control-allow-origin', '*'] as const

/** What a fetch ends with, where each of its requests gets the next of these heads. */
function fetchOnce(
  request: Parameters<typeof toPageRequest>[0],
  heads: readonly (readonly [status: number, headers: HeaderList, answer?: { body?: Uint8Array; isCut?: true }])[],
) {
  const agent = new Agent()
  let turn = agent.begin(0, toPageRequest(request, PAGE, 0), 0)
  const sent: string[] = []
  for (const [status, headers, { body = new Uint8Array(), isCut } = {}] of heads) {
    if (!turn.wire) break
    sent.push(turn.wire.url)
    const { text, encoding } = toBodyText(body)
    const response = { status, reason: '', headers, body: text, bodyEncoding: encoding, ...(isCut && { isCut }) }
    const none = { method: '', url: '', headers: [], body: '', bodyEncoding: 'utf8' } as const
    turn = agent.next(0, { from: 0, title: '', request: none, response, error: null, startedAt: 0, endedAt: 0 }, 0)
  }
  const { outcome, category, exception, response } = turn.done ?? {}
  return {
    ...{ sent, outcome, category, exception: exception?.message },
    ...{ body: response?.body.text, bodyError: response?.bodyError?.category },
  }
}

const U = 'http://api.shop.test:8102/x'

// Each row is what Chromium 156 did against uvicorn 0.54.
describe('what the network refuses', () => {
  test.for([
    ['http://api.shop.test:1/x', 'network:net::ERR_UNSAFE_PORT'],
    ['http://api.shop.test:22/x', 'network:net::ERR_UNSAFE_PORT'],
    ['http://api.shop.test:6667/x', 'network:net::ERR_UNSAFE_PORT'],
    ['ftp://api.shop.test/', 'NotAllowedByFetchAPI'],
    ['javascript:1', 'NotAllowedByFetchAPI'],
    ['mailto:a@b', 'NotAllowedByFetchAPI'],
    ['ws://api.shop.test:8102/x', 'NotAllowedByFetchAPI'],
  ] as const)('fetch(%j) sends nothing', ([url, category]) => {
    expect(fetchOnce({ url }, [[200, [STAR]]])).toMatchObject({ sent: [], outcome: 'blocked', category })
  })

  test.for([
    [[['x-a', 'a'.repeat(300_000)]], 'network:net::ERR_RESPONSE_HEADERS_TOO_BIG'],
    [[['x-a', 'a'.repeat(100_000)]], null],
    [
      [
        ['location', '/a'],
        ['location', '/b'],
      ],
      'network:net::ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION',
    ],
    [
      [
        ['content-length', '1'],
        ['content-length', '2'],
      ],
      'network:net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH',
    ],
    [
      [
        ['content-length', '0'],
        ['content-length', '0'],
      ],
      null,
    ],
  ] satisfies readonly (readonly [HeaderList, string | null])[])('head %#', ([headers, category]) => {
    expect(fetchOnce({ url: U }, [[200, [STAR, ...headers]]])).toMatchObject({ category })
  })
})

describe('where a Location leads', () => {
  test.for([
    ['', [U], 'ok', null],
    ['/\u00c3\u00bc', [U, 'http://api.shop.test:8102/%C3%BC'], 'ok', null],
    ['/\u00e9', [U, 'http://api.shop.test:8102/%E9'], 'ok', null],
    ['/a b', [U, 'http://api.shop.test:8102/a%20b'], 'ok', null],
    ['http://[::1', [U], 'blocked', 'network:net::ERR_INVALID_REDIRECT'],
    ['http://api.shop.test:1/', [U], 'blocked', 'network:net::ERR_UNSAFE_PORT'],
    ['data:text/plain,hi', [U], 'blocked', 'network:net::ERR_UNSAFE_REDIRECT'],
    ['file:///x', [U], 'blocked', 'network:net::ERR_UNSAFE_REDIRECT'],
    ['about:blank', [U], 'blocked', 'network:net::ERR_UNSAFE_REDIRECT'],
    ['ftp://x/', [U], 'blocked', 'CorsDisabledScheme'],
    ['javascript:1', [U], 'blocked', 'CorsDisabledScheme'],
    ['mailto:x@y', [U], 'blocked', 'CorsDisabledScheme'],
  ] as const)('%j', ([location, sent, outcome, category]) => {
    expect(
      fetchOnce({ url: U }, [
        [302, [STAR, ['location', location]]],
        [200, [STAR]],
      ]),
    ).toMatchObject({ sent, outcome, category })
  })

  test('twice the same is one', () => {
    const twice = [STAR, ['location', '/a'], ['location', '/a']] as const
    expect(
      fetchOnce({ url: U }, [
        [302, twice],
        [200, [STAR]],
      ]).sent,
    ).toEqual([U, 'http://api.shop.test:8102/a'])
  })
})

const HELLO = gzipSync(encodeText('hello world '.repeat(20)))
const FAILED = 'net::ERR_CONTENT_DECODING_FAILED'

describe('a body that is not what its head says', () => {
  const ask = (headers: HeaderList, body: Uint8Array, more: object = {}, status = 200) =>
    fetchOnce({ url: U, ...more }, [[status, [STAR, ...headers], { body }]])

  test('gzip is decoded, as far as it came', () => {
    const gzip = [['content-encoding', 'gzip']] as const
    expect(ask(gzip, HELLO)).toMatchObject({ outcome: 'ok', body: 'hello world '.repeat(20), bodyError: undefined })
    expect(ask(gzip, HELLO.subarray(0, -4)).body).toBe('hello world '.repeat(20))
    expect(ask(gzip, encodeText('this is no gzip'))).toMatchObject({ outcome: 'ok', body: '', bodyError: FAILED })
  })

  test('an XMLHttpRequest has failed then', () => {
    expect(ask([['content-encoding', 'gzip']], encodeText('this is no gzip'), { kind: 'xhr' })).toMatchObject({
      ...{ outcome: 'blocked', category: `network:${FAILED}` },
    })
  })

  test('a coding that was not asked for is refused with the head', () => {
    expect(ask([['content-encoding', 'br']], encodeText('x'))).toMatchObject({
      ...{ outcome: 'blocked', category: `network:${FAILED}` },
    })
  })

  test.for([
    [[['transfer-encoding', 'chunked']], 'net::ERR_INCOMPLETE_CHUNKED_ENCODING'],
    [[['content-length', '100']], 'net::ERR_CONTENT_LENGTH_MISMATCH'],
  ] satisfies readonly (readonly [HeaderList, string])[])('cut off, after %j', ([headers, bodyError]) => {
    const cut = [200, [STAR, ...headers], { body: encodeText('part'), isCut: true }] as const
    expect(fetchOnce({ url: U }, [cut])).toMatchObject({ outcome: 'ok', bodyError })
  })

  test('205 has no body, whatever came', () => {
    expect(ask([], encodeText('hi'), {}, 205)).toMatchObject({ outcome: 'ok', body: '' })
  })
})

test.for([
  [{ headers: { x: '\u20ac' } }, "Failed to read the 'headers' property from 'RequestInit': "],
  [{ headers: { '\u20ac': 'x' } }, "Failed to read the 'headers' property from 'RequestInit': "],
  [{ method: '\u20ac' }, "Failed to read the 'method' property from 'RequestInit': "],
] as const)('%j is refused before anything else', ([init, why]) => {
  expect(fetchOnce({ url: 'http://[::1', ...init }, [])).toMatchObject({
    outcome: 'blocked',
    category: 'NotAllowedByFetchAPI',
    exception: `Failed to execute 'fetch' on 'Window': ${why}String contains non ISO-8859-1 code point.`,
  })
})
