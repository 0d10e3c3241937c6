// Where two runs part, on traces written by hand: what counts, what does not, and how it is said.
import { describe, expect, test } from 'vitest'
import type { Layer, RunDocument, TraceEvent } from '../protocol'
import { compareRuns } from './compare'
import { exception, handled, happyPath, shortCircuit, stream } from './fixtures/scenes'

const NAMES = { a: 'left', b: 'right' }
const compare = (a: RunDocument, b: RunDocument) => compareRuns(a, b, NAMES)

type Change = (event: TraceEvent) => TraceEvent | readonly TraceEvent[]

/** The document with its events changed; numbers run anew, as they would in another run. */
function withEvents(document: RunDocument, change: Change): RunDocument {
  const events = document.events.flatMap(change).map((event, seq) => ({ ...event, seq }))
  return { ...document, events }
}

function withoutLayer(document: RunDocument, id: string): RunDocument {
  const kept = withEvents(document, (event) => (event.layer === id ? [] : event))
  return { ...kept, layers: document.layers.filter((layer) => layer.id !== id) }
}

function responseOf({ exchanges: [exchange] }: RunDocument) {
  if (!exchange?.response) throw new Error('no response')
  return { exchange, response: exchange.response }
}

function withResponse(
  document: RunDocument,
  change: Partial<NonNullable<RunDocument['exchanges'][number]['response']>> | null,
): RunDocument {
  const { exchange, response } = responseOf(document)
  return { ...document, exchanges: [{ ...exchange, response: change && { ...response, ...change } }] }
}

describe('compareRuns() finds no difference', () => {
  test.for([happyPath, shortCircuit, exception, handled, stream])('between a run and itself: $name', (scene) => {
    expect(compare(scene(), scene())).toEqual({
      same: true,
      firstDifference: null,
      clientDifference: null,
      layersOnlyIn: { a: [], b: [] },
    })
  })

  test('in positions, task numbers, and the births of tasks', () => {
    const other = withEvents(happyPath(), (event) => [
      { ...event, task: event.task + 3 },
      { seq: 0, at: event.at, task: 9, layer: event.layer, exchange: 0, kind: 'task', born: 9, name: 'Task-9' },
    ])
    expect(compare(happyPath(), other).same).toBe(true)
  })

  test('where a ring that only one run has passes everything on', () => {
    const other = withoutLayer(happyPath(), 'ExceptionTelemetryMiddleware')
    expect(compare(happyPath(), other)).toEqual({
      same: true,
      firstDifference: null,
      clientDifference: null,
      layersOnlyIn: { a: ['ExceptionTelemetryMiddleware'], b: [] },
    })
  })

  test('in what a shared ring did to the scope, when a ring of one run alone was entered next', () => {
    const change = { key: 'state.user', before: null, after: "'ada'" }
    const enters =
      (id: string): Change =>
      (event) =>
        event.kind === 'enter' && event.layer === id ? { ...event, changes: [change] } : event
    const a = withEvents(happyPath(), enters('ExceptionMiddleware'))
    const b = withEvents(withoutLayer(happyPath(), 'ExceptionMiddleware'), enters('AsyncExitStackMiddleware'))
    expect(compare(a, b)).toMatchObject({ same: true, layersOnlyIn: { a: ['ExceptionMiddleware'], b: [] } })
  })

  test('in the traceback that uvicorn logs', () => {
    const log =
      (text: string): Change =>
      (event) =>
        event.seq === 0
          ? [
              event,
              {
                seq: 0,
                at: 0,
                task: 1,
                layer: 'server',
                exchange: 0,
                kind: 'log',
                source: 'server',
                stream: 'stderr',
                text,
              },
            ]
          : event
    const said = 'ERROR: Exception in ASGI application\n  File "starlette/applications.py", line '
    expect(compare(withEvents(exception(), log(`${said}90`)), withEvents(exception(), log(`${said}123`))).same).toBe(
      true,
    )
  })
})

