import { expect, test } from 'vitest'
import type { AskKind } from '../protocol'
import { readPageRequest } from './page-ask'
import type { FetchCall, FetchedRequest } from './worker/messages'

const GROUND = { address: { origin: 'https://peel.example', scope: '/lab/' }, page: 'https://app.shop.test/' }
const HOME = 'https://peel.example/lab/'

type Given = Partial<FetchedRequest>

/** What Chromium shows of a plain `fetch('https://api.shop.test/a')`. */
function call(request: Given = {}, more: Partial<FetchCall> = {}): FetchCall {
  return {
    type: 'peel/fetch',
    worker: 'w',
    exchange: null,
    client: 'c1',
    clientUrl: HOME,
    isWorker: false,
    request: {
      url: 'https://api.shop.test/a',
      method: 'GET',
      headers: [['accept', '*/*']],
      mode: 'cors',
      credentials: 'same-origin',
      redirect: 'follow',
      cache: 'default',
      destination: '',
      referrer: HOME,
      referrerPolicy: 'strict-origin-when-cross-origin',
      integrity: '',
      keepalive: false,
      body: null,
      ...request,
    },
    ...more,
  }
}

const read = (request: Given, more: Partial<FetchCall> = {}) => readPageRequest(call(request, more), null, GROUND)

test('readPageRequest() leaves out all that is usual', () => {
  expect(read({})).toEqual({
    from: -1,
    title: 'GET /a',
    method: 'GET',
    url: 'https://api.shop.test/a',
    headers: [],
    body: { text: '', encoding: 'utf8' },
    atMs: 0,
    page: {
      url: 'https://app.shop.test/',
      sandboxed: false,
      kind: 'fetch',
      mode: 'cors',
      credentials: 'same-origin',
      hasBody: false,
      bodyType: null,
    },
  })
})

// What each way of asking looks like to a service worker was seen in Chromium 156.
const ELEMENT: Given = { mode: 'no-cors', credentials: 'include' }
const NAVIGATION: Given = { mode: 'navigate', credentials: 'include', redirect: 'manual' }
test.for<[what: string, AskKind, Given]>([
  ['new EventSource()', 'eventsource', { headers: [['accept', 'text/event-stream']], cache: 'no-store' }],
  ['sendBeacon()', 'beacon', { ...ELEMENT, method: 'POST', keepalive: true }],
  ['a fetch that is kept alive', 'fetch', { keepalive: true }],
  ['<img>', 'img', { ...ELEMENT, destination: 'image' }],
  ['<video>', 'img', { ...ELEMENT, destination: 'video' }],
  ['<script>', 'script', { ...ELEMENT, destination: 'script' }],
  ['<script type="module">', 'module', { destination: 'script' }],
  ['<link rel="stylesheet">', 'css', { ...ELEMENT, destination: 'style' }],
  ['@font-face', 'font', { destination: 'font' }],
  ['<iframe>', 'iframe', { ...NAVIGATION, destination: 'iframe' }],
  ['a link', 'navigation', { ...NAVIGATION, destination: 'document' }],
  ['<form method="post">', 'form', { ...NAVIGATION, destination: 'document', method: 'POST' }],
])('readPageRequest() takes %s for %s', ([, kind, request]) => {
  const { page } = read(request)
  expect(page.kind).toBe(kind)
  const isScripted = ['eventsource', 'beacon', 'fetch'].includes(kind)
  expect([page.mode, page.credentials]).toEqual(
    isScripted ? [request.mode ?? 'cors', request.credentials ?? 'same-origin'] : [undefined, undefined],
  )
})

test.for<[what: string, Given, expected: string | undefined]>([
  ['<img>', { destination: 'image', mode: 'no-cors', credentials: 'include' }, undefined],
  ['<img crossorigin>', { destination: 'image', credentials: 'same-origin' }, 'anonymous'],
  ['<img crossorigin="use-credentials">', { destination: 'image', credentials: 'include' }, 'use-credentials'],
  ['<script type="module">', { destination: 'script' }, undefined],
  [
    '<script type="module" crossorigin="use-credentials">',
    { destination: 'script', credentials: 'include' },
    'use-credentials',
  ],
])('readPageRequest() reads the crossorigin attribute of %s', ([, request, expected]) => {
  expect(read(request).page.crossorigin).toBe(expected)
})

