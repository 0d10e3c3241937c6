// What the browser answers by itself, and schemes that it does not; names without an address. As Chromium 156 did.
import { describe, expect, test } from 'vitest'
import type { PageRequest } from '../protocol'
import { askPage, SHOP } from './testing/ask-page'
import type { CaseRequest } from './cases/to-page-request'
import { isNobodysName } from './sites'

const SVG = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>'
const REFUSED = 'NotAllowedByFetchAPI'
const MINE = 'blob:https://app.shop.test/0b1cf47f-0000-4000-8000-000000000000'
const THEIRS = 'blob:https://other.test/0b1cf47f-0000-4000-8000-000000000000'

describe('`data:` URLs', () => {
  test.for<[url: string, type: string, body: string]>([
    ['data:text/plain;charset=utf-8,hi%20there', 'text/plain;charset=utf-8', 'hi there'],
    ['data:,x', 'text/plain;charset=US-ASCII', 'x'],
    ['data:,x#frag', 'text/plain;charset=US-ASCII', 'x'],
    ['data:,50%', 'text/plain;charset=US-ASCII', '50%'],
    ['data:application/json;base64,eyJhIjoxfQ==', 'application/json', '{"a":1}'],
    ['data:application/json; base64,eyJhIjoxfQ', 'application/json', '{"a":1}'],
    ['data:;charset=x,a', 'text/plain;charset=x', 'a'],
  ])('%s is %s', ([url, type, body]) => {
    const { sent, done } = askPage({ url })
    expect(sent).toEqual([])
    expect(done.response).toMatchObject({
      ...{ type: 'basic', status: 200, statusText: 'OK', redirected: false, url: url.replace(/#.*/, '') },
      ...{ headers: [['content-type', type]], body: { text: body, encoding: 'utf8' } },
    })
  })

  test.for(['data:;base64,***', 'data:text/plain'])('%s is none', (url) => {
    expect(askPage({ url }).done.category).toBe('network:net::ERR_INVALID_URL')
  })

  test.for<[what: string, request: Omit<CaseRequest, 'url'>, body: string]>([
    ['POST', { method: 'POST', body: 'y' }, 'x'],
    ['PUT, which is not asked about first', { method: 'PUT' }, 'x'],
    ['HEAD', { method: 'HEAD' }, ''],
    ['no-cors', { mode: 'no-cors' }, 'x'],
    ['same-origin', { mode: 'same-origin' }, 'x'],
    ['redirect: manual', { redirect: 'manual' }, 'x'],
    ['a header that is not safelisted', { headers: { 'x-a': 'b' } }, 'x'],
  ])('are read all the same with %s', ([, request, body]) => {
    const { sent, done } = askPage({ ...request, url: 'data:,x' })
    expect([sent, done.response?.type, done.response?.body.text]).toEqual([[], 'basic', body])
  })

  test('a sandboxed frame reads them, and `integrity` is checked', () => {
    expect(askPage({ url: 'data:,x' }, { page: { ...SHOP, sandboxed: true } }).done.outcome).toBe('ok')
    expect(askPage({ url: 'data:,x', integrity: 'sha256-abcd' }).done).toMatchObject({
      category: 'integrity',
      console: [
        expect.stringContaining("resource 'data:,x'"),
        "Fetch API cannot load data:,x. SRI's integrity checks failed.",
      ],
    })
  })
})

describe('what each kind makes of them', () => {
  const cors = 'CorsDisabledScheme'
  const unknown = 'network:net::ERR_UNKNOWN_URL_SCHEME'
  const lost = 'network:net::ERR_FILE_NOT_FOUND'
  test.for<
    [kind: NonNullable<CaseRequest['kind']>, data: string, about: string | null, mine: string, ofData: string | null]
  >([
    ['fetch', 'data:,x', REFUSED, lost, null],
    ['xhr', 'data:text/html,x', cors, lost, null],
    ['eventsource', 'data:text/event-stream,x', cors, lost, null],
    ['img', SVG, unknown, lost, null],
    ['script', 'data:text/javascript,1', unknown, lost, null],
    ['script', 'data:,1', unknown, lost, null],
    ['module', 'data:text/javascript,1', cors, lost, null],
    ['module', 'data:text/plain,1', cors, lost, 'ScriptType'],
    ['css', 'data:text/css,a{}', unknown, lost, null],
    ['font', 'data:text/html,x', cors, lost, 'FontBytes'],
    ['iframe', 'data:text/html,x', null, lost, null],
    ['beacon', 'data:text/html,x', REFUSED, REFUSED, REFUSED],
    ['websocket', 'data:text/html,x', REFUSED, REFUSED, REFUSED],
    ['navigation', 'data:text/html,x', REFUSED, REFUSED, REFUSED],
  ])('%s', ([kind, data, about, mine, ofData]) => {
    const seen = (url: string) => askPage({ kind, url }).done.category
    expect([seen(data), seen('about:blank'), seen(MINE)]).toEqual([ofData, about, mine])
  })

  test('an empty frame is of the page’s own origin, one of `data:` is not', () => {
    expect(askPage({ kind: 'iframe', url: 'about:blank' }).done.outcome).toBe('ok')
    expect(askPage({ kind: 'iframe', url: 'data:text/html,x' }).done.outcome).toBe('opaque')
  })

  test.for(['about:blank', 'javascript:1', 'mailto:a@b.c', 'foo:bar', 'ftp://a.test/x', 'ws://api.shop.test/', THEIRS])(
    'fetch refuses %s',
    (url) => {
      const { done } = askPage({ url })
      expect(done).toMatchObject({
        category: REFUSED,
        console: [`Fetch API cannot load ${url}. URL scheme "${url.slice(0, url.indexOf(':'))}" is not supported.`],
      })
    },
  )

  test.for(['xhr', 'img', 'script', 'eventsource', 'iframe'] as const)('%s may not have blobs of others', (kind) => {
    expect(askPage({ kind, url: THEIRS }).done.console).toEqual([`Not allowed to load local resource: ${THEIRS}`])
  })

  test('a beacon says so', () => {
    expect(askPage({ kind: 'beacon', url: 'data:,x' }).done.exception).toEqual({
      name: 'TypeError',
      message: "Failed to execute 'sendBeacon' on 'Navigator': Beacons are only supported over HTTP(S).",
    })
  })

  test('the tab goes to none', () => {
    expect(askPage({ kind: 'navigation', url: 'data:,x' }).done.console).toEqual([
      'Not allowed to navigate top frame to data URL: data:,x',
    ])
  })
})

describe('`blob:` URLs', () => {
  const blob: PageRequest['page']['blob'] = { type: 'text/plain', body: { text: 'hello', encoding: 'utf8' } }
  test('stand for the page’s own bytes', () => {
    expect(askPage({ url: `${MINE}#f` }, { more: { blob } }).done.response).toMatchObject({
      ...{ type: 'basic', status: 200, statusText: 'OK', url: MINE },
      headers: [
        ['content-length', '5'],
        ['content-type', 'text/plain'],
      ],
      body: blob?.body,
    })
  })

  test.for(['HEAD', 'POST'])('are not read with %s', (method) => {
    expect(askPage({ url: MINE, method }, { more: { blob } }).done.category).toBe(
      'network:net::ERR_METHOD_NOT_SUPPORTED',
    )
  })
})

describe('names without an address', () => {
  test.for<[host: string, nobodys: boolean]>([
    ['api.invalid', true],
    ['invalid', true],
    ['api.invalid.', true],
    ['x.onion', true],
    ['a..b', true],
    ['a..test', false],
    [`${'a'.repeat(64)}.com`, true],
    ['invalid.test', false],
    ['localhost', false],
    ['api.shop.test.', false],
    ['[::1]', false],
  ])('%s: %s', ([host, nobodys]) => {
    expect(isNobodysName(host)).toBe(nobodys)
  })

  test.for(['fetch', 'img', 'iframe', 'xhr', 'eventsource', 'navigation', 'font', 'beacon'] as const)(
    '%s fails',
    (kind) => {
      const { sent, done } = askPage({ kind, url: 'https://api.invalid/' })
      expect([sent, done.category, done.console]).toEqual([[], 'network:net::ERR_NAME_NOT_RESOLVED', []])
    },
  )

  test('a WebSocket, a preflight and a redirect fail; mixed content comes first', () => {
    expect(askPage({ kind: 'websocket', url: 'wss://api.invalid/' }).done.console).toEqual([
      "WebSocket connection to 'wss://api.invalid/' failed: Error in connection establishment: net::ERR_NAME_NOT_RESOLVED",
    ])
    expect(askPage({ url: 'https://api.invalid/', method: 'PUT' })).toMatchObject({
      sent: [],
      done: { outcome: 'blocked' },
    })
    const replies = [{ status: 302, headers: [['location', 'https://api.invalid/'] as const] }]
    expect(askPage({ url: 'https://app.shop.test/' }, { replies }).done.category).toBe(
      'network:net::ERR_NAME_NOT_RESOLVED',
    )
    expect(askPage({ url: 'http://api.invalid/' }).done.category).toBe('mixed-content')
  })
})
