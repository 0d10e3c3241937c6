// Pages' requests through the real worker: what the document, its branches, a recording and the text of a run hold.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EngineHost, Session, type Program } from '../host'
import { playRecording } from '../host/recording'
import type { PageRequest, RequestGroup, RunDocument, WireRequest } from '../protocol'
import { describeRun } from './text'
import { runProgram, toJson } from './run'
import { spawnNodeWorker } from './spawn'

const SHOP = `
import asyncio
from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import StreamingResponse

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://app.shop.test"], allow_methods=["PUT"], max_age=60)
count = 0

@app.put("/wares")
async def wares():
    global count
    count += 1
    return count

@app.get("/parts")
async def parts():
    async def pieces():
        yield "one"
        await asyncio.sleep(1)
        yield "two"
        await asyncio.sleep(1)
    return StreamingResponse(pieces())

@app.get("/hang")
async def hang():
    await asyncio.sleep(1)
    sum(range(10**12))
`

const PROGRAM: Program = { files: { 'main.py': SHOP }, entry: 'main.py', app: null }

function page(method: string, url: string, origin = 'https://app.shop.test', atMs = 0): PageRequest {
  return {
    from: 0,
    title: `${method} ${url}`,
    method,
    url,
    headers: [['X-Token', 'abc']],
    body: { text: 'three', encoding: 'utf8' },
    atMs,
    page: { url: `${origin}/cart`, sandboxed: false, kind: 'fetch', hasBody: method !== 'GET', bodyType: null },
  }
}

const PLAIN: WireRequest = {
  from: 1,
  title: 'plain',
  method: 'PUT',
  url: 'http://api.shop.test/wares',
  target: '/wares',
  headers: [['Host', 'api.shop.test']],
  added: ['host'],
  body: { text: '', encoding: 'utf8' },
  atMs: 0,
}

const API = 'https://api.shop.test/wares'
const GROUPS: readonly RequestGroup[] = [
  { waitMs: 0, requests: [page('PUT', API), PLAIN] },
  { waitMs: 500, requests: [page('PUT', API, 'https://evil.test')] },
  { waitMs: 0, requests: [page('GET', 'nonsense://x'), page('PUT', API)] },
]

describe('a session with pages', { timeout: 60_000 }, () => {
  let host: EngineHost
  let document: RunDocument
  let session: Session

  beforeAll(async () => {
    host = new EngineHost(spawnNodeWorker(), { spare: false })
    session = new Session(host, { ...PROGRAM, serves: ['https://api.shop.test', 'http://api.shop.test'] })
    await session.open()
    for (const group of GROUPS) await session.send(group)
    document = session.document
  }, 60_000)

  afterAll(() => host.dispose())

  test('gathers what pages got, and the browser as it stands', () => {
    const outcomes = document.fetches?.map(({ outcome, exchanges }) => [outcome, exchanges])
    expect(outcomes?.map(([outcome]) => outcome)).toEqual(['blocked', 'blocked', 'blocked', 'blocked'])
    // The script's X-Token is not allowed, so its preflight is all that is ever sent.
    expect(outcomes?.map(([, exchanges]) => exchanges)).toEqual([[1], [2], [], [3]])
    expect(document.exchanges.map(({ fetch, role }) => [fetch, role])).toEqual([
      [undefined, undefined],
      [0, 'preflight'],
      [1, 'preflight'],
      [3, 'preflight'],
    ])
    expect(document.browser?.settings).toBeDefined()
    expect(toJson(document)).toMatchObject({ fetches: document.fetches, browser: document.browser })
  })

  test('tells each verdict in one line under its exchanges, with what would have to change', () => {
    const lines = describeRun(document).split('\n')
    const verdicts = lines.filter((line) => line.startsWith('  page: '))
    expect(verdicts).toHaveLength(4)
    expect(verdicts[0]).toMatch(
      /^ {2}page: fetch PUT https:\/\/api\.shop\.test\/wares on https:\/\/app\.shop\.test\/cart → blocked \(\w+\): .+ Fix: .+/,
    )
    const [first, second] = [lines.indexOf(verdicts[0] ?? ''), lines.indexOf(verdicts[1] ?? '')]
    const preflights = lines.flatMap((line, at) => (line.startsWith('OPTIONS ') ? [at] : []))
    expect(preflights).toHaveLength(3)
    expect(lines[preflights[0] ?? 0]).toMatch(/^OPTIONS .* → 400 Bad Request {2}\(preflight\)$/)
    expect([preflights[0], first, preflights[1], second]).toEqual(
      [preflights[0], first, preflights[1], second].toSorted((a, b) => (a ?? 0) - (b ?? 0)),
    )
  })

  test('plays as a recording, whatever pages sent', async () => {
    const { serves } = session.program
    const played = await playRecording({ ...PROGRAM, ...(serves ? { serves } : {}) }, GROUPS, document)
    expect(played).toEqual(document)
  })

  test('branches: each line has its own fetches and its own browser', async () => {
    await session.branch(1)
    expect(session.document.fetches).toHaveLength(1)
    const state = session.document.browser
    if (!state) throw new Error('no browser')
    await session.changeBrowser({ ...state, settings: { thirdPartyCookies: false } }, 'Third-party cookies are off.')
    expect(session.document.browser?.settings).toEqual({ thirdPartyCookies: false })
    await session.send({ waitMs: 0, requests: [{ ...page('PUT', API), headers: [] }] })
    expect(session.document.fetches?.map(({ outcome }) => outcome)).toEqual(['blocked', 'ok'])
    expect(session.lines[0]).toEqual(document)
    await session.branch(2)
    expect(session.document.browser?.settings).toEqual({ thirdPartyCookies: false })
    await session.branch(3, { line: 0 })
    expect(session.document).toEqual(document)
  })
})

