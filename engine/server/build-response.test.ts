import { deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Exchange, HeaderList, WireRequest } from '../protocol'
import { buildResponse, pairExchanges } from './build-response'

interface Given {
  readonly from?: number
  readonly method?: string
  readonly url?: string
  readonly title?: string
  readonly status?: number
  readonly reason?: string
  readonly headers?: HeaderList
  readonly body?: string | Uint8Array
}

function exchange({ from = 0, method = 'GET', url = 'http://localhost:8000/', title = '', ...given }: Given = {}) {
  const { status = 200, reason = 'OK', headers = [], body = 'hello' } = given
  const isText = typeof body === 'string'
  return {
    from,
    title,
    request: { method, url, headers: [], body: '', bodyEncoding: 'utf8' },
    response: {
      status,
      reason,
      headers,
      body: isText ? body : Buffer.from(body).toString('base64'),
      bodyEncoding: isText ? 'utf8' : 'base64',
    },
    error: null,
    startedAt: 0,
    endedAt: 0,
  } satisfies Exchange
}

function request(from: number, method: string, url: string): WireRequest {
  return {
    from,
    title: '',
    method,
    url,
    target: '/',
    headers: [],
    added: [],
    body: { text: '', encoding: 'utf8' },
    atMs: 0,
  }
}

test('buildResponse() keeps status, reason, repeated headers and body, and leaves out what a page never sees', async () => {
  const headers: HeaderList = [
    ['X-A', '1'],
    ['x-a', '2'],
    ['Set-Cookie', 'a=1'],
    ['no header', 'x'],
  ]
  const response = await buildResponse(exchange({ status: 201, reason: 'Created', headers }))
  expect(response).toMatchObject({ status: 201, statusText: 'Created' })
  expect([...(response?.headers ?? [])].filter(([name]) => name !== 'content-type')).toEqual([['x-a', '1, 2']])
  expect(await response?.text()).toBe('hello')
})

test('buildResponse() adds no content type where the server sent none', async () => {
  expect((await buildResponse(exchange()))?.headers.has('content-type')).toBe(false)
})

test.for([
  ['GET', 204],
  ['GET', 205],
  ['GET', 304],
  ['HEAD', 200],
  ['head', 404],
] as const)('buildResponse() gives a %s with %i no body', async ([method, status]) => {
  const response = await buildResponse(exchange({ method, status }))
  expect(response?.status).toBe(status)
  expect(response?.body).toBeNull()
})

test.for([100, 101, 199, 600, 999])('buildResponse() has nothing to give for a %i', async (status) => {
  expect(await buildResponse(exchange({ status }))).toBeNull()
})

test('buildResponse() has nothing to give where no complete head came', async () => {
  expect(await buildResponse({ ...exchange(), response: null })).toBeNull()
})

test('buildResponse() drops a reason phrase that a page may not have', async () => {
  expect((await buildResponse(exchange({ reason: 'Ctrl \u0001' })))?.statusText).toBe('')
})

test.for<[coding: string, body: Uint8Array]>([
  ['gzip', gzipSync('hello')],
  ['GZip', gzipSync('hello')],
  ['deflate', deflateSync('hello')],
])('buildResponse() decodes %s, since browsers leave that to the service worker', async ([coding, body]) => {
  const headers: HeaderList = [['Content-Encoding', coding]]
  const response = await buildResponse(exchange({ headers, body }))
  expect(await response?.text()).toBe('hello')
  expect(response?.headers.get('content-encoding')).toBe(coding)
})

test.for(['gzip', 'br', 'identity'])(
  'buildResponse() gives the bytes as they are where %s can’t be decoded',
  async (coding) => {
    const response = await buildResponse(exchange({ headers: [['content-encoding', coding]], body: 'plain' }))
    expect(await response?.text()).toBe('plain')
  },
)

test('pairExchanges() pairs requests that share their place in order, and skips preflights and redirect hops', () => {
  const a = 'http://localhost:8000/a'
  const b = 'http://localhost:8000/b'
  const exchanges = [
    exchange({ from: 0, method: 'OPTIONS', url: a }),
    exchange({ from: 1, url: b, title: 'b' }),
    exchange({ from: 0, url: a, title: 'first' }),
    exchange({ from: 0, url: b, title: 'hop' }),
    exchange({ from: 0, url: a, title: 'second' }),
  ]
  const requests = [request(0, 'GET', a), request(0, 'GET', a), request(1, 'GET', b), request(2, 'GET', a)]
  expect(pairExchanges(requests, exchanges).map((one) => one?.title)).toEqual(['first', 'second', 'b', undefined])
})
