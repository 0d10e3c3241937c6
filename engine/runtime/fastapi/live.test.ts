// Exchanges that stay open between calls, with the real browser beside the real interpreter: read, spoken to, gone back to.
import { beforeAll, describe, expect, test } from 'vitest'
import { bootInProcess } from '../../assets/boot-in-process'
import { LIMITS } from '../../host'
import type { AskKind, EngineCalls, LiveInput, LiveResult, OpenOptions, PageRequest } from '../../protocol'
import { FastapiRuntime, type Remembering } from './fastapi-runtime'
import type { Interpreter } from './interpreter'

let interpreter: Interpreter
let events: string[] = []

beforeAll(async () => {
  interpreter = await bootInProcess((batch) => events.push(...batch.map((event) => JSON.stringify(event))))
  new FastapiRuntime(interpreter).call('open', optionsFor('app = None'))
}, 60_000)

const FEED = `
import asyncio
from fastapi import FastAPI, Response, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import StreamingResponse

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://app.shop.test"], allow_credentials=True)
ticks = 0

async def feed():
    global ticks
    while True:
        ticks += 1
        yield f"data: {ticks}\\n\\n"
        await asyncio.sleep(1)

@app.get("/feed")
async def feeding():
    response = StreamingResponse(feed(), media_type="text/event-stream")
    response.set_cookie("fed", "yes", samesite="none", secure=True)
    return response

@app.get("/ticks")
async def ticking():
    return ticks

@app.websocket("/echo")
async def echo(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(f"{text}, {ws.headers['origin']}")
`

function optionsFor(program: string): OpenOptions {
  return { files: { 'main.py': program }, entry: 'main.py', app: null, limits: LIMITS, trace: true }
}

function ask(url: string, kind: AskKind = 'fetch', origin = 'https://app.shop.test'): PageRequest {
  return {
    from: 0,
    title: url,
    method: 'GET',
    url,
    headers: [],
    body: { text: '', encoding: 'utf8' },
    atMs: 0,
    ...(kind === 'websocket' ? { socket: { messages: [] } } : {}),
    page: { url: `${origin}/`, sandboxed: false, kind, credentials: 'include', hasBody: false, bodyType: null },
  }
}

const FEED_URL = 'https://api.shop.test/feed'

function start(remembering: Remembering = 'never', program = FEED): FastapiRuntime {
  const runtime = new FastapiRuntime(interpreter, { remembering })
  runtime.call('open', optionsFor('app = None')) // the runtime before this one left its own session
  const { error } = runtime.call('open', optionsFor(program))
  if (error) throw new Error(error.text)
  return runtime
}

function begin(request: PageRequest, id = 'a'): LiveInput {
  return { start: [{ id, request }], want: [id] }
}

const read = (want: string): LiveInput => ({ want: [want] })
const say = (id: string, text: string): LiveInput => ({
  say: [{ id, frame: 'text', data: { text, encoding: 'utf8' } }],
  want: [id],
})

function told({ pieces }: LiveResult): unknown[] {
  return pieces.map((piece) => ('data' in piece ? [piece.kind, piece.data.text] : [piece.kind]))
}

