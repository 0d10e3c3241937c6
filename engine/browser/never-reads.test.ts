// What no page may ever get, whatever is asked and answered: random pages, requests and redirect chains, judged by the
// standard's own conditions, written down here once more without the code that they judge.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BrowserTurn, Exchange, HeaderList, PageRequest, WireRequest } from '../protocol'
import { Agent } from '.'
import { EMPTY_STATE } from './memory'

/** `npm run test:long` asks for more of them, and for others each time. */
const count = Number(process.env['PEEL_PROPERTIES'] ?? 0)
const RUNS = count > 0 ? { numRuns: count } : { numRuns: 600, seed: 5 }
const limits = { timeout: Math.max(30_000, count * 30) }

const ORIGINS = [
  'http://app.shop.test:8101',
  'http://api.shop.test:8102',
  'http://api.other.test:8102',
  'https://app.shop.test',
  'https://api.shop.test',
  'http://localhost:8000',
]

/** How a server answers: what it says of CORS depends on the Origin it is asked by, as with real ones. */
interface Answer {
  readonly status: number
  readonly location: string | null
  readonly allowOrigin: 'echo' | '*' | 'null' | 'other' | 'two' | null
  readonly allowCredentials: string | null
  readonly allowMethods: string | null
  readonly allowHeaders: string | null
  readonly expose: string | null
}

const REDIRECTS = [301, 302, 303, 307, 308]
const locations = fc
  .tuple(fc.constantFrom(...ORIGINS), fc.constantFrom('/a', '/b?x=1', '/c#f'))
  .map((two) => two.join(''))

/** Half of the servers allow nearly everything, so that chains get far and what is left to forbid stands alone. */
const answers: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({
    status: fc.constantFrom(200, 204, 404, 500, ...REDIRECTS),
    location: fc.option(locations, { freq: 4 }),
    allowOrigin: fc.constantFrom('echo', '*', 'null', 'other', 'two', null),
    allowCredentials: fc.constantFrom('true', 'True', null),
    allowMethods: fc.constantFrom('*', 'PUT, DELETE', 'GET', null),
    allowHeaders: fc.constantFrom('*', 'x-a, content-type, authorization', 'x-b', null),
    expose: fc.constantFrom('*', 'x-secret', 'X-Other, set-cookie', null),
  }),
  fc.record({
    status: fc.constantFrom(200, ...REDIRECTS),
    location: locations,
    allowOrigin: fc.constantFrom('echo', 'echo', 'echo', '*', null),
    allowCredentials: fc.constantFrom('true', 'true', 'true', 'True'),
    allowMethods: fc.constant('PUT, DELETE, patch'),
    allowHeaders: fc.constant('x-a, x-b, content-type, authorization'),
    expose: fc.constantFrom('*', null),
  }),
)

const SCRIPT_HEADERS = [
  ['X-A', '1'],
  ['x-b', '2'],
  ['Authorization', 'Bearer secret'],
  ['Content-Type', 'application/json'],
  ['Accept', 'text/plain'],
  ['Cookie', 'forged=1'],
  ['Origin', 'http://forged.test'],
  ['Sec-Fetch-Site', 'forged'],
  ['Host', 'forged.test'],
] as const

const asks: fc.Arbitrary<PageRequest> = fc
  .record({
    pageUrl: fc.constantFrom(...ORIGINS.slice(0, 4).map((origin) => `${origin}/deep/page?secret=1`)),
    sandboxed: fc.constantFrom(false, false, false, true),
    url: fc.tuple(fc.constantFrom(...ORIGINS), fc.constantFrom('/a', '/b?x=1')).map((two) => two.join('')),
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'POST', 'put', 'DELETE', 'patch'),
    headers: fc.oneof(fc.constant([]), fc.subarray([...SCRIPT_HEADERS])),
    mode: fc.constantFrom(undefined, undefined, undefined, 'cors', 'cors', 'no-cors', 'same-origin'),
    credentials: fc.constantFrom(undefined, 'omit', 'same-origin', 'include', 'include'),
    redirect: fc.constantFrom(undefined, undefined, undefined, 'follow', 'error', 'manual'),
    body: fc.boolean(),
  })
  .map(({ pageUrl, sandboxed, url, method: asked, headers, mode, credentials, redirect, body }) => {
    // Others are refused at once in that mode, and show nothing.
    const method = mode === 'no-cors' && !['GET', 'HEAD'].includes(asked) ? 'POST' : asked
    const hasBody = body && !['GET', 'HEAD'].includes(method)
    return {
      from: 0,
      title: '',
      method,
      url,
      headers,
      body: { text: hasBody ? 'x' : '', encoding: 'utf8' },
      atMs: 0,
      page: {
        url: pageUrl,
        sandboxed,
        kind: 'fetch',
        ...(mode && { mode }),
        ...(credentials && { credentials }),
        ...(redirect && { redirect }),
        hasBody,
        bodyType: hasBody ? 'text/plain;charset=UTF-8' : null,
      },
    }
  })

