// Lanes read from real runs: three requests at once that nap, block and sleep in a thread, and every app of the corpus.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AT_ONCE, THREE_AT_ONCE } from '../../e2e/content/at-once'
import { groupRequests } from '../browser'
import { readCorpus } from '../corpus/read-corpus'
import { EngineHost } from '../host'
import type { RunDocument } from '../protocol'
import { parseHttpFile } from '../requests'
import {
  lanesAt,
  laneWords,
  nextWait,
  readLanes,
  narrateLanes,
  sentenceText,
  stateWords,
  type LanesView,
} from '../trace'
import { comparePoints, holdAt } from '../trace/lanes'
import { spawnNodeWorker } from './spawn'
import { askPeel } from './testing/reference'

const PROGRAM = `${AT_ONCE}

@app.get("/stream")
async def stream():
    from fastapi.responses import StreamingResponse

    async def parts():
        for _ in range(3):
            yield "part"
            await asyncio.sleep(0.1)
    return StreamingResponse(parts())
`
const REQUESTS = `${THREE_AT_ONCE}
###
GET /stream
`
const lines = PROGRAM.split('\n')
const code = ({ line }: { line: number }) => lines[line - 1] ?? null

let host: EngineHost
beforeAll(() => {
  host = new EngineHost(spawnNodeWorker())
})
afterAll(() => host.dispose())

const run = (text: string, requests: string): Promise<RunDocument> =>
  askPeel(
    host,
    { files: { 'main.py': text }, entry: 'main.py', app: null },
    groupRequests(parseHttpFile(requests, { file: 'requests.http' }).requests),
  )

const waitsOf = (view: LanesView) =>
  view.lanes.map((lane) => lane.waits.map(({ kind, from, to }) => `${kind} ${from.at}-${to.at}`))

describe('readLanes() of requests that meet on the loop', () => {
  let document: RunDocument
  let view: LanesView
  beforeAll(async () => {
    document = await run(PROGRAM, REQUESTS)
    view = readLanes(document)
  }, 60_000)

  test('tells sleeping from being ready, blocking, lying unread and being in a thread', () => {
    expect(waitsOf(view)).toEqual([
      ['sleep 0-400', 'late 400-600'],
      ['block 100-600'],
      ['arrived 150-600', 'thread 600-900'],
      ['sleep 900-1000', 'sleep 1000-1100', 'sleep 1100-1200'],
    ])
    expect(view.lanes.map(({ sentAt, from, to }) => [sentAt, from.at, to.at])).toEqual([
      [0, 0, 600],
      [100, 100, 600],
      [150, 600, 900],
      [900, 900, 1200],
    ])
  })

  test('has one bar for each layer of the learner’s, and one for the endpoint’s function', () => {
    expect(view.lanes.map((lane) => lane.bars.map((bar) => bar.name))).toEqual(
      ['nap', 'block', 'thread', 'stream'].map((name) => ['timing', name]),
    )
    expect(view.lanes.map((lane) => lane.endpoint?.isSync)).toEqual([false, false, true, false])
  })

  test('has the block on the loop, the thread in the pool, and the messages of the stream', () => {
    expect(view.loop.filter((hold) => hold.kind === 'block')).toMatchObject([
      { exchange: 1, from: { at: 100 }, to: { at: 600 } },
    ])
    expect(view.threads).toMatchObject([
      { exchange: 2, name: 'thread', thread: 1, of: 40, from: { at: 600 }, to: { at: 900 } },
    ])
    expect(view.lanes.map((lane) => lane.ticks.map((tick) => tick.at))).toEqual([[], [], [], [900, 1000, 1100]])
  })

  test('says each moment at which somebody begins to wait', () => {
    const said: string[] = []
    let wait = nextWait(view, { at: -1, seq: -1 }, 1)
    for (; wait; wait = nextWait(view, wait.from, 1))
      said.push(sentenceText(narrateLanes(view, wait.from, document.events[wait.from.seq] ?? null, code)))
    expect(said.slice(0, 6)).toEqual([
      'At 0 ms A waits in asyncio.sleep(0.4) until 400 ms, and leaves the loop to others.',
      'At 100 ms B sits in time.sleep(0.5) and holds the loop until 600 ms. A waits until 400 ms.',
      'At 150 ms the bytes of C are there, but B sits in time.sleep(0.5) and holds the loop until 600 ms. A waits until 400 ms.',
      'At 400 ms A could go on, but B sits in time.sleep(0.5) and holds the loop until 600 ms. C could go on, and waits for the loop.',
      'At 600 ms a thread takes up thread for C, until 900 ms. The loop is free.',
      'At 900 ms D waits in asyncio.sleep(0.1) until 1000 ms, and leaves the loop to others.',
    ])
  })

  test('says of each lane where it stands, and of the whole lane what it did', () => {
    const moment = { at: 400, seq: view.lanes[0]?.waits[1]?.from.seq ?? 0 }
    expect(lanesAt(view, moment).map((now) => stateWords(now, moment))).toEqual([
      'Could go on since 400 ms. Waits for the loop until 600 ms.',
      'Holds the loop from 100 ms to 600 ms.',
      'Its bytes lie there since 150 ms. The loop is taken until 600 ms.',
      'Is sent at 900 ms.',
    ])
    expect(view.lanes.slice(0, 2).map(laneWords)).toEqual([
      'A, GET /nap: from 0 ms to 600 ms, 200; waits from 0 ms to 400 ms and could go on but the loop is taken from 400 ms to 600 ms',
      'B, GET /block: from 100 ms to 600 ms, 200; holds the loop from 100 ms to 600 ms',
    ])
  })
})

