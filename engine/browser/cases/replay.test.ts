import { readFileSync } from 'node:fs'
import { STATUS_CODES } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type {
  BrowserTurn,
  Exchange,
  ExchangeRole,
  FetchView,
  HeaderList,
  StoredCookie,
  WireRequest,
} from '../../protocol'
import { encodeText, toBodyText } from '../../requests'
import { Agent, type Reply } from '..'
import { EMPTY_STATE } from '../memory'
import { addressSpacesOf, pageOf, toPageRequest, type CaseRequest } from './to-page-request'

interface Seen {
  readonly preflight: boolean
  readonly preflightCount: number
  readonly preflightRequestHeaders: HeaderList | null
  readonly preflightStatus: number | null
  readonly preflightResponseHeaders: HeaderList | null
  readonly actualSent: boolean
  readonly serverSawHeaders: HeaderList | null
  readonly serverStatus: number | null
  readonly serverResponseHeaders: HeaderList | null
  readonly outcome: FetchView['outcome']
  readonly category: string | null
  readonly status?: number
  readonly statusText?: string
  readonly url?: string
  readonly redirected?: boolean
  readonly responseType?: string
  readonly readableHeaders?: HeaderList
  readonly body?: string | null
  readonly documentCookie?: string
  readonly console: readonly string[]
  readonly cookiesAfter: readonly CaseCookie[]
  readonly errorName?: string
  readonly errorMessage?: string
  readonly exchanges?: readonly {
    readonly method: string
    readonly headers: HeaderList
    readonly status: number
    readonly responseHeaders: HeaderList
  }[]
}

interface CaseCookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: 'Strict' | 'Lax' | 'None'
}

interface Case {
  readonly id: string
  readonly note: string
  readonly page_origin: string
  readonly profile: 'incognito' | 'regular'
  readonly request: CaseRequest
  readonly script?: readonly ({ readonly request: CaseRequest } | { readonly sleep: number })[]
  readonly cookiesBefore: readonly CaseCookie[]
  readonly flags?: readonly string[]
  readonly permissions?: readonly string[]
  readonly earlier?: readonly Seen[]
  readonly observed: Seen
}

const { cases } = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as {
  cases: readonly Case[]
}

const SITE = 'http://app.shop.test:8101'

/** Headers that a server may judge by; the rest says what browser it is, and how it keeps its connection. */
const COMPARED = new Set([
  ...['origin', 'referer', 'authorization', 'content-type', 'content-length', 'accept', 'accept-encoding', 'host'],
  ...[
    'cookie',
    'access-control-request-method',
    'access-control-request-headers',
    'access-control-request-private-network',
  ],
  ...['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', 'sec-fetch-storage-access', 'pragma', 'cache-control'],
  ...['upgrade-insecure-requests', 'upgrade', 'sec-websocket-version', 'sec-websocket-extensions', 'range'],
])

interface Sent {
  readonly role: ExchangeRole
  readonly wire: WireRequest
}

/** Answers as the recorded servers did, in their order. */
function* answers(seen: Seen): Generator<{ readonly status: number; readonly headers: HeaderList }> {
  for (const one of seen.exchanges ?? []) yield { status: one.status, headers: one.responseHeaders }
  if (seen.exchanges) return
  if (seen.preflight) yield { status: seen.preflightStatus ?? 0, headers: seen.preflightResponseHeaders ?? [] }
  yield { status: seen.serverStatus ?? 0, headers: seen.serverResponseHeaders ?? [] }
}

function replay(
  agent: Agent,
  request: CaseRequest,
  seen: Seen,
  { page_origin: origin, permissions = [] }: Case,
  nowMs: number,
) {
  const sent: Sent[] = []
  const replies = answers(seen)
  const ask = toPageRequest(request, pageOf(request.page_origin ?? origin, SITE, { permissions }), 0)
  let turn: BrowserTurn = agent.begin(0, ask, nowMs)
  while (turn.wire) {
    sent.push({ role: turn.wire.role, wire: turn.wire })
    const next = replies.next()
    if (next.done) throw new Error(`${turn.wire.method} ${turn.wire.url} was not recorded`)
    // What an image was made of is not recorded.
    const body = seen.body ?? (request.kind === 'img' ? 'GIF89a' : '')
    turn = agent.next(0, toReply(next.value, turn.wire.role === 'request' ? body : ''), nowMs)
  }
  if (!turn.done) throw new Error('neither sent nor done')
  return { sent, done: turn.done }
}

function toReply({ status, headers: app }: { status: number; headers: HeaderList }, text: string): Reply {
  // uvicorn's own, which were not recorded where the app's were.
  const headers: HeaderList = [['server', 'uvicorn'], ...app]
  const isZipped = headers.some(([name, value]) => name === 'content-encoding' && value === 'gzip')
  const body = toBodyText(isZipped ? gzipSync(encodeText(text)) : encodeText(text))
  const response = { status, reason: STATUS_CODES[status] ?? '', headers, body: body.text, bodyEncoding: body.encoding }
  const none = { method: '', url: '', headers: [], body: '', bodyEncoding: 'utf8' } as const
  return { from: 0, title: '', request: none, response, error: null, startedAt: 0, endedAt: 0 } satisfies Exchange
}

