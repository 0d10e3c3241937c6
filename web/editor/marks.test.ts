import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { RunDocument } from '../../engine/protocol'
import { listMoments, viewExchange, type ExchangeView, type Step } from '../../engine/trace'
import { findMarks } from './marks'
import { languageOf } from './languages'

const recorded = JSON.parse(
  readFileSync(new URL('../../lessons/sample/recorded.json', import.meta.url), 'utf8'),
) as RunDocument
const source = readFileSync(new URL('../../lessons/sample/start/main.py', import.meta.url), 'utf8').split('\n')

const files = { 'main.py': source.join('\n') }
const document: RunDocument = recorded

/** A step of an exchange: the first of those that `isWanted`, the first of all by default. */
function stepOf(doc: RunDocument, index = 0, isWanted: (step: Step, view: ExchangeView) => boolean = () => true) {
  const view = viewExchange(doc, index)
  const whole = view.steps.findIndex((step) => isWanted(step, view))
  if (whole < 0) throw new Error('no such step')
  return { document: doc, index, view, moments: listMoments(doc, index, view), whole, seq: null }
}

/** The step at which `layer` lets the response of the first exchange out. */
const leaving = (layer: string, doc = document) =>
  stepOf(doc, 0, (step, view) => step.direction === 'out' && view.rings[step.ring]?.id === layer)

describe('findMarks()', () => {
  test('the line of a step is one of the layer in view, whose lines are told from the others that ran', () => {
    const marks = findMarks(null, leaving('timing'), files, false)
    expect(marks.problems).toEqual([])
    const { now, ran, values } = marks.lines
    expect(now?.file).toBe('main.py')
    const start = source.findIndex((line) => line.startsWith('async def timing'))
    const own = ran.filter(({ isOwn }) => isOwn).map(({ line }) => line)
    expect(own.length).toBeGreaterThan(1)
    for (const line of own) {
      expect(line).toBeGreaterThan(start)
      expect(line).toBeLessThan(start + 8)
    }
    expect(own).toContain(now?.line)
    // The endpoint has run as well by then, and Tickets up to its call_next.
    expect(ran.filter(({ isOwn }) => !isOwn).map(({ line }) => source[line - 1]?.trim())).toEqual(
      expect.arrayContaining(['await asyncio.sleep(0.1)', 'response = await call_next(request)']),
    )
    // Beside the line that made it, though the trace tells it with the line after that.
    const took = source.findIndex((line) => line.includes('took = time')) + 1
    expect(values).toContainEqual({ file: 'main.py', line: took, text: 'took = 0.1', full: 'took = 0.1' })
    const endpoint = source.findIndex((line) => line.startsWith('async def read_bread')) + 1
    expect(values.find(({ line }) => line === endpoint)?.text).toBe("name = 'rye'")
    expect(values.map(({ text }) => text)).not.toContainEqual(expect.stringContaining('<'))
  })

  test('a layer that is not in the files has no line in view', () => {
    expect(findMarks(null, leaving('CORSMiddleware'), files, false).lines.now).toBeNull()
  })

  test('changed text gets no lines of the run before, but its own problems', () => {
    const trouble = { kind: 'requests', line: 4, why: 'no header' } as const
    expect(findMarks(trouble, leaving('timing'), files, true)).toEqual({
      problems: [{ file: 'requests.http', line: 4, lead: '', text: 'no header' }],
      lines: { ran: [], now: null, values: [] },
    })
  })

  const error = { type: 'ValueError', message: 'dropped', file: 'main.py', line: 9 }
  test.for([
    ['SyntaxError', { file: 'main.py', line: 9, lead: '', text: 'It is never closed.' }],
    ['ValueError', { file: 'main.py', line: 9, lead: 'ValueError', text: 'dropped' }],
  ] as const)('a %s while loading marks its line', ([type, problem]) => {
    const trouble = {
      kind: 'program',
      error: { ...error, type, phase: 'load', text: 'It is never closed.' },
    } as const
    expect(findMarks(trouble, null, files, false).problems).toEqual([problem])
  })

  test('an exception of the exchange in view marks its line, with a hint where there is one', () => {
    const exchanges = recorded.exchanges.map((exchange, index) => (index === 0 ? { ...exchange, error } : exchange))
    const marks = findMarks(null, leaving('timing', { ...recorded, exchanges }), files, false)
    expect(marks.problems).toEqual([{ file: 'main.py', line: 9, lead: 'ValueError', text: 'dropped' }])
    expect(findMarks(null, stepOf({ ...recorded, exchanges }, 1), files, false).problems).toEqual([])
    const coroutine = { ...error, type: 'AttributeError', message: "'coroutine' object has no attribute 'x'" }
    const hinted = exchanges.map((exchange) => ({ ...exchange, error: coroutine }))
    expect(findMarks(null, stepOf({ ...recorded, exchanges: hinted }, 1), files, false).problems[0]?.text).toMatch(
      /Put await/,
    )
  })

  test('a stop marks its line in the last exchange only, once', () => {
    const stop = { reason: 'wall', text: 'Stopped.', file: 'main.py', line: 3, waiting: [] } as const
    const last = recorded.exchanges.length - 1
    const stopped: RunDocument = { ...recorded, stop }
    expect(findMarks(null, stepOf(stopped, last), files, false).problems).toHaveLength(1)
    expect(findMarks(null, leaving('timing', stopped), files, false).problems).toEqual([])
    expect(findMarks({ kind: 'stopped', document: stopped }, null, files, false).problems).toHaveLength(1)
  })
})

test.for([
  ['main.py', 'python'],
  ['requests.http', 'http'],
  ['data.json', 'plaintext'],
] as const)('%s is highlighted as %s', ([file, language]) => {
  expect(languageOf(file)).toBe(language)
})
