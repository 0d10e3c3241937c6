// The bench's measures of the engine alone, under Node: sessions, requests with and without a trace, events, orders.
import { spawnNodeWorker } from '../../engine/cli/spawn'
import { EngineHost, LIMITS, Session, type Program } from '../../engine/host'
import { groupRequests } from '../../engine/browser'
import type { RequestGroup } from '../../engine/protocol'
import { parseHttpFile } from '../../engine/requests'
import { median, round } from './figures'

/** Eight layers of the learner's, of all three kinds, around one endpoint. */
const EIGHT_LAYERS: Program = {
  entry: 'main.py',
  app: null,
  files: {
    'main.py': `
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


class Based(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["x-based"] = "1"
        return response


class Pure:
    def __init__(self, app, word):
        self.app, self.word = app, word

    async def __call__(self, scope, receive, send):
        async def marked(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-pure", self.word))
            await send(message)

        await self.app(scope, receive, marked)


@app.middleware("http")
async def timed(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-path"] = request.url.path
    return response


app.add_middleware(Based)
for word in (b"a", b"b", b"c", b"d"):
    app.add_middleware(Pure, word=word)
app.add_middleware(GZipMiddleware)
app.add_middleware(CORSMiddleware, allow_origins=["*"])


@app.get("/items/{number}")
async def item(number: int):
    return {"number": number}
`,
  },
}

/** Five middlewares whose order a client can tell: 120 orders. */
const FIVE_MIDDLEWARES: Program = {
  entry: 'main.py',
  app: null,
  files: {
    'main.py': `
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

app = FastAPI()


class Mark:
    def __init__(self, app, word):
        self.app, self.word = app, word

    async def __call__(self, scope, receive, send):
        async def marked(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-mark", self.word))
            await send(message)

        await self.app(scope, receive, marked)


class Gate:
    def __init__(self, app, path):
        self.app, self.path = app, path

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and scope["path"] == self.path:
            await PlainTextResponse("closed", 403)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


app.add_middleware(Mark, word=b"a")
app.add_middleware(Mark, word=b"b")
app.add_middleware(Mark, word=b"c")
app.add_middleware(Gate, path="/one")
app.add_middleware(Gate, path="/two")


@app.get("/{name}")
async def any_name(name: str):
    return {"name": name}
`,
  },
}

const EMPTY: Program = {
  entry: 'main.py',
  app: null,
  files: { 'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n' },
}

const groupsOf = (text: string): readonly RequestGroup[] =>
  groupRequests(parseHttpFile(text, { file: 'bench.http' }).requests)

export interface EngineFigures {
  readonly requestsPerSecond: number
  /** A request among the first twenty of a session, which meet everything for the first time. */
  readonly first: { readonly tracedMs: number; readonly untracedMs: number }
  /** A request of a session that has been running for a while. */
  readonly later: { readonly tracedMs: number; readonly untracedMs: number; readonly ratio: number }
  readonly eventsPerSecond: number
  readonly bytesPerEvent: number
  readonly eventsPerRequest: number
  readonly freshSessionMs: number
  readonly ordersMs: number
}

/** Requests that are sent in one group, so that the time is the engine's and not that of passing messages. */
const BATCH = 20
/** Batches of a session; the last ones count as later. */
const BATCHES = 5

/** Measures one engine under Node. By turns, so that a slow moment of the machine hits all alike; medians. */
export async function measureEngine(rounds: number): Promise<EngineFigures> {
  const host = new EngineHost(spawnNodeWorker(), { spare: false })
  const many = groupsOf(`# @times ${BATCH}\nGET /items/3\nOrigin: https://shop.example\nAccept-Encoding: gzip\n`)
  const three = groupsOf('GET /one\n\n###\nGET /two\n\n###\nGET /three\n')
  const first = { traced: [] as number[], untraced: [] as number[] }
  const later = { traced: [] as number[], untraced: [] as number[] }
  const fresh: number[] = []
  const orders: number[] = []
  let events = 0
  let bytes = 0
  try {
    for (let i = 0; i < rounds; i++) {
      for (const trace of [false, true]) {
        const session = new Session(host, EIGHT_LAYERS, { trace })
        await session.open()
        const kind = trace ? 'traced' : 'untraced'
        for (let batch = 0; batch < BATCHES; batch++) {
          const started = performance.now()
          for (const group of many) await session.send(group)
          const ms = (performance.now() - started) / BATCH
          if (batch === 0) first[kind].push(ms)
          else if (batch > 1) later[kind].push(ms)
        }
        const { document } = session
        const bad = document.exchanges.find((exchange) => exchange.response?.status !== 200)
        if (bad ?? document.error) throw new Error('A request of the bench was not answered.')
        if (trace) {
          const own = document.events.filter((event) => event.exchange !== null)
          events = own.length
          bytes = own.reduce((sum, event) => sum + JSON.stringify(event).length, 0)
        }
      }
      const empty = new Session(host, EMPTY)
      const started = performance.now()
      await empty.open()
      fresh.push(performance.now() - started)
    }
    const runs = Math.max(2, Math.round(rounds / 5))
    for (let i = 0; i < runs; i++) {
      const started = performance.now()
      const open = { ...FIVE_MIDDLEWARES, limits: LIMITS, trace: false }
      const found = await host.call('orders', { open, groups: three }, { wallMs: 120_000 })
      orders.push(performance.now() - started)
      const count = found.groups.reduce((sum, group) => sum + group.orders.length, 0)
      if (count !== 120) throw new Error(`The search went through ${count} orders, not 120.`)
    }
  } finally {
    host.dispose()
  }
  const tracedMs = median(later.traced)
  const untracedMs = median(later.untraced)
  const perRequest = events / (BATCH * BATCHES)
  return {
    requestsPerSecond: round(1000 / tracedMs),
    // The first sessions warm the engine itself up.
    first: {
      tracedMs: round(median(first.traced.slice(2)), 2),
      untracedMs: round(median(first.untraced.slice(2)), 2),
    },
    later: {
      tracedMs: round(tracedMs, 2),
      untracedMs: round(untracedMs, 2),
      ratio: round(tracedMs / untracedMs, 2),
    },
    eventsPerSecond: round((perRequest * 1000) / tracedMs),
    bytesPerEvent: round(bytes / events),
    eventsPerRequest: round(perRequest),
    freshSessionMs: round(median(fresh.slice(1)), 1),
    ordersMs: round(median(orders)),
  }
}
