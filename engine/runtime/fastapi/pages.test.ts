// Pages' requests through the real browser beside the real interpreter: in the middle of groups, branches, orders.
import { beforeAll, describe, expect, test } from 'vitest'
import { bootInProcess } from '../../assets/boot-in-process'
import { LIMITS } from '../../host'
import type { EngineCalls, OpenOptions, PageRequest, RequestGroup, TraceEvent } from '../../protocol'
import { FastapiRuntime, type Remembering } from './fastapi-runtime'
import type { Interpreter } from './interpreter'

let interpreter: Interpreter
let events: string[] = []

beforeAll(async () => {
  interpreter = await bootInProcess((batch) => events.push(...batch.map((event) => JSON.stringify(event))))
  new FastapiRuntime(interpreter).call('open', optionsFor('app = None'))
}, 60_000)

const SHOP = `
import asyncio
from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.shop.test"],
    allow_methods=["GET", "PUT"],
    allow_credentials=True,
    max_age=600,
)
count = 0

@app.put("/wares/{n}")
@app.get("/wares/{n}")
async def wares(n: int, response: Response, s: float = 0):
    global count
    count += 1
    await asyncio.sleep(s)
    response.set_cookie("seen", str(count), samesite="none", secure=True)
    return {"n": n, "count": count}
`

const API = 'https://api.shop.test'

function optionsFor(program: string, more: Partial<OpenOptions> = {}): OpenOptions {
  return { files: { 'main.py': program }, entry: 'main.py', app: null, limits: LIMITS, trace: true, ...more }
}

function ask(method: string, path: string, origin = 'https://app.shop.test', atMs = 0): PageRequest {
  return {
    from: 0,
    title: `${method} ${path}`,
    method,
    url: `${API}${path}`,
    headers: [],
    body: { text: '', encoding: 'utf8' },
    atMs,
    page: {
      url: `${origin}/`,
      sandboxed: false,
      kind: 'fetch',
      credentials: 'include',
      hasBody: false,
      bodyType: null,
    },
  }
}

const group = (...requests: readonly PageRequest[]): RequestGroup => ({ waitMs: 1000, requests })

interface Heard {
  readonly sent: readonly EngineCalls['send']['out'][]
  readonly events: string
}

function sendAll(runtime: FastapiRuntime, groups: readonly RequestGroup[]): Heard {
  events = []
  const sent = groups.map((one) => runtime.call('send', one))
  return { sent, events: events.join(',') }
}

function start(remembering: Remembering = 'never', program = SHOP, more: Partial<OpenOptions> = {}): FastapiRuntime {
  const runtime = new FastapiRuntime(interpreter, { remembering })
  runtime.call('open', optionsFor('app = None')) // the runtime before this one left its own session
  const { error } = runtime.call('open', optionsFor(program, more))
  if (error) throw new Error(error.text)
  return runtime
}

function read(heard: string): TraceEvent[] {
  return JSON.parse(`[${heard}]`) as TraceEvent[]
}

describe('a page', { timeout: 60_000 }, () => {
  test('reads what the server allows its origin, after a preflight', () => {
    const { sent, events: heard } = sendAll(start(), [group(ask('PUT', '/wares/1'))])
    const [result] = sent
    expect(result?.exchanges.map(({ role, request, response }) => [role, request.method, response?.status])).toEqual([
      ['preflight', 'OPTIONS', 200],
      ['request', 'PUT', 200],
    ])
    expect(result?.fetches).toMatchObject([
      {
        outcome: 'ok',
        exchanges: [0, 1],
        response: { type: 'cors', status: 200, body: { text: '{"n":1,"count":1}' } },
        startedAt: 1000,
      },
    ])
    expect(result?.browser?.cookies).toMatchObject([{ name: 'seen', domain: 'api.shop.test' }])
    expect(result?.browser?.preflights.length).toBeGreaterThan(0)
    const verdict = read(heard).find(({ kind }) => kind === 'verdict')
    expect(verdict).toMatchObject({ layer: 'browser', exchange: 1, fetch: 0, outcome: 'ok' })
    const added = read(heard).flatMap((event) => (event.kind === 'rule' && event.exchange === 0 ? event.added : []))
    expect(added).toContainEqual(['Access-Control-Request-Method', 'PUT'])
  })

  test('of another origin gets nothing of it, and the trace says what would have to change', () => {
    const { sent, events: heard } = sendAll(start(), [group(ask('PUT', '/wares/1', 'https://evil.test'))])
    const [fetch] = sent[0]?.fetches ?? []
    expect(fetch).toMatchObject({ outcome: 'blocked', exchanges: [0], response: null })
    expect(fetch?.exception).toEqual({ name: 'TypeError', message: 'Failed to fetch' })
    expect(fetch?.fix).toBeTruthy()
    expect(read(heard).find(({ kind }) => kind === 'verdict')).toMatchObject({ fix: fetch?.fix, text: fetch?.text })
  })

  test('shares the stage: a slow fetch is overtaken by one that began later', () => {
    const slow = ask('GET', '/wares/1?s=3')
    const quick = ask('PUT', '/wares/2?s=1', 'https://app.shop.test', 1000)
    const { sent } = sendAll(start(), [group(slow, quick)])
    expect(sent[0]?.fetches?.map(({ startedAt, endedAt }) => [startedAt, endedAt])).toEqual([
      [1000, 4000],
      [2000, 3000],
    ])
    expect(sent[0]?.exchanges.map(({ fetch, role }) => [fetch, role])).toEqual([
      [0, 'request'],
      [1, 'preflight'],
      [1, 'request'],
    ])
  })

  test('is refused where nobody listens, and answered by a neighbour where there is one', () => {
    const files = { 'main.py': SHOP, 'other.py': 'from fastapi import FastAPI\napp = FastAPI()' }
    const neighbours = [{ entry: 'other.py', app: null, serves: ['https://app.shop.test'] }]
    const runtime = start('never', SHOP, { files, serves: ['https://api.shop.test:443'], neighbours })
    const nowhere = { ...ask('GET', '/'), url: 'https://api.shop.test:8443/' }
    const { sent } = sendAll(runtime, [group(ask('GET', '/wares/1'), nowhere, { ...nowhere, url: '/' })])
    expect(sent[0]?.fetches).toMatchObject([
      { outcome: 'ok', response: { status: 200 } },
      { outcome: 'blocked', category: 'network:net::ERR_CONNECTION_REFUSED', exchanges: [] },
      { outcome: 'ok', response: { type: 'basic', status: 404 } },
    ])
  })

  test('is answered at every host of a port where that is said', () => {
    const runtime = start('never', SHOP, { serves: ['https://*:8444'] })
    const anywhere = ['https://any.test:8444', 'https://127.0.0.1:8444', 'http://any.test:8444', 'https://any.test']
    const { sent } = sendAll(runtime, [
      group(...anywhere.map((url) => ({ ...ask('GET', '/'), url: `${url}/wares/1` }))),
    ])
    expect(sent[0]?.fetches?.map(({ exchanges }) => exchanges.length)).toEqual([1, 1, 0, 0])
  })

  test('finds the browser that the session was opened with, changed where somebody changed it', () => {
    const [first] = sendAll(start(), [group(ask('PUT', '/wares/1'))]).sent
    const state = first?.browser
    if (!state) throw new Error('no browser came back')
    const runtime = start('never', SHOP, { browser: state })
    const [again] = sendAll(runtime, [group(ask('PUT', '/wares/1'))]).sent
    expect(again?.exchanges).toHaveLength(1) // the preflight is known
    expect(again?.exchanges[0]?.request.headers).toContainEqual(['Cookie', 'seen=1'])
    events = []
    const text = 'The jar was emptied.'
    expect(runtime.call('browser', { state: { ...state, cookies: [] }, text }).browser.cookies).toEqual([])
    expect(read(events.join(','))).toMatchObject([{ kind: 'rule', rule: 'browser-edited', layer: 'browser', text }])
    const [emptied] = sendAll(runtime, [group(ask('PUT', '/wares/1'))]).sent
    expect(emptied?.exchanges[0]?.request.headers.map(([name]) => name)).not.toContain('Cookie')
  })
})

