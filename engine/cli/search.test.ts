// `peel orders` and `peel branch`: on small programs whose order matters, by the real engine.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { groupRequests } from '../browser'
import { EngineHost, ORDERS_WALL_MS, ordersInput, Session } from '../host'
import type { OrdersResult } from '../protocol'
import { parseHttpFile } from '../requests'
import { describeRule, explainOrders } from '../search'
import { describeOrders } from './orders-text'
import { spawnNodeWorker } from './spawn'

const host = new EngineHost(spawnNodeWorker(), { spare: false })
const made: string[] = []
afterAll(() => {
  host.dispose()
  for (const folder of made) rmSync(folder, { recursive: true })
})
const limits = { timeout: 60_000 }

const HEAD = `
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, PlainTextResponse
app = FastAPI()
`
const CORS = 'app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])\n'
const AUTH = `
@app.middleware("http")
async def auth(request: Request, call_next):
    if "authorization" not in request.headers:
        return JSONResponse({"detail": "who are you?"}, 401)
    return await call_next(request)
`
const COUNTED = `
count = 0
@app.get("/")
async def root():
    global count
    count += 1
    return {"count": count, "text": "a" * 600}
`

const groupsOf = (text: string) => groupRequests(parseHttpFile(text, { file: 'requests.http' }).requests)

function tryOrders(program: string, requests = 'GET /'): Promise<OrdersResult> {
  const source = { files: { 'main.py': program }, entry: 'main.py', app: null }
  return host.call('orders', ordersInput(source, groupsOf(requests)), { wallMs: ORDERS_WALL_MS })
}

/** Orders by name, their rule in words, and the status of each answer. */
function summed({ names, groups }: OrdersResult) {
  const rules = explainOrders(groups.map(({ orders }) => orders))
  return groups.map(({ orders, exchanges }, index) => ({
    orders: orders.map((order) => order.map((at) => names[at]).join(' ')),
    rule: describeRule(rules[index] ?? null, names),
    statuses: exchanges.map(({ response }) => response?.status ?? null),
  }))
}

