// Bodies of 50 MB arrive whole, within every limit that a learner has. Only the watchdog is more patient: how long the machine
// takes, which runs other tests at the same time, is nothing that is tested here.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EngineHost, Session } from '../host'
import type { RequestGroup } from '../protocol'
import { spawnNodeWorker } from './spawn'

const BYTES = 50_000_000
const PIECE = 65_536
const PIECES = Math.ceil(BYTES / PIECE)
const PATIENT = { limits: { wallMs: 60_000 } }

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
])('50 MB of %s', { timeout: 90_000 }, async ([, method, target, body, length]) => {
  const session = new Session(host, PROGRAM, PATIENT)
  await session.open()
  await session.send(group(method, target, body()))
  const { stop, exchanges, events } = session.document
  expect(events.some(({ kind }) => kind === 'enter')).toBe(true)
  expect(stop).toBeNull()
  expect(exchanges[0]?.response).toMatchObject({ status: 200 })
  expect(exchanges[0]?.response?.body).toHaveLength(length)
  // The heap has grown, which must not cost the one who comes next anything but a fresh interpreter.
  const next = new Session(host, PROGRAM, PATIENT)
  await next.open()
  await next.send(group('POST', '/length', { text: '{}', encoding: 'utf8' }))
  expect(next.document.stop).toBeNull()
})
