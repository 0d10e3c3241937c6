// Going back gives the same bytes by memory and by sending everything again: proved with the real interpreter.
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { bootInProcess } from '../../assets/boot-in-process'
import { groupRequests } from '../../browser'
import { LIMITS } from '../../host'
import type { Exchange, RequestGroup } from '../../protocol'
import { parseHttpFile } from '../../requests'
import { FastapiRuntime, type Remembering } from './fastapi-runtime'
import type { Interpreter } from './interpreter'

let interpreter: Interpreter
let events: string[] = []

beforeAll(async () => {
  // Where one batch ends depends on real time; the events themselves do not.
  interpreter = await bootInProcess((batch) => events.push(...batch.map((event) => JSON.stringify(event))))
  new FastapiRuntime(interpreter).call('open', options('app = None')) // so that each runtime here starts by putting back
}, 60_000)

/** Holds state of every kind that a server has. */
const SERVER = `
import asyncio, os, pathlib, random, uuid
import redis.asyncio as redis
from contextlib import asynccontextmanager
from fastapi import FastAPI, Request
from starlette.middleware.sessions import SessionMiddleware

ticks = []
notes = []
store = redis.from_url("redis://cache")

@asynccontextmanager
async def lifespan(app):
    async def tick():
        while len(ticks) < 50:
            await asyncio.sleep(3)
            ticks.append(len(ticks))
    ticking = asyncio.create_task(tick())
    yield
    ticking.cancel()

app = FastAPI(lifespan=lifespan)
app.add_middleware(SessionMiddleware, secret_key="secret")
count = 0

@app.middleware("http")
async def counted(request, call_next):
    global count
    count += 1
    print("request", count)
    return await call_next(request)

async def note(word):
    await asyncio.sleep(7)
    with open("notes.txt", "a") as file:
        file.write(word)

@app.get("/{word}")
async def root(word: str, request: Request):
    notes.append(asyncio.create_task(note(word)))
    request.session["words"] = request.session.get("words", "") + word
    pathlib.Path("deep/er").mkdir(parents=True, exist_ok=True)
    pathlib.Path("deep/er", word).write_text(str(count))
    if not os.path.islink("last"):
        os.symlink("deep/er", "last")
    return {
        "count": count,
        "ticks": len(ticks),
        "session": request.session["words"],
        "hits": await store.incr("hits"),
        "keys": await store.keys(),
        "files": sorted(os.listdir("last")),
        "notes": pathlib.Path("notes.txt").read_text() if os.path.exists("notes.txt") else None,
        "random": random.random(),
        "uuid": str(uuid.uuid4()),
    }
`

function options(program: string) {
  return { files: { 'main.py': program }, entry: 'main.py', app: null, limits: LIMITS, trace: true }
}

/** One group for each path, 2 s apart. */
function groupsFor(...paths: readonly string[]): RequestGroup[] {
  const text = paths.map((path) => `# @wait 2\nGET ${path}\nCookie: a=b`).join('\n###\n')
  return groupRequests(parseHttpFile(text, { file: 'requests.http' }).requests)
}

interface Heard {
  readonly exchanges: readonly Exchange[]
  readonly events: string
}

function sendAll(runtime: FastapiRuntime, groups: readonly RequestGroup[]): Heard {
  events = []
  const exchanges = groups.flatMap((group) => runtime.call('send', group).exchanges)
  return { exchanges, events: events.join(',') }
}

const MAIN = groupsFor('/a', '/b', '/c', '/d', '/e', '/f')

/** A session whose main line has six groups, and then goes back. */
function opened(remembering: Remembering, program = SERVER): { runtime: FastapiRuntime; main: Heard } {
  const runtime = new FastapiRuntime(interpreter, { remembering })
  runtime.call('open', options('app = None')) // the runtime before this one left its own session
  const info = runtime.call('open', options(program))
  if (info.error) throw new Error(info.error.text)
  return { runtime, main: sendAll(runtime, MAIN) }
}

