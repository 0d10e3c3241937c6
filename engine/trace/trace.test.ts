import { describe, expect, test } from 'vitest'
import {
  diffHeaders,
  eventWords,
  firstStepOf,
  foldExchange,
  headerTable,
  layerLabel,
  narrate,
  narrateStack,
  parseHeaderLines,
  restingStep,
  sentenceText,
  shownStep,
  stackView,
  stepAtSeq,
  stepByChange,
  stepByLayer,
  thinTable,
  viewExchange,
  type ExchangeView,
  type ShownExchange,
} from './index'
import { readFileSync } from 'node:fs'
import type { Layer, RunDocument, TraceEvent } from '../protocol'
import {
  brokenOff,
  exception,
  handled,
  handledInside,
  happyPath,
  mountedApp,
  thrownAway,
  shortCircuit,
  socket,
  STOP,
  stopped,
  stream,
} from './fixtures/scenes'
import { documentOf, exchangeOf, LAYERS, TraceScript } from './fixtures/script'

const ring = (view: ExchangeView, id: string) => {
  const found = view.rings.find((one) => one.id === id)
  if (!found) throw new Error(`no ring ${id}`)
  return found
}
const says = (shown: ShownExchange) => shown.steps.map((_, i) => sentenceText(narrate(shown, i)))
const labels = (shown: ShownExchange) => shown.rows.map((row) => layerLabel(shown, row))

describe('eventWords()', () => {
  const call = { seq: 0, at: 0, task: 1, layer: 'endpoint', exchange: 0, name: 'get_db', file: 'main.py', line: 4 }
  const error = { type: 'ValueError', message: 'no', file: 'main.py', line: 9 }
  test.for<[string, TraceEvent]>([
    ['dependency get_db is called', { ...call, kind: 'depends', phase: 'call' }],
    ["dependency get_db yields {'db': 1}", { ...call, kind: 'depends', phase: 'yield', value: "{'db': 1}" }],
    ['dependency get_db goes on after its yield', { ...call, kind: 'depends', phase: 'resume' }],
    ['dependency get_db gets ValueError at its yield', { ...call, kind: 'depends', phase: 'throw', error }],
    ['dependency get_db is done', { ...call, kind: 'depends', phase: 'return' }],
    ['dependency get_db returns 3', { ...call, kind: 'depends', phase: 'return', value: '3' }],
    ['handler get_db is called for Shop', { ...call, kind: 'handler', phase: 'call', handles: 'Shop' }],
    ['background task get_db raises ValueError', { ...call, kind: 'background', phase: 'raise', error }],
    ['the endpoint holds the loop for 500 ms', { ...call, kind: 'clock', from: 100, to: 600, why: 'block' }],
    ['0.1 ms pass, and the loop is free', { ...call, layer: null, kind: 'clock', from: 0.2, to: 0.3, why: 'sleep' }],
    ['lifespan startup: complete', { ...call, kind: 'lifespan', phase: 'startup', status: 'complete' }],
  ])('says: %s', ([words, event]) => {
    expect(eventWords(event)).toBe(words)
  })
})

