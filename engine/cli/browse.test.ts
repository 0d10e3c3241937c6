// The recorded cases through the whole engine: modelled browser, real uvicorn and FastAPI in Python, and back.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EngineHost } from '../host'
import type { HeaderList } from '../protocol'
import { browseCases, browsedToJson, type Browsed } from './browse'
import { parseCases, type BrowserCase } from './browse-cases'
import type { Observed } from './browse-observed'
import { InputError } from './read-program'
import { spawnNodeWorker } from './spawn'

type Seen = Partial<Observed> & Pick<Observed, 'outcome'>

interface Recorded extends Omit<BrowserCase, 'app' | 'site_app'> {
  readonly note: string
  readonly app: string
  readonly site_app?: string
  readonly earlier?: readonly Seen[]
  readonly observed: Seen
}

const file = join(import.meta.dirname, '..', 'browser', 'cases', 'recorded.json')
const { apps, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly apps: Readonly<Record<string, string>>
  readonly cases: readonly Recorded[]
}

/** What a server may judge by, and `sec-fetch-*`. */
const COMPARED =
  /^(?:origin|referer|cookie|authorization|content-type|content-length|access-control-request-.*|sec-fetch-.*)$/

const compared = (headers: HeaderList | null | undefined): string[] | null =>
  headers
    ?.map(([name, value]) => `${name}: ${value.replace(/boundary=-+\w+/, 'boundary=…')}`)
    .filter((line) => COMPARED.test(line.slice(0, line.indexOf(':'))))
    .toSorted() ?? null

/** One side of the comparison; what was not recorded was not there. */
function side(seen: Seen): object {
  const { preflight, preflightCount, preflightStatus, actualSent, serverStatus, outcome, category } = seen
  return {
    ...{ preflight, preflightCount, preflightStatus, actualSent, serverStatus, outcome, category },
    preflightRequestHeaders: compared(seen.preflightRequestHeaders),
    serverSawHeaders: compared(seen.serverSawHeaders),
    status: seen.status ?? null,
    readable: seen.readableHeaders?.map(([name]) => name).toSorted() ?? null,
    ...{ url: seen.url ?? null, redirected: seen.redirected ?? null, responseType: seen.responseType ?? null },
    body: seen.body ?? null,
    // An earlier request's jar was not recorded.
    cookies: seen.cookiesAfter?.map((cookie) => JSON.stringify(cookie, Object.keys(cookie).sort())).toSorted() ?? null,
  }
}

let host: EngineHost
beforeAll(() => {
  host = new EngineHost(spawnNodeWorker(), { spare: false })
})
afterAll(() => host.dispose())

async function browse(one: object): Promise<Browsed> {
  for await (const browsed of browseCases(host, parseCases(JSON.stringify(one), 'test'))) return browsed
  throw new Error('no case')
}

describe('recorded cases, through the whole engine', () => {
  test.for(cases.map((one) => [one.id, one.note, one] as const))('%s: %s', { timeout: 60_000 }, async ([, , one]) => {
    const { observed, earlier = [] } = await browse({
      ...one,
      app: apps[one.app],
      site_app: one.site_app && apps[one.site_app],
    })
    const before = earlier.map((seen) => ({ ...side(seen), cookies: null }))
    expect([...before, side(observed)]).toEqual([...(one.earlier ?? []), one.observed].map(side))
  })
})

const APP = `
from fastapi import FastAPI, Request, WebSocket
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
@app.api_route("/echo", methods=["GET", "POST", "PUT"])
async def echo(request: Request):
    return {"type": request.headers.get("content-type"), "body": (await request.body()).decode("latin-1"), "host": request.headers["host"]}
@app.get("/sse")
async def sse():
    from fastapi.responses import StreamingResponse
    return StreamingResponse(iter(["retry: 10\\n", ": x\\n\\n", "data: a\\ndata: b\\n\\n", "data: c\\n\\n"]), media_type="text/event-stream")
@app.websocket("/ws")
async def ws(socket: WebSocket):
    await socket.accept()
    await socket.send_text("you said " + await socket.receive_text())
`
const CASE = {
  id: 'a',
  page_origin: 'http://app.shop.test:8101',
  app: APP,
  request: { url: 'http://api.shop.test:8102/echo' },
}
const ask = async (request: object, more: object = {}) =>
  (await browse({ ...CASE, ...more, request: { ...CASE.request, ...request } })).observed

