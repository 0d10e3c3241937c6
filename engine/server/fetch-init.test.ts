import { expect, test } from 'vitest'
import type { AskKind, HeaderList, PageRequest, WireRequest } from '../protocol'
import { canFetch, fetchArguments } from './fetch-init'

const PAGE = { origin: 'https://peel.example', scope: '/', door: 'd1' }

function wire(method: string, headers: HeaderList = [], body: WireRequest['body'] = { text: '', encoding: 'utf8' }) {
  const url = 'http://localhost:8000/a'
  return { from: 0, title: 'a', method, url, target: '/a', headers, added: [], body, atMs: 0 } satisfies WireRequest
}

test('fetchArguments() leaves out what is no header and marks the fetch, also where the learner used our name', () => {
  const headers: HeaderList = [
    ['X-A', '1'],
    ['x-a', '2'],
    ['not a name', 'x'],
    ['x-bad', 'a\nb'],
    ['X-Peel-Exchange', 'mine'],
  ]
  const { url, init } = fetchArguments(wire('GET', headers), 'd1.0', PAGE)
  expect(url).toBe('http://localhost:8000/a')
  expect([...(init.headers as Headers)]).toEqual([
    ['x-a', '1, 2'],
    ['x-peel-exchange', 'd1.0'],
  ])
  expect('body' in init).toBe(false)
  expect(() => new Request(url, init)).not.toThrow()
})

test.for<[encoding: 'utf8' | 'base64', text: string, bytes: number[]]>([
  ['utf8', 'aü', [97, 195, 188]],
  ['base64', '/wCA', [255, 0, 128]],
])('fetchArguments() gives a %s body as its bytes', async ([encoding, text, bytes]) => {
  const { url, init } = fetchArguments(wire('POST', [], { text, encoding }), 'd1.0', PAGE)
  expect([...new Uint8Array(await new Request(url, init).arrayBuffer())]).toEqual(bytes)
})

test('fetchArguments() asks the browser for nothing that Peel simulates itself', () => {
  expect(fetchArguments(wire('GET'), 'd1.0', PAGE).init).toMatchObject({
    redirect: 'manual',
    credentials: 'omit',
    cache: 'no-store',
  })
})

function asked(url: string, kind: AskKind = 'fetch'): PageRequest {
  const { target: _target, added: _added, ...rest } = wire('GET')
  const page = { url: 'https://app.shop.test/a/b', sandboxed: false, kind, hasBody: false, bodyType: null }
  return { ...rest, url, page }
}

test.for([
  ['c?x=1', 'https://app.shop.test/a/c?x=1'],
  ['https://api.shop.test/', 'https://api.shop.test/'],
  ['https://[broken', 'https://peel.example/srv/~d1/'],
])('fetchArguments() takes %s relative to the page that asks for it', ([url = '', whole]) => {
  expect(fetchArguments(asked(url), 'd1.0', PAGE).url).toBe(whole)
})

test.for<[AskKind, boolean]>([
  ['fetch', true],
  ['eventsource', true],
  ['img', true],
  ['websocket', false],
  ['document.cookie', false],
])('canFetch() of a page’s %s is %s', ([kind, can]) => {
  expect(canFetch(asked('/', kind))).toBe(can)
  expect(canFetch({ ...asked('/', kind), hangUpMs: 5 })).toBe(can)
})

test('canFetch() is false for what a fetch cannot carry', () => {
  const plain = wire('POST', [], { text: 'tea', encoding: 'utf8' })
  expect(canFetch(plain)).toBe(true)
  expect(canFetch({ ...plain, socket: { messages: [] } })).toBe(false)
  expect(canFetch({ ...plain, pieces: [] })).toBe(false)
  expect(canFetch({ ...plain, hangUpMs: 0 })).toBe(false)
})
