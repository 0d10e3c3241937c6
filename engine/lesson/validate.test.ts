import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { RunDocument, TraceEvent } from '../protocol'
import { viewExchange } from '../trace'
import { findStep } from './find-step'
import { loadLessons } from './node'
import { keyAgainstRun } from './validate'

const questions = loadLessons(fileURLToPath(new URL('../../lessons', import.meta.url))).flatMap((one) => one.questions)
const question = (id: string) => {
  const found = questions.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no question ${id}`)
  return found
}

const at = { at: 0, task: 1, exchange: 0 }
const print = (seq: number, text: string): TraceEvent => ({
  ...at,
  seq,
  layer: 'Washer',
  kind: 'log',
  source: 'print',
  stream: 'stdout',
  text,
})

/** A run with one exchange, as far as these two functions read it. */
function runOf(
  events: readonly TraceEvent[],
  status = 200,
  headers: readonly (readonly [string, string])[] = [],
): RunDocument {
  return {
    versions: { fastapi: '', starlette: '', pydantic: '', uvicorn: '', python: '' },
    layers: [
      { id: 'Washer', name: 'Washer', origin: 'yours', depth: 0, style: 'base' },
      { id: 'Peeler', name: 'Peeler', origin: 'yours', depth: 1, style: 'base' },
    ],
    error: null,
    stop: null,
    events,
    exchanges: [
      {
        from: 0,
        title: 'one',
        request: { method: 'GET', url: 'http://localhost:8000/', headers: [], body: '', bodyEncoding: 'utf8' },
        response: { status, reason: '', headers, body: '', bodyEncoding: 'utf8' },
        error: null,
        startedAt: 0,
        endedAt: 0,
      },
    ],
  }
}

describe('keyAgainstRun()', () => {
  const order = question('order/decorator-first')
  const key = order.form === 'order' ? order.key : []

  test('agrees with a run that prints the key, and hears only prints of its exchange', () => {
    const events = [...key.map((line, index) => print(index, line)), { ...print(9, 'elsewhere'), exchange: 1 }]
    expect(keyAgainstRun(order, runOf(events))).toEqual([])
  })

  test('says what the run printed where it prints something else', () => {
    expect(keyAgainstRun(order, runOf([print(0, 'onion')]))).toEqual(['the key is not what the run prints: onion'])
  })

  test('compares status and headers, names in any case', () => {
    const response = question('timing/turned-away')
    expect(
      keyAgainstRun(
        response,
        runOf([], 403, [
          ['X-Barrier', 'north'],
          ['Content-Length', '2'],
        ]),
      ),
    ).toEqual([])
    expect(
      keyAgainstRun(
        response,
        runOf([], 200, [
          ['x-barrier', 'north'],
          ['x-took', '0.0'],
        ]),
      ),
    ).toEqual([
      'the key says status 403, the run 200',
      'the key says x-took is not there, the run says otherwise',
      'the key says content-length is there, the run says otherwise',
    ])
  })

  test('says so when the run has no such exchange', () => {
    expect(keyAgainstRun(order, { ...runOf([]), exchanges: [] })).toEqual(['the run has no exchange 0'])
  })
})

describe('findStep()', () => {
  const enter = (seq: number, layer: string, exchange = 0): TraceEvent => ({
    ...at,
    seq,
    layer,
    exchange,
    kind: 'enter',
    changes: [],
  })
  const error = { type: 'KeyError', message: 'saffron', file: 'main.py', line: 3 }
  const events: readonly TraceEvent[] = [
    enter(0, 'server'),
    enter(1, 'Peeler', 1),
    enter(2, 'Washer'),
    enter(3, 'Peeler'),
    {
      ...at,
      seq: 4,
      layer: 'endpoint',
      kind: 'route',
      endpoint: 'onion',
      path: '/',
      sync: false,
      file: null,
      line: null,
    },
    enter(5, 'endpoint'),
    { ...at, seq: 6, layer: 'endpoint', kind: 'raise', error, born: true },
    { ...at, seq: 7, layer: 'Peeler', kind: 'raise', error, born: false },
    {
      ...at,
      seq: 8,
      layer: 'Washer',
      kind: 'send',
      message: { type: 'http.response.start', status: 500, headers: [] },
    },
    {
      ...at,
      seq: 9,
      layer: 'server',
      kind: 'send',
      message: { type: 'http.response.start', status: 500, headers: [] },
    },
    // The probe learns of it only when the layer is done, after its answer went out.
    { ...at, seq: 10, layer: 'Washer', kind: 'catch', error, answered: true },
  ]
  const run = { ...runOf(events), exchanges: runOf([]).exchanges }

  test.for<[layer: string, kind: 'enter' | 'send' | 'raise' | 'catch' | undefined, step: string | null]>([
    ['uvicorn', undefined, 'in enter'],
    ['Peeler', undefined, 'in enter'],
    ['onion', 'enter', 'in enter'],
    ['onion', 'raise', 'error raise'],
    ['Peeler', 'raise', 'error pass'],
    ['Washer', 'catch', 'error catch'],
    ['Washer', 'send', 'error catch'],
    ['uvicorn', 'send', 'out send'],
    ['Peeler', 'send', null],
    ['Peeler', 'catch', null],
    ['Parchment', undefined, null],
  ])('%s, %s: %s', ([layer, kind, wanted]) => {
    const view = viewExchange(run, 0)
    const found = findStep(run, { exchange: 0, layer, kind })
    const step = found === null ? null : view.steps[found]
    expect(step ? `${step.direction} ${step.kind}` : null).toBe(wanted)
    if (step) expect(view.rings[step.ring]?.name).toBe(layer)
  })

  test('finds nothing in an exchange that is not there', () => {
    expect(findStep(run, { exchange: 7, layer: 'Washer' })).toBeNull()
  })
})