describe('what a case can say', () => {
  test('every key is there, null where nothing was seen', async () => {
    expect(await ask({ url: 'http://nobody.test:9/' })).toEqual({
      ...{ preflight: false, preflightCount: 0, preflightStatus: null, preflightRequestHeaders: null },
      ...{ actualSent: false, serverStatus: null, serverSawHeaders: null },
      ...{ outcome: 'blocked', category: 'network:net::ERR_UNSAFE_PORT' },
      ...{ status: null, readableHeaders: null, url: null, redirected: null, responseType: null, body: null },
      cookiesAfter: [],
    })
  })

  test('an origin without an app refuses the connection', async () => {
    for (const url of ['http://app.shop.test:8101/', 'http://api.shop.test:8103/'])
      expect(await ask({ url })).toMatchObject({ actualSent: false, category: 'network:net::ERR_CONNECTION_REFUSED' })
    expect(await ask({}, { app: null })).toMatchObject({ category: 'network:net::ERR_CONNECTION_REFUSED' })
  })

  test('a server that speaks the other one of http and https is there, and of no use', async () => {
    expect(await ask({ url: 'https://api.shop.test:8102/' })).toMatchObject({
      ...{ actualSent: false, category: 'network:net::ERR_SSL_PROTOCOL_ERROR' },
    })
    expect(await ask({ url: 'http://api.shop.test:8444/' })).toMatchObject({
      ...{ actualSent: false, category: 'network:net::ERR_EMPTY_RESPONSE' },
    })
  })

  test('any host answers at the ports of its app', async () => {
    for (const url of ['http://localhost:8102', 'http://127.0.0.1:8102', 'https://any.example:8444'])
      expect((await ask({ url: `${url}/echo` })).body).toContain(`"host":"${url.replace(/^https?:\/\//, '')}"`)
    const own = await ask({ url: '/echo' }, { site_app: APP.replace('"host": ', '"site": ') })
    expect(own).toMatchObject({ responseType: 'basic', body: '{"type":null,"body":"","site":"app.shop.test:8101"}' })
  })

  test.for([
    ['text', 'text/plain;charset=UTF-8', 'text'],
    [
      { kind: 'params', fields: { a: '1 2', b: 'ü' } },
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=1+2&b=%C3%BC',
    ],
    [
      {
        kind: 'params',
        fields: [
          ['a', '1'],
          ['a', '2'],
        ],
      },
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=1&a=2',
    ],
    [{ kind: 'blob', text: '{}', type: 'application/json' }, 'application/json', '{}'],
    [{ kind: 'blob', text: 'x' }, null, 'x'],
    [{ kind: 'bytes', bytes: [104, 255] }, null, 'h\u00ff'],
    [{ kind: 'bytes', base64: 'aP8=' }, null, 'h\u00ff'],
  ] as const)('body %j', async ([body, type, arrived]) => {
    const seen = await ask({ method: 'POST', body })
    expect(JSON.parse(seen.body ?? '')).toMatchObject({ type, body: arrived })
  })

  test("a form has a boundary like Chromium's, and always the same", async () => {
    const seen = await ask({ method: 'POST', body: { kind: 'formdata', fields: { a: '1' } } })
    const { type, body } = JSON.parse(seen.body ?? '') as { type: string; body: string }
    const [, boundary] = /^multipart\/form-data; boundary=(----WebKitFormBoundary\w{16})$/.exec(type) ?? []
    expect(body).toBe(`--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--${boundary}--\r\n`)
    expect((await ask({ method: 'POST', body: { kind: 'formdata', fields: { a: '1' } } })).body).toBe(seen.body)
  })

  test('a WebSocket is greeted, and its first message seen', async () => {
    expect(await ask({ kind: 'websocket', url: 'ws://api.shop.test:8102/ws' })).toMatchObject({
      ...{ serverStatus: 101, outcome: 'ok', body: 'you said hi', status: null },
    })
  })

  test('an EventSource shows its first event', async () => {
    expect(await ask({ kind: 'eventsource', url: 'http://api.shop.test:8102/sse' })).toMatchObject({
      ...{ serverStatus: 200, outcome: 'ok', body: 'a\nb', status: null },
    })
  })

  test('an element that loads is ok, whether or not a script may look into it', async () => {
    const app = `
async def app(scope, receive, send):
    if scope["type"] != "http": return
    kind = {"/a.js": b"text/javascript", "/a.css": b"text/css", "/a.png": b"image/png"}.get(scope["path"], b"font/woff2")
    body = {"/a.woff2": b"wOF2", "/a.png": b"\\x89PNG\\r\\n\\x1a\\n"}.get(scope["path"], b"")
    await send({"type": "http.response.start", "status": 404 if "404" in scope["path"] else 200, "headers": [(b"content-type", kind), (b"access-control-allow-origin", b"*")]})
    await send({"type": "http.response.body", "body": body})
`
    const load = (kind: string, path: string) =>
      ask({ kind, url: `http://api.shop.test:8102${path}` }, { app }).then(({ outcome }) => outcome)
    expect(await load('script', '/a.js')).toBe('ok')
    expect(await load('css', '/a.css')).toBe('ok')
    expect(await load('img', '/a.png')).toBe('ok')
    expect(await load('img', '/b.png')).toBe('blocked')
    expect(await load('font', '/a.woff2')).toBe('ok')
    expect(await load('font', '/404.woff2')).toBe('blocked')
    expect(await load('font', '/no-font')).toBe('blocked')
  })

  const COUNTER = `
count = 0
async def app(scope, receive, send):
    global count
    if scope["type"] != "http": return
    count += 1
    headers = [(b"access-control-allow-origin", b"*"), (b"access-control-allow-methods", b"PUT"), (b"access-control-max-age", b"60"), (b"set-cookie", b"n=%d; Max-Age=100" % count)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"%d" % count})
`
  const PUT = { request: { url: 'http://api.shop.test:8102/', method: 'PUT', credentials: 'omit' } }

  test('a script: sleeping lets the clock run, a new app forgets and the browser does not', async () => {
    const script = [
      PUT,
      PUT,
      { sleep: 61 },
      PUT,
      { sleep: 30 },
      { app: COUNTER.replace('count = 0', 'count = 10') },
      PUT,
      { sleep: 31 },
      PUT,
    ]
    const { observed, earlier = [] } = await browse({ ...CASE, app: COUNTER, request: null, script })
    const all = [...earlier, observed]
    expect(all.map(({ preflightCount, body }) => [preflightCount, body])).toEqual([
      [1, '2'],
      [0, '3'],
      [1, '5'],
      [0, '11'],
      [1, '13'],
    ])
  })

  test('cookies outlive a new app as long as they would have', async () => {
    const get = { request: { url: 'http://api.shop.test:8102/', credentials: 'include' } }
    const app = `async def app(scope, receive, send):\n    if scope["type"] == "http":\n        await send({"type": "http.response.start", "status": 200, "headers": []})\n        await send({"type": "http.response.body", "body": b""})\n`
    const script = [get, { sleep: 99 }, { app }, get, { sleep: 2 }, get]
    const { observed, earlier = [] } = await browse({ ...CASE, app: COUNTER, request: null, script })
    expect(
      [...earlier, observed].map(({ cookiesAfter }) => cookiesAfter.map(({ name, value }) => name + value)),
    ).toEqual([['n1'], ['n1'], []])
  })

  test('the document lists id, observed, and earlier only with a script', async () => {
    expect(Object.keys(browsedToJson(await browse(CASE)))).toEqual(['id', 'observed'])
    const scripted = browsedToJson(await browse({ ...CASE, script: [{ request: CASE.request }] }))
    expect(scripted).toMatchObject({ id: 'a', earlier: [] })
  })
})

