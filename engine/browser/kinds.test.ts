// What each kind sends and makes of answers, as Chromium 156 did with a server that wrote down what it got.
import { describe, expect, test } from 'vitest'
import type { HeaderList } from '../protocol'
import { Agent } from '.'
import type { CaseRequest } from './cases/to-page-request'
import { EMPTY_STATE } from './memory'
import { askPage, type Answered } from './testing/ask-page'

const SITE = 'http://app.shop.test:9101'
const API = 'http://api.shop.test:9102'
const SITES = 'https://app.shop.test:9443'
const APIS = 'https://api.shop.test:9444'
const XAPIS = 'https://api.other.test:9444'

function ask(
  request: CaseRequest,
  replies: readonly Answered[] = [{}],
  page = SITE,
  sandboxed = false,
  agent = new Agent(),
) {
  return askPage(request, { page: { url: `${page}/__page`, sandboxed }, replies, agent })
}

/** Sent lines without those that every request has. */
const lines = (headers: HeaderList): string[] =>
  headers
    .map(([name, value]) => `${name}: ${value}`)
    .filter((line) => !/^(?:Host|Connection|User-Agent|Accept-Language|Accept-Encoding|sec-ch-ua)/.test(line))

const DOCUMENT =
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7'
const IMAGE = 'Accept: image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'
const FORM = { method: 'POST', body: { kind: 'blob', text: 'a=1', type: 'application/x-www-form-urlencoded' } } as const
const away = (...site: string[]): string[] => [...site, `Referer: ${SITES}/`]

