import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { RunDocument, TraceEvent } from '../../engine/protocol'
import { colourJson, layOutJson, readBody } from './body-text'
import { readConsole, readTraceback, splitTraceback } from './console-lines'
import { hintFor } from './hints'
import { joinTarget, splitTarget } from './target'

const recorded = JSON.parse(
  readFileSync(new URL('../../lessons/sample/recorded.json', import.meta.url), 'utf8'),
) as RunDocument

describe('bodies', () => {
  const json = [['content-type', 'application/json; charset=utf-8']] as const
  test.for([
    ['', 'utf8', json, 'empty', 0],
    ['{"a":1}', 'utf8', json, 'json', 7],
    ['{"a":', 'utf8', json, 'text', 5],
    ['{"a":1}', 'utf8', [['Content-Type', 'text/html']], 'text', 7],
    ['{}', 'utf8', [['content-type', 'application/problem+json']], 'json', 2],
    ['\u00e9', 'utf8', [], 'text', 2],
    ['iVA=', 'base64', json, 'bytes', 2],
  ] as const)('%j in %s is read for people (%#)', ([body, encoding, headers, kind, bytes]) => {
    expect(readBody(body, encoding, headers)).toMatchObject({ kind, bytes, text: body })
  })

  test('laid out JSON keeps long numbers and repeated keys as they were sent', () => {
    expect(layOutJson('{"a":1.7142857142857142000,"a":[],"b":{},"c":[1,{"d":"x, y"}]}')).toBe(
      '{\n  "a": 1.7142857142857142000,\n  "a": [],\n  "b": {},\n  "c": [\n    1,\n    {\n      "d": "x, y"\n    }\n  ]\n}',
    )
    expect(layOutJson('nonsense')).toBeNull()
  })

  test('coloured parts joined give the text again', () => {
    const text = '{"k": "v\\"w", "n": -1.5e3, "t": true, "z": [null]}'
    const parts = colourJson(text)
    expect(parts.map((part) => part.text).join('')).toBe(text)
    expect(parts.filter(({ kind }) => kind !== 'plain').map(({ kind, text: one }) => `${kind} ${one}`)).toEqual([
      'key "k"',
      'string "v\\"w"',
      'key "n"',
      'number -1.5e3',
      'key "t"',
      'word true',
      'key "z"',
      'word null',
    ])
  })
})

const TRACEBACK = `Traceback (most recent call last):
  File "/lib/python3.14/site-packages/uvicorn/protocols/http/h11_impl.py", line 403, in run_asgi
    result = await app(
             ^^^^^^^^^^
  File "/lib/python3.14/site-packages/starlette/routing.py", line 73, in app
    response = await f(request)
  File "main.py", line 47, in read_order
    share = 12 / order_id
            ~~~^~~~~~~~~~
ZeroDivisionError: division by zero`

describe('the console', () => {
  test("a traceback keeps the learner's frames and counts the others", () => {
    expect(readTraceback(TRACEBACK)).toEqual([
      { kind: 'head', text: 'Traceback (most recent call last):', file: null, line: null },
      { kind: 'hidden', text: '… 2 frames of the framework', file: null, line: null },
      {
        kind: 'frame',
        text: '  File "main.py", line 47, in read_order\n    share = 12 / order_id\n            ~~~^~~~~~~~~~',
        file: 'main.py',
        line: 47,
      },
      { kind: 'error', text: 'ZeroDivisionError: division by zero', file: null, line: null },
    ])
  })

  test('chained exceptions keep their order', () => {
    const chained = `${TRACEBACK}\n\nThe above exception was the direct cause of the following exception:\n\n${TRACEBACK}`
    expect(readTraceback(chained).map(({ kind }) => kind)).toEqual([
      ...['head', 'hidden', 'frame', 'error'],
      'error',
      ...['head', 'hidden', 'frame', 'error'],
    ])
  })

  test('a log line is parted from the traceback below it', () => {
    const { text, traceback } = splitTraceback(`ERROR: Exception in ASGI application\n${TRACEBACK}`)
    expect(text).toBe('ERROR: Exception in ASGI application')
    expect(traceback?.full).toBe(TRACEBACK)
    expect(splitTraceback('no trace here')).toEqual({ text: 'no trace here', traceback: null })
  })

  test('each line of a real run has the layer it came from', () => {
    const groups = readConsole(recorded)
    const logs = recorded.events.filter(({ kind }) => kind === 'log')
    expect(groups.flatMap(({ lines }) => lines).filter(({ source }) => source !== 'browser')).toHaveLength(logs.length)
    const prints = groups.flatMap(({ lines }) => lines).filter(({ source }) => source === 'print')
    expect(prints.map(({ layer, text }) => `${layer}: ${text}`)).toContain('Tickets: ticket B1')
    expect(groups.map(({ title }) => title)).toContain('GET /breads/rye')
  })

  test('warnings, errors and stderr are marked as such', () => {
    const log = (seq: number, more: Partial<Extract<TraceEvent, { kind: 'log' }>>): TraceEvent => ({
      seq,
      at: 0,
      task: 0,
      layer: null,
      exchange: null,
      kind: 'log',
      source: 'print',
      stream: 'stdout',
      text: 'x\n',
      ...more,
    })
    const events = [
      log(0, {}),
      log(1, { stream: 'stderr' }),
      log(2, { source: 'logging', level: 'WARNING', logger: 'shop', stream: 'stderr' }),
      log(3, { source: 'logging', level: 'INFO', logger: 'shop', stream: 'stderr' }),
      log(4, { source: 'server', level: 'INFO', stream: 'stderr', layer: 'server' }),
    ]
    const [group] = readConsole({ events, layers: [], exchanges: [] })
    expect(group?.lines.map(({ isBad, label, layer, text }) => [isBad, label, layer, text])).toEqual([
      [false, '', null, 'x'],
      [true, 'stderr', null, 'x'],
      [true, 'WARNING shop', null, 'x'],
      [false, 'INFO shop', null, 'x'],
      [false, '', 'uvicorn', 'x'],
    ])
  })
})

describe('hintFor()', () => {
  test.for([
    ['AttributeError', "'coroutine' object has no attribute 'headers'", 'Put await before'],
    ['TypeError', "'coroutine' object is not callable", 'Put await before'],
    ['TypeError', "object Response can't be used in 'await' expression", 'Take the await away'],
    ['TypeError', "'NoneType' object is not callable", 'has to return'],
    ['RuntimeError', 'No response returned.', 'without sending a response'],
    ['Stalled', 'nothing could go on', 'Everybody waits'],
    ['ZeroDivisionError', 'division by zero', null],
  ] as const)('%s: %s', ([type, message, hint]) => {
    if (hint === null) expect(hintFor({ type, message })).toBeNull()
    else expect(hintFor({ type, message })).toContain(hint)
  })
})

describe('the form', () => {
  test.for([
    ['/a', '/a', ''],
    ['/a?b=1&c=2', '/a', 'b=1&c=2'],
    ['http://x/a?b=1?c', 'http://x/a', 'b=1?c'],
    ['{{base?}}/a?x={{y}}', '{{base?}}/a', 'x={{y}}'],
  ] as const)('%s is cut into path and query, and joined again', ([target, path, query]) => {
    expect(splitTarget(target)).toEqual({ path, query })
    expect(joinTarget(path, query)).toBe(target)
  })

  test('what is typed as a query may begin with ? and hold spaces', () => {
    expect(joinTarget('/a', '?q=two words')).toBe('/a?q=two%20words')
  })
})