test('more requests than threads wait for one', { timeout: 60_000 }, async () => {
  const view = readLanes(await run(PROGRAM, '# @times 41\nGET /thread\n'))
  expect(view.threadsNeeded).toBe(40)
  expect(waitsOf(view).at(-1)).toEqual(['sleep 0-300', 'thread 300-600'])
})

test('a WebSocket’s messages are ticks in both directions', { timeout: 60_000 }, async () => {
  const echo = `
from fastapi import FastAPI, WebSocket
app = FastAPI()
@app.websocket("/ws")
async def ws(socket: WebSocket):
    await socket.accept()
    for _ in range(2):
        await socket.send_text(await socket.receive_text())
    await socket.close()
`
  const document = await run(echo, 'WEBSOCKET /ws\n\none\n=== wait-for-server\ntwo\n')
  expect(readLanes(document).lanes[0]?.ticks.map((tick) => tick.direction)).toEqual(['in', 'out', 'in', 'out'])
})

describe('the corpus', () => {
  test.for(readCorpus().map((app) => [app.name, app] as const))('%s', { timeout: 60_000 }, async ([, app]) => {
    const { files, entry, groups } = app
    const document = await askPeel(host, { files, entry, app: null }, groups)
    const view = readLanes(document)
    expect(view.lanes.map((lane) => lane.exchange)).toEqual(document.exchanges.map((_, index) => index))
    for (const lane of view.lanes) {
      // Waits follow one another, each within the life of its exchange; bars lie in one another.
      let before = { at: lane.sentAt, seq: -1 }
      for (const wait of lane.waits) {
        expect(comparePoints(before, wait.from)).toBeLessThanOrEqual(0)
        expect(wait.to.at).toBeGreaterThan(wait.from.at)
        before = wait.to
      }
      expect(comparePoints(before, lane.to)).toBeLessThanOrEqual(0)
      for (const bar of lane.bars) expect(comparePoints(bar.from, bar.to)).toBeLessThanOrEqual(0)
      // All of its virtual time is told: it runs in instants only.
      const told = lane.waits.reduce((sum, wait) => sum + wait.to.at - wait.from.at, 0)
      expect(told).toBeCloseTo(lane.to.at - lane.sentAt, 6)
    }
    // Nobody has the loop while the clock goes on for a sleep, and whoever speaks has it.
    for (const event of document.events)
      if (event.kind !== 'clock') expect(holdAt(view, event)?.exchange).toBe(event.exchange)
  })
})