describe('what is sent', () => {
  test.for([
    [
      { kind: 'img', url: `${XAPIS}/x` },
      [
        IMAGE,
        ...away(
          ...['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'],
          'Sec-Fetch-Storage-Access: none',
        ),
      ],
    ],
    [
      { kind: 'img', url: `${SITES}/x`, crossorigin: '' },
      [
        `Origin: ${SITES}`,
        IMAGE,
        ...['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: image'],
        `Referer: ${SITES}/__page`,
      ],
    ],
    [
      { kind: 'script', url: `${APIS}/x` },
      ['Accept: */*', ...away('Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: script')],
    ],
    [
      { kind: 'module', url: `${XAPIS}/x` },
      [
        `Origin: ${SITES}`,
        'Accept: */*',
        ...away('Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: script'),
      ],
    ],
    [
      { kind: 'css', url: `${APIS}/x` },
      [
        'Accept: text/css,*/*;q=0.1',
        ...away('Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: style'),
      ],
    ],
    [
      { kind: 'font', url: `${APIS}/x` },
      [
        `Origin: ${SITES}`,
        'Accept: */*',
        ...away('Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: font'),
      ],
    ],
    [
      { kind: 'eventsource', url: `${APIS}/x` },
      [
        ...['Pragma: no-cache', 'Cache-Control: no-cache', 'Accept: text/event-stream', `Origin: ${SITES}`],
        ...away('Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty'),
      ],
    ],
    [
      { kind: 'form', url: `${XAPIS}/x`, ...FORM },
      [
        ...['Content-Length: 3', 'Cache-Control: max-age=0', 'Upgrade-Insecure-Requests: 1'],
        ...['Content-Type: application/x-www-form-urlencoded', `Origin: ${SITES}`, DOCUMENT],
        ...['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-User: ?1', 'Sec-Fetch-Dest: document'],
        `Referer: ${SITES}/`,
      ],
    ],
    [
      { kind: 'form', url: `${APIS}/x`, referrerPolicy: 'no-referrer', ...FORM },
      [
        ...['Content-Length: 3', 'Cache-Control: max-age=0', 'Upgrade-Insecure-Requests: 1'],
        ...['Content-Type: application/x-www-form-urlencoded', 'Origin: null', DOCUMENT],
        ...['Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-User: ?1', 'Sec-Fetch-Dest: document'],
      ],
    ],
    [
      { url: `${APIS}/x`, method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer' },
      [
        ...['Content-Length: 0', 'Accept: */*', `Origin: ${SITES}`],
        ...['Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: empty'],
      ],
    ],
  ] satisfies readonly (readonly [CaseRequest, string[]])[])('%j from a page of https', ([request, expected]) => {
    expect(lines(ask(request, [{}], SITES).wires[0]?.headers ?? []).toSorted()).toEqual(expected.toSorted())
  })

  test('headers of one name go as one line, in the case of the first; Range asks for the bytes as they are', () => {
    const { headers } = ask({
      url: `${SITE}/x`,
      headers: { 'X-Custom': '1', 'x-custom': '2', Range: 'bytes=0-3' },
    }).wires[0] ?? { headers: [] }
    expect(headers).toContainEqual(['X-Custom', '1, 2'])
    expect(headers).toContainEqual(['Accept-Encoding', 'identity'])
  })

  test('br and zstd are asked for only where nobody reads along: https and localhost', () => {
    const asked = (url: string) => ask({ url }).wires[0]?.headers.find(([name]) => name === 'Accept-Encoding')?.[1]
    expect(asked(`${API}/x`)).toBe('gzip, deflate')
    expect(asked('http://localhost:9102/x')).toBe('gzip, deflate, br, zstd')
  })

  test('a handshake offers subprotocols, and says where the page is from', () => {
    const request = { kind: 'websocket', url: `${XAPIS}/ws`, headers: { 'Sec-WebSocket-Protocol': 'a, b' } } as const
    const { wires } = ask(request, [{ status: 101 }], SITES)
    expect(wires[0]).toMatchObject({ method: 'GET', url: 'wss://api.other.test:9444/ws' })
    expect(wires[0]?.headers).toContainEqual(['Origin', SITES])
    expect(wires[0]?.headers).toContainEqual(['Sec-WebSocket-Protocol', 'a, b'])
  })

  test('an EventSource says where it stopped without asking first (HTML 9.2.2)', () => {
    const { wires } = ask({ kind: 'eventsource', url: `${API}/x`, headers: { 'Last-Event-ID': '3' } })
    expect(wires.map(({ method }) => method)).toEqual(['GET'])
    expect(wires[0]?.headers).toContainEqual(['Last-Event-ID', '3'])
  })

  test('a preflight carries the cache mode, and with it the cache of preflights is passed over', () => {
    const agent = new Agent()
    const allow: Answered = {
      headers: [
        ['access-control-allow-origin', '*'],
        ['access-control-allow-methods', 'PUT'],
      ],
    }
    const put = (cache?: 'no-store' | 'no-cache') =>
      ask({ url: `${API}/x`, method: 'PUT', ...(cache && { cache }) }, [allow, allow], SITE, false, agent).wires
    expect(put('no-store')[0]?.headers).toContainEqual(['Cache-Control', 'no-cache'])
    expect(put()).toHaveLength(2)
    expect(put()).toHaveLength(1)
    expect(put('no-cache')[0]?.headers).toContainEqual(['Cache-Control', 'max-age=0'])
  })
})

const CORS = ['access-control-allow-origin', '*'] as const
const type = (value: string): HeaderList => [CORS, ['content-type', value]]
/** How an image begins. */
const GIF = 'GIF89a'
const JSON_BODY = '{"a":1}'

describe('what becomes of it', () => {
  test.for([
    // Mixed Content 4.4, with Chromium's words for what was asked for.
    [SITES, { url: `${API}/x` }, {}, 'mixed-content', 'insecure resource'],
    [SITES, { kind: 'xhr', url: `${API}/x` }, {}, 'mixed-content', 'insecure XMLHttpRequest endpoint'],
    [SITES, { kind: 'iframe', url: `${API}/x` }, {}, 'mixed-content', 'insecure frame'],
    [SITES, { kind: 'css', url: `${API}/x` }, {}, 'mixed-content', 'insecure stylesheet'],
    [SITES, { url: 'http://localhost:9102/x' }, {}, null, ''],
    [SITES, { kind: 'navigation', url: `${API}/x` }, {}, null, ''],
    // Fetch 3.6 and 3.7.
    [
      SITE,
      { kind: 'img', url: `${API}/x` },
      { headers: type('application/json'), body: JSON_BODY },
      'network:net::ERR_BLOCKED_BY_ORB',
      '',
    ],
    [
      SITE,
      { kind: 'script', url: `${API}/x` },
      { headers: type('text/html'), body: '<!doctype html>' },
      'network:net::ERR_BLOCKED_BY_ORB',
      '',
    ],
    [SITE, { kind: 'script', url: `${API}/x` }, { headers: type('text/plain'), body: '1' }, null, ''],
    [SITE, { url: `${API}/x`, mode: 'no-cors' }, { headers: type('application/json'), body: JSON_BODY }, null, ''],
    [
      SITE,
      { url: `${API}/x`, mode: 'no-cors' },
      { headers: [['cross-origin-resource-policy', 'same-origin']] },
      'network:net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin',
      '',
    ],
    [
      SITE,
      { url: `${API}/x`, mode: 'no-cors' },
      { headers: [['cross-origin-resource-policy', 'same-site']] },
      null,
      '',
    ],
    // Fetch 3.7: what came over https is no site of a page over http.
    [
      SITE,
      { url: `${APIS}/x`, mode: 'no-cors' },
      { headers: [['cross-origin-resource-policy', 'same-site']] },
      'network:net::ERR_BLOCKED_BY_RESPONSE.NotSameSite',
      '',
    ],
    [
      SITE,
      { kind: 'img', url: 'http://api.other.test:9102/x' },
      { headers: [['cross-origin-resource-policy', 'same-site']] },
      'network:net::ERR_BLOCKED_BY_RESPONSE.NotSameSite',
      '',
    ],
    // HTML 7.4.4 and CSP 6.4.2.
    [
      SITE,
      { kind: 'iframe', url: `${API}/x` },
      { headers: [['x-frame-options', 'DENY']] },
      'network:net::ERR_BLOCKED_BY_RESPONSE',
      "because it set 'X-Frame-Options' to 'deny'.",
    ],
    [SITE, { kind: 'iframe', url: `${SITE}/x` }, { headers: [['x-frame-options', 'SAMEORIGIN']] }, null, ''],
    [
      SITE,
      { kind: 'iframe', url: `${SITE}/x` },
      {
        headers: [
          ['x-frame-options', 'x'],
          ['content-type', 'text/html'],
          ['content-encoding', 'gzip'],
        ],
        body: 'no gzip',
      },
      'network:net::ERR_CONTENT_DECODING_FAILED',
      "'x' is not a recognized directive",
    ],
    [
      SITE,
      { kind: 'iframe', url: `${API}/x` },
      { headers: [['content-security-policy', "frame-ancestors 'none'"]] },
      'network:net::ERR_BLOCKED_BY_RESPONSE',
      "frame-ancestors 'none'",
    ],
    [
      SITE,
      { kind: 'iframe', url: `${API}/x` },
      {
        headers: [
          ['content-security-policy', `frame-ancestors ${SITE}`],
          ['x-frame-options', 'DENY'],
        ],
      },
      null,
      '',
    ],
    // HTML 8.1.4.2 and 9.2.3.
    [
      SITE,
      { kind: 'module', url: `${API}/x` },
      { headers: type('text/plain') },
      'ScriptType',
      'MIME type of "text/plain"',
    ],
    [
      SITE,
      { kind: 'script', url: `${SITE}/x` },
      {
        headers: [
          ['content-type', 'text/plain'],
          ['x-content-type-options', 'nosniff'],
        ],
      },
      'ScriptType',
      "because its MIME type ('text/plain') is not executable",
    ],
    [
      SITE,
      { kind: 'script', url: `${API}/x` },
      { status: 404, headers: type('text/javascript') },
      'network:net::ERR_ABORTED',
      '',
    ],
    [SITE, { kind: 'eventsource', url: `${API}/x` }, { headers: type('text/event-stream') }, null, ''],
    [
      SITE,
      { kind: 'eventsource', url: `${API}/x` },
      { headers: type('application/json') },
      'EventSourceType',
      'has a MIME type ("application/json") that is not "text/event-stream"',
    ],
    [
      SITE,
      { kind: 'eventsource', url: `${API}/x` },
      { headers: type('text/event-stream;charset=latin1') },
      'EventSourceType',
      'has a charset ("latin1") that is not UTF-8',
    ],
    [SITE, { kind: 'eventsource', url: `${API}/x` }, { status: 204 }, 'EventSourceStatus', ''],
    [
      SITE,
      { kind: 'websocket', url: `${API}/ws` },
      { status: 403 },
      'network:net::ERR_INVALID_RESPONSE',
      'Unexpected response code: 403',
    ],
    [SITE, { url: `${SITE}/x`, method: 'POST', keepalive: true, body: 'x'.repeat(65_537) }, {}, 'KeepaliveLimit', ''],
  ] satisfies readonly (readonly [string, CaseRequest, Answered, string | null, string])[])(
    'on %s %j answered with %j: %s',
    ([page, request, reply, category, line]) => {
      const { done } = ask(request, [reply], page)
      expect(done.category).toBe(category)
      expect(done.console.join('\n')).toContain(line)
    },
  )

  test.for([[['location', '']], []] as const)(
    '`manual` hides a redirect without a place to go, `follow` and `error` hand it over: %j',
    (location) => {
      const moved: Answered = { status: 308, headers: location.length > 0 ? [['location', '']] : [] }
      expect(ask({ url: `${SITE}/x`, redirect: 'manual' }, [moved]).done.outcome).toBe('opaqueredirect')
      expect(ask({ url: `${SITE}/x` }, [moved]).done.response?.status).toBe(308)
      expect(ask({ url: `${SITE}/x`, redirect: 'error' }, [moved]).done.response?.status).toBe(308)
    },
  )

  test.for([
    ['no-cors', SITE, ['c=1', 'k=1', 'c=1']],
    ['no-cors', API, [null, null, null]],
    ['cors', SITE, ['c=1', null, null]],
  ] as const)('cookies of a %s request that begins at %s and goes to and fro', ([mode, first, expected]) => {
    const agent = new Agent()
    const give = (name: string): Answered => ({
      headers: [
        ['set-cookie', `${name}=1; Path=/`],
        ['access-control-allow-origin', SITE],
        ['access-control-allow-credentials', 'true'],
      ],
    })
    ask({ url: `${SITE}/c` }, [give('c')], SITE, false, agent)
    ask({ url: `${API}/k`, credentials: 'include' }, [give('k')], SITE, false, agent)
    const goTo = (url: string): Answered => ({
      status: 307,
      headers: [
        ['location', url],
        ['access-control-allow-origin', '*'],
      ],
    })
    const { wires } = ask({ url: `${first}/a`, mode }, [goTo(`${API}/b`), goTo(`${SITE}/d`)], SITE, false, agent)
    expect(wires.map(({ headers }) => headers.find(([name]) => name === 'Cookie')?.[1] ?? null)).toEqual(expected)
  })

  test.for([
    [{ url: `${API}/x#y` }, [], 'mixed-content', `${API}/x'`],
    [{ url: `${APIS}/x` }, [`${API}/x#y`], 'mixed-content', `${API}/x#y'`],
  ] satisfies readonly (readonly [CaseRequest, string[], string, string])[])(
    'a page of https asks for %j and is led to %j: %s',
    ([request, locations, category, named]) => {
      const replies = locations.map((location): Answered => ({ status: 302, headers: [CORS, ['location', location]] }))
      const { done } = ask(request, replies, SITES)
      expect(done.category).toBe(category)
      expect(done.console[0]).toContain(`insecure resource '${named}`)
    },
  )

  test.for([
    ['a page', false, ['OPTIONS', 'PUT', 'PUT']],
    ['a sandboxed frame', true, ['OPTIONS', 'PUT', 'OPTIONS', 'PUT']],
  ] as const)('%s that asks twice sends %s', ([, sandboxed, expected]) => {
    const agent = new Agent()
    const allows: Answered = { headers: [CORS, ['access-control-allow-methods', '*']] }
    const again = () => ask({ url: `${API}/x`, method: 'PUT' }, [allows, allows], SITE, sandboxed, agent).wires
    expect([...again(), ...again()].map(({ method }) => method)).toEqual(expected)
  })

  test('an origin that redirects made opaque has no preflight remembered', () => {
    const agent = new Agent()
    const allows: Answered = { headers: [CORS, ['access-control-allow-methods', '*']] }
    const moved: Answered = { status: 307, headers: [CORS, ['location', `${XAPIS}/x`]] }
    const put = (replies: readonly Answered[]) =>
      ask({ url: `${APIS}/x`, method: 'PUT' }, replies, SITES, false, agent).wires.map(({ method }) => method)
    expect(put([allows, moved, allows, allows])).toEqual(['OPTIONS', 'PUT', 'OPTIONS', 'PUT'])
    expect(put([moved, allows, allows])).toEqual(['PUT', 'OPTIONS', 'PUT'])
  })

  test('bytes that are no font are told of with the URL that was asked for, and a signed number', () => {
    const moved: Answered = { status: 301, headers: [CORS, ['location', `${SITE}/a`]] }
    const bytes: Answered = { headers: [CORS], body: '\u00ff\u00fe\u0000\u0080' }
    const { done } = ask({ kind: 'font', url: `${SITE}/b#h` }, [moved, bytes])
    expect(done.console[0]).toBe(`Failed to decode downloaded font: ${SITE}/b#h`)
    expect(done.console[1]).toMatch(/invalid sfntVersion: -\d+$/)
  })

  test("a redirect back to the page's own site makes nobody a third party", () => {
    const moved: Answered = { status: 302, headers: [['location', `${APIS}/x`]] }
    const { wires } = ask({ url: `${XAPIS}/x`, mode: 'no-cors', credentials: 'include' }, [moved], SITES)
    const access = wires.map(
      ({ headers }) => headers.find(([name]) => name === 'Sec-Fetch-Storage-Access')?.[1] ?? null,
    )
    expect(access).toEqual(['none', null])
  })

  test.for([
    [{ url: `${API}/x`, mode: 'no-cors' }, 'origin'],
    [{ url: `${SITE}/x` }, 'RedirectContainsCredentials'],
    [{ kind: 'navigation', url: `${API}/x` }, null],
  ] satisfies readonly (readonly [CaseRequest, string | null])[])(
    '%j is redirected to a URL with a user name: %s',
    ([request, category]) => {
      const moved: Answered = { status: 302, headers: [['location', 'http://u:p@api.shop.test:9102/y']] }
      expect(ask(request, [moved]).done.category).toBe(category)
    },
  )

  // By trial, as the other rows: what is wrong with Location itself counts before what the script asked for.
  test.for([
    ['error', '/y', 'network:net::ERR_FAILED'],
    ['error', 'ftp://x/', 'network:net::ERR_FAILED'],
    ['error', 'http://', 'network:net::ERR_INVALID_REDIRECT'],
    ['manual', 'http://', 'network:net::ERR_INVALID_REDIRECT'],
    ['error', 'data:,x', 'network:net::ERR_UNSAFE_REDIRECT'],
    ['manual', 'data:,x', null],
    ['error', 'http://u:p@api.shop.test:9102/y', 'RedirectContainsCredentials'],
    ['manual', 'http://u:p@api.shop.test:9102/y', null],
  ] as const)('with `redirect: %j` Location %s gives %s', ([redirect, location, category]) => {
    const moved: Answered = { status: 302, headers: [CORS, ['location', location]] }
    expect(ask({ url: `${SITE}/x`, redirect }, [moved]).done.category).toBe(category)
  })

  test.for([
    [`${SITE}/x`, `${SITE}/y`, ['dpr', 'rtt', 'save-data']],
    [`${SITE}/x`, `${API}/y`, ['save-data']],
    [`${API}/x`, `${API}/y`, ['save-data']],
    [`${API}/x`, `${SITE}/y`, ['dpr', 'rtt', 'save-data']],
  ] as const)('client hints of a script from %s to %s', ([url, location, kept]) => {
    const moved: Answered = { status: 307, headers: [CORS, ['location', location]] }
    const { wires } = ask({ url, headers: { dpr: '1', rtt: '1', 'save-data': 'on' } }, [moved])
    const hints = wires.at(-1)?.headers.filter(([name]) => ['dpr', 'rtt', 'save-data'].includes(name))
    expect(hints?.map(([name]) => name)).toEqual(kept)
  })

  test.for([
    ['no-cors', [SITE, API, SITE], ['null', 'null']],
    ['no-cors', [API, API], [SITE]],
    ['no-cors', [API, SITE], ['null']],
    ['cors', [SITE, API, SITE], [SITE, 'null']],
  ] as const)('Origin of a %s POST that is redirected along %j', ([mode, [first, ...rest], expected]) => {
    const moves = rest.map((origin): Answered => ({ status: 307, headers: [CORS, ['location', `${origin}/y`]] }))
    const { wires } = ask({ url: `${first}/x`, method: 'POST', mode }, moves)
    const origins = wires.map(({ headers }) => headers.find(([name]) => name === 'Origin')?.[1])
    expect(origins.slice(1)).toEqual(expected)
  })

  test.for([
    ['include', [SITE], ['null']],
    ['include', [API, 'http://www.other.test'], ['null', 'null']],
    ['include', ['http://www.other.test', SITE], [undefined, undefined]],
    ['same-origin', [SITE], [undefined]],
    ['omit', [API], [undefined]],
  ] as const)(
    'Origin of a no-cors GET from a sandboxed frame, %s, along %j',
    ([credentials, [first, ...rest], expected]) => {
      const moves = rest.map((origin): Answered => ({ status: 307, headers: [CORS, ['location', `${origin}/y`]] }))
      const { wires } = ask({ url: `${first}/x`, mode: 'no-cors', credentials }, moves, SITE, true)
      expect(wires.map(({ headers }) => headers.find(([name]) => name === 'Origin')?.[1])).toEqual(expected)
    },
  )

  test('a redirect to no URL is told before CORS is judged', () => {
    const moved: Answered = { status: 302, headers: [['location', 'http://']] }
    expect(ask({ url: `${API}/x` }, [moved]).done.category).toBe('network:net::ERR_INVALID_REDIRECT')
  })

  test('a preflight that is redirected to no URL has another error than one that is redirected (Chromium)', () => {
    const put = (location: string) =>
      ask({ url: `${API}/x`, method: 'PUT' }, [{ status: 302, headers: [CORS, ['location', location]] }]).done.category
    expect(put('http://')).toBe('network:net::ERR_INVALID_REDIRECT')
    expect(put('/y')).toBe('PreflightDisallowedRedirect')
  })

  test('a same-origin request is not redirected away', () => {
    const moved: Answered = { status: 302, headers: [['location', `${API}/x#y`]] }
    expect(ask({ url: `${SITE}/x`, mode: 'same-origin' }, [moved]).done.console).toEqual([
      `Unsafe attempt to load URL ${API}/x#y from frame with URL ${SITE}/__page. Domains, protocols and ports must match.\n`,
    ])
  })

  test('the console names URLs with their fragments', () => {
    expect(ask({ url: `${API}/x#y` }, [{ headers: [] }]).done.console[0]).toContain(
      `Access to fetch at '${API}/x#y' from`,
    )
  })

  test('an image over http is asked for over https, and the console says so (Mixed Content 4.1)', () => {
    const { wires, done } = ask({ kind: 'img', url: `${API}/x` }, [{}], SITES)
    expect(wires[0]?.url).toBe('https://api.shop.test:9102/x')
    expect(done.console[0]).toContain('This request was automatically upgraded to HTTPS')
  })

  test('what an element uses is there for the browser, not for a script', () => {
    const { done } = ask({ kind: 'img', url: `${API}/x` }, [{ headers: type('image/png'), body: GIF }])
    expect(done).toMatchObject({ outcome: 'opaque', response: null, used: { body: { text: GIF } } })
  })

  test.for([
    [
      { kind: 'xhr', url: `${API}/x`, method: 'TRACE' },
      'SecurityError',
      "Failed to execute 'open' on 'XMLHttpRequest': 'TRACE' HTTP method is unsupported.",
    ],
    [{ kind: 'xhr', url: 'http://[' }, 'SyntaxError', "Failed to execute 'open' on 'XMLHttpRequest': Invalid URL"],
    [
      { kind: 'xhr', url: API, headers: { 'a b': '1' } },
      'SyntaxError',
      "Failed to execute 'setRequestHeader' on 'XMLHttpRequest': 'a b' is not a valid HTTP header field name.",
    ],
    [
      { kind: 'eventsource', url: 'http://[' },
      'SyntaxError',
      "Failed to construct 'EventSource': Cannot open an EventSource to 'http://['. The URL is invalid.",
    ],
    [
      { kind: 'websocket', url: 'ws://x/#a' },
      'SyntaxError',
      "Failed to construct 'WebSocket': The URL contains a fragment identifier ('a'). Fragment identifiers are not allowed in WebSocket URLs.",
    ],
    [
      { kind: 'websocket', url: 'ftp://x' },
      'SyntaxError',
      "Failed to construct 'WebSocket': The URL's scheme must be either 'http', 'https', 'ws', or 'wss'. 'ftp' is not allowed.",
    ],
    [
      { kind: 'beacon', url: 'http://[' },
      'TypeError',
      "Failed to execute 'sendBeacon' on 'Navigator': The URL argument is ill-formed or unsupported.",
    ],
    [
      { url: API, body: 'x' },
      'TypeError',
      "Failed to execute 'fetch' on 'Window': Request with GET/HEAD method cannot have body.",
    ],
    [
      { url: API, cache: 'only-if-cached' },
      'TypeError',
      "Failed to execute 'fetch' on 'Window': 'only-if-cached' can be set only with 'same-origin' mode",
    ],
    [
      { url: 'http://u:p@x.test/' },
      'TypeError',
      "Failed to execute 'fetch' on 'Window': Request cannot be constructed from a URL that includes credentials: http://u:p@x.test/",
    ],
  ] satisfies readonly (readonly [CaseRequest, string, string])[])('%j throws a %s', ([request, name, message]) => {
    expect(ask(request).done).toMatchObject({ outcome: 'blocked', exception: { name, message } })
  })
})

// RFC 6797, as Chromium does it: a redirect of its own, by trial with a certificate that it trusted.
describe('a host that wants https alone', () => {
  const strict = () =>
    new Agent({ ...EMPTY_STATE, hsts: [{ host: 'api.shop.test', subdomains: false, untilMs: 1000 }] })
  const echo: Answered = { headers: [['access-control-allow-origin', 'null']] }

  test('is gone to over https, and the redirect taints', () => {
    const { wires, done } = ask({ url: 'http://api.shop.test:9444/x' }, [echo], SITE, false, strict())
    expect(wires.map(({ url }) => url)).toEqual([`${APIS}/x`])
    expect(wires[0]?.headers).toContainEqual(['Origin', 'null'])
    expect(done.response).toMatchObject({ redirected: true, url: `${APIS}/x` })
  })

  test.for([
    [{ method: 'PUT' }, 'blocked', 'PreflightDisallowedRedirect'],
    [{ redirect: 'error' }, 'blocked', 'network:net::ERR_FAILED'],
    [{ redirect: 'manual' }, 'opaqueredirect', null],
  ] as const)('%j: %s, %s', ([init, outcome, category]) => {
    const { wires, done } = ask({ url: 'http://api.shop.test:9444/x', ...init }, [echo], SITE, false, strict())
    expect(wires).toEqual([])
    expect(done).toMatchObject({ outcome, category })
  })

  test('is mixed content before that on a page of https', () => {
    expect(ask({ url: 'http://api.shop.test:9444/x' }, [echo], SITES, false, strict()).done.category).toBe(
      'mixed-content',
    )
  })
})

test('an answer from the cache is judged again, and says that it came from there', () => {
  const agent = new Agent()
  const kept: Answered = {
    headers: [
      ['cache-control', 'max-age=60'],
      ['access-control-allow-origin', SITE],
    ],
    body: 'kept',
  }
  ask({ url: `${API}/x` }, [kept], SITE, false, agent)
  const again = ask({ url: `${API}/x` }, [], SITE, false, agent)
  expect(again.wires).toEqual([])
  expect(again.done).toMatchObject({ fromCache: true, outcome: 'ok', response: { body: { text: 'kept' } } })
  const other = ask({ url: `${API}/x` }, [], 'http://www.shop.test:9101', false, agent)
  expect(other.done).toMatchObject({ fromCache: true, category: 'AllowOriginMismatch' })
})

// Found by random cases beside Chromium 156 (testing/kind-cases.ts).
describe('what elements, forms and frames make of answers', () => {
  const text = (body: string, ...more: HeaderList): Answered => ({ headers: [CORS, ...more], body })
  const HTML = ['content-type', 'text/html'] as const

  test.for([
    [{ kind: 'img', url: `${API}/x` }, text('no image', ['content-type', 'image/png']), 'ImageBytes'],
    [{ kind: 'img', url: `${API}/x` }, text('<svg xmlns="…"/>', ['content-type', 'image/svg+xml']), null],
    [{ kind: 'img', url: `${API}/x` }, { status: 404, ...text(GIF) }, null],
    [{ kind: 'css', url: `${API}/x` }, text('', ['content-type', 'text/plain']), null],
    [{ kind: 'css', url: `${SITE}/x` }, text('', ['x-content-type-options', 'nosniff']), 'StyleType'],
    [{ kind: 'css', url: `${API}/x` }, text(''), null],
    [{ kind: 'script', url: `${API}/x` }, text('1', ['content-type', 'text/csv']), 'ScriptType'],
    [{ kind: 'script', url: `${API}/x` }, { status: 304, ...text('') }, null],
    [{ kind: 'navigation', url: `${API}/x` }, text('a,b', ['content-type', 'text/csv']), 'network:net::ERR_ABORTED'],
    [{ kind: 'navigation', url: `${API}/x` }, text('\0', ['content-type', 'text/plain']), 'network:net::ERR_ABORTED'],
    [
      { kind: 'navigation', url: `${API}/x` },
      text('x', HTML, ['content-disposition', 'attachment']),
      'network:net::ERR_ABORTED',
    ],
    [{ kind: 'navigation', url: `${API}/x` }, { status: 204 }, 'network:net::ERR_ABORTED'],
    [
      { kind: 'form', url: `${API}/x` },
      { status: 404, ...text('', HTML) },
      'network:net::ERR_HTTP_RESPONSE_CODE_FAILURE',
    ],
    [{ kind: 'iframe', url: `${API}/x` }, { status: 404, ...text('gone', HTML) }, null],
  ] satisfies readonly (readonly [CaseRequest, Answered, string | null])[])(
    '%j answered with %j: %s',
    ([request, reply, category]) => {
      expect(ask(request, [reply]).done.category).toBe(category)
    },
  )

  test('Cross-Origin-Resource-Policy of a redirect counts, too (Fetch 4.3)', () => {
    const moved: Answered = {
      status: 302,
      headers: [
        ['location', '/y'],
        ['cross-origin-resource-policy', 'same-origin'],
      ],
    }
    const { wires, done } = ask({ kind: 'img', url: `${API}/x` }, [moved])
    expect(wires).toHaveLength(1)
    expect(done.category).toBe('network:net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin')
  })

  test.for([
    [
      { method: 'GET', body: { kind: 'formdata', fields: { a: '1', b: 'x\ny' } } },
      `${API}/x?a=1&b=x%0D%0Ay`,
      undefined,
    ],
    [
      { method: 'POST', body: { kind: 'params', fields: { a: 'x\ny' } } },
      `${API}/x?q=1`,
      'application/x-www-form-urlencoded',
    ],
  ] satisfies readonly (readonly [Partial<CaseRequest>, string, string | undefined])[])(
    'a form with %j goes to %s',
    ([form, url, contentType]) => {
      const { wires } = ask({ kind: 'form', url: `${API}/x?q=1`, ...form }, [text('x', HTML)])
      expect(wires[0]?.url).toBe(url)
      expect(wires[0]?.headers.find(([name]) => name === 'Content-Type')?.[1]).toBe(contentType)
    },
  )

  test('a form of a page of https goes to http only if the person insists', () => {
    const { wires, done } = ask({ kind: 'form', url: `${API}/x`, ...FORM }, [], SITES)
    expect(wires).toEqual([])
    expect(done).toMatchObject({ outcome: 'blocked', category: 'mixed-content' })
    expect(done.console[1]).toContain(`contains a form that targets an insecure endpoint '${API}/x'`)
  })

  test.for([
    [{}, [['sec-websocket-protocol', 'a']], 'Response must not include'],
    [{ headers: { 'Sec-WebSocket-Protocol': 'a, b' } }, [], 'but no response was received'],
    [
      { headers: { 'Sec-WebSocket-Protocol': 'a, b' } },
      [['sec-websocket-protocol', 'c']],
      'does not match any of sent',
    ],
    [{ headers: { 'Sec-WebSocket-Protocol': 'a, b' } }, [['sec-websocket-protocol', 'b']], null],
  ] satisfies readonly (readonly [Partial<CaseRequest>, HeaderList, string | null])[])(
    'a handshake with %j answered with %j: %s',
    ([request, headers, line]) => {
      const { done } = ask({ kind: 'websocket', url: `${API}/ws`, ...request }, [{ status: 101, headers }])
      expect(done.outcome).toBe(line === null ? 'ok' : 'blocked')
      expect(done.console.join()).toContain(line ?? '')
    },
  )

  test('an XMLHttpRequest whose upload is listened to, but has none, asks nobody first', () => {
    const post = (body?: string) =>
      ask({ kind: 'xhr', url: `${API}/x`, method: 'POST', uploadListener: true, body }).wires.length
    expect([post(), post('x')]).toEqual([1, 2])
  })

  test('a script that sets conditions by itself asks as with `no-cache`', () => {
    const { wires } = ask({ url: `${SITE}/x`, headers: { 'If-None-Match': '"1"' } })
    expect(wires[0]?.headers).toContainEqual(['Cache-Control', 'max-age=0'])
  })

  test('a stream is not for `no-cors`, and a blob brings its type in lower case', () => {
    const { done } = ask({ url: `${API}/x`, method: 'POST', mode: 'no-cors', body: { kind: 'stream', text: 'x' } })
    expect(done.exception?.message).toContain('mode should be"same-origin" or "cors"')
    const { wires } = ask({ url: `${SITE}/x`, method: 'POST', body: { kind: 'blob', text: 'x', type: 'Text/CSV' } })
    expect(wires[0]?.headers).toContainEqual(['Content-Type', 'text/csv'])
  })

  test('only `fetch()` is told to have the server send a valid value', () => {
    const line = (kind: 'fetch' | 'xhr' | 'eventsource') =>
      ask({ kind, url: `${API}/x` }, [{ headers: [['access-control-allow-origin', 'http://x.test']] }]).done.console[0]
    expect(line('fetch')).toMatch(/Have the server send the header with a valid value\.$/)
    expect(line('xhr')).toMatch(/is not equal to the supplied origin\.$/)
    expect(line('eventsource')).toMatch(/is not equal to the supplied origin\.$/)
  })

  test.for([
    [false, 'null', 'inactive'],
    [true, undefined, 'active'],
  ] as const)('from a sandboxed frame, third-party cookies allowed: %s', ([thirdPartyCookies, origin, access]) => {
    const agent = new Agent({ ...EMPTY_STATE, settings: { thirdPartyCookies } })
    const { wires } = ask({ kind: 'img', url: `${APIS}/x` }, [text(GIF)], SITES, true, agent)
    const sent = new Map(wires[0]?.headers)
    expect([sent.get('Origin'), sent.get('Sec-Fetch-Storage-Access')]).toEqual([origin, access])
  })

  test('one port speaks one of http and https', () => {
    const agent = new Agent(EMPTY_STATE, (url) => url.startsWith('http://api.shop.test:9102/'))
    const at = (url: string) => ask({ url }, [{}], SITE, false, agent).done.category
    expect(at('https://api.shop.test:9102/')).toBe('network:net::ERR_SSL_PROTOCOL_ERROR')
    expect(at('http://api.shop.test:9103/')).toBe('network:net::ERR_CONNECTION_REFUSED')
  })
})
