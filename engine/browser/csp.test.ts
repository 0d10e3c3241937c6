// Content-Security-Policy and Referrer-Policy of the page itself, as Chromium 156 enforced them.
import { describe, expect, test } from 'vitest'
import type { AskKind, Page } from '../protocol'
import type { CaseRequest } from './cases/to-page-request'
import { parsePolicies } from './csp'
import { askPage, type Answered } from './testing/ask-page'

const HTTP = 'http://app.shop.test:9101'
const HTTPS = 'https://app.shop.test:9443'
const API = 'http://api.shop.test:9102'
const page = (contentSecurityPolicy: string, origin = HTTP, sandboxed = false): Page => ({
  ...{ url: `${origin}/__page`, sandboxed },
  document: { contentSecurityPolicy },
})
const redirect = (location: string): Answered => ({
  status: 302,
  headers: [
    ['location', location],
    ['access-control-allow-origin', '*'],
  ],
})
const JS: Answered = {
  headers: [
    ['content-type', 'text/javascript'],
    ['access-control-allow-origin', '*'],
  ],
}
/** Of these answers all kinds can make use. */
const answers = (kind: AskKind): readonly Answered[] => (kind === 'websocket' ? [{ status: 101 }] : [JS, JS])

test.for<['passes' | 'is kept', page: 'http' | 'https', policy: string, kind: AskKind, url: string]>([
  ['is kept', 'http', 'connect-src http://api.shop.test:9102', 'websocket', 'ws://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src api.shop.test:9102', 'websocket', 'ws://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src ws://api.shop.test:9102', 'websocket', 'ws://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src ws:', 'websocket', 'ws://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src http:', 'websocket', 'ws://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src *', 'websocket', 'ws://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src ws://api.shop.test:9444', 'websocket', 'wss://api.shop.test:9444/x'],
  ['passes', 'http', 'connect-src ws:', 'websocket', 'wss://api.shop.test:9444/x'],
  ['is kept', 'http', 'connect-src wss:', 'websocket', 'ws://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src ws:', 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src ws://api.shop.test:9102', 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src wss:', 'fetch', 'https://api.shop.test:9444/x'],
  ['is kept', 'https', 'connect-src https://api.shop.test:9444', 'websocket', 'wss://api.shop.test:9444/x'],
  ['passes', 'https', "connect-src 'self'", 'websocket', 'wss://app.shop.test:9443/x'],
  ['passes', 'http', "connect-src 'self'", 'websocket', 'ws://app.shop.test:9101/x'],
  ['is kept', 'http', "connect-src 'self'", 'fetch', 'https://app.shop.test:9443/x'],
  ['is kept', 'http', "connect-src 'self'", 'fetch', 'http://app.shop.test:9103/x'],
  ['passes', 'http', 'connect-src http:', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src http:', 'fetch', 'https://api.shop.test:9444/x'],
  ['is kept', 'http', 'connect-src https:', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src https:', 'fetch', 'https://api.shop.test:9444/x'],
  ['is kept', 'http', 'connect-src api.shop.test', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src api.shop.test:*', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src *:9102', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src *:*', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src *.shop.test:9102', 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src *.shop.test:9102', 'fetch', 'http://shop.test:9102/x'],
  ['is kept', 'http', 'connect-src *.api.shop.test:9102', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src API.SHOP.TEST:9102', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src HTTP://api.shop.test:9102', 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src api.shop.test:9444', 'fetch', 'https://api.shop.test:9444/x'],
  ['is kept', 'https', 'connect-src api.shop.test:9102', 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src http://api.shop.test:9444', 'fetch', 'https://api.shop.test:9444/x'],
  ['passes', 'http', 'connect-src http://api.shop.test:9102/', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', 'connect-src http://api.shop.test:9102/x', 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src http://api.shop.test:9102/x', 'fetch', 'http://api.shop.test:9102/x/y'],
  ['passes', 'http', 'connect-src http://api.shop.test:9102/x/', 'fetch', 'http://api.shop.test:9102/x/y'],
  ['passes', 'http', 'connect-src http://api.shop.test:9102/x', 'fetch', 'http://api.shop.test:9102/x?q=1'],
  ['passes', 'http', 'connect-src http://api.shop.test:9102/x?q=1', 'fetch', 'http://api.shop.test:9102/x?q=1'],
  ['passes', 'http', 'connect-src http://api.shop.test:9102/%78', 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', 'connect-src http://api.shop.test:9102/X', 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', "connect-src 'SELF'", 'fetch', 'http://app.shop.test:9101/x'],
  ['is kept', 'http', "connect-src 'None'", 'fetch', 'http://app.shop.test:9101/x'],
  ['is kept', 'http', 'connect-src self', 'fetch', 'http://app.shop.test:9101/x'],
  ['is kept', 'http', "CONNECT-SRC 'none'", 'fetch', 'http://app.shop.test:9101/x'],
  ['passes', 'http', 'connect-src data:', 'fetch', 'data:,x'],
  ['is kept', 'http', 'connect-src *', 'fetch', 'blob:http://app.shop.test:9101/0b1cf47f-0000-4000-8000-000000000000'],
  [
    'passes',
    'http',
    'connect-src blob:',
    'fetch',
    'blob:http://app.shop.test:9101/0b1cf47f-0000-4000-8000-000000000000',
  ],
  [
    'is kept',
    'http',
    "connect-src 'self'",
    'fetch',
    'blob:http://app.shop.test:9101/0b1cf47f-0000-4000-8000-000000000000',
  ],
  ['passes', 'http', 'connect-src http://127.0.0.1:9102', 'fetch', 'http://127.0.0.1:9102/x'],
  ['passes', 'http', 'connect-src http://localhost:9102', 'fetch', 'http://localhost:9102/x'],
  ['is kept', 'https', 'connect-src localhost:9102', 'fetch', 'http://localhost:9102/x'],
  ['passes', 'https', 'connect-src http://localhost:8080', 'fetch', 'http://localhost:8080/x'],
  ['is kept', 'http', 'connect-src http://[::1]:9102', 'fetch', 'http://[::1]:9102/x'],
  ['is kept', 'http', 'img-src *', 'img', 'data:image/svg+xml,<svg/>'],
  ['passes', 'http', "default-src 'self'; img-src data:", 'img', 'data:image/svg+xml,<svg/>'],
  ['passes', 'http', "frame-src 'none'", 'iframe', 'about:blank'],
  ['is kept', 'http', "frame-src 'none'", 'iframe', 'data:text/html,x'],
  ['passes', 'http', "script-src 'strict-dynamic'", 'script', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', "script-src 'nonce-abc'", 'script', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', "script-src 'unsafe-inline'", 'script', 'http://api.shop.test:9102/x'],
  ['passes', 'http', "script-src http: 'strict-dynamic'", 'script', 'http://api.shop.test:9102/x'],
  ['passes', 'http', "connect-src 'nonce-abc' *", 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', "connect-src 'unsafe-inline'", 'fetch', 'http://api.shop.test:9102/x'],
  ['passes', 'http', "worker-src 'self'", 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', 'default-src', 'fetch', 'http://api.shop.test:9102/x'],
  ['is kept', 'http', ";;; connect-src\t'none' ;", 'fetch', 'http://api.shop.test:9102/x'],
])('%s: %s page, %s, %s %s', ([verdict, at, policy, kind, url]) => {
  const { done } = askPage({ kind, url }, { page: page(policy, at === 'http' ? HTTP : HTTPS), replies: answers(kind) })
  const isKept = done.console.some((line) => line.includes('violates the following'))
  expect(isKept ? 'is kept' : 'passes').toBe(verdict)
  if (isKept) expect(done.category).toBe(kind === 'iframe' ? 'network:net::ERR_BLOCKED_BY_CSP' : 'csp')
})

const violates = 'violates the following Content Security Policy directive:'
const blocked = 'The action has been blocked.'
const cannot = (url: string): string =>
  `Fetch API cannot load ${url}. Refused to connect because it violates the document's Content Security Policy.`
const fallback = (own: string, other: string): string =>
  `Note that '${own}' was not explicitly set, so '${other}' is used as a fallback.`

describe('the console', () => {
  test.for<[policy: string, request: CaseRequest, console: readonly string[]]>([
    [
      "connect-src 'self'",
      { url: `${API}/x?a=1#frag` },
      [`Connecting to '${API}/x?a=1#frag' ${violates} "connect-src 'self'". ${blocked}`, cannot(`${API}/x?a=1#frag`)],
    ],
    [
      "default-src 'none'",
      { url: `${API}/x`, method: 'PUT' },
      [
        `Connecting to '${API}/x' ${violates} "default-src 'none'". ${fallback('connect-src', 'default-src')} ${blocked}`,
        cannot(`${API}/x`),
      ],
    ],
    [
      "connect-src http://app.shop.test:9101, connect-src 'self'",
      { url: `${API}/x` },
      [
        `Connecting to '${API}/x' ${violates} "connect-src http://app.shop.test:9101". ${blocked}`,
        `Connecting to '${API}/x' ${violates} "connect-src 'self'". ${blocked}`,
        cannot(`${API}/x`),
      ],
    ],
    [
      'connect-src *',
      { url: 'data:,x' },
      [
        `Connecting to 'data:,x' ${violates} "connect-src *". Note that '*' matches only URLs with network schemes ('http', 'https', 'ws', 'wss'), or URLs whose scheme matches \`self\`'s scheme. The scheme 'data:' must be added explicitly. ${blocked}`,
        cannot('data:,x'),
      ],
    ],
    [
      'connect-src',
      { kind: 'xhr', url: `${API}/x` },
      [`Connecting to '${API}/x' ${violates} "connect-src ". ${blocked}`],
    ],
    [
      "CONNECT-SRC   'SELF'    http://b.test  ",
      { kind: 'eventsource', url: `${API}/x` },
      [`Connecting to '${API}/x' ${violates} "connect-src 'SELF'    http://b.test". ${blocked}`],
    ],
    [
      "default-src 'none'",
      { kind: 'websocket', url: 'ws://api.shop.test:9102/x' },
      [
        `Connecting to 'ws://api.shop.test:9102/x' ${violates} "default-src 'none'". ${fallback('connect-src', 'default-src')} ${blocked}`,
      ],
    ],
    [
      "img-src 'self'",
      { kind: 'img', url: `${API}/x` },
      [`Loading the image '${API}/x' ${violates} "img-src 'self'". ${blocked}`],
    ],
    [
      "script-src 'self'",
      { kind: 'script', url: `${API}/x` },
      [
        `Loading the script '${API}/x' ${violates} "script-src 'self'". ${fallback('script-src-elem', 'script-src')} ${blocked}`,
      ],
    ],
    [
      "script-src-elem 'self'",
      { kind: 'module', url: `${API}/x` },
      [`Loading the script '${API}/x' ${violates} "script-src-elem 'self'". ${blocked}`],
    ],
    [
      "default-src 'none'",
      { kind: 'css', url: `${API}/x` },
      [
        `Loading the stylesheet '${API}/x' ${violates} "default-src 'none'". ${fallback('style-src-elem', 'default-src')} ${blocked}`,
      ],
    ],
    [
      "font-src 'self'",
      { kind: 'font', url: `${API}/x` },
      [`Loading the font '${API}/x' ${violates} "font-src 'self'". ${blocked}`],
    ],
    [
      "frame-src 'self'",
      { kind: 'iframe', url: `${API}/x` },
      [`Framing '${API}/' ${violates} "frame-src 'self'". The request has been blocked.\n`],
    ],
    [
      "child-src 'none'",
      { kind: 'iframe', url: `${HTTP}/x/y?q` },
      [
        `Framing '${HTTP}/x/y?q' ${violates} "child-src 'none'". The request has been blocked. ${fallback('frame-src', 'child-src')}\n`,
      ],
    ],
    [
      "frame-src 'none'",
      { kind: 'iframe', url: 'data:text/html,x' },
      [`Framing '' ${violates} "frame-src 'none'". The request has been blocked.\n`],
    ],
    [
      "form-action 'self'",
      { kind: 'form', url: `${API}/x`, method: 'POST' },
      [`Sending form data to '${API}/x' ${violates} "form-action 'self'". The request has been blocked.\n`],
    ],
  ])('of %s says what was blocked', ([policy, request, console]) => {
    const { sent, done } = askPage(request, { page: page(policy) })
    expect([sent, done.console]).toEqual([[], console])
  })
})

describe('a redirect', () => {
  test('is judged where it leads, without paths; `fetch` says one line less', () => {
    const replies = [redirect(`${API}/deep?q=1#f`), {}]
    const seen = askPage({ url: `${HTTP}/r` }, { page: page(`connect-src ${HTTP}`), replies })
    expect([seen.sent, seen.done.category]).toEqual([[`GET ${HTTP}/r`], 'csp'])
    expect(seen.done.console).toEqual([
      `Connecting to '${API}/deep?q=1#f' ${violates} "connect-src ${HTTP}". ${blocked}`,
    ])
    const other = page(`connect-src ${HTTP} ${API}/other/`)
    expect(askPage({ url: `${HTTP}/r` }, { page: other, replies }).done.outcome).toBe('ok')
  })

  test('of a form counts for `form-action`, by the URL that it was sent to', () => {
    const options = { page: page("form-action 'self'"), replies: [redirect(`${API}/x`)] }
    const { sent, done } = askPage({ kind: 'form', url: `${HTTP}/r`, method: 'POST' }, options)
    expect(sent).toEqual([`POST ${HTTP}/r`])
    expect(done.console).toEqual([
      `Sending form data to '${HTTP}/r' ${violates} "form-action 'self'". The request has been blocked.\n`,
    ])
  })
})

describe('what a policy has no say in', () => {
  test.for<[what: string, policy: string, request: CaseRequest]>([
    ['links', "default-src 'none'", { kind: 'navigation', url: `${API}/x` }],
    ['forms without `form-action`', "default-src 'none'", { kind: 'form', url: `${API}/x` }],
    ['a misspelt directive', "conect-src 'self'", { url: `${API}/x` }],
    ['a directive that is repeated', `connect-src ${API}; connect-src 'self'`, { url: `${API}/x` }],
    ["`'none'` beside others", `connect-src 'none' ${API}`, { url: `${API}/x` }],
  ])('%s', ([, policy, request]) => {
    expect(askPage(request, { page: page(policy) }).done.category).toBeNull()
  })

  test('`self` of a sandboxed frame is the page around it', () => {
    expect(askPage({ url: `${HTTP}/x` }, { page: page("connect-src 'self'", HTTP, true) }).done.category).toBeNull()
    expect(askPage({ url: `${API}/x` }, { page: page("connect-src 'self'", HTTP, true) }).done.category).toBe('csp')
  })
})

test('a policy comes before mixed content, schemes and the WebSocket’s own exception', () => {
  const strict = page("connect-src 'self'", HTTPS)
  expect(askPage({ url: `${API}/x` }, { page: strict }).done.category).toBe('csp')
  expect(askPage({ url: 'foo:bar' }, { page: strict }).done.category).toBe('csp')
  const socket = askPage({ kind: 'websocket', url: 'ws://api.shop.test:9102/x' }, { page: strict }).done
  expect([socket.category, socket.exception]).toEqual(['csp', null])
})

describe('`upgrade-insecure-requests`', () => {
  const upgrading = page('upgrade-insecure-requests', HTTPS)
  test.for<[request: CaseRequest, sent: string, url: string | undefined]>([
    [{ url: 'http://api.shop.test:9444/x' }, 'https://api.shop.test:9444/x', 'http://api.shop.test:9444/x'],
    [
      { kind: 'xhr', url: 'http://api.shop.test:9444/x' },
      'https://api.shop.test:9444/x',
      'https://api.shop.test:9444/x',
    ],
    [{ kind: 'iframe', url: 'http://api.shop.test:9444/x' }, 'https://api.shop.test:9444/x', undefined],
    [{ kind: 'form', url: 'http://api.shop.test:9444/x' }, 'https://api.shop.test:9444/x?', undefined],
    [{ kind: 'websocket', url: 'ws://api.shop.test:9444/x' }, 'wss://api.shop.test:9444/x', undefined],
    [{ kind: 'navigation', url: 'http://app.shop.test:9443/x' }, 'https://app.shop.test:9443/x', undefined],
    [{ kind: 'navigation', url: 'http://api.shop.test:9444/x' }, 'http://api.shop.test:9444/x', undefined],
    [{ url: 'http://localhost:9102/x' }, 'http://localhost:9102/x', 'http://localhost:9102/x'],
  ])('$0.kind $0.url', ([request, sent, url]) => {
    const seen = askPage(request, { page: upgrading, replies: answers(request.kind ?? 'fetch') })
    expect([seen.sent, seen.done.category]).toEqual([[`GET ${sent}`], null])
    if (url !== undefined) expect(seen.done.response).toMatchObject({ url, redirected: false })
  })

  test('is for redirects too', () => {
    const replies = [redirect('http://api.shop.test:9444/x'), {}]
    const { sent, done } = askPage({ url: `${HTTPS}/r` }, { page: upgrading, replies })
    expect(sent).toEqual([`GET ${HTTPS}/r`, 'GET https://api.shop.test:9444/x'])
    expect(done.response).toMatchObject({ url: 'https://api.shop.test:9444/x', redirected: true })
  })

  test('comes after what may be asked for: http is not on the list, though nobody asks it', () => {
    const both = page('upgrade-insecure-requests; connect-src https:', HTTPS)
    expect(askPage({ url: 'http://api.shop.test:9444/x' }, { page: both }).done.category).toBe('csp')
  })
})

test('a header is cut into policies, and these into directives', () => {
  expect(parsePolicies(";;; Img-Src\t'none' ; img-src *, default-src")).toEqual([
    [{ name: 'img-src', value: "'none'" }],
    [{ name: 'default-src', value: '' }],
  ])
})

describe('the page’s own Referrer-Policy', () => {
  const at = (referrerPolicy: string): Page => ({
    url: `${HTTPS}/cart?id=1`,
    sandboxed: false,
    document: { referrerPolicy },
  })
  const referer = (request: CaseRequest, policy: string): string | null =>
    askPage(request, { page: at(policy) }).wires[0]?.headers.find(([name]) => name === 'Referer')?.[1] ?? null
  test.for<[policy: string, request: CaseRequest, referer: string | null]>([
    ['no-referrer', { url: `${HTTPS}/x` }, null],
    ['origin', { kind: 'img', url: `${HTTPS}/x` }, `${HTTPS}/`],
    ['same-origin', { url: 'https://api.shop.test:9444/x' }, null],
    ['unsafe-url', { kind: 'navigation', url: `${API}/x` }, `${HTTPS}/cart?id=1`],
    ['no-referrer, origin', { url: `${HTTPS}/x` }, `${HTTPS}/`],
    ['no-referrer', { url: `${HTTPS}/x`, referrerPolicy: 'unsafe-url' }, `${HTTPS}/cart?id=1`],
    ['nonsense', { url: 'https://api.shop.test:9444/x' }, `${HTTPS}/`],
  ])('%s', ([policy, request, expected]) => {
    expect(referer(request, policy)).toBe(expected)
  })
})