describe('diffHeaders()', () => {
  test.for<[string, [string, string][], [string, string][], unknown[]]>([
    ['nothing for equal lists', [['a', '1']], [['A', '1']], []],
    ['an added header', [], [['X-A', '1']], [{ name: 'x-a', kind: 'added', before: null, after: '1' }]],
    ['a removed header', [['a', '1']], [], [{ name: 'a', kind: 'removed', before: '1', after: null }]],
    ['a changed value', [['a', '1']], [['a', '2']], [{ name: 'a', kind: 'changed', before: '1', after: '2' }]],
    [
      'one more cookie beside one that stays',
      [['set-cookie', 'a=1']],
      [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
      [{ name: 'set-cookie', kind: 'added', before: null, after: 'b=2' }],
    ],
    [
      'one of two equal values going',
      [
        ['a', '1'],
        ['a', '1'],
      ],
      [['a', '1']],
      [{ name: 'a', kind: 'removed', before: '1', after: null }],
    ],
  ])('names %s', ([, before, after, expected]) => {
    expect(diffHeaders(before, after)).toEqual(expected)
  })

  test('header lines of a scope change are read back, values with colons too', () => {
    expect(parseHeaderLines('host: a:80\nx-empty: ')).toEqual([
      ['host', 'a:80'],
      ['x-empty', ''],
    ])
    expect(parseHeaderLines(null)).toEqual([])
  })
})

describe('viewExchange()', () => {
  test('lists the rings from the outside in, with browser, server and the endpoint by its name', () => {
    const view = viewExchange(happyPath(), 0)
    expect(view.rings.map((one) => one.name)).toEqual([
      'Browser',
      'uvicorn',
      'ServerErrorMiddleware',
      'ExceptionTelemetryMiddleware',
      'AppBodyLimitMiddleware',
      'CORSMiddleware',
      'AuthMiddleware',
      'timing',
      'ExceptionMiddleware',
      'AsyncExitStackMiddleware',
      'APIRouter',
      'read_order',
    ])
    expect(view.turn).toBe(11)
    expect(view.rings.every((one) => one.reached)).toBe(true)
  })

  test('gives each layer the headers that it added itself, and the server what only the wire has', () => {
    const view = viewExchange(happyPath(), 0)
    const added = (id: string) => ring(view, id).response.headers.map((change) => `${change.kind} ${change.name}`)
    expect(added('endpoint')).toEqual(['added content-length', 'added content-type'])
    expect(added('timing')).toEqual(['added x-process-time'])
    expect(added('CORSMiddleware')).toEqual(['added access-control-allow-origin', 'added vary'])
    expect(added('AuthMiddleware')).toEqual([])
    expect(added('server')).toEqual(['added date', 'added server'])
    expect(ring(view, 'AuthMiddleware').touched).toBe(false)
  })

  test('goes to each port once: page, in, out, page', () => {
    const view = viewExchange(happyPath(), 0)
    expect(view.steps.map((step) => step.point)).toEqual(Array.from({ length: 26 }, (_, i) => i))
    expect(view.steps.every((step, i) => i === 0 || step.seq >= (view.steps[i - 1]?.seq ?? 0))).toBe(true)
  })

  test('knows who answered without asking further, and what was not reached', () => {
    const view = viewExchange(shortCircuit(), 0)
    expect(view.rings.filter((one) => one.shortCircuit).map((one) => one.id)).toEqual(['AuthMiddleware'])
    expect(view.rings.filter((one) => !one.reached).map((one) => one.name)).toEqual([
      'timing',
      'ExceptionMiddleware',
      'AsyncExitStackMiddleware',
      'APIRouter',
      'endpoint',
    ])
    expect(view.turn).toBe(6)
    expect(view.steps.map((step) => step.point)).toEqual(Array.from({ length: 16 }, (_, i) => i))
  })

  test('names the endpoint that was not reached when another exchange met its route', () => {
    const happy = happyPath()
    const short = shortCircuit()
    const events = [...happy.events, ...short.events.map((event) => ({ ...event, exchange: 1 }))]
    const view = viewExchange(documentOf(events, [...happy.exchanges, ...short.exchanges]), 1)
    expect(view.rings.at(-1)).toMatchObject({ name: 'read_order', reached: false })
  })

  test('follows an exception from its birth to the layer that makes a 500 of it and raises it again', () => {
    const view = viewExchange(exception(), 0)
    expect(ring(view, 'endpoint').error).toMatchObject({ fate: 'raised', error: { type: 'ZeroDivisionError' } })
    expect(ring(view, 'timing').error?.fate).toBe('passed')
    expect(ring(view, 'ServerErrorMiddleware').error).toMatchObject({
      fate: 'caught',
      answered: true,
      raisedAgain: true,
    })
    expect(view.steps.map((step) => step.kind)).toEqual([
      'leave',
      ...Array.from({ length: 12 }, () => 'enter'),
      'raise',
      ...Array.from({ length: 8 }, () => 'pass'),
      'catch',
      'send',
      'send',
      'arrive',
    ])
  })

  test('goes on as a response where an exception was caught further in', () => {
    const view = viewExchange(handled(), 0)
    expect(ring(view, 'ExceptionMiddleware').error).toMatchObject({
      fate: 'caught',
      answered: true,
      raisedAgain: false,
    })
    expect(ring(view, 'timing').error).toBeNull()
    expect(ring(view, 'timing').response.headers.map((change) => change.name)).toEqual(['x-process-time'])
  })

  test('does not take up a response that was thrown away, nor the clearing away inside it', () => {
    const view = viewExchange(thrownAway(), 0)
    expect(ring(view, 'AuthMiddleware').error).toMatchObject({ fate: 'raised', error: { type: 'RuntimeError' } })
    expect(ring(view, 'timing').error).toBeNull()
    expect(ring(view, 'ServerErrorMiddleware').error).toMatchObject({ fate: 'caught', answered: true })
    expect(ring(view, 'ServerErrorMiddleware').response).toMatchObject({ status: 500, statusBefore: null })
    expect(view.steps.map((step) => step.point)).toEqual(Array.from({ length: 26 }, (_, i) => i))
  })

  test('tells an exception behind the head where it was born and leaves the lanes a response', () => {
    const view = viewExchange(brokenOff(), 0)
    expect(view.rings.filter((one) => one.error).map((one) => one.id)).toEqual(['endpoint'])
    expect(ring(view, 'endpoint').error).toMatchObject({ fate: 'raised', late: true })
    expect(view.steps.filter((step) => step.kind === 'raise' || step.kind === 'pass')).toHaveLength(1)
    expect(sentenceText(narrate(foldExchange(view), 17))).toMatch(/breaks off/)
  })

  test('tells an exception that its handler answered inside the endpoint by both, birth and answer', () => {
    const view = viewExchange(handledInside(), 0)
    const core = ring(view, 'endpoint')
    expect(core.error).toMatchObject({ fate: 'caught', answered: true, handler: 'sold_out' })
    expect(core.error?.error).toMatchObject({ type: 'SoldOut', file: 'main.py', line: 47 })
    expect(view.rings.filter((one) => one.error)).toHaveLength(1)
    const at = view.steps.findIndex((step) => step.kind === 'raise')
    expect(view.steps.slice(at, at + 3).map(({ kind, ring: one }) => [kind, view.rings[one]?.id])).toEqual([
      ['raise', 'endpoint'],
      ['catch', 'endpoint'],
      ['send', 'router'],
    ])
    const said = says(foldExchange(view))
    expect(said).toContain('read_order raises SoldOut at main.py:47.')
    expect(said).toContain('The exception handler sold_out makes a 404 of SoldOut.')
  })

  test('takes what both sides of a WebSocket say as messages of one conversation, each in its direction', () => {
    const view = viewExchange(socket(), 0)
    expect(view.streamed).toBe(3)
    const at = (number: number) => view.steps.filter((step) => step.message === number)
    expect([1, 2, 3].map((number) => [...new Set(at(number).map((step) => step.direction))])).toEqual([
      ['out'],
      ['in'],
      ['out'],
    ])
    const depth = view.rings.map((_, i) => i)
    expect(at(1).map((step) => step.ring)).toEqual(depth.toReversed())
    expect(at(2).map((step) => step.ring)).toEqual(depth)
    expect(at(2).map((step) => step.point)).toEqual(depth.map((i) => i + 1))
    const arrives = view.steps.findIndex((step) => step.kind === 'arrive')
    expect(view.steps.slice(arrives + 1).every((step) => step.kind === 'body')).toBe(true)
    expect(view.steps.slice(0, arrives).some((step) => step.kind === 'body')).toBe(false)
    const said = says(foldExchange(view))
    expect(said).toContain('timing passes message 2 of 3 on inwards, 5 bytes.')
    expect(said).toContain('The client is about to open a WebSocket at /chat. Nothing is on the wire yet.')
    expect(said).toContain('chat takes the socket.')
    expect(said).toContain('timing lets that through and changes nothing.')
    expect(said).toContain('The socket is open for both sides.')
    expect(said).toContain('The client sends message 2 of 3: hello.')
    expect(said).toContain('chat gets message 2 of 3, 5 bytes.')
    expect(said).toContain('timing lets message 3 of 3 out, 14 bytes.')
  })

  test('ends where a stopped session stood', () => {
    const view = viewExchange(stopped(), 0)
    expect(view.steps.at(-1)).toMatchObject({ kind: 'stop', ring: 7, direction: 'in', point: 8 })
    expect(view.outcome.kind).toBe('stopped')
    expect(ring(view, 'timing').stopped).toBe(true)
    expect(ring(view, 'router').reached).toBe(false)
  })

  test('reads every beginning of a trace without an exchange, steps only growing', () => {
    const doc = happyPath()
    let before = 0
    for (let length = 0; length <= doc.events.length; length++) {
      const view = viewExchange({ ...doc, exchanges: [], events: [] }, 0, doc.events.slice(0, length))
      expect(view.steps.length).toBeGreaterThanOrEqual(before)
      expect(foldExchange(view).steps.length).toBeLessThanOrEqual(view.steps.length)
      before = view.steps.length
    }
    expect(before).toBe(25)
  })

  test('gives a step for each message of a stream at each ring', () => {
    const view = viewExchange(stream(), 0)
    expect(view.streamed).toBe(3)
    expect(view.steps.filter((step) => step.kind === 'body' && step.message === 2)).toHaveLength(10)
    expect(view.steps.filter((step) => step.kind === 'send')).toHaveLength(12)
    expect(view.steps.at(-1)?.kind).toBe('arrive')
  })

  test('puts a mounted app inside the layer that holds it, and gives a change of the scope to the layer outside', () => {
    const view = viewExchange(mountedApp(), 0)
    expect(view.rings.findIndex((one) => one.mountedAt === '/admin')).toBe(11)
    expect(view.rings.filter((one) => one.nest === 1)).toHaveLength(6)
    expect(ring(view, 'router').request.scope.map((change) => change.key)).toEqual(['root_path'])
    expect(ring(view, 'router/AdminOnly').request.scope.map((change) => change.key)).toEqual(['state.role'])
  })

  test('puts layers around a route between the router and its endpoint, those of other routes aside', () => {
    const around = (id: string, route: string, depth: number): Layer => ({
      id: `router/${id}`,
      name: id,
      origin: 'yours',
      depth,
      style: 'asgi',
      parent: 'router',
      route,
    })
    const layers = [
      ...LAYERS,
      around('Key', '/a', 9),
      around('Quota', '/a', 10),
      around('Key#2', '/a', 9),
      around('Stamp', '/b', 9),
    ]
    const script = new TraceScript().browser().server('/a')
    for (const layer of LAYERS) script.enter(layer.id)
    script.enter('router/Key').start('router/Key', 401, []).exit('router/Key', false)
    for (const layer of [...LAYERS].reverse()) script.start(layer.id, 401, [])
    const view = viewExchange(documentOf(script.events, [exchangeOf(401, [], '/a')], layers), 0)
    expect(view.rings.slice(-4).map((one) => one.id)).toEqual(['router', 'router/Key', 'router/Quota', 'endpoint'])
    expect(view.rings.slice(-4).map((one) => one.nest)).toEqual([0, 0, 0, 0])
    expect(ring(view, 'router/Key').shortCircuit).toBe(true)
    expect(ring(view, 'endpoint').reached).toBe(false)
  })

  test('ends at a mounted app that has no routes', () => {
    const files: Layer = {
      id: 'router/StaticFiles',
      name: 'StaticFiles',
      origin: 'library',
      depth: 9,
      style: 'asgi',
      parent: 'router',
      mount: '/static',
    }
    const script = new TraceScript().browser().server('/static/a')
    for (const layer of [...LAYERS, files]) script.enter(layer.id)
    for (const layer of [files, ...[...LAYERS].reverse()]) script.start(layer.id, 200, [])
    const view = viewExchange(documentOf(script.events, [exchangeOf(200, [], '/static/a')], [...LAYERS, files]), 0)
    expect(view.rings.at(-1)).toMatchObject({ id: 'router/StaticFiles', mountedAt: '/static', shortCircuit: false })
  })

  test('leaves a mounted app out of an exchange that never went there', () => {
    const doc = { ...happyPath(), layers: mountedApp().layers }
    expect(viewExchange(doc, 0).rings.some((one) => one.nest > 0)).toBe(false)
  })

  test('ends at the router where no route was found', () => {
    const script = new TraceScript().browser().server('/nowhere')
    for (const layer of LAYERS) script.enter(layer.id)
    for (const layer of [...LAYERS].reverse()) script.start(layer.id, 404, [['content-type', 'application/json']])
    const view = viewExchange(documentOf(script.events, [exchangeOf(404, [], '/nowhere')]), 0)
    expect(view.rings.at(-1)).toMatchObject({ id: 'router', shortCircuit: false })
    expect(sentenceText(narrate(foldExchange(view, { folding: 'none' }), 12))).toBe(
      'APIRouter answers 404 with content-type.',
    )
  })

  test('tells a changed request header and a changed body', () => {
    const script = new TraceScript().browser().server()
    const received = (id: string, text: string) =>
      script.add(id, {
        kind: 'receive',
        message: { type: 'http.request', body: { bytes: text.length, text, encoding: 'utf8' }, more: false },
      })
    script.enter('AuthMiddleware')
    script.enter('timing', [{ key: 'headers', before: 'a: 1', after: 'a: 1\nx-user: ada' }])
    received('AuthMiddleware', 'abc')
    received('timing', 'xyz')
    const layers = LAYERS.filter((layer) => layer.origin === 'yours')
    const deeds = ring(viewExchange(documentOf(script.events, [], layers), 0), 'AuthMiddleware').request
    expect(deeds.headers).toEqual([{ name: 'x-user', kind: 'added', before: null, after: 'ada' }])
    expect(deeds.body).toBe(true)
  })
})

describe('foldExchange()', () => {
  const shown = foldExchange(viewExchange(happyPath(), 0))

  test('folds runs of quiet framework layers into one row and one step', () => {
    expect(shown.rows.map((row) => row.rings.length)).toEqual([1, 1, 3, 1, 1, 1, 3, 1])
    expect(shown.steps).toHaveLength(18)
    expect(shown.steps.map((step) => step.point)).toEqual(Array.from({ length: 18 }, (_, i) => i))
  })

  test('opens a group by its key and keeps the place of the cursor', () => {
    const group = shown.rows[2]?.group ?? ''
    const open = foldExchange(shown.view, { opened: new Set([group]) })
    expect(open.rows).toHaveLength(10)
    expect(open.rows[2]).toMatchObject({ folded: false, group })
    const whole = shown.steps[10]?.whole ?? 0
    expect(open.steps[shownStep(open, whole)]).toMatchObject({ whole })
  })

  test('folds a router whose only deed is the path of the app that it mounts', () => {
    const script = new TraceScript().browser().server()
    for (const { id } of LAYERS) script.enter(id)
    const inner: Layer = {
      id: 'router/own',
      name: 'Own',
      origin: 'yours',
      style: 'asgi',
      depth: 0,
      parent: 'router',
      mount: '/admin',
    }
    script.enter(inner.id, [{ key: 'root_path', before: "''", after: "'/admin'" }]).enter('endpoint')
    const shown = foldExchange(viewExchange(documentOf(script.events, [exchangeOf(200)], [...LAYERS, inner]), 0))
    const row = shown.rows.find((one) => one.folded && one.id.startsWith('ExceptionMiddleware'))
    expect(row?.rings).toHaveLength(3)
    expect(row && layerLabel(shown, row)).toContain("sets root_path to '/admin'")
    expect(says(shown)).toContain("Three framework layers set root_path to '/admin' and pass the request on.")
  })

  test('never folds a layer that caught', () => {
    const rows = foldExchange(viewExchange(exception(), 0)).rows
    expect(rows.map((row) => row.id)).toContain('ServerErrorMiddleware')
  })

  test('folds library layers and own ones only when there is no room', () => {
    const view = viewExchange(handled(), 0)
    const room = (most: number) => foldExchange(view, { folding: 'tight', fits: (rows) => rows.length <= most }).rows
    expect(room(20)).toHaveLength(12)
    expect(room(10)).toHaveLength(9)
    expect(room(8)).toHaveLength(8)
  })

  test('does not tell reached and unreached layers together', () => {
    const rows = foldExchange(viewExchange(stopped(), 0)).rows
    for (const row of rows) expect(new Set(row.rings.map((index) => index <= 7)).size).toBe(1)
  })

  test.for<[string, () => ReturnType<typeof happyPath>, string]>([
    ['a pass: the learner’s own change on the way out', happyPath, 'timing'],
    ['a short circuit: who answered', shortCircuit, 'AuthMiddleware'],
    ['an exception: where it was born', exception, 'read_order'],
    ['a stop: where it stood', stopped, 'timing'],
  ])('rests a fresh run at the first thing worth seeing in %s', ([, scene, name]) => {
    const one = foldExchange(viewExchange(scene(), 0))
    expect(one.view.rings[one.steps[restingStep(one)]?.ring ?? -1]?.name).toBe(name)
  })

  test('steps by layer, by change, to a layer and to an event', () => {
    expect(stepByLayer(shown, 0, 1)).toBe(1)
    expect(stepByLayer(shown, 17, 1)).toBe(17)
    expect(stepByLayer(shown, 8, 1)).toBe(10)
    expect(stepByChange(shown, 9, 1)).toBe(11)
    expect(stepByChange(shown, 17, 1)).toBe(17)
    expect(firstStepOf(shown, 3)).toBe(4)
    expect(stepAtSeq(shown, 0)).toBe(0)
    expect(stepAtSeq(shown, 9999)).toBe(17)
    for (const [i, step] of shown.steps.entries()) expect(step.lastSeq).toBeGreaterThanOrEqual(shown.steps[i]?.seq ?? 0)
  })
})

describe('narrate()', () => {
  test('says a pass step by step', () => {
    expect(says(foldExchange(viewExchange(happyPath(), 0)))).toEqual([
      'The client is about to send GET /orders/7. Nothing is on the wire yet.',
      'The browser adds host and sends the request.',
      'uvicorn reads the bytes and makes a scope of them.',
      'Three framework layers pass the request on. They have changed nothing.',
      'CORSMiddleware passes the request on.',
      'AuthMiddleware passes the request on.',
      'timing passes the request on.',
      'Three framework layers pass the request on. They have changed nothing.',
      'The route /orders/{order_id} leads to read_order.',
      'read_order answers 200 with content-length and content-type.',
      'Three framework layers let the response through. They have nothing to add.',
      'timing gets the response back and adds x-process-time: 0.1200.',
      'AuthMiddleware lets the response through and changes nothing.',
      'CORSMiddleware gets the response back and adds access-control-allow-origin and vary.',
      'Three framework layers let the response through. They have nothing to add.',
      'uvicorn adds date and server, and writes the bytes.',
      'The browser receives 200.',
      'The client reads 200 OK.',
    ])
  })

  test.for<[string, () => ReturnType<typeof happyPath>, string]>([
    [
      'a short circuit',
      shortCircuit,
      'AuthMiddleware answers 401 itself and never awaits the app inside. timing is not reached.',
    ],
    ['a birth', exception, 'read_order raises ZeroDivisionError at main.py:47: division by zero.'],
    ['a skipped layer', exception, 'timing is left in the middle: nothing after its await runs.'],
    [
      'a catch',
      exception,
      'ServerErrorMiddleware turns ZeroDivisionError into a 500, and raises it again so that the server can log it.',
    ],
    ['a handled exception', handled, 'ExceptionMiddleware turns HTTPException into a 404.'],
    ['a stop', stopped, STOP.text],
    ['a stream', stream, 'timing lets message 1 of 3 out, 4 bytes. Its headers went first.'],
    ['a changed state', mountedApp, "AdminOnly sets state.role to 'admin' and passes the request on."],
  ])('says %s', ([, scene, sentence]) => {
    expect(says(foldExchange(viewExchange(scene(), 0)))).toContain(sentence)
  })

  test('says something for every step of every scene, without doubled spaces or holes', () => {
    for (const scene of [
      happyPath,
      shortCircuit,
      exception,
      handled,
      stopped,
      stream,
      mountedApp,
      thrownAway,
      brokenOff,
    ]) {
      for (const folding of ['quiet', 'none'] as const) {
        for (const sentence of says(foldExchange(viewExchange(scene(), 0), { folding }))) {
          expect(sentence).toMatch(/^\S.*\.$/)
          expect(sentence).not.toMatch(/ {2}|undefined|null| \./)
        }
      }
    }
  })
})

describe('layerLabel()', () => {
  test('begins with the full name and goes on with origin and deeds', () => {
    expect(labels(foldExchange(viewExchange(happyPath(), 0)))).toEqual([
      'Browser: adds host to the request; sends the request; receives 200',
      'uvicorn, server: makes a scope of the bytes; adds date and server to the response',
      'ServerErrorMiddleware, ExceptionTelemetryMiddleware and AppBodyLimitMiddleware, framework, folded: passes the request on; changes nothing in the response',
      'CORSMiddleware, library: passes the request on; adds access-control-allow-origin and vary to the response',
      'AuthMiddleware, yours: passes the request on; changes nothing in the response',
      'timing, yours: passes the request on; adds x-process-time to the response',
      'ExceptionMiddleware, AsyncExitStackMiddleware and APIRouter, framework, folded: passes the request on; changes nothing in the response',
      'read_order, yours, endpoint: answers 200 with content-length and content-type',
    ])
  })

  test.for<[string, () => ReturnType<typeof happyPath>, string]>([
    ['not reached', shortCircuit, 'timing, yours: not reached'],
    ['a short circuit', shortCircuit, 'AuthMiddleware, yours: answers 401 itself, the app inside is not asked'],
    ['an exception’s birth', exception, 'read_order, yours, endpoint: raises ZeroDivisionError'],
    ['a skipped layer', exception, 'timing, yours: passes the request on; skipped by ZeroDivisionError on its way out'],
    ['a stop', stopped, 'timing, yours: the session was stopped here'],
    [
      'a mounted layer',
      mountedApp,
      "AdminOnly, yours, in the mounted app: sets state.role to 'admin'; passes the request on; changes nothing in the response",
    ],
  ])('tells %s', ([, scene, label]) => {
    expect(labels(foldExchange(viewExchange(scene(), 0)))).toContain(label)
  })

  test('tells the layers of a session that has had no exchange', () => {
    const shown = foldExchange(stackView(LAYERS))
    expect(labels(shown)[4]).toBe('AuthMiddleware, yours: no request has met it yet')
    expect(shown.steps).toEqual([])
    expect(sentenceText(narrateStack(shown))).toBe('Your app has nine layers, and no request has met them.')
  })
})

describe('headerTable()', () => {
  test('shows from which layer on each response header is there', () => {
    const table = headerTable(foldExchange(viewExchange(happyPath(), 0)), 'response')
    expect(table.columns.map((column) => column.short)).toEqual([
      'endpoint',
      'fw',
      'timing',
      'Auth',
      'CORS',
      'fw',
      'uvicorn',
      'client',
    ])
    const line = table.lines.find((one) => one.name === 'x-process-time')
    expect(line?.cells.map((cell) => cell.present)).toEqual([false, false, true, true, true, true, true, true])
    expect(line?.cells.map((cell) => cell.mark)).toEqual([null, null, 'added', null, null, null, null, null])
    expect(line).toMatchObject({ value: '0.1200', addedBy: 'timing', removed: false })
    expect(table.columns.map((column) => column.step)).toEqual([9, 10, 11, 12, 13, 14, 15, 16])
  })

  test('shows what the page sent and what the browser added to a request', () => {
    const table = headerTable(foldExchange(viewExchange(happyPath(), 0)), 'request')
    expect(table.lines.map((line) => [line.name, line.addedBy])).toEqual([
      ['host', 'Browser'],
      ['origin', 'request'],
    ])
  })

  test('begins where the response that arrived was made, not with one that was thrown away', () => {
    const table = headerTable(foldExchange(viewExchange(thrownAway(), 0)), 'response')
    expect(table.columns.map((column) => column.short)).toEqual(['ServerError', 'uvicorn', 'client'])
    expect(table.lines.map((line) => line.name)).toEqual(['content-type', 'date', 'server'])
  })

  test('leaves out columns that changed nothing where there are too many', () => {
    const table = headerTable(foldExchange(viewExchange(happyPath(), 0), { folding: 'none' }), 'response')
    expect(table.columns).toHaveLength(12)
    const thin = thinTable(table, 9, 6)
    expect(thin.columns.map((column) => column.short)).toEqual([
      'endpoint',
      'timing',
      'Auth',
      'CORS',
      'uvicorn',
      'client',
    ])
    expect(thin.lines[0]?.cells).toHaveLength(6)
    expect(thinTable(table, 12, 6)).toBe(table)
  })

  test('keeps duplicates apart and marks what was removed', () => {
    const script = new TraceScript().browser().server().enter('AuthMiddleware').enter('timing')
    script.start('timing', 200, [
      ['set-cookie', 'a=1'],
      ['x-secret', '1'],
    ])
    script.start('AuthMiddleware', 200, [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
    const layers = LAYERS.filter((layer) => layer.origin === 'yours')
    const headers = [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ] as const
    const shown = foldExchange(viewExchange(documentOf(script.events, [exchangeOf(200, headers)], layers), 0))
    const table = headerTable(shown, 'response')
    expect(table.lines.map((line) => [line.name, line.nth, line.value, line.addedBy, line.removed])).toEqual([
      ['set-cookie', 0, 'a=1', 'timing', false],
      ['set-cookie', 1, 'b=2', 'AuthMiddleware', false],
      ['x-secret', 0, '1', 'timing', true],
    ])
  })
})

describe('the recorded run of the sample', () => {
  const doc = JSON.parse(
    readFileSync(new URL('../../lessons/sample/recorded.json', import.meta.url), 'utf8'),
  ) as RunDocument
  const outer = doc.layers.filter((layer) => layer.parent === undefined).map((layer) => layer.name)

  test.for(doc.exchanges.map((exchange, i) => [exchange.title, i] as const))(
    '%s: layers, sentences and headers agree with the wire',
    ([, i]) => {
      const shown = foldExchange(viewExchange(doc, i), { folding: 'none' })
      expect(shown.view.rings.filter((one) => one.role === 'layer').map((one) => one.name)).toEqual(outer)
      // An exception and the answer that its handler makes of it stand at one port.
      expect([...new Set(shown.steps.map((step) => step.point))]).toEqual(
        // What the browser keeps to itself never arrives at the page.
        Array.from({ length: 2 * (shown.turn + 1) + (shown.view.outcome.kind === 'read' ? 2 : 1) }, (_, k) => k),
      )
      for (const sentence of says(shown)) expect(sentence).toMatch(/^\S.*[.?]$/)
      const held = headerTable(shown, 'response').lines.filter((line) => !line.removed)
      const wire = doc.exchanges[i]?.response?.headers ?? []
      expect(held.map((line) => `${line.name}: ${line.value}`).sort()).toEqual(
        wire.map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort(),
      )
      for (const row of shown.rows)
        expect(layerLabel(shown, row)).toMatch(new RegExp(`^${shown.view.rings[row.rings[0] ?? 0]?.name}[,:]`))
    },
  )
})