function toStored({ sameSite, domain, ...rest }: CaseCookie): StoredCookie {
  const times = { createdMs: 0, lastUsedMs: 0, expiresMs: null }
  const hostOnly = !domain.startsWith('.')
  const lower = { Strict: 'strict', Lax: 'lax', None: 'none' } as const
  return { ...rest, ...times, hostOnly, domain: domain.replace(/^\./, ''), sameSite: lower[sameSite], partition: null }
}

const compared = (headers: HeaderList | null): string[] =>
  (headers ?? [])
    .map(([name, value]) => `${name.toLowerCase()}: ${value.replace(/boundary=-+\w+/, 'boundary=…')}`)
    .filter((line) => COMPARED.has(line.slice(0, line.indexOf(':'))))

describe('recorded cases, with the recorded answers', () => {
  test.for(cases.map((one) => [one.id, one.note, one] as const))('%s: %s', ([, , one]) => {
    const addressSpaces = addressSpacesOf(one.flags ?? [])
    const agent = new Agent(
      {
        ...EMPTY_STATE,
        cookies: one.cookiesBefore.map(toStored),
        settings: { thirdPartyCookies: one.profile === 'regular', ...(addressSpaces && { addressSpaces }) },
      },
      (url) => !url.includes(':8199') && !/:(?!8101|8102|8443|8444)\d+/.test(url),
    )
    let nowMs = 0
    const seen = [...(one.earlier ?? []), one.observed]
    for (const step of one.script ?? [{ request: one.request }]) {
      if ('sleep' in step) {
        nowMs += step.sleep * 1000
        continue
      }
      const expected = seen.shift()
      if (!expected) throw new Error('more steps than observations')
      const { sent, done } = replay(agent, step.request, expected, one, nowMs)
      const { recorded, modelled } = pair(expected, sent, done)
      expect(modelled).toEqual(recorded)
      nowMs += 10
    }
    expect(agent.state.cookies.map(toRecorded)).toEqual(one.observed.cookiesAfter)
  })
})

/** As the recordings have a jar: a domain cookie's domain with a dot, and Lax where nothing was said. */
function toRecorded({ name, value, domain, hostOnly, path, httpOnly, secure, sameSite }: StoredCookie): CaseCookie {
  const upper = { strict: 'Strict', lax: 'Lax', unspecified: 'Lax', none: 'None' } as const
  return { name, value, domain: hostOnly ? domain : `.${domain}`, path, httpOnly, secure, sameSite: upper[sameSite] }
}

/** Both sides of a comparison, in the same terms. */
function pair(seen: Seen, sent: readonly Sent[], done: NonNullable<BrowserTurn['done']>) {
  const preflights = sent.filter(({ role }) => role === 'preflight')
  const requests = sent.filter(({ role }) => role === 'request')
  const hops = seen.exchanges?.map(({ method, headers }) => [method, compared(headers)])
  const concluded = {
    exception: done.exception?.message,
    // An XMLHttpRequest that failed has the status 0.
    status: done.response?.status ?? (done.kind === 'xhr' ? 0 : undefined),
    responseType: done.response?.type,
    statusText: done.response?.statusText,
    url: done.response?.url,
    redirected: done.response?.redirected,
    readableHeaders: done.response?.headers.map(([name]) => name),
    // What came over a WebSocket is no part of its handshake.
    body: done.kind === 'websocket' ? seen.body : done.response?.body.text,
    documentCookie: done.response?.body.text,
  }
  const { errorMessage, readableHeaders } = seen
  const recorded = {
    ...seen,
    exception: errorMessage,
    readableHeaders: readableHeaders?.map(([name]) => name).toSorted(),
  }
  // What was not recorded of a case can't be compared.
  const common = (Object.keys(concluded) as (keyof typeof concluded)[]).filter(
    (key) => (recorded[key] ?? null) !== null,
  )
  const modelled = {
    preflightCount: preflights.length,
    preflight: compared(preflights.at(-1)?.wire.headers ?? null),
    actualSent: requests.length > 0,
    request: compared(requests.at(-1)?.wire.headers ?? null),
    hops: hops && sent.map(({ wire }) => [wire.method, compared(wire.headers)]),
    outcome: done.outcome,
    category: done.category,
    console: done.console,
    ...Object.fromEntries(common.map((key) => [key, concluded[key]])),
  }
  const recordedSide = {
    preflightCount: seen.preflightCount,
    preflight: compared(seen.preflightRequestHeaders),
    actualSent: seen.actualSent,
    request: compared(seen.serverSawHeaders),
    hops,
    outcome: seen.outcome,
    category: seen.category,
    console: seen.console,
    ...Object.fromEntries(common.map((key) => [key, recorded[key]])),
  }
  return { recorded: recordedSide, modelled }
}