describe('compareRuns() names the first event at which runs part', () => {
  test('a header that one layer adds in one run only', () => {
    const other = withEvents(happyPath(), (event) =>
      event.kind === 'send' && event.layer === 'CORSMiddleware' && event.message.headers
        ? { ...event, message: { ...event.message, headers: event.message.headers.slice(0, -1) } }
        : event,
    )
    const { same, firstDifference, clientDifference } = compare(happyPath(), other)
    expect({ same, clientDifference }).toEqual({ same: false, clientDifference: null })
    expect(firstDifference).toMatchObject({
      exchange: 0,
      a: { kind: 'send', layer: 'CORSMiddleware' },
      b: { kind: 'send', layer: 'CORSMiddleware' },
      what: 'CORSMiddleware sends the head of a 200 in both, but with other headers (vary: Origin only in left).',
    })
  })

  test('another event than in the other run', () => {
    const { firstDifference } = compare(happyPath(), shortCircuit())
    expect(firstDifference).toMatchObject({
      exchange: 0,
      a: { kind: 'enter', layer: 'timing' },
      b: { kind: 'send', layer: 'AuthMiddleware' },
      what: 'left: timing is entered. right: AuthMiddleware sends the head of a 401.',
    })
  })

  test('the end of one of them', () => {
    const last = happyPath().events.length - 1
    const other = withEvents(happyPath(), (event) => (event.seq === last ? [] : event))
    const { firstDifference } = compare(happyPath(), other)
    expect(firstDifference?.b).toBeNull()
    expect(firstDifference?.what).toMatch(/^left: .* is done\. right: nothing more happens\.$/)
  })

  test('a time, counted from the start of the exchange', () => {
    const late = withEvents(happyPath(), (event) => ({ ...event, at: event.at + 70 }))
    const shifted = {
      ...late,
      exchanges: late.exchanges.map((one) => ({ ...one, startedAt: one.startedAt + 70, endedAt: one.endedAt + 70 })),
    }
    expect(compare(happyPath(), shifted).same).toBe(true)
    const slow = withEvents(happyPath(), (event) => (event.kind === 'exit' ? { ...event, at: event.at + 5 } : event))
    expect(compare(happyPath(), slow).firstDifference?.what).toMatch(/time in ms 0 in left and 5 in right/)
  })

  test('layers in another order', () => {
    const swap = (id: string | null): string | null =>
      id === 'timing' ? 'AuthMiddleware' : id === 'AuthMiddleware' ? 'timing' : id
    const swapped = withEvents(happyPath(), (event) => ({ ...event, layer: swap(event.layer) }))
    const layers = swapped.layers.map((one): Layer => ({ ...one, id: swap(one.id) ?? '' }))
    expect(compare(happyPath(), { ...swapped, layers }).firstDifference?.what).toBe(
      'left: AuthMiddleware is entered. right: timing is entered.',
    )
  })

  test('a program that stops before any request', () => {
    const error = {
      type: 'ImportError',
      message: 'no',
      file: 'main.py',
      line: 1,
      phase: 'load' as const,
      text: 'main.py line 1 imports nothing.',
    }
    const failed = { ...happyPath(), events: [], exchanges: [], error }
    const { firstDifference, clientDifference } = compare(happyPath(), failed)
    expect(firstDifference).toEqual({
      exchange: null,
      a: null,
      b: null,
      what: 'left starts. right stops before any request: main.py line 1 imports nothing.',
    })
    expect(clientDifference).toMatchObject({ exchange: 0, part: 'response' })
    expect(compare(failed, failed).same).toBe(true)
  })
})

describe('compareRuns() tells what the client saw', () => {
  test.for([
    [{ status: 404 }, 'status', 'The client gets 200 with left and 404 with right.'],
    [{ body: '{"id":8}' }, 'body', 'The client gets another body: "{"id":7}" with left, "{"id":8}" with right.'],
    [null, 'response', 'The client gets 200 with left and no answer with right.'],
  ] as const)('%j', ([change, part, what]) => {
    const a = withResponse(happyPath(), { body: '{"id":7}' })
    expect(compare(a, withResponse(a, change)).clientDifference).toEqual({ exchange: 0, part, what })
  })

  test('headers in another order, and headers that only one run has', () => {
    const { response } = responseOf(happyPath())
    const turned = withResponse(happyPath(), { headers: [...response.headers].reverse() })
    expect(compare(happyPath(), turned).clientDifference).toEqual({
      exchange: 0,
      part: 'headers',
      what: 'The client gets other headers: the same ones in another order.',
    })
    const fewer = withResponse(happyPath(), { headers: response.headers.filter(([name]) => name !== 'vary') })
    expect(compare(fewer, happyPath()).clientDifference?.what).toBe(
      'The client gets other headers: vary: Origin only in right.',
    )
  })

  test('an answer that arrives later', () => {
    const late = happyPath()
    const exchanges = late.exchanges.map((one) => ({ ...one, endedAt: one.endedAt + 250 }))
    expect(compare(late, { ...late, exchanges }).clientDifference).toMatchObject({ exchange: 0, part: 'time' })
  })

  test('messages of a WebSocket', () => {
    const socket = (text: string): RunDocument => ({
      ...happyPath(),
      exchanges: happyPath().exchanges.map((one) => ({
        ...one,
        socket: { messages: [{ from: 'server', frame: 'text', data: { text, encoding: 'utf8' }, at: 0 }], close: null },
      })),
    })
    expect(compare(socket('a'), socket('a')).clientDifference).toBeNull()
    expect(compare(socket('a'), socket('b')).clientDifference).toEqual({
      exchange: 0,
      part: 'messages',
      what: 'The WebSocket of left and of right part at message 1.',
    })
  })
})
