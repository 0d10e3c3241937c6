import { describe, expect, test } from 'vitest'
import { foldExchange, stackView, viewExchange, type BrowserPart } from '../../engine/trace'
import {
  brokenOff,
  exception,
  happyPath,
  mountedApp,
  shortCircuit,
  stopped,
  stream,
  thrownAway,
} from '../../engine/trace/fixtures/scenes'
import { LAYERS } from '../../engine/trace/fixtures/script'
import { drawOnion, fitsIn, pulsesAt, reachedPoint } from './drawing'
import { onionBox } from './geometry'
import { cutEnd, fitName, fitTitle, nameWidth, wrapNote } from './names'

const SCENES = { brokenOff, exception, happyPath, mountedApp, shortCircuit, stopped, stream, thrownAway }
type Scene = keyof typeof SCENES
const shownOf = (scene: Scene) => foldExchange(viewExchange(SCENES[scene](), 0))
const draw = (scene: Scene, width = 588) => drawOnion(shownOf(scene), onionBox(width))
const note = (scene: Scene, name: string, side: 'left' | 'right') => {
  const drawing = draw(scene)
  const row = drawing.rows.find((one) => one.fullName === name)?.index
  return drawing.notes.find((one) => one.row === row && one.side === side) ?? null
}

describe('fitName()', () => {
  test.for<[string, number, string, boolean]>([
    ['CORSMiddleware', 200, 'CORSMiddleware', true],
    ['CORSMiddleware', 70, 'CORS', true],
    ['ExceptionTelemetryMiddleware', 110, 'ExceptionTelemetry', false],
    ['timing', 60, 'timing', true],
    ['Middleware', 200, 'Middleware', true],
  ])('%s in %i px is %s', ([name, room, text, sign]) => {
    expect(fitName(name, room)).toMatchObject({ text, sign })
  })

  test('cuts in the middle when nothing else helps, and never exceeds its room', () => {
    for (const room of [40, 60, 80, 100]) {
      const fitted = fitName('a_very_long_function_name_of_somebody', room)
      expect(fitted.text).toContain('…')
      expect(nameWidth(fitted.text)).toBeLessThanOrEqual(room)
    }
  })
})

describe('notes', () => {
  test.for<[string, number, string[]]>([
    ['+ x-process-time', 16, ['+ x-process-time']],
    ['+ access-control-allow-origin', 16, ['+ access-control', '-allow-origin']],
    ['+ x-content-type-options', 16, ['+ x-content-', 'type-options']],
    ['+ abcdefghijklmnopqrstuvwxyz', 16, ['+ abcdefghijklm…']],
  ])('%s is broken at %i letters', ([text, limit, lines]) => {
    const broken = wrapNote(text, limit)
    for (const line of broken) expect(line.length).toBeLessThanOrEqual(limit)
    if (text.includes('access')) expect(broken).toHaveLength(2)
    else expect(broken).toEqual(lines)
  })

  test('cutEnd() keeps what fits', () => {
    expect(cutEnd('abcdef', 6)).toBe('abcdef')
    expect(cutEnd('abcdefg', 6)).toBe('abcde…')
  })

  test('fitTitle() leaves the method out before it cuts the path', () => {
    expect(fitTitle('GET', '/orders/7', 200)).toBe('GET /orders/7')
    expect(fitTitle('GET', '/orders/7', 60)).toBe('/orders/7')
    expect(fitTitle('GET', '/orders/7/items', 60)).toMatch(/^\/orders.*…$/)
  })

  test('stand only where something is to be told', () => {
    expect(note('happyPath', 'timing', 'right')).toMatchObject({ tone: 'added', lines: ['+ x-process-time'] })
    expect(note('happyPath', 'AuthMiddleware', 'right')).toBeNull()
    expect(note('happyPath', 'AuthMiddleware', 'left')).toBeNull()
    expect(note('shortCircuit', 'AuthMiddleware', 'right')).toMatchObject({
      tone: 'short',
      lines: ['answers 401 itself'],
    })
    expect(note('shortCircuit', 'timing', 'left')).toMatchObject({ tone: 'say', lines: ['not reached'] })
    expect(note('exception', 'timing', 'right')).toMatchObject({ tone: 'error', lines: ['skipped'] })
    expect(note('exception', 'CORSMiddleware', 'right')).toMatchObject({ lines: ['skipped'] })
    expect(note('exception', '3 framework layers', 'right')).toMatchObject({ lines: ['no handler for it'] })
    expect(note('exception', 'read_order', 'right')).toMatchObject({ lines: ['ZeroDivisionError', 'main.py:47'] })
    expect(note('stopped', 'timing', 'left')).toMatchObject({ tone: 'error', lines: ['stopped here'] })
    expect(note('mountedApp', 'AdminOnly', 'left')).toMatchObject({ tone: 'added', lines: ['+ state.role'] })
  })

  test('of neighbours never run into each other', () => {
    for (const scene of ['happyPath', 'exception', 'mountedApp', 'thrownAway'] as const) {
      for (const folding of ['quiet', 'none'] as const) {
        const drawing = drawOnion(foldExchange(viewExchange(SCENES[scene](), 0), { folding }), onionBox(588))
        for (const side of ['left', 'right'] as const) {
          let below = 0
          for (const one of drawing.notes.filter((each) => each.side === side)) {
            const half = (one.lines.length * 14) / 2
            const cy = drawing.layout.rows[one.row]?.cy ?? 0
            expect(cy - half).toBeGreaterThanOrEqual(below - 4)
            below = cy + half
          }
        }
      }
    }
  })

  test('a phone has none', () => {
    expect(draw('happyPath', 358).notes).toEqual([])
  })
})