describe('a malformed case', () => {
  test.for([
    ['{', /^cases\.json: is not JSON \(.+\)$/],
    ['[1]', /^cases\.json: case number 1: Invalid input: expected object/],
    ['[{}]', /^cases\.json: case number 1: `id` is missing$/],
    [[CASE, { ...CASE, id: 'b', request: undefined }], /^cases\.json: case "b": `request` is missing$/],
    [{ ...CASE, request: { method: 'GET' } }, /^cases\.json: case "a": `request\.url` is missing$/],
    [{ ...CASE, app: undefined }, /^cases\.json: case "a": `app` is missing$/],
    [{ ...CASE, app: 1 }, /^cases\.json: case "a": `app` /],
    [{ ...CASE, page_origin: 'app.shop.test' }, /^cases\.json: case "a": `page_origin` is an origin such as http:/],
    [{ ...CASE, profile: 'x' }, /^cases\.json: case "a": `profile` /],
    [{ ...CASE, request: { ...CASE.request, kind: 'gopher' } }, /^cases\.json: case "a": `request\.kind` .*"fetch"/],
    [{ ...CASE, request: { ...CASE.request, mode: 'websocket' } }, /^cases\.json: case "a": `request\.mode` /],
    [{ ...CASE, request: { ...CASE.request, body: { kind: 'x' } } }, /^cases\.json: case "a": `request\.body` /],
    [{ ...CASE, script: [{ sleep: 1 }] }, /^cases\.json: case "a": `script` asks for nothing: add a \{"request": …\}$/],
    [{ ...CASE, script: [{ wait: 1 }] }, /^cases\.json: case "a": `script\[0\]` is one of \{"request": …\}, /],
    [{ ...CASE, cookiesBefore: [{ name: 'a' }] }, /^cases\.json: case "a": `cookiesBefore\[0\]\.value` is missing$/],
  ] as const)('%#: %j', ([given, message]) => {
    const read = () => parseCases(typeof given === 'string' ? given : JSON.stringify(given), 'cases.json')
    expect(read).toThrow(InputError)
    expect(read).toThrow(message)
  })

  test('an empty list and twice the same id are fine', () => {
    expect(parseCases('[]', 'cases.json')).toEqual([])
    expect(parseCases(JSON.stringify([CASE, CASE]), 'cases.json')).toHaveLength(2)
  })

  test('an app that does not start is told with its case', async () => {
    await expect(browse({ ...CASE, app: 'app = (' })).rejects.toThrow(/^case "a": /)
    await expect(browse({ ...CASE, app: 'x = 1' })).rejects.toThrow(/^case "a": /)
  })
})