interface Hop {
  readonly role: 'preflight' | 'request'
  readonly wire: WireRequest
  readonly status: number
  readonly headers: HeaderList
}

const valueOf = (headers: HeaderList, name: string): string | null =>
  headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? null

function headersOf(answer: Answer, wire: WireRequest): HeaderList {
  const origin = valueOf(wire.headers, 'origin') ?? 'none'
  const allow = { echo: origin, '*': '*', null: 'null', other: 'http://else.test', two: `${origin}, ${origin}` }
  const lines: (readonly [string, string | null])[] = [
    ['content-type', 'text/plain'],
    ['x-secret', 's'],
    ['x-other', 'o'],
    ['set-cookie', 'stolen=1; Path=/'],
    ['access-control-allow-origin', answer.allowOrigin && allow[answer.allowOrigin]],
    ['access-control-allow-credentials', answer.allowCredentials],
    ['access-control-allow-methods', answer.allowMethods],
    ['access-control-allow-headers', answer.allowHeaders],
    ['access-control-expose-headers', answer.expose],
    ['location', answer.location],
  ]
  return lines.filter((line): line is readonly [string, string] => line[1] !== null)
}

/** Plays a fetch to its end; answers come round again where it takes more of them. */
function play(ask: PageRequest, given: readonly Answer[]) {
  const cookies = ['app.shop.test', 'api.shop.test', 'api.other.test', 'localhost'].map((domain) => ({
    ...{ name: 'sid', value: 'secret', domain, hostOnly: true, path: '/', secure: false, httpOnly: true },
    ...({ sameSite: 'lax', partition: null, createdMs: 0, lastUsedMs: 0, expiresMs: null } as const),
  }))
  const agent = new Agent({ ...EMPTY_STATE, cookies })
  const hops: Hop[] = []
  const notes = []
  let turn: BrowserTurn = agent.begin(0, ask, 0)
  while (turn.wire) {
    notes.push(...turn.notes)
    const answer = given[hops.length % given.length] as Answer
    const headers = headersOf(answer, turn.wire)
    // Preflights are not redirected, or few requests would ever follow them.
    const isMoved = turn.wire.role === 'preflight' && REDIRECTS.includes(answer.status)
    const status = isMoved ? 204 : answer.status
    hops.push({ role: turn.wire.role, wire: turn.wire, status, headers })
    if (hops.length > 60) throw new Error('it never ends')
    const none = { method: '', url: '', headers: [], body: '', bodyEncoding: 'utf8' } as const
    const response = { status, reason: '', headers, body: 'secret', bodyEncoding: 'utf8' as const }
    const reply: Exchange = { from: 0, title: '', request: none, response, error: null, startedAt: 0, endedAt: 0 }
    turn = agent.next(0, reply, 0)
  }
  if (!turn.done) throw new Error('neither sent nor done')
  notes.push(...turn.notes)
  return { hops, notes, done: turn.done, requests: hops.filter(({ role }) => role === 'request') }
}

const originOf = (url: string): string => new URL(url).origin
const pageOrigin = ({ page }: PageRequest): string => (page.sandboxed ? 'null' : originOf(page.url))

/** Fetch 4.10: whether a response lets whoever sent this Origin have it. */
function passes(hop: Hop, isIncluded: boolean): boolean {
  const allowed = hop.headers.filter(([name]) => name === 'access-control-allow-origin').map(([, value]) => value)
  if (allowed.length !== 1) return false
  if (allowed[0] === '*') return !isIncluded
  if (allowed[0] !== valueOf(hop.wire.headers, 'origin')) return false
  return !isIncluded || valueOf(hop.headers, 'access-control-allow-credentials') === 'true'
}

/** Plays random fetches and hands each to a claim. */
function always(claim: (ask: PageRequest, played: ReturnType<typeof play>) => void): void {
  fc.assert(
    fc.property(asks, fc.array(answers, { minLength: 1, maxLength: 6 }), (ask, given) => claim(ask, play(ask, given))),
    RUNS,
  )
}