test('readPageRequest() keeps a script’s headers, and none of the browser’s', () => {
  const headers = [
    ['accept', 'text/html'],
    ['authorization', 'Bearer x'],
    ['origin', 'https://peel.example'],
    ['sec-ch-ua-mobile', '?0'],
    ['upgrade-insecure-requests', '1'],
    ['user-agent', 'Chromium'],
    ['x-a', '1, 2'],
  ] as const
  expect(read({ headers }).headers).toEqual([
    ['accept', 'text/html'],
    ['authorization', 'Bearer x'],
    ['upgrade-insecure-requests', '1'],
    ['x-a', '1, 2'],
  ])
  expect(read({ headers, destination: 'image', mode: 'no-cors' }).headers.map(([name]) => name)).toEqual([
    'authorization',
    'x-a',
  ])
})

test.for<[type: string, isBrought: boolean]>([
  ['text/plain;charset=UTF-8', true],
  ['application/x-www-form-urlencoded;charset=UTF-8', true],
  ['multipart/form-data; boundary=----WebKitFormBoundaryoPjLqeamcngyUBrv', true],
  ['application/json', false],
  ['text/plain', false],
  ['multipart/form-data; boundary=mine', false],
])('readPageRequest() tells whether %s came along with the body: %s', ([type, isBrought]) => {
  const asked = readPageRequest(
    call({ method: 'POST', headers: [['content-type', type]] }),
    new Uint8Array([65]),
    GROUND,
  )
  expect(asked.body).toEqual({ text: 'A', encoding: 'utf8' })
  expect(asked.page).toMatchObject({ hasBody: true, bodyType: isBrought ? type : null })
  expect(asked.headers).toEqual(isBrought ? [] : [['content-type', type]])
})

test('readPageRequest() keeps what is not text as bytes, and tells an empty body from none', () => {
  const post = call({ method: 'POST' })
  expect(readPageRequest(post, new Uint8Array([255, 0]), GROUND).body).toEqual({ text: '/wA=', encoding: 'base64' })
  expect(readPageRequest(post, new Uint8Array(), GROUND).page.hasBody).toBe(true)
  expect(readPageRequest(post, null, GROUND).page.hasBody).toBe(false)
})

test.for<[what: string, Given, Partial<FetchCall>, expected: object]>([
  ['none was asked for', { referrer: '' }, {}, { referrer: '' }],
  ['a worker from a blob has none', { referrer: '' }, { isWorker: true }, {}],
  ['the policy says none', { referrer: '', referrerPolicy: 'no-referrer' }, {}, { referrerPolicy: 'no-referrer' }],
  ['it is a path of ours', { referrer: `${HOME}srv/~d1/app.shop.test/x` }, {}, { referrer: 'https://app.shop.test/x' }],
  ['it is the Peel page’s', {}, {}, {}],
  ['the policy is another', { referrerPolicy: 'unsafe-url' }, {}, { referrerPolicy: 'unsafe-url' }],
])('readPageRequest() reads the referrer where %s', ([, request, more, expected]) => {
  const { referrer, referrerPolicy } = read(request, more).page
  expect({ ...(referrer === undefined ? {} : { referrer }), ...(referrerPolicy ? { referrerPolicy } : {}) }).toEqual(
    expected,
  )
})

test.for<[what: string, Given, Partial<FetchCall>, page: string]>([
  ['the Peel page', {}, {}, 'https://app.shop.test/'],
  ['a srcdoc frame', {}, { clientUrl: 'about:srcdoc' }, 'https://app.shop.test/'],
  [
    'a frame under a path of ours',
    {},
    { clientUrl: `${HOME}srv/~d1/admin.shop.test/x?y=1` },
    'https://admin.shop.test/x?y=1',
  ],
  [
    'a frame of the tutorial’s address',
    {},
    { clientUrl: `${HOME}srv/~d1/localhost:8000/docs` },
    'http://localhost:8000/docs',
  ],
  [
    'a link in such a frame',
    { ...NAVIGATION, destination: 'iframe', referrer: `${HOME}srv/~d1/admin.shop.test/` },
    { clientUrl: null },
    'https://admin.shop.test/',
  ],
  [
    'the first page of a frame',
    { ...NAVIGATION, destination: 'iframe' },
    { clientUrl: null },
    'https://app.shop.test/',
  ],
])('readPageRequest() lets %s stand on its page', ([, request, more, page]) => {
  expect(read(request, more).page.url).toBe(page)
})

test('readPageRequest() reads a path of ours as the URL that it means', () => {
  expect(read({ url: `${HOME}srv/~d1/api.shop.test/a?x=1` }).url).toBe('https://api.shop.test/a?x=1')
})
