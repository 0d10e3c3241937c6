// Bad input as real Chromium and uvicorn took it (recorded), through the whole engine; and what could go on for ever.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EngineHost } from '../host'
import { browseCases, type Browsed } from './browse'
import { parseCases } from './browse-cases'
import type { Observed } from './browse-observed'
import { spawnNodeWorker } from './spawn'

interface Seen extends Pick<
  Observed,
  'outcome' | 'category' | 'status' | 'url' | 'redirected' | 'body' | 'preflightCount' | 'actualSent'
> {
  /** Names of the headers that the page could read. */
  readonly readable: readonly string[] | null
}

interface Recorded {
  readonly id: string
  readonly note: string
  /** What the app does before it answers: Python lines that change `status`, `headers` and `body`. */
  readonly answer?: string
  /** The app answers in those lines itself. */
  readonly isWhole?: true
  /** The same for the page's own origin. */
  readonly site?: string
  readonly cookiesBefore?: readonly object[]
  readonly requests: readonly object[]
  readonly observed: readonly Seen[]
  /** The jar afterwards, `name=value`. */
  readonly cookies?: readonly string[]
}

const file = join(import.meta.dirname, '..', 'browser', 'cases', 'bad-input.json')
const { recorded, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly recorded: string
  readonly cases: readonly Recorded[]
}

const HEAD = `
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive(); await send({"type": "lifespan.startup.complete"}); await receive(); await send({"type": "lifespan.shutdown.complete"}); return
    headers = [(b"content-type", b"text/plain")]
    origin = dict(scope["headers"]).get(b"origin", b"")
    body = b"ok"
    status = 200
    path = scope["path"]
`
const TAIL = `
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
`
const STAR = '    headers.append((b"access-control-allow-origin", b"*"))\n'
const PAGE = 'http://app.shop.test:8101'
const API = 'http://api.shop.test:8102'

const appOf = ({ answer = '', isWhole }: Pick<Recorded, 'answer' | 'isWhole'>): string =>
  `${HEAD}${answer}${isWhole ? '' : TAIL}`

let host: EngineHost
beforeAll(() => {
  host = new EngineHost(spawnNodeWorker(), { spare: false })
})
afterAll(() => host.dispose())

async function browse(one: object): Promise<Browsed> {
  for await (const browsed of browseCases(host, parseCases(JSON.stringify({ page_origin: PAGE, ...one }), 'test')))
    return browsed
  throw new Error('no case')
}

/** Cases of one request to the same servers are played in one session, each ten virtual seconds after the one before. */
const groups = new Map<string, Recorded[]>()
for (const one of cases) {
  const { id, answer, isWhole, site, cookiesBefore, requests, cookies = [] } = one
  const isAlone =
    requests.length > 1 || cookiesBefore !== undefined || cookies.length > 0 || requests.some((one) => 'cache' in one)
  const key = isAlone ? id : JSON.stringify([answer, isWhole, site])
  groups.set(key, [...(groups.get(key) ?? []), one])
}

const see = ({ readableHeaders, ...seen }: Observed): Seen => {
  const { outcome, category, status, url, redirected, body, preflightCount, actualSent } = seen
  const readable = readableHeaders && [...new Set(readableHeaders.map(([name]) => name))].toSorted()
  return { outcome, category, status, url, redirected, readable, body, preflightCount, actualSent }
}

/** Where there is no name of Chromium's any will do. */
const named = (seen: Seen, like: Seen): Seen =>
  like.category === '(unusable)' && seen.category !== null ? { ...seen, category: like.category } : seen

describe(`bad input, as ${recorded} took it`, () => {
  test.for([...groups.values()].map((all) => [all.map(({ id }) => id).join(', '), all] as const))(
    '%s',
    { timeout: 120_000 },
    async ([, all]) => {
      const [first] = all
      if (!first) throw new Error('no case')
      const { observed, earlier = [] } = await browse({
        id: first.id,
        app: appOf(first),
        site_app: first.site === undefined ? null : appOf({ answer: first.site }),
        cookiesBefore: first.cookiesBefore ?? [],
        script: all.flatMap(({ requests }) => [
          ...requests.map((request) => ({ request })),
          ...(all.length > 1 ? [{ sleep: 10 }] : []),
        ]),
      })
      const wanted = all.flatMap(({ note, observed: seen }) => seen.map((one) => ({ note, ...one })))
      const notes = wanted.map(({ note }) => note)
      const got = [...earlier, observed].map((seen, at) => ({
        note: notes[at],
        ...(wanted[at] ? named(see(seen), wanted[at]) : see(seen)),
      }))
      expect(got).toEqual(wanted)
      if (first.cookies && all.length === 1)
        expect(observed.cookiesAfter.map(({ name, value }) => `${name}=${value}`).toSorted()).toEqual(first.cookies)
    },
  )
})

