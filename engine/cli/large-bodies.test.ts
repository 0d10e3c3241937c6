// Bodies of 50 MB with the limits that every learner has: they arrive whole, or the watchdog says in words that it took too long.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EngineHost, LIMITS, Session } from '../host'
import type { RequestGroup } from '../protocol'
import { spawnNodeWorker } from './spawn'

const BYTES = 50_000_000
const PIECE = 65_536
const PIECES = Math.ceil(BYTES / PIECE)

const PROGRAM = {
  entry: 'main.py',
  app: null,
  files: {
    'main.py': `
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse
app = FastAPI()

@app.middleware("http")
async def passing(request: Request, call_next):
    return await call_next(request)

@app.post("/length")
async def length(request: Request):
    return len(await request.body())

@app.get("/text")
async def text():
    return Response(b"x" * ${BYTES})

@app.get("/binary")
async def binary():
    return Response(b"\\xff\\x01" * ${BYTES / 2})

@app.get("/pieces")
async def pieces():
    async def made():
        for number in range(${PIECES}):
            yield b"%5d" % number + b"x" * ${PIECE - 5}
    return StreamingResponse(made())
`,
  },
}

interface Body {
  readonly text: string
  readonly encoding: 'utf8' | 'base64'
}
const NONE: Body = { text: '', encoding: 'utf8' }

function group(method: string, target: string, body: Body): RequestGroup {
  const headers = [
    ['Host', 'localhost:8000'] as const,
    ...(body === NONE ? [] : [['Content-Length', `${BYTES}`] as const]),
  ]
  const url = `http://localhost:8000${target}`
  const request = { from: 0, title: `${method} ${target}`, method, url, target, headers, added: [], body, atMs: 0 }
  return { waitMs: 0, requests: [request] }
}

let host: EngineHost
beforeAll(() => {
  host = new EngineHost(spawnNodeWorker(), { spare: false })
})
afterAll(() => host.dispose())

test.for<readonly [what: string, method: string, target: string, body: () => Body, length: number]>([
  ['text that is sent', 'POST', '/length', () => ({ text: 'x'.repeat(BYTES), encoding: 'utf8' }), 8],
  [
    'bytes that are sent',
    'POST',
    '/length',
    () => ({ text: `${'/wH/'.repeat((BYTES - 2) / 3)}/wE=`, encoding: 'base64' }),
    8,
  ],
  ['text in a response', 'GET', '/text', () => NONE, BYTES],
  ['bytes in a response', 'GET', '/binary', () => NONE, 4 * Math.ceil(BYTES / 3)],
  ['a streamed response', 'GET', '/pieces', () => NONE, PIECES * PIECE],
])('50 MB of %s', { timeout: 60_000 }, async ([, method, target, body, length]) => {
  const session = new Session(host, PROGRAM)
  await session.open()
  await session.send(group(method, target, body()))
  const { stop, exchanges, events } = session.document
  expect(events.some(({ kind }) => kind === 'enter')).toBe(true)
  if (stop) {
    // A machine that has much else to do at the moment.
    expect(stop.reason).toBe('wall')
    expect(stop.text).toContain(`after ${LIMITS.wallMs / 1000} s without giving the loop back`)
    console.log(`50 MB took more than ${LIMITS.wallMs / 1000} s here: ${stop.text}`)
  } else {
    expect(exchanges[0]?.response).toMatchObject({ status: 200 })
    expect(exchanges[0]?.response?.body).toHaveLength(length)
  }
  const next = new Session(host, PROGRAM)
  await next.open()
  await next.send(group('POST', '/length', { text: '{}', encoding: 'utf8' }))
  expect(next.document.stop).toBeNull()
})