describe('no page ever', () => {
  test('reads a basic response that is not of its own origin all the way (Fetch 4.1)', limits, () => {
    always((ask, { done, requests }) => {
      if (done.response?.type !== 'basic') return
      expect(ask.page.sandboxed).toBe(false)
      for (const { wire } of requests) expect(originOf(wire.url)).toBe(originOf(ask.page.url))
    })
  })

  test('reads a response of another origin that does not let it (Fetch 4.10)', limits, () => {
    always((ask, { done, requests }) => {
      if (done.response?.type !== 'cors') return
      const foreign = requests.findIndex(({ wire }) => originOf(wire.url) !== pageOrigin(ask))
      expect(foreign).toBeGreaterThanOrEqual(0)
      // Every answer since the first foreign one, redirects too, also where the chain comes home.
      for (const hop of requests.slice(foreign)) expect(passes(hop, ask.page.credentials === 'include')).toBe(true)
    })
  })

  test('reads a header that is neither safelisted nor exposed, nor any cookie (Fetch 2.2.6)', limits, () => {
    always((ask, { done, requests }) => {
      const names = done.response?.headers.map(([name]) => name) ?? []
      expect(names).not.toContain('set-cookie')
      if (done.response?.type !== 'cors') return
      const exposed = (valueOf(requests.at(-1)?.headers ?? [], 'access-control-expose-headers') ?? '').toLowerCase()
      for (const name of names.filter((one) => one !== 'content-type')) {
        const isNamed = exposed.split(', ').includes(name)
        expect(isNamed || (exposed === '*' && ask.page.credentials !== 'include')).toBe(true)
      }
    })
  })

  test('sees anything of what is opaque or blocked (Fetch 2.2.6)', limits, () => {
    always((ask, { done }) => {
      if (done.outcome === 'ok') return
      expect(JSON.stringify(done.response ?? {})).not.toContain('secret')
      expect(done.response?.status ?? 0).toBe(0)
      expect(done.response?.headers ?? []).toEqual([])
      if (done.outcome === 'blocked') expect(done.exception?.name).toBe('TypeError')
      expect(done.exception?.message ?? '').not.toContain('secret')
    })
  })

  test('has cookies sent or stored across origins without asking for it (Fetch 4.6)', limits, () => {
    always((ask, { requests, hops }) => {
      for (const { wire, role } of hops) if (role === 'preflight') expect(valueOf(wire.headers, 'cookie')).toBeNull()
      requests.forEach(({ wire }, at) => {
        if (valueOf(wire.headers, 'cookie') === null) return
        // Chromium asks once for `no-cors`, where the standard asks at each redirect (decision 014).
        const asked = requests.slice(0, ask.page.mode === 'no-cors' ? 1 : at + 1)
        const isHome = asked.every((hop) => originOf(hop.wire.url) === pageOrigin(ask))
        const mode = ask.page.credentials ?? 'same-origin'
        expect(mode === 'include' || (mode === 'same-origin' && isHome)).toBe(true)
      })
    })
  })

  test('sends more than a form could to another origin, unless that has agreed (Fetch 4.8)', limits, () => {
    always((ask, { hops }) => {
      hops.forEach(({ role, wire }, at) => {
        if (role !== 'request' || originOf(wire.url) === pageOrigin(ask)) return
        const own = wire.headers.filter(([name]) => !wire.added.includes(name.toLowerCase()))
        const unsafe = own
          .map(([name, value]) => [name.toLowerCase(), value] as const)
          .filter(([name, value]) => ['x-a', 'x-b', 'authorization'].includes(name) || value === 'application/json')
        const isUnsafe = !['GET', 'HEAD', 'POST'].includes(wire.method) || unsafe.length > 0
        if (!isUnsafe) return
        expect(ask.page.mode ?? 'cors').toBe('cors')
        const agreed = hops.slice(0, at).filter((hop) => hop.role === 'preflight' && hop.wire.url === wire.url)
        const isAgreed = agreed.some((hop) => {
          const isIncluded = ask.page.credentials === 'include'
          const methods = (valueOf(hop.headers, 'access-control-allow-methods') ?? '').split(', ')
          const names = (valueOf(hop.headers, 'access-control-allow-headers') ?? '').split(', ')
          const allowsMethod =
            ['GET', 'HEAD', 'POST'].includes(wire.method) ||
            methods.includes(wire.method) ||
            (!isIncluded && methods.includes('*'))
          const allowsHeaders = (!isIncluded && names.includes('*')) || unsafe.every(([name]) => names.includes(name))
          return hop.status >= 200 && hop.status < 300 && passes(hop, isIncluded) && allowsMethod && allowsHeaders
        })
        expect(isAgreed).toBe(true)
      })
    })
  })

  test('pretends to be another, or is named to those who need not know (Fetch 3.1)', limits, () => {
    always((ask, { hops }) => {
      for (const { wire } of hops) {
        expect(JSON.stringify(wire.headers)).not.toContain('forged')
        const origin = valueOf(wire.headers, 'origin')
        if (origin !== null) expect([pageOrigin(ask), 'null']).toContain(origin)
      }
      const requests = hops.filter(({ role }) => role === 'request')
      const turn = requests.findIndex(({ wire }, at) => {
        const before = requests[at - 1]
        if (!before) return false
        const from = originOf(before.wire.url)
        return from !== originOf(wire.url) && from !== pageOrigin(ask)
      })
      // From a foreign origin to another: nobody is told any more who asked first.
      for (const { wire } of turn < 0 ? [] : requests.slice(turn)) {
        expect(valueOf(wire.headers, 'origin') ?? 'null').toBe('null')
      }
    })
  })

  test('has its Authorization carried to where a redirect leads (Fetch 4.4)', limits, () => {
    always((_, { requests }) => {
      const away = requests.findIndex(
        ({ wire }, at) => at > 0 && originOf(wire.url) !== originOf(requests[at - 1]?.wire.url ?? ''),
      )
      for (const { wire } of away < 0 ? [] : requests.slice(away)) {
        expect(valueOf(wire.headers, 'authorization')).toBeNull()
      }
    })
  })

  test('has its path or query told to another origin (Referrer Policy 8.3)', limits, () => {
    always((ask, { hops }) => {
      for (const { wire } of hops) {
        const referer = valueOf(wire.headers, 'referer') ?? ''
        const isForeign = originOf(wire.url) !== originOf(ask.page.url)
        expect(isForeign && referer.includes('secret')).toBe(false)
        expect(ask.page.sandboxed && referer !== '').toBe(false)
      }
    })
  })

  test('gets mixed content (Mixed Content 4.4)', limits, () => {
    always((ask, { hops }) => {
      if (!ask.page.url.startsWith('https:')) return
      for (const { wire } of hops) expect(wire.url).toMatch(/^https:|^http:\/\/localhost:/)
    })
  })
})