describe('every order of a stack', limits, () => {
  test('CORS outside of a layer that answers itself marks the refusal, inside it does not', async () => {
    const requests =
      'GET /\nOrigin: https://shop.example\n\n###\nGET /\nOrigin: https://shop.example\nAuthorization: me\n\n###\nOPTIONS /\nOrigin: https://shop.example\nAccess-Control-Request-Method: GET'
    const result = await tryOrders(HEAD + AUTH + CORS + COUNTED, requests)
    expect(result.names).toEqual(['CORSMiddleware', 'auth'])
    expect(summed(result)).toEqual([
      { orders: ['CORSMiddleware auth'], rule: 'CORSMiddleware outside of auth', statuses: [401, 200, 200] },
      { orders: ['auth CORSMiddleware'], rule: 'auth outside of CORSMiddleware', statuses: [401, 200, 401] },
    ])
  })

  test('each order has a server of its own: nothing is counted on', async () => {
    const result = await tryOrders(HEAD + AUTH + CORS + COUNTED, '# @times 2\nGET /\nAuthorization: me')
    for (const { exchanges } of result.groups) {
      expect(exchanges.map(({ response }) => JSON.parse(response?.body ?? '') as object)).toMatchObject([
        { count: 1 },
        { count: 2 },
      ])
    }
    expect(summed(result)).toMatchObject([{ rule: 'whatever the order' }])
  })

  test('a layer that changes bodies finds packed bytes where GZip stands inside of it', async () => {
    const shout = `
@app.middleware("http")
async def shout(request: Request, call_next):
    response = await call_next(request)
    body = b"".join([chunk async for chunk in response.body_iterator])
    return PlainTextResponse(body.upper(), headers={"x-first": str(body[:1])})
`
    const program = `${HEAD}${shout}app.add_middleware(GZipMiddleware, minimum_size=100)\n${COUNTED}`
    const result = await tryOrders(program, 'GET /\nAccept-Encoding: gzip')
    expect(summed(result).map(({ rule }) => rule)).toEqual([
      'GZipMiddleware outside of shout',
      'shout outside of GZipMiddleware',
    ])
    const firsts = result.groups.map(({ exchanges }) =>
      exchanges[0]?.response?.headers.find(([name]) => name === 'x-first'),
    )
    expect(firsts).toEqual([
      ['x-first', "b'{'"],
      ['x-first', "b'\\x1f'"],
    ])
  })

  test('a layer that raises hides what stands inside of it, and only that', async () => {
    const program = `${HEAD}
@app.middleware("http")
async def stamp(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-stamp"] = "1"
    return response

@app.middleware("http")
async def net(request: Request, call_next):
    try:
        return await call_next(request)
    except ValueError:
        return PlainTextResponse("caught", 503)

@app.middleware("http")
async def fails(request: Request, call_next):
    raise ValueError("on purpose")
${COUNTED}`
    const result = await tryOrders(program)
    expect(result.names).toEqual(['fails', 'net', 'stamp'])
    expect(summed(result).map(({ rule, statuses }) => [rule, ...statuses])).toEqual([
      ['fails outside of net', 500],
      // Wherever stamp stands inside of net, it gets no response to stamp.
      ['net outside of fails, and net outside of stamp', 503],
      ['stamp outside of net, and net outside of fails', 503],
    ])
  })

  test('a layer that cannot be made, and one that never stops, are ways too', async () => {
    const program = `${HEAD}
class Picky:
    def __init__(self, app) -> None:
        if type(app).__name__ == "Loop":
            raise TypeError("not around a Loop")
        self.app = app
    async def __call__(self, scope, receive, send) -> None:
        scope["picky"] = True
        await self.app(scope, receive, send)

class Loop:
    def __init__(self, app) -> None:
        self.app = app
    async def __call__(self, scope, receive, send) -> None:
        while scope["type"] == "http" and "picky" not in scope: pass
        await self.app(scope, receive, send)

app.add_middleware(Picky)
app.add_middleware(Loop)
${COUNTED}`
    const { names, groups } = await tryOrders(program)
    expect(names).toEqual(['Loop', 'Picky'])
    expect(groups.map(({ stop, error }) => [stop?.reason, error?.text.split(':')[0]])).toEqual([
      ['jumps', undefined],
      [undefined, 'Picky (added in main.py line 24) cannot be made'],
    ])
  })

  test('an app without middleware has one order, and what is no app none', async () => {
    expect(await tryOrders(HEAD + COUNTED)).toMatchObject({ names: [], groups: [{ orders: [[]] }], error: null })
    expect(await tryOrders('import nothing_such')).toMatchObject({ groups: [], error: { phase: 'load' } })
    const seven = `${HEAD}${'app.add_middleware(GZipMiddleware)\n'.repeat(7)}`
    const { error } = await tryOrders(seven)
    expect(error?.text).toBe(
      'The app in main.py registers 7 middlewares, which have 5,040 orders; orders are tried for up to 6. Take one out and try again.',
    )
  })

  test('does what a traced session in that order does', async () => {
    const program = `${HEAD}${AUTH}${CORS}app.add_middleware(GZipMiddleware, minimum_size=100)\n${COUNTED}`
    const requests =
      'GET /\nOrigin: https://shop.example\nAuthorization: me\nAccept-Encoding: gzip\n\n###\nGET /missing'
    const { groups } = await tryOrders(program, requests)
    expect(groups.length).toBeGreaterThan(1)
    for (const { orders, exchanges } of groups) {
      const order = orders[0] ?? []
      const session = new Session(host, { files: { 'main.py': program }, entry: 'main.py', app: null, order })
      await session.open()
      for (const group of groupsOf(requests)) await session.send(group)
      expect(session.document.exchanges).toEqual(exchanges)
      const names = session.document.layers.filter(({ origin }) => origin !== 'framework').map(({ name }) => name)
      expect(names).toEqual(order.map((at) => ['GZipMiddleware', 'CORSMiddleware', 'auth'][at]))
    }
  })

  test('an order that cannot be is misuse', async () => {
    const session = new Session(host, { files: { 'main.py': HEAD }, entry: 'main.py', app: null, order: [0] })
    await expect(session.open()).rejects.toThrow('misuse: order names 0, and 0 middlewares are registered')
    expect(session.isOpen).toBe(false)
  })

  test('leaves no session open', async () => {
    const session = new Session(host, { files: { 'main.py': HEAD + COUNTED }, entry: 'main.py', app: null })
    await session.open()
    await tryOrders(HEAD + COUNTED)
    expect(session.isOpen).toBe(false)
    await session.branch(0)
    await Promise.all(groupsOf('GET /').map((group) => session.send(group)))
    expect(session.document.exchanges[0]?.response?.body).toContain('"count":1')
  })

  test('is described with what differs from the first way, and long lists are cut', async () => {
    const stamps = [0, 1, 2].map(
      (index) => `
@app.middleware("http")
async def stamp_${index}(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-stamp-${index}"] = "1"
    return response
`,
    )
    const text = describeOrders(
      await tryOrders(`${HEAD}${AUTH}${CORS}${stamps.join('')}@app.get("/")\nasync def root(): return 1`),
    )
    const [head, , first] = text.split('\n')
    expect(head).toMatch(/^120 orders of 5 middlewares behave in \d+ ways\. /)
    expect(first).toMatch(/^1\. 24 orders, as registered among them: .*stamp_0 outside of auth/)
    expect(text).toContain('   stamp_2 > stamp_1 > stamp_0 > CORSMiddleware > auth')
    expect(text).toContain('   and 18 more')
    expect(text).toContain('       −x-stamp-0: 1')
  })
})

