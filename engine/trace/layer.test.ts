import { describe, expect, test } from 'vitest'
import { exception, handledInside, happyPath, mountedApp, shortCircuit, stopped } from './fixtures/scenes'
import { documentOf, exchangeOf, LAYERS, TraceScript } from './fixtures/script'
import { readLayer, sourceBlocks, viewExchange, type LayerReading } from './index'
import { headerLines } from './layer'
import type { RunDocument } from '../protocol'

function read(doc: RunDocument, id: string): LayerReading {
  const view = viewExchange(doc, 0)
  const reading = readLayer(
    doc,
    0,
    view,
    view.rings.findIndex((ring) => ring.id === id),
  )
  if (!reading) throw new Error(`no ring ${id}`)
  return reading
}

describe('headerLines()', () => {
  test('lists what differs first, pairs values of one name, and keeps duplicates', () => {
    const lines = headerLines(
      [
        ['Accept', '*/*'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['x-old', '1'],
        ['x-size', '10'],
      ],
      [
        ['accept', '*/*'],
        ['set-cookie', 'b=2'],
        ['x-size', '12'],
        ['x-new', '1'],
      ],
    )
    expect(lines.map(({ name, kind, before, after }) => [name, kind, before, after])).toEqual([
      ['set-cookie', 'removed', 'a=1', null],
      ['x-old', 'removed', '1', null],
      ['x-size', 'changed', '10', '12'],
      ['x-new', 'added', null, '1'],
      ['accept', 'same', '*/*', '*/*'],
      ['set-cookie', 'same', 'b=2', 'b=2'],
    ])
  })
})

describe('readLayer()', () => {
  test('shows the response as it came from inside and as the layer let it out', () => {
    const { request, response } = read(happyPath(), 'timing')
    expect(response?.status).toEqual({ before: 200, after: 200 })
    expect(response?.lines.filter(({ kind }) => kind !== 'same')).toEqual([
      { name: 'x-process-time', kind: 'added', before: null, after: '0.1200' },
    ])
    expect(response?.lines.filter(({ kind }) => kind === 'same')).toHaveLength(2)
    expect(response?.body).toEqual({ before: 8, after: 8, changed: false })
    expect(request?.lines.every(({ kind }) => kind === 'same')).toBe(true)
  })

  test('the browser’s request is what was asked for and what it sent', () => {
    const { request } = read(happyPath(), 'browser')
    expect(request?.lines.filter(({ kind }) => kind === 'added').map(({ name }) => name)).toEqual(['host'])
  })

  test('the core makes all of its response, and its request goes nowhere', () => {
    const { response, request } = read(happyPath(), 'endpoint')
    expect(response?.lines.map(({ kind }) => kind)).toEqual(['added', 'added'])
    expect(response?.status).toEqual({ before: null, after: 200 })
    expect(request?.lines.some(({ kind }) => kind === 'removed')).toBe(false)
  })

  test('who answers itself, or in place of an exception, has nothing from inside', () => {
    expect(read(shortCircuit(), 'AuthMiddleware').response?.status).toEqual({ before: null, after: 401 })
    expect(read(exception(), 'ServerErrorMiddleware').response?.lines.map(({ kind }) => kind)).toEqual(['added'])
    expect(read(exception(), 'timing').response).toBeNull()
    expect(read(handledInside(), 'endpoint').response?.status?.after).toBe(404)
  })

  test('a layer that was not reached has neither request, response nor time', () => {
    expect(read(shortCircuit(), 'timing')).toMatchObject({ request: null, response: null, time: null, code: [] })
    expect(read(stopped(), 'timing').time).not.toBeNull()
  })

  test('a change of the scope is the outer layer’s, and its state is told once', () => {
    const { request, state } = read(mountedApp(), 'router/AdminOnly')
    expect(request?.lines[0]).toMatchObject({ name: 'state.role', kind: 'added', after: "'admin'" })
    expect(state).toEqual([{ where: 'request', key: 'role', before: null, after: "'admin'" }])
  })

  test('tells own time from time further in, and a held-up loop', () => {
    const script = new TraceScript().browser().server()
    const enter = (id: string, at: number) => {
      script.at = at
      script.enter(id)
    }
    const [outer, inner] = [LAYERS[4]?.id ?? '', LAYERS[5]?.id ?? '']
    enter(outer, 0)
    script.at = 10
    script.add(outer, { kind: 'clock', from: 0, to: 10, why: 'block' })
    enter(inner, 10)
    script.at = 40
    script.add(inner, { kind: 'clock', from: 10, to: 40, why: 'sleep' }).start(inner, 200, []).exit(inner)
    script.at = 45
    script.add(outer, { kind: 'clock', from: 40, to: 45, why: 'sleep' }).start(outer, 200, []).exit(outer)
    const doc = documentOf(script.events, [exchangeOf(200)])
    expect(read(doc, outer).time).toEqual({ whole: 45, inner: 30, own: 15, blocked: 10, untilHead: 45 })
    expect(read(doc, inner).time).toEqual({ whole: 30, inner: 0, own: 30, blocked: 0, untilHead: 30 })
  })

  test('counts lines, keeps logs and contextvars of this layer alone', () => {
    const script = new TraceScript().browser().server().enter('timing')
    script.line('timing', 14).line('timing', 15).line('timing', 14).line('endpoint', 46)
    script.add('timing', { kind: 'log', source: 'print', stream: 'stdout', text: 'hello' })
    script.add('endpoint', { kind: 'log', source: 'print', stream: 'stdout', text: 'other' })
    script.add('timing', { kind: 'state', where: 'contextvar', key: 'ticket', before: null, after: "'B1'" })
    const { code, logs, state } = read(documentOf(script.events, [exchangeOf(200)]), 'timing')
    expect(code.map(({ line, times }) => [line, times])).toEqual([
      [14, 2],
      [15, 1],
    ])
    expect(logs.map(({ text }) => text)).toEqual(['hello'])
    expect(state).toEqual([{ where: 'contextvar', key: 'ticket', before: null, after: "'B1'" }])
  })
})

describe('sourceBlocks()', () => {
  const TEXT = [
    'import time', // 1
    '',
    '@app.middleware("http")',
    'async def timing(request, call_next):', // 4
    '    started = 1',
    '',
    '    return await call_next(request)',
    '',
    'class Auth:', // 9
    '    def __init__(', // 10
    '        self, app',
    '    ):', // 12
    '        self.app = app',
    '',
    '    async def __call__(self, scope, receive, send):', // 15
    '        async def loud(message):', // 16
    '            await send(message)',
    '        await self.app(scope, receive, loud)', // 18
    '',
    'app.add_middleware(Auth)', // 20
  ].join('\n')

  test.for<[string, number | null, number[], [number, number][]]>([
    ['a function with its decorator', 4, [5, 7], [[3, 7]]],
    ['a decorator’s line names the function below it', 3, [], [[3, 7]]],
    ['a class as a whole', 9, [16, 17, 18], [[9, 18]]],
    ['a line behind a nested function belongs to the outer one', null, [18], [[15, 18]]],
    ['a signature over several lines', null, [13], [[10, 13]]],
    ['a nested function met first is taken up by the one around it', null, [17, 18], [[15, 18]]],
    [
      'two functions in order',
      9,
      [5],
      [
        [3, 7],
        [9, 18],
      ],
    ],
    ['a line outside of functions stands for itself', null, [20], [[20, 20]]],
    ['a line that is not there', 99, [], []],
  ])('%s', ([, defined, ran, expected]) => {
    expect(sourceBlocks(TEXT, defined, ran).map(({ from, to }) => [from, to])).toEqual(expected)
  })
})
