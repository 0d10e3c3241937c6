import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { RunDocument } from '../../engine/protocol'
import { viewExchange } from '../../engine/trace'
import { findMarks } from './marks'
import { languageOf } from './languages'

const recorded = JSON.parse(
  readFileSync(new URL('../../lessons/sample/recorded.json', import.meta.url), 'utf8'),
) as RunDocument
const source = readFileSync(new URL('../../lessons/sample/start/main.py', import.meta.url), 'utf8').split('\n')

/** The step at which `layer` lets the response of the first exchange out. */
function leaving(layer: string) {
  const view = viewExchange(recorded, 0)
  const at = view.steps.find((step) => step.direction === 'out' && view.rings[step.ring]?.id === layer)
  if (!at) throw new Error(`${layer} lets nothing out`)
  return { exchange: 0, layer, lastSeq: at.lastSeq }
}

describe('findMarks()', () => {
  test('the line of a step is one of the layer in view, and all lines of it that ran are told', () => {
    const marks = findMarks(null, recorded, leaving('timing'), false)
    expect(marks.problems).toEqual([])
    expect(marks.now?.file).toBe('main.py')
    const start = source.findIndex((line) => line.startsWith('async def timing'))
    const ran = marks.ran['main.py'] ?? []
    expect(ran.length).toBeGreaterThan(1)
    for (const line of ran) {
      expect(line).toBeGreaterThan(start)
      expect(line).toBeLessThan(start + 8)
    }
    expect(ran).toContain(marks.now?.line)
  })

  test('a layer that is not in the files has no line', () => {
    expect(findMarks(null, recorded, leaving('CORSMiddleware'), false).now).toBeNull()
  })

  test('changed text gets no lines of the run before, but its own problems', () => {
    const trouble = { kind: 'requests', line: 4, why: 'no header' } as const
    expect(findMarks(trouble, recorded, leaving('timing'), true)).toEqual({
      problems: [{ file: 'requests.http', line: 4, lead: '', text: 'no header' }],
      now: null,
      ran: {},
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
    expect(findMarks(trouble, null, null, false).problems).toEqual([problem])
  })

  test('an exception of the exchange in view marks its line, with a hint where there is one', () => {
    const exchanges = recorded.exchanges.map((exchange, index) => (index === 0 ? { ...exchange, error } : exchange))
    const marks = findMarks(null, { ...recorded, exchanges }, leaving('timing'), false)
    expect(marks.problems).toEqual([{ file: 'main.py', line: 9, lead: 'ValueError', text: 'dropped' }])
    const other = { ...leaving('timing'), exchange: 1 }
    expect(findMarks(null, { ...recorded, exchanges }, other, false).problems).toEqual([])
    const coroutine = { ...error, type: 'AttributeError', message: "'coroutine' object has no attribute 'x'" }
    const hinted = exchanges.map((exchange) => ({ ...exchange, error: coroutine }))
    expect(findMarks(null, { ...recorded, exchanges: hinted }, other, false).problems[0]?.text).toMatch(/Put await/)
  })

  test('a stop marks its line in the last exchange only, once', () => {
    const stop = { reason: 'wall', text: 'Stopped.', file: 'main.py', line: 3, waiting: [] } as const
    const last = recorded.exchanges.length - 1
    const stopped: RunDocument = { ...recorded, stop }
    expect(findMarks(null, stopped, { ...leaving('timing'), exchange: last }, false).problems).toHaveLength(1)
    expect(findMarks(null, stopped, leaving('timing'), false).problems).toEqual([])
    expect(findMarks({ kind: 'stopped', document: stopped }, null, null, false).problems).toHaveLength(1)
  })
})

test.for([
  ['main.py', 'python'],
  ['requests.http', 'http'],
  ['data.json', 'plaintext'],
] as const)('%s is highlighted as %s', ([file, language]) => {
  expect(languageOf(file)).toBe(language)
})