describe('going back', { timeout: 60_000 }, () => {
  test('takes the browser along, by memory and by replay', () => {
    const main = [ask('PUT', '/wares/1'), ask('PUT', '/wares/1'), ask('PUT', '/wares/2')].map((one) => group(one))
    const heard = (['always', 'never'] as const).map((remembering) => {
      const runtime = start(remembering)
      const line = sendAll(runtime, main)
      const { browser } = runtime.call('browser', { state: line.sent[2]?.browser as never, text: 'Nothing changed.' })
      const branches = [3, 1, 0].map((at) => {
        const back = runtime.call('back', { group: at })
        expect(back.way).toBe(remembering === 'always' ? 'checkpoint' : 'replay')
        return [{ ...back, way: null }, sendAll(runtime, main.slice(0, 2))]
      })
      return { line, browser, branches }
    })
    expect(heard[0]).toEqual(heard[1])
    const [line, , fromStart] = [heard[0]?.line, 0, heard[0]?.branches[2]?.[1] as Heard | undefined]
    // From before the first group everything is as it was.
    expect(fromStart?.sent).toEqual(line?.sent.slice(0, 2))
    expect(line?.sent.map(({ exchanges }) => exchanges.length)).toEqual([2, 1, 2])
  })
})

describe('orders', { timeout: 60_000 }, () => {
  test('are told apart by what the page got', () => {
    const program = `${SHOP}
from fastapi.responses import JSONResponse

@app.middleware("http")
async def gate(request, call_next):
    return JSONResponse({}, 401)

@app.middleware("http")
async def stamp(request, call_next):
    response = await call_next(request)
    response.headers["x-secret"] = "seen by nobody"
    return response
`
    const runtime = start()
    const { groups, names } = runtime.call('orders', {
      open: optionsFor(program),
      groups: [group(ask('GET', '/wares/1'), ask('PUT', '/wares/1'))],
    })
    expect(names).toEqual(['stamp', 'gate', 'CORSMiddleware'])
    // Inside of the gate CORS never speaks; where the stamp stands no page can tell.
    const inside = (order: readonly number[]): boolean => order.indexOf(2) > order.indexOf(1)
    expect(groups.map(({ orders, fetches }) => [orders.map(inside), fetches?.map(({ outcome }) => outcome)])).toEqual([
      [
        [true, true, true],
        ['blocked', 'blocked'],
      ],
      [
        [false, false, false],
        ['ok', 'ok'],
      ],
    ])
  })

  test('begin with a fresh browser each', () => {
    const runtime = start()
    const groups = [group(ask('PUT', '/wares/1')), group(ask('PUT', '/wares/1'))]
    const program = `${SHOP}
@app.middleware("http")
async def plain(request, call_next):
    return await call_next(request)
`
    const result = runtime.call('orders', { open: optionsFor(program), groups })
    expect(result.groups).toHaveLength(1)
    expect(result.groups[0]?.exchanges.map(({ role }) => role)).toEqual(['preflight', 'request', 'request'])
  })
})
