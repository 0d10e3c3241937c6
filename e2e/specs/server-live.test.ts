// Streams and WebSockets of the real engine, in a real Chromium: what a page reads comes piece by piece, at the pace of the
// server's clock, and a page that leaves is missed by the app.
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openEnginePage } from '../fixtures/engine-tab'

const MAIN = `
import asyncio

from fastapi import FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import StreamingResponse


class Shout:
    """Passes HTTP on, and makes what a WebSocket says louder."""

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        async def loud(message):
            if message["type"] == "websocket.send":
                message = {**message, "text": message["text"].upper()}
            await send(message)

        await self.app(scope, receive, loud if scope["type"] == "websocket" else send)


app = FastAPI()
app.add_middleware(Shout)
app.add_middleware(CORSMiddleware, allow_origins=["https://app.shop.test"])


@app.get("/events")
async def events():
    async def tell():
        number = 0
        while True:
            yield f"data: {number}\\n\\n"
            number += 1
            await asyncio.sleep(0.2)

    return StreamingResponse(tell(), media_type="text/event-stream")


@app.get("/slow")
async def slow():
    await asyncio.sleep(1)
    return {"slow": True}


@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept(subprotocol="tea")
    while True:
        await socket.send_text(await socket.receive_text())
`
const PROGRAM = { files: { 'main.py': MAIN }, entry: 'main.py', app: null }
const API = 'https://api.shop.test'

let browser: Browser
let page: Page

beforeAll(async () => {
  ;({ browser, page } = await openEnginePage())
}, 120_000)

afterAll(async () => {
  await browser?.close()
})

beforeEach(async () => {
  const { error } = await page.evaluate((program) => enginePage.run(program), PROGRAM)
  expect(error).toBeNull()
})

const session = () => page.evaluate(() => enginePage.document())

/** The app has been told that the client is gone. */
async function hasLeft(): Promise<boolean> {
  const { events } = await session()
  return events.some((event) => JSON.stringify(event).includes('http.disconnect'))
}

test('server-sent events arrive one by one, at the pace of the server’s clock', async () => {
  const gaps = await page.evaluate(
    (url) =>
      new Promise<number[]>((resolve) => {
        const source = new EventSource(url)
        const times: number[] = []
        source.addEventListener('message', () => {
          if (times.push(performance.now()) < 4) return
          source.close()
          resolve(times.slice(1).map((time, index) => time - (times[index] ?? 0)))
        })
      }),
    `${API}/events`,
  )
  expect(gaps).toHaveLength(3)
  // Each is 200 ms of the server's clock; two may come together when the machine was busy with something else.
  expect(gaps.reduce((sum, gap) => sum + gap, 0)).toBeGreaterThan(400)
  await vi.waitFor(async () => expect(await hasLeft()).toBe(true), 5000)
  const { fetches, exchanges } = await session()
  expect(fetches).toMatchObject([{ kind: 'eventsource', url: `${API}/events` }])
  expect(exchanges[0]?.response?.body).toMatch(/^data: 0\n\ndata: 1\n\n/)
})

test('a fetch that is aborted in mid-stream is a client that has left, and the server goes no further', async () => {
  const read = await page.evaluate(async (url) => {
    const controller = new AbortController()
    const reader = (await fetch(url, { signal: controller.signal })).body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    controller.abort()
    return new TextDecoder().decode(value as Uint8Array)
  }, `${API}/events`)
  expect(read).toMatch(/^data: 0\n\n/)
  await vi.waitFor(async () => expect(await hasLeft()).toBe(true), 5000)
  const after = await session()
  await page.waitForTimeout(500)
  expect((await session()).events).toHaveLength(after.events.length)
})

test('fetches of one breath are answered side by side', async () => {
  const texts = await page.evaluate(
    (url) => Promise.all([1, 2, 3].map(async (n) => (await fetch(`${url}?${n}`)).text())),
    `${API}/slow`,
  )
  expect(texts).toEqual(['{"slow":true}', '{"slow":true}', '{"slow":true}'])
  const { fetches = [] } = await session()
  const start = Math.min(...fetches.map(({ startedAt }) => startedAt))
  // One second each; one after the other they would take three.
  expect(Math.max(...fetches.map(({ endedAt }) => endedAt)) - start).toBeLessThan(1900)
})

test('a WebSocket is echoed through a middleware that is nothing but ASGI', async () => {
  const handshake = {
    from: -1,
    title: 'echo',
    method: 'GET',
    url: 'wss://api.shop.test/echo',
    headers: [['Sec-WebSocket-Protocol', 'tea']],
    body: { text: '', encoding: 'utf8' },
    atMs: 0,
    socket: { messages: [] },
    page: { url: 'https://app.shop.test/', sandboxed: false, kind: 'websocket', hasBody: false, bodyType: null },
  } as const
  const log = await page.evaluate((ask) => enginePage.talk(ask, ['one', 'two']), handshake)
  expect(log).toEqual([
    ['open', 'tea'],
    ['message', 'ONE'],
    ['message', 'TWO'],
    ['closed', 1000, expect.any(String), true],
  ])
  const refused = await page.evaluate((ask) => enginePage.talk(ask, []), {
    ...handshake,
    url: 'wss://api.shop.test/no',
  })
  expect(refused).toEqual([['closed', 1006, '', false]])
})
