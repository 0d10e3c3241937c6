import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { RunDocument, TraceEvent } from '../protocol'
import { readLineMarks } from './lines'
import { cycleLine, isLine, listMoments, reachOf, stepByLine, stepToLine, type Moment, type Standing } from './moments'
import { narrateMoment } from './narrate-moment'
import { sentenceText } from './narrate'
import { viewExchange } from './view'

const recorded = JSON.parse(
  readFileSync(new URL('../../lessons/sample/recorded.json', import.meta.url), 'utf8'),
) as RunDocument
const source = readFileSync(new URL('../../lessons/sample/start/main.py', import.meta.url), 'utf8')
const rows = source.split('\n')
const view = viewExchange(recorded, 0)
const moments = listMoments(recorded, 0, view)
const lineOf = (text: string) => rows.findIndex((row) => row.includes(text)) + 1
const stepOf = (ring: string, direction: 'in' | 'out') =>
  view.steps.findIndex((step) => view.rings[step.ring]?.id === ring && step.direction === direction)
const at = (whole: number, seq: number | null = null): Standing => ({ whole, seq })

describe('listMoments()', () => {
  test('a line belongs to the crossing that its layer makes next, and steps never fall', () => {
    const ring = ({ whole }: Moment) => view.rings[view.steps[whole]?.ring ?? -1]?.id
    const back = moments.find(({ event }) => event.kind === 'line' && event.line === lineOf('took = time'))
    expect(back && ring(back)).toBe('timing')
    expect(back?.whole).toBe(stepOf('timing', 'out'))
    for (const [index, moment] of moments.entries())
      expect(moment.whole).toBeGreaterThanOrEqual(moments[index - 1]?.whole ?? 0)
  })

  test('what is a step already is no moment, and time that passes is one', () => {
    const steps = new Set(view.steps.map(({ seq }) => seq))
    expect(moments.filter(({ seq }) => steps.has(seq))).toEqual([])
    expect(moments.filter(({ event }) => event.kind === 'clock')).toHaveLength(1)
  })
})

describe('stepping by line', () => {
  test('goes through every line that ran, and back over the same ones', () => {
    const there: (number | null)[] = []
    let standing = at(0)
    for (let next = stepByLine(view, moments, standing, 1); next; next = stepByLine(view, moments, standing, 1)) {
      there.push(next.seq)
      standing = next
    }
    expect(there).toEqual(moments.filter(({ event }) => isLine(event)).map(({ seq }) => seq))
    const back: (number | null)[] = []
    for (let next = stepByLine(view, moments, standing, -1); next; next = stepByLine(view, moments, standing, -1)) {
      back.push(next.seq)
      standing = next
    }
    expect(back).toEqual(there.slice(0, -1).toReversed())
  })

  test('from a whole step it goes on after the last line of it, and back before the line in view', () => {
    const whole = stepOf('timing', 'out')
    const { now } = readLineMarks(view, moments, at(whole), { 'main.py': source })
    expect(now?.line).toBe(lineOf('return response'))
    const next = stepByLine(view, moments, at(whole), 1)
    expect(moments.find(({ seq }) => seq === next?.seq)?.event).toMatchObject({ layer: 'Tickets' })
    const before = stepByLine(view, moments, at(whole), -1)
    expect(moments.find(({ seq }) => seq === before?.seq)?.event).toMatchObject({
      kind: 'line',
      line: lineOf('return response'),
    })
  })

  test('stepToLine() finds a line on the way and backwards, and none beyond the step it may not pass', () => {
    const line = lineOf('took = time')
    const isWanted = (place: { line: number }) => place.line === line
    const found = stepToLine(view, moments, at(0), 1, isWanted)
    expect(found?.whole).toBe(stepOf('timing', 'out'))
    expect(stepToLine(view, moments, at(0), 1, isWanted, 3)).toBeNull()
    expect(stepToLine(view, moments, at(view.steps.length - 1), -1, isWanted)).toEqual(found)
    expect(found && stepToLine(view, moments, found, 1, isWanted)).toBeNull()
  })

  test('cycleLine() goes from one time that a line ran to the next, and begins anew', () => {
    const place = { file: 'main.py', line: lineOf('if message["type"]') }
    const seen: (number | null)[] = []
    let standing = at(0)
    for (let turn = 0; turn < 4; turn++) {
      standing = cycleLine(moments, standing, place) ?? standing
      seen.push(standing.seq)
    }
    expect(new Set(seen).size).toBe(3)
    expect(seen[3]).toBe(seen[0])
    expect(cycleLine(moments, at(0), { file: 'main.py', line: 1 })).toBeNull()
  })
})

describe('readLineMarks()', () => {
  test('at a line, nothing that comes later has happened yet', () => {
    const line = moments.find(({ event }) => event.kind === 'line' && event.line === lineOf('took = time'))
    const marks = readLineMarks(view, moments, at(line?.whole ?? 0, line?.seq ?? 0), { 'main.py': source })
    expect(marks.now?.line).toBe(lineOf('took = time'))
    expect(marks.values.map(({ text }) => text)).not.toContain('took = 0.1')
    expect(marks.ran.map((one) => one.line)).not.toContain(lineOf('response.headers["x-took"]'))
    expect(reachOf(view, moments, at(0, 12))).toBe(12)
  })

  test('a value in a loop is the last one, and one that is gone says so', () => {
    const locals = [{}, { i: '0' }, {}, { i: '1' }, {}, { error: "ValueError('x')" }, { error: null }]
    const events = locals.map((one, index) => ({
      seq: index,
      at: 0,
      task: 1,
      layer: 'timing',
      exchange: 0,
      kind: 'line' as const,
      file: 'main.py',
      line: [2, 3, 2, 3, 4, 5, 6][index] ?? 0,
      function: 'timing',
      locals: one,
    }))
    const made = events.map((event: TraceEvent): Moment => ({ seq: event.seq, at: 0, whole: 0, event }))
    const { values } = readLineMarks(view, made, at(0, 6), { 'main.py': 'async def timing():\n' })
    expect(values).toEqual([
      { file: 'main.py', line: 2, text: 'i = 1', full: 'i = 1' },
      { file: 'main.py', line: 4, text: "error = ValueError('x')", full: "error = ValueError('x')" },
      { file: 'main.py', line: 5, text: 'error is gone', full: 'error is gone' },
    ])
  })
})

test('a line is said with its function, its layer, and what the line before has left', () => {
  const said = moments.map((moment) => sentenceText(narrateMoment(view, moment)))
  expect(said).toContain('In timing, line 20 of main.py comes next; took is 0.1.')
  expect(said).toContain('In dispatch of Tickets, line 37 of main.py comes next.')
  expect(said).toContain("Tickets sets request.state.ticket to 'B1'.")
  expect(said).toContain('Tickets prints ticket B1.')
  expect(said).toContain('100 ms pass: somebody sleeps, and the loop is free for others.')
  expect(said).not.toContain('')
})