describe('what could go on for ever', () => {
  const limits = { timeout: 120_000 }
  const ask = (answer: string, request: object = {}, isWhole?: true) =>
    browse({ id: 'a', app: appOf({ answer, ...(isWhole && { isWhole }) }), request: { url: `${API}/x`, ...request } })

  test('a stream without an end is ended by the budget, and said to be endless', limits, async () => {
    const endless = `${STAR}    import asyncio
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while True:
        await send({"type": "http.response.body", "body": b"tick", "more_body": True})
        await asyncio.sleep(0.5)
`
    const { observed, stop } = await ask(endless, {}, true)
    expect(stop?.text).toMatch(/the answer goes on and on/)
    expect(observed).toMatchObject({ actualSent: true, outcome: 'ok', status: 200, responseType: 'cors', body: null })
  })

  test('an answer that never comes is not waited for', limits, async () => {
    const { observed, text } = await ask('    import asyncio\n    await asyncio.Event().wait()\n')
    expect(observed).toMatchObject({ outcome: null, actualSent: true, serverStatus: null, status: null })
    expect(text).toMatch(/\.$/)
  })

  test('a program that never gives the loop back is stopped', limits, async () => {
    const { observed, stop } = await ask('    while True: pass\n')
    expect(stop).not.toBeNull()
    expect(observed).toMatchObject({ outcome: null, status: null })
  })

  test('redirects are followed twenty times', limits, async () => {
    const count = `${STAR}    n = int(path[1:])
    if n > 0:
        status = 307
        headers.append((b"location", f"/{n - 1}".encode()))
`
    const twenty = await ask(count, { url: `${API}/20` })
    expect(twenty.observed).toMatchObject({ outcome: 'ok', url: `${API}/0`, redirected: true })
    const more = await ask(count, { url: `${API}/21` })
    expect(more.observed).toMatchObject({ outcome: 'blocked', category: 'network:net::ERR_TOO_MANY_REDIRECTS' })
    expect(more.text).toMatch(/21/)
  })
})

describe('too much', () => {
  const limits = { timeout: 120_000 }
  const COUNT = `    headers += [(b"access-control-allow-origin", origin), (b"access-control-allow-credentials", b"true")]
    if path == "/set":
        headers += [(b"set-cookie", f"c{i}={i}; Path=/".encode()) for i in range(2000)]
    got = b"; ".join(v for n, v in scope["headers"] if n == b"cookie")
    body = b"%d %d" % (len(got), got.count(b"="))
`
  const names = ({ observed }: Browsed) => {
    const all = observed.cookiesAfter.map(({ name }) => name)
    return [all.length, all[0], all.at(-1)]
  }

  // The numbers are what Chromium was left with.
  test('10,000 cookies in the jar: it keeps 173 of them and sends those', limits, async () => {
    const cookiesBefore = Array.from({ length: 10_000 }, (_, i) => ({
      ...{ name: `c${i}`, value: String(i), domain: 'api.shop.test', path: '/', sameSite: 'Lax' },
    }))
    const request = { url: `${API}/me`, credentials: 'include' }
    const browsed = await browse({ id: 'a', app: appOf({ answer: COUNT }), cookiesBefore, request })
    expect(browsed.observed).toMatchObject({ outcome: 'ok', body: '2074 173' })
    expect(names(browsed)).toEqual([173, 'c9827', 'c9999'])
  })

  test('2,000 Set-Cookie lines at once leave 171', limits, async () => {
    const app = appOf({ answer: COUNT })
    const set = await browse({ id: 'a', app, request: { url: `${API}/set`, credentials: 'include' } })
    expect(names(set)).toEqual([171, 'c1829', 'c1999'])
  })

  test('a head of more than 256 KB is given up', limits, async () => {
    const long = (count: number) => `${STAR}    headers.append((b"x-a", b"a" * ${count}))\n`
    const app = (count: number) => appOf({ answer: long(count) })
    const request = { url: `${API}/x` }
    expect((await browse({ id: 'a', app: app(300_000), request })).observed).toMatchObject({
      ...{ outcome: 'blocked', category: 'network:net::ERR_RESPONSE_HEADERS_TOO_BIG' },
    })
    expect((await browse({ id: 'a', app: app(100_000), request })).observed).toMatchObject({ outcome: 'ok' })
  })
})