describe('drawOnion()', () => {
  test('draws a pass as a line in, a turn in the core, a double line out', () => {
    const kinds = draw('happyPath').segments.map((segment) => segment.kind)
    expect(kinds).toEqual([...Array.from({ length: 8 }, () => 'in'), 'turn', ...Array.from({ length: 8 }, () => 'out')])
  })

  test('draws a short circuit with its bar, and what lies below as dead', () => {
    const drawing = draw('shortCircuit')
    expect(drawing.barAt).toBe(4)
    expect(drawing.segments.map((segment) => segment.kind).filter((kind) => kind === 'short')).toHaveLength(1)
    expect(drawing.rows.filter((row) => row.dead).map((row) => row.index)).toEqual([5, 6, 7])
    expect(drawing.verdict).toEqual({ text: '401 Unauthorized', tone: 'short' })
  })

  test('dashes an exception from its birth to the layer that makes a response of it', () => {
    const drawing = draw('exception')
    const error = drawing.segments.filter((segment) => segment.kind === 'error').map((segment) => segment.to)
    const caught = drawing.ports.find((port) => port.sign === 'caught')
    expect(drawing.ports.filter((port) => port.sign === 'born')).toHaveLength(1)
    expect(Math.min(...error)).toBe(drawing.ports.find((port) => port.sign === 'born')?.to)
    expect(Math.max(...error)).toBe(caught?.to)
    expect(drawing.ports.filter((port) => port.sign === 'skipped')).toHaveLength(5)
  })

  test('draws only the way in of a session that was stopped', () => {
    const drawing = draw('stopped')
    expect(drawing.segments.every((segment) => segment.kind === 'in')).toBe(true)
    expect(drawing.ports.every((port) => port.side === 'in')).toBe(true)
    expect(drawing.verdict.text).toBe('nothing came back')
  })

  test('goes on as a response where the head had gone before the exception', () => {
    const drawing = draw('brokenOff')
    expect(drawing.segments.some((segment) => segment.kind === 'error')).toBe(false)
    expect(drawing.verdict.text).toBe('200, breaks off')
    expect(drawing.ports.filter((port) => port.sign === 'born')).toHaveLength(1)
  })

  test('marks ports by what changed', () => {
    const signs = Object.fromEntries(draw('happyPath').ports.map((port) => [port.to, port.sign]))
    expect(signs).toMatchObject({ 1: 'added', 2: 'none', 9: 'added', 10: 'none', 11: 'added', 12: 'none', 13: 'added' })
    expect(draw('mountedApp').ports.some((port) => port.side === 'in' && port.sign === 'changed')).toBe(true)
  })

  test('closes the way back with the plate and its reason, also where no answer came back', () => {
    const view = viewExchange(stopped(), 0)
    const browser: BrowserPart = {
      ...{ fetch: 0, kind: 'fetch', page: { url: 'https://shop.test/', sandboxed: false } },
      ...{ role: 'request', after: null, method: 'GET', url: view.target, asks: [], judges: [], headers: [] },
      ...{ response: null, verdict: null },
    }
    const outcome = { kind: 'blocked', status: null, reason: '' } as const
    const shown = foldExchange({ ...view, stop: null, outcome, browser })
    const drawing = drawOnion(shown, onionBox(588))
    const last = Math.max(...shown.steps.map(({ point }) => point))
    expect(last).toBeLessThan(2 * shown.turn + 2)
    expect([drawing.blockedAt, drawing.verdict.text]).toEqual([last, 'no answer'])
    expect(drawing.notes).toContainEqual({ row: 0, side: 'right', to: last, tone: 'blocked', lines: ['blocked'] })
    expect(draw('happyPath').blockedAt).toBeNull()
  })

  test('writes a name plate for a mounted app', () => {
    expect(draw('mountedApp').plates.map((plate) => plate.text)).toEqual(['app mounted at /admin'])
  })

  test('draws a stack without lanes, ports and notes', () => {
    const drawing = drawOnion(foldExchange(stackView(LAYERS)), onionBox(588))
    expect([drawing.segments, drawing.ports, drawing.notes]).toEqual([[], [], []])
    expect(drawing.rows.some((row) => row.dead)).toBe(false)
  })

  test('folds more when the box is low, through fitsIn()', () => {
    const view = viewExchange(happyPath(), 0)
    const rows = (height: number) =>
      foldExchange(view, { folding: 'tight', fits: fitsIn(onionBox(588, height)) }).rows.length
    expect(rows(398)).toBe(12)
    expect(rows(300)).toBe(8)
  })
})

describe('at a step', () => {
  test('what was reached stays reached when the marker goes back to a late exception', () => {
    const shown = shownOf('brokenOff')
    const late = shown.steps.findIndex((step) => step.kind === 'raise')
    expect(shown.steps[late]?.point).toBeLessThan(shown.steps[late - 1]?.point ?? 0)
    expect(reachedPoint(shown, late)).toBe(reachedPoint(shown, late - 1))
  })

  test('each message of a stream lies where it has got to', () => {
    const shown = shownOf('stream')
    const first = shown.steps.findIndex((step) => step.kind === 'body')
    expect(pulsesAt(shown, first - 1)).toEqual([])
    expect(pulsesAt(shown, first)).toMatchObject([{ number: 1, side: 'out', row: shown.rows.length - 1, now: true }])
    expect(pulsesAt(shown, first + 2)[0]?.row).toBeLessThan(shown.rows.length - 1)
  })
})
