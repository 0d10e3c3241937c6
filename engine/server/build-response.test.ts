import { deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Exchange, FetchView, HeaderList, PageRequest, PageResponse, WireRequest } from '../protocol'
import { buildResponse, pairAnswers } from './build-response'

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

function pageRequest(from: number): PageRequest {
  const { target: _target, added: _added, ...asked } = request(from, 'GET', 'https://api.shop.test/')
  return {
    ...asked,
    page: { url: 'https://app.shop.test/', sandboxed: false, kind: 'fetch', hasBody: false, bodyType: null },
  }
}

function view(response: Partial<PageResponse> | null, more: Partial<FetchView> = {}): FetchView {
  const whole: PageResponse = {
    type: 'cors',
    status: 200,
    statusText: 'OK',
    url: 'https://api.shop.test/',
    redirected: false,
    headers: [],
    body: { text: 'hello', encoding: 'utf8' },
    encodedBytes: 5,
    decodedBytes: 5,
    ...response,
  }
  return {
    from: 0,
    title: '',
    kind: 'fetch',
    page: { url: 'https://app.shop.test/', sandboxed: false },
    method: 'GET',
    url: 'https://api.shop.test/',
    exchanges: [0],
    outcome: response ? 'ok' : 'blocked',
    category: null,
    text: '',
    fix: null,
    console: [],
    exception: null,
    response: response && whole,
    fromCache: false,
    startedAt: 0,
    endedAt: 0,
    ...more,
  }
}

test('buildResponse() gives a page’s fetch what the page may see, and nothing else', async () => {
  const seen = view({ status: 201, statusText: 'Created', headers: [['content-type', 'text/plain']] })
  const response = await buildResponse(seen)
  expect(response).toMatchObject({ status: 201, statusText: 'Created' })
  expect([...(response?.headers ?? [])]).toEqual([['content-type', 'text/plain']])
  expect(await response?.text()).toBe('hello')
})

test('buildResponse() makes a network error of what the browser keeps from the page', async () => {
  expect((await buildResponse(view(null)))?.type).toBe('error')
})

test.for<[what: string, more: Partial<FetchView>]>([
  ['a script gave up', { exception: { name: 'AbortError', message: 'aborted' } }],
  ['nothing was answered', { outcome: 'pending' }],
])('buildResponse() has nothing to give where %s', async ([, more]) => {
  expect(await buildResponse(view(null, more))).toBeNull()
})

test('buildResponse() lets the browser itself stop at a redirect that is not followed', async () => {
  const stopped = view({ type: 'opaqueredirect', status: 0, statusText: '' }, { outcome: 'opaqueredirect' })
  const response = await buildResponse(stopped)
  expect(response?.status).toBe(302)
  expect(response?.headers.has('location')).toBe(true)
})

test('buildResponse() gives an opaque response a status, since a worker can’t answer with none', async () => {
  const hidden = { type: 'opaque', status: 0, headers: [['x-a', '1']], body: { text: '', encoding: 'utf8' } } as const
  const opaque = view(hidden, { outcome: 'opaque' })
  const response = await buildResponse(opaque)
  expect(response?.status).toBe(200)
  expect(response?.headers.has('x-a')).toBe(false)
})

test('buildResponse() gives the browser what it makes use of, where no script may read it', async () => {
  const used = view({ type: 'basic', headers: [['content-type', 'image/png']] }).response
  const response = await buildResponse(view(null, { kind: 'img', outcome: 'opaque', ...(used ? { used } : {}) }))
  expect(response?.headers.get('content-type')).toBe('image/png')
  expect(await response?.text()).toBe('hello')
})

test('buildResponse() ends a body that broke off in its error', async () => {
  const broken = view({ bodyError: { message: 'network error', category: 'net::ERR_CONTENT_DECODING_FAILED' } })
  const reader = (await buildResponse(broken))?.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('hello')
  await expect(reader?.read()).rejects.toThrow('network error')
})

test('pairAnswers() pairs requests that share their place in order, and skips preflights and redirect hops', () => {
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
  const answers = pairAnswers(requests, { exchanges })
  expect(answers.map((one) => one?.title)).toEqual(['first', 'second', 'b', undefined])
})

test('pairAnswers() gives a page’s request what the page got, and its exchanges to nobody else', () => {
  const url = 'https://api.shop.test/'
  const exchanges = [{ ...exchange({ from: 1, url, title: 'of the page' }), fetch: 0 }]
  const fetches = [view({}, { from: 1, title: 'seen' }), view({}, { from: 1, title: 'seen again' })]
  const requests = [pageRequest(1), request(1, 'GET', url), pageRequest(1)]
  const answers = pairAnswers(requests, { exchanges, fetches })
  expect(answers.map((one) => one?.title)).toEqual(['seen', undefined, 'seen again'])
})