test('every fetch ends, and each decision is a sentence with its source', limits, () => {
  always((_, { hops, notes, done }) => {
    expect(hops.length).toBeLessThanOrEqual(2 * 21)
    expect(notes.length).toBeGreaterThan(0)
    for (const { rule, source, text, fix } of notes) {
      expect(rule).toMatch(/^[a-z]+(?:-[a-z]+)*$/)
      expect(source).not.toBe('')
      expect(text).toMatch(/^[^!]*[.?]$/)
      expect(fix ?? '.').toMatch(/^[^!]*\.$/)
    }
    expect(done.text).toBe(notes.at(-1)?.text)
  })
})

test('random bytes in the place of names, values, methods and URLs never throw', limits, () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('', ' ', '\0', '\n', 'http://[', 'null'),
  )
  fc.assert(
    fc.property(
      fc.record({ url: text, method: text, headers: fc.array(fc.tuple(text, text)), page: asks }),
      fc.array(fc.tuple(fc.integer({ min: 100, max: 999 }), fc.array(fc.tuple(text, text))), { minLength: 1 }),
      ({ url, method, headers, page }, given) => {
        const agent = new Agent()
        let turn: BrowserTurn = agent.begin(0, { ...page, url, method, headers }, 0)
        for (let at = 0; turn.wire && at < 60; at++) {
          const [status, lines] = given[at % given.length] as (typeof given)[number]
          const none = { method: '', url: '', headers: [], body: '', bodyEncoding: 'utf8' } as const
          const response = { status, reason: '', headers: lines, body: '', bodyEncoding: 'utf8' as const }
          const reply: Exchange = { from: 0, title: '', request: none, response, error: null, startedAt: 0, endedAt: 0 }
          turn = agent.next(0, reply, at)
        }
        expect(turn.done).toBeDefined()
      },
    ),
    { ...RUNS, numRuns: Math.ceil(RUNS.numRuns / 4) },
  )
})