// Each test opens several sessions and sends them dozens of groups, on a machine that does other things too.
describe('going back', { timeout: 60_000 }, () => {
  test('gives the same branch by memory and by replay, with everything that a server holds', () => {
    const heard = (['always', 'never'] as const).map((remembering) => {
      const { runtime, main } = opened(remembering)
      const all = [3, 1, 1, 0].map((group) => {
        const back = runtime.call('back', { group })
        expect(back.way).toBe(remembering === 'always' ? 'checkpoint' : 'replay')
        return { back: { ...back, way: null }, branch: sendAll(runtime, groupsFor('/x', '/y', '/z', '/w', '/v')) }
      })
      return { main, all }
    })
    expect(heard[0]).toEqual(heard[1])
    const [branch] = heard[0]?.all ?? []
    expect(branch?.back).toMatchObject({ exchange: 3 })
    const bodies = branch?.branch.exchanges.map(({ response }) => JSON.parse(response?.body ?? '') as object)
    expect(bodies?.[0]).toMatchObject({
      count: 4,
      hits: 4,
      keys: ['hits'],
      ticks: 2,
      files: ['a', 'b', 'c', 'x'],
      notes: null,
    })
    expect(bodies?.[3]).toMatchObject({ count: 7, hits: 7, notes: 'abc' })
    expect(bodies?.[4]).toMatchObject({ session: 'v', notes: 'abcx' })
  })

  test.for(['always', 'never'] as const)(
    'and sending the same again gives the main line again, byte for byte (%s)',
    (remembering) => {
      const { runtime, main } = opened(remembering)
      for (const group of [5, 2, 0]) {
        const { seq } = runtime.call('back', { group })
        const again = sendAll(runtime, MAIN.slice(group))
        expect(again.exchanges).toEqual(main.exchanges.slice(group))
        expect(main.events.endsWith(again.events)).toBe(true)
        expect(again.events.startsWith(`{"seq":${seq},`)).toBe(true)
      }
    },
  )

  test('gives the same by both ways, whatever is sent and wherever it goes back to', { timeout: 180_000 }, () => {
    // A fixed seed: what failed once fails again. Found a timer that was taken for another at its address.
    const wander = (remembering: Remembering): string[] => {
      let state = 3
      const chance = (below: number): number => {
        state = (state * 1103515245 + 12345) & 0x7fffffff
        return Math.floor((state / 0x80000000) * below)
      }
      const { runtime, main } = opened(remembering)
      let groups = main.exchanges.length
      return Array.from({ length: 70 }, () => {
        if (chance(6) === 0 && groups > 0) {
          groups = chance(groups)
          return JSON.stringify({ ...runtime.call('back', { group: groups }), way: null })
        }
        groups += 1
        return JSON.stringify(sendAll(runtime, groupsFor(`/${'abcdefg'[chance(7)]}`)))
      })
    }
    expect(wander('always')).toEqual(wander('never'))
  })

  test('goes over a client program, a WebSocket and a client that hangs up', () => {
    const program = `${SERVER}
from fastapi import WebSocket

@app.websocket("/talk")
async def talk(socket: WebSocket):
    await socket.accept()
    async for word in socket.iter_text():
        ticks.append(word)
        await socket.send_text(f"{word} {len(ticks)} {count}")
`
    const client =
      'import httpx\nfor word in "pq":\n    print(httpx.get(f"http://localhost:8000/{word}").json()["count"])\n'
    const text = 'WEBSOCKET ws://localhost:8000/talk\n\nhello\n\n###\n# @disconnect 0.5\nGET /x'
    const { requests } = parseHttpFile(text, { file: 'requests.http' })
    const heard = (['always', 'never'] as const).map((remembering) => {
      const runtime = new FastapiRuntime(interpreter, { remembering })
      runtime.call('open', options('app = None'))
      const input = { ...options(program), files: { 'main.py': program, 'client.py': client } }
      expect(runtime.call('open', input).error).toBeNull()
      const go = (from: number): Heard => {
        events = []
        const exchanges = [...groupRequests(requests), null, ...MAIN.slice(0, 1)].slice(from).flatMap((group) => {
          const answer = group ? runtime.call('send', group) : runtime.call('client', { file: 'client.py' })
          if ('error' in answer) expect(answer.error).toBeNull()
          return answer.exchanges
        })
        return { exchanges, events: events.join(',') }
      }
      const main = go(0)
      const branches = [3, 2, 1, 0].map((group) => {
        const { exchange, seq } = runtime.call('back', { group })
        const again = go(group)
        expect(again.exchanges).toEqual(main.exchanges.slice(exchange))
        expect(again.events.startsWith(`{"seq":${seq},`)).toBe(true)
        expect(main.events.endsWith(again.events)).toBe(true)
        return exchange
      })
      return { main, branches }
    })
    expect(heard[0]).toEqual(heard[1])
    expect(heard[0]?.branches).toEqual([4, 2, 1, 0])
    expect(heard[0]?.main.exchanges[0]?.socket?.messages).toHaveLength(2)
  })

  test('leads out of a stop', () => {
    for (const remembering of ['always', 'never'] as const) {
      const { runtime } = opened(
        remembering,
        SERVER.replace('count += 1', 'count += 1\n    while request.url.path == "/loop": pass'),
      )
      const [loop] = groupsFor('/loop')
      if (!loop) throw new Error('no request')
      expect(runtime.call('send', loop).stop?.reason).toBe('jumps')
      expect(runtime.call('send', loop)).toMatchObject({ exchanges: [] })
      expect(runtime.call('back', { group: 6 })).toMatchObject({ exchange: 6 })
      const { exchanges } = sendAll(runtime, groupsFor('/g'))
      expect(exchanges[0]?.response?.body).toContain('"count":7')
    }
  })

  test('leads back before the shutdown', () => {
    for (const remembering of ['always', 'never'] as const) {
      const { runtime, main } = opened(remembering)
      runtime.call('close', null)
      runtime.call('back', { group: 5 })
      expect(sendAll(runtime, MAIN.slice(5)).exchanges).toEqual(main.exchanges.slice(5))
    }
  })

  test('is a replay where a file is open, and knows the state all the same', () => {
    const { runtime, main } = opened('always', `held = open("/tmp/held", "w")\n${SERVER}`)
    expect(runtime.call('back', { group: 4 }).way).toBe('replay')
    expect(sendAll(runtime, MAIN.slice(4)).exchanges).toEqual(main.exchanges.slice(4))
  })

  test('emits nothing of what it sends again', () => {
    const { runtime } = opened('never')
    events = []
    runtime.call('back', { group: 5 })
    expect(events).toEqual([])
  })

  test('to where the session stands is nothing, and to elsewhere is misuse', () => {
    const { runtime } = opened('never')
    expect(runtime.call('back', { group: 6 })).toMatchObject({ way: 'checkpoint', exchange: 6 })
    for (const group of [7, -1, 0.5])
      expect(() => runtime.call('back', { group })).toThrow(/^misuse: the session has 6/)
    const fresh = new FastapiRuntime(interpreter)
    expect(() => fresh.call('back', { group: 0 })).toThrow('misuse: back needs a session')
  })

  test('finds the moment in memory once nobody has asked for anything for a while', async () => {
    const { runtime, main } = opened('idle')
    await pause(400)
    runtime.call('send', groupsFor('/late')[0] as RequestGroup)
    expect(runtime.call('back', { group: 6 }).way).toBe('checkpoint')
    const next = sendAll(runtime, groupsFor('/f'))
    expect(next.exchanges[0]?.response?.body).toContain('"count":7')
    expect(runtime.call('back', { group: 5 }).way).toBe('replay')
    expect(sendAll(runtime, MAIN.slice(5)).exchanges).toEqual(main.exchanges.slice(5))
  })

  test('a hundred times does not make the worker grow', { timeout: 180_000 }, () => {
    const { runtime } = opened('always')
    const module = (interpreter.pyodide as unknown as { _module: { HEAP8: Int8Array } })._module
    const round = (): Heard => {
      runtime.call('back', { group: 2 })
      return sendAll(runtime, groupsFor('/x', '/y'))
    }
    const first = round()
    for (let i = 0; i < 10; i++) round()
    const heap = module.HEAP8.length
    const memory = process.memoryUsage().rss
    for (let i = 0; i < 100; i++) expect(round()).toEqual(first)
    expect(module.HEAP8.length).toBe(heap)
    // Four moments of 1.5 MB in each round would make 600 MB.
    expect(process.memoryUsage().rss - memory).toBeLessThan(80e6)
  })
})