describe('what is live', { timeout: 60_000 }, () => {
  test('is read piece by piece, its cookies there with the head', () => {
    const runtime = start()
    const opened = runtime.call('live', begin(ask(FEED_URL)))
    expect(told(opened)).toEqual([['head'], ['chunk', 'data: 1\n\n']])
    expect(opened.pieces[0]).toMatchObject({ view: { outcome: 'ok', response: { type: 'cors', body: { text: '' } } } })
    expect(opened.browser?.cookies).toMatchObject([{ name: 'fed' }])
    const next = runtime.call('live', read('a'))
    expect([told(next), next.at]).toEqual([[['chunk', 'data: 2\n\n']], 1000])
    const ended = runtime.call('live', { cancel: ['a'], want: ['a'] })
    expect(ended.pieces).toMatchObject([
      { kind: 'done', view: { response: { body: { text: 'data: 1\n\ndata: 2\n\n' } } } },
    ])
  })

  test('with a content coding is decoded as a whole', () => {
    const program = `${FEED}
from starlette.middleware.gzip import GZipMiddleware
app.add_middleware(GZipMiddleware, minimum_size=1)

@app.get("/three")
async def three():
    async def parts():
        for n in range(3):
            yield f"part {n};"
            await asyncio.sleep(1)
    return StreamingResponse(parts())
`
    const runtime = start('never', program)
    const opened = runtime.call('live', begin(ask('https://api.shop.test/three')))
    expect([told(opened), opened.at]).toEqual([[['head']], 0])
    const whole = runtime.call('live', read('a'))
    expect([told(whole), whole.at]).toEqual([[['chunk', 'part 0;part 1;part 2;'], ['done']], 3000])
  })

  test('with an `integrity` is given when all of it has been looked at, or never', () => {
    const program = `${FEED}
@app.get("/two")
async def two():
    async def parts():
        yield "1"
        await asyncio.sleep(1)
        yield "2"
    return StreamingResponse(parts())
`
    const runtime = start('never', program)
    const asked = (integrity: string, id: string) => {
      const request = ask('https://api.shop.test/two')
      const first = runtime.call('live', begin({ ...request, page: { ...request.page, integrity } }, id))
      return first.pieces.length > 0 ? first : runtime.call('live', read(id))
    }
    // Digest of "12".
    const good = asked('sha256-a1HUMd9dfxQcvs7M957fPdhhw7QGnwsRZho+76y7qRg=', 'a')
    const bad = asked('sha256-abcd', 'b')
    expect(bad.pieces).toMatchObject([{ kind: 'done', view: { outcome: 'blocked', category: 'integrity' } }])
    expect(told(good)).toEqual([['head'], ['chunk', '12'], ['done']])
    expect(good.at).toBe(1000)
  })

  test('ends at its head where the page may not read it', () => {
    const refused = start().call('live', begin(ask(FEED_URL, 'eventsource', 'https://evil.test')))
    expect(refused.pieces).toMatchObject([
      { kind: 'done', view: { outcome: 'blocked', category: 'MissingAllowOriginHeader', exchanges: [0] } },
    ])
    expect(refused.at).toBe(0)
  })

  test('is a WebSocket that is spoken to', () => {
    const runtime = start()
    const url = 'wss://api.shop.test/echo'
    expect(told(runtime.call('live', begin(ask(url, 'websocket'))))).toEqual([['head']])
    expect(runtime.call('live', read('a')).isQuiet).toBe(true)
    expect(told(runtime.call('live', say('a', 'hello')))).toEqual([['message', 'hello, https://app.shop.test']])
    const goodbye = { id: 'a', frame: 'close', code: 1000, data: { text: '', encoding: 'utf8' } } as const
    const closed = runtime.call('live', { say: [goodbye], want: ['a'] })
    expect(closed.pieces.map(({ kind }) => kind)).toEqual(['closed', 'done'])
  })

  test('is gone back to by sending all of it again', () => {
    const heard = (['always', 'never'] as const).map((remembering) => {
      const runtime = start(remembering)
      const ticks = { waitMs: 0, requests: [ask('https://api.shop.test/ticks')] }
      const line = (): unknown[] => {
        events = []
        const results = [
          runtime.call('live', begin(ask(FEED_URL))),
          runtime.call('live', read('a')),
          runtime.call('send', ticks),
          runtime.call('live', begin(ask('wss://api.shop.test/echo', 'websocket'), 'b')),
          runtime.call('live', { ...say('b', 'x'), cancel: ['a'] }),
          runtime.call('live', { cancel: ['b'], want: [] }),
          runtime.call('send', ticks),
        ]
        return [results, events.join(',')]
      }
      const main = line()
      // While something is live the browser knows more of it than it remembers: nothing is had back from memory then.
      const back = runtime.call('back', { group: 4 })
      expect(back.way).toBe('replay')
      const branch = runtime.call('live', { want: ['a'] })
      expect(told(branch)).toEqual([['chunk', 'data: 3\n\n']])
      const start_ = runtime.call('back', { group: 0 })
      expect(line()).toEqual(main)
      return [main, { ...back, way: null }, branch, { ...start_, way: null }]
    })
    expect(heard[0]).toEqual(heard[1])
  })

  test('keeps its place in what later calls report', () => {
    const runtime = start()
    runtime.call('live', begin(ask(FEED_URL)))
    const sent: EngineCalls['send']['out'] = runtime.call('send', {
      waitMs: 0,
      requests: [ask('https://api.shop.test/ticks')],
    })
    expect(sent.numbers).toEqual({ exchanges: [0, 1], fetches: [0, 1] })
    expect(sent.fetches?.map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
    expect(runtime.call('back', { group: 2 })).toMatchObject({ exchange: 2 })
  })
})