describe('on the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peel-browse-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const peel = (text: string | null, ...args: readonly string[]) => {
    if (text !== null) writeFileSync(join(folder, 'cases.json'), text)
    const command = [join(import.meta.dirname, '..', '..', 'bin', 'peel.mjs'), 'browse', ...args]
    const run = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' })
    return { code: run.status, out: run.stdout, err: run.stderr }
  }
  const limits = { timeout: 60_000 }

  test('prints one JSON array in the order given', limits, () => {
    const { code, out } = peel(JSON.stringify([{ ...CASE, id: 'z' }, CASE, CASE]), 'cases.json', '--json')
    expect({ code, ids: (JSON.parse(out) as Browsed[]).map(({ id }) => id) }).toEqual({ code: 0, ids: ['z', 'a', 'a'] })
    expect(peel(JSON.stringify(CASE), 'cases.json').out).toMatch(
      /^a: ok\n {2}the server answered 200\n {2}the page sees 200 from/,
    )
    expect(peel('[]', 'cases.json', '--json')).toMatchObject({ code: 0, out: '[]\n' })
  })

  test('exits with 2 and one sentence on bad input', limits, () => {
    for (const args of [['none.json'], [], ['a', 'b']]) {
      const { code, out, err } = peel(null, ...args)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(/^peel: .+\n$/)
    }
    expect(peel(JSON.stringify([CASE, { ...CASE, id: 'bad', app: 'app = (' }]), 'cases.json', '--json')).toMatchObject({
      ...{ code: 2, out: '' },
      err: expect.stringMatching(/^peel: case "bad": .+\n$/) as string,
    })
  })
})
