import { describe, expect, test } from 'vitest'
import type { Exchange, HeaderList, PageRequest } from '../protocol'
import { Agent } from '.'

const ASK: PageRequest = {
  from: 0,
  title: 'stream',
  method: 'GET',
  url: 'https://api.shop.test/stream',
  headers: [],
  body: { text: '', encoding: 'utf8' },
  atMs: 0,
  page: { url: 'https://app.shop.test/', sandboxed: false, kind: 'fetch', hasBody: false, bodyType: null },
}

function came(status: number, headers: HeaderList, body = ''): Exchange {
  return {
    from: 0,
    title: 'stream',
    request: { method: 'GET', url: ASK.url, headers: [], body: '', bodyEncoding: 'utf8' },
    response: { status, reason: 'OK', headers, body, bodyEncoding: 'utf8' },
    error: null,
    startedAt: 0,
    endedAt: 0,
  }
}

function begun(ask: PageRequest = ASK): Agent {
  const agent = new Agent()
  expect(agent.begin(0, ask, 0).wire).toBeDefined()
  return agent
}

const ALLOWED: HeaderList = [
  ['Access-Control-Allow-Origin', '*'],
  ['Set-Cookie', 'a=b'],
]

describe('a response whose body is still coming', () => {
  test('is handed over with its head, and once more when it is whole; nothing is decided twice', () => {
    const agent = begun()
    const opened = agent.next(0, { head: came(200, ALLOWED) }, 5)
    expect(opened).toMatchObject({
      isOpen: true,
      done: { outcome: 'ok', response: { status: 200, body: { text: '' } } },
    })
    expect(opened.notes.length).toBeGreaterThan(0)
    const whole = agent.next(0, came(200, ALLOWED, 'all of it'), 9)
    expect(whole.isOpen).toBeUndefined()
    expect(whole).toMatchObject({ notes: [], done: { outcome: 'ok', response: { body: { text: 'all of it' } } } })
    expect(() => agent.next(0, came(200, ALLOWED), 9)).toThrow(RangeError)
  })

  test('is blocked by its head alone', () => {
    const turn = begun().next(0, { head: came(200, []) }, 5)
    expect(turn.isOpen).toBeUndefined()
    expect(turn.done).toMatchObject({ outcome: 'blocked', category: 'MissingAllowOriginHeader' })
  })

  test('of a redirect is not waited for', () => {
    const turn = begun().next(0, { head: came(302, [...ALLOWED, ['Location', '/there']]) }, 5)
    expect(turn.wire?.url).toBe('https://api.shop.test/there')
  })

  test('of a preflight is not waited for either', () => {
    const agent = new Agent()
    expect(agent.begin(0, { ...ASK, method: 'PUT' }, 0).wire?.role).toBe('preflight')
    const head = came(200, [...ALLOWED, ['Access-Control-Allow-Methods', 'PUT']])
    expect(agent.next(0, { head }, 5).wire?.role).toBe('request')
  })

  test('ends the fetch when the script goes away', () => {
    const agent = begun()
    agent.next(0, { head: came(200, ALLOWED) }, 5)
    expect(agent.next(0, { failed: 'aborted' }, 9).done?.exception?.name).toBe('AbortError')
  })

  test('of a WebSocket are its messages', () => {
    const headers = [['Sec-WebSocket-Protocol', 'chat, news']] as const
    const agent = begun({ ...ASK, url: 'wss://api.shop.test/ws', headers, page: { ...ASK.page, kind: 'websocket' } })
    const head = came(101, [['Sec-WebSocket-Protocol', 'chat']])
    expect(agent.next(0, { head }, 5)).toMatchObject({ isOpen: true, done: { outcome: 'ok' } })
    expect(agent.next(0, head, 9)).toMatchObject({ notes: [], done: { outcome: 'ok' } })
  })
})