function peel(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'peel-search-'))
  made.push(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const script = join(import.meta.dirname, '..', '..', 'bin', 'peel.mjs')
  const run = spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8' })
  return { code: run.status, out: run.stdout, err: run.stderr }
}

describe('the commands', limits, () => {
  const files = { 'main.py': HEAD + AUTH + CORS + COUNTED, 'requests.http': 'GET /' }

  test('peel orders prints text or JSON with rules by name', () => {
    expect(peel(files, 'orders', '.').out).toContain('2 orders of 2 middlewares behave in 2 ways. ')
    const { code, out } = peel(
      { ...files, 'o.http': 'GET /\nOrigin: https://shop.example' },
      'orders',
      '.',
      '--requests',
      'o.http',
      '--json',
    )
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      names: ['CORSMiddleware', 'auth'],
      groups: [
        { orders: [[0, 1]], rule: { kind: 'all', pairs: [['CORSMiddleware', 'auth']] }, exchanges: [{ from: 0 }] },
        { orders: [[1, 0]], rule: { kind: 'all', pairs: [['auth', 'CORSMiddleware']] } },
      ],
    })
  })

  test('peel branch prints both lines, and says how the moment was had back', () => {
    const requests = Array.from({ length: 3 }, () => 'GET /\nAuthorization: me').join('\n\n###\n')
    const all = { ...files, 'requests.http': requests, 'g.http': 'GET /?other\nAuthorization: me' }
    const { code, out, err } = peel(all, 'branch', '.', '--at', '2', '--send', 'g.http', '--json')
    expect(err).toBe('')
    expect(code).toBe(0)
    const { lines, ...rest } = JSON.parse(out) as { lines: { exchanges: { response: { body: string } }[] }[] }
    expect(rest).toMatchObject({ at: 2, way: expect.stringMatching(/^(checkpoint|replay)$/), exchange: 1 })
    const counts = lines.map(({ exchanges }) =>
      exchanges.map(({ response }) => JSON.parse(response.body).count as number),
    )
    expect(counts).toEqual([
      [1, 2, 3],
      [1, 2],
    ])
    const text = peel(all, 'branch', '.', '--at', '3', '--send', 'g.http').out
    expect(text.match(/^GET .*/gm)).toHaveLength(4)
    expect(text).toMatch(
      /\nBranch before group 3, where exchange 3 and event \d+ come next; had back (from memory|by )/,
    )
  })

  const wrong: readonly [string, readonly string[], string][] = [
    ['no --send', ['--at', '1'], 'say what the branch sends: --send FILE.http'],
    ['no --at', ['--send', 'requests.http'], 'before which group to stand; the file has one group, so say 1'],
    ['a group that is not there', ['--at', '2', '--send', 'requests.http'], '--at 2: before which group'],
    ['a file that is not there', ['--at', '1', '--send', 'g.http'], 'g.http: no such file'],
  ]
  test.for(wrong)('peel branch with %s is bad input', ([, args, says]) => {
    const { code, err } = peel(files, 'branch', '.', ...args)
    expect(err).toContain(says)
    expect(code).toBe(2)
  })

  test('peel branch that stands behind a stop is bad input, and one before it leads out of it', () => {
    const program = `${HEAD}@app.get("/")\nasync def root(): return 1\n@app.get("/loop")\nasync def loop():\n    while True: pass\n`
    const all = { 'main.py': program, 'requests.http': 'GET /\n\n###\nGET /loop\n\n###\nGET /', 'g.http': 'GET /' }
    const behind = peel(all, 'branch', '.', '--at', '3', '--send', 'g.http')
    expect(behind.code).toBe(2)
    expect(behind.err).toContain('--at 3: the main line did not get that far. Stopped in')
    const before = peel(all, 'branch', '.', '--at', '2', '--send', 'g.http', '--json')
    expect(before.code).toBe(3)
    expect(JSON.parse(before.out)).toMatchObject({ lines: [{ stop: { reason: 'jumps' } }, { stop: null }] })
  })
})