test('a page that waits for a killed worker is pending, with what it had sent', { timeout: 60_000 }, async () => {
  const host = new EngineHost(spawnNodeWorker(), { spare: false })
  try {
    const session = new Session(host, PROGRAM, { limits: { wallMs: 8000 } })
    await session.open()
    await session.send(GROUPS[0] as RequestGroup)
    const { exchanges } = session.document
    const slow = { ...page('GET', 'https://app.shop.test/hang'), headers: [] }
    const later = page('PUT', API, 'https://app.shop.test', 2000)
    await session.send({ waitMs: 0, requests: [slow, PLAIN, later] })
    const { document } = session
    expect(document.stop?.reason).toBe('wall')
    expect(document.exchanges.slice(exchanges.length)).toMatchObject([
      { title: 'plain', response: null },
      { fetch: 1, role: 'request', request: { url: 'https://app.shop.test/hang' }, response: null },
    ])
    expect(document.fetches?.slice(1)).toMatchObject([
      { outcome: 'pending', exchanges: [exchanges.length + 1], url: 'https://app.shop.test/hang', startedAt: 0 },
    ])
  } finally {
    host.dispose()
  }
})

test('peel run reads # @page and tells what each page got', { timeout: 60_000 }, async () => {
  const { document } = await runProgram({ path: join(import.meta.dirname, 'testing', 'pages') })
  expect(document.stop).toBeNull()
  const verdicts = describeRun(document)
    .split('\n')
    .filter((line) => line.startsWith('  page: '))
  expect(verdicts.map((line) => /fetch (\w+) \S+ on (\S+) → (\w+)(?: \((\w+)\))?/.exec(line)?.slice(1))).toEqual([
    ['PUT', 'https://app.shop.test/cart', 'ok', undefined],
    ['GET', 'https://app.shop.test/cart', 'ok', undefined],
    ['GET', 'https://evil.test/', 'blocked', 'MissingAllowOriginHeader'],
  ])
  expect(document.exchanges.map(({ title, role, startedAt, endedAt }) => [title, role, startedAt, endedAt])).toEqual([
    ['slow', 'preflight', 0, 0],
    ['slow', 'request', 0, 2000],
    ['quick', 'request', 1000, 2500],
    // A stream that CORS forbids is left at its head, however long it would go on.
    ['forbidden feed', 'request', 2500, 2500],
    ['curl', undefined, 2500, 4500],
  ])
  expect(document.fetches?.map(({ response }) => response?.body.text)).toEqual([
    '["lamp","rug"]',
    'tick\ntick\n',
    undefined,
  ])
  expect(document.exchanges[2]?.response?.isCut).toBe(true)
})

test('what is live stands in the document from its beginning', { timeout: 60_000 }, async () => {
  const host = new EngineHost(spawnNodeWorker(), { spare: false })
  try {
    const session = new Session(host, PROGRAM)
    await session.open()
    const request = { ...page('GET', 'https://app.shop.test/parts'), headers: [] }
    const first = await session.live({ start: [{ id: 'a', request }], want: ['a'] })
    expect(first?.pieces.map(({ kind }) => kind)).toEqual(['head', 'chunk'])
    await session.send({ waitMs: 0, requests: [PLAIN] })
    expect(session.document.exchanges.map(({ response }) => response?.body)).toEqual(['one', '1'])
    expect(session.document.fetches).toMatchObject([{ outcome: 'ok', exchanges: [0] }])
    const rest = await session.live({ want: ['a'] })
    expect(rest?.pieces.map(({ kind }) => kind)).toEqual(['chunk'])
    expect((await session.live({ want: ['a'] }))?.pieces.map(({ kind }) => kind)).toEqual(['done'])
    const { document } = session
    expect(document.exchanges.map(({ response }) => response?.body)).toEqual(['onetwo', '1'])
    expect(document.fetches).toMatchObject([{ response: { body: { text: 'onetwo' } }, endedAt: 2000 }])
    // Every event of an exchange names the one that it is about.
    const paths = document.events.flatMap((event) =>
      event.kind === 'enter' && event.layer === 'browser' ? [[event.exchange, event.scope?.path]] : [],
    )
    expect(paths).toEqual([
      [0, '/parts'],
      [1, '/wares'],
    ])
    await session.branch(2)
    expect(session.document.exchanges.map(({ response }) => response?.body)).toEqual(['one', '1'])
    await session.live({ want: ['a'] })
    expect(session.document.exchanges[0]?.response?.body).toBe('onetwo')
  } finally {
    host.dispose()
  }
})
