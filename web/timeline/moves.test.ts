import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { RunDocument } from '../../engine/protocol'
import { foldExchange, listMoments, viewExchange, type Standing } from '../../engine/trace'
import { exception } from '../../engine/trace/fixtures/scenes'
import { missWords, moveForKey, moveTo, playOn, type Ground, type Move } from './moves'

const recorded = JSON.parse(
  readFileSync(new URL('../../lessons/sample/recorded.json', import.meta.url), 'utf8'),
) as RunDocument
const rows = readFileSync(new URL('../../lessons/sample/start/main.py', import.meta.url), 'utf8').split('\n')
const lineOf = (text: string) => rows.findIndex((row) => row.includes(text)) + 1

function groundOf(document: RunDocument, standing: Standing, more: Partial<Ground> = {}): Ground {
  const view = viewExchange(document, 0)
  return {
    shown: foldExchange(view),
    moments: listMoments(document, 0, view),
    standing,
    grain: 'crossing',
    breakpoints: {},
    isStale: false,
    ...more,
  }
}

const start: Standing = { whole: 0, seq: null }
/** Places that a ground is moved to by the same move, until there is none. */
function walk(ground: Ground, move: Move): Standing[] {
  const places: Standing[] = []
  for (let to = moveTo(ground, move); to && places.length < 500; to = moveTo({ ...ground, standing: to }, move))
    places.push(to)
  return places
}

test.for([
  ['ArrowRight', {}, 'next'],
  ['ArrowUp', {}, 'next'],
  ['ArrowLeft', { shiftKey: true }, 'previous-layer'],
  ['ArrowRight', { altKey: true }, 'next-line'],
  ['.', {}, 'next-line'],
  [',', {}, 'previous-line'],
  ['e', {}, 'next-exception'],
  ['B', { shiftKey: true }, 'previous-breakpoint'],
  [' ', {}, 'play'],
  ['?', { shiftKey: true }, 'help'],
  ['b', { altKey: true }, null],
  ['x', {}, null],
] as const)('%s with %o means %s', ([key, more, wanted]) => {
  expect(moveForKey({ key, shiftKey: false, altKey: false, ...more })).toBe(wanted)
})

describe('moveTo()', () => {
  test('by crossing it goes through the shown steps, by line through the lines', () => {
    const ground = groundOf(recorded, start)
    expect(walk(ground, 'next')).toHaveLength(ground.shown.steps.length - 1)
    const lines = walk({ ...ground, grain: 'line' }, 'next')
    expect(lines.filter(({ seq }) => seq !== null)).toEqual(walk(ground, 'next-line'))
    expect(lines.at(-1)?.whole).toBe(ground.shown.view.steps.length - 1)
  })

  test('from a line, the next step is first the rest of its own one', () => {
    const ground = groundOf(recorded, start)
    const line = walk(ground, 'next-line').find(({ whole }) => whole > 8)
    if (!line) throw new Error('no line')
    expect(moveTo({ ...ground, standing: line }, 'next')?.seq).toBeNull()
    expect(moveTo({ ...ground, standing: line }, 'next')?.whole).toBe(line.whole)
  })

  test('exceptions: where one is born and where one ends', () => {
    const ground = groundOf(exception(), start)
    const kinds = walk(ground, 'next-exception').map(({ whole }) => ground.shown.view.steps[whole]?.kind)
    expect(kinds).toEqual(['raise', 'catch'])
    expect(moveTo(groundOf(recorded, start), 'next-exception')).toBeNull()
  })

  test('breakpoints stop in both directions, and not where the code is another one', () => {
    const breakpoints = { 'main.py': [lineOf('took = time')] }
    const ground = groundOf(recorded, start, { breakpoints })
    const [hit, ...more] = walk(ground, 'next-breakpoint')
    expect(more).toEqual([])
    const last = { ...ground, standing: { whole: ground.shown.view.steps.length - 1, seq: null } }
    expect(moveTo(last, 'previous-breakpoint')).toEqual(hit)
    expect(moveTo({ ...ground, isStale: true }, 'next-breakpoint')).toBeNull()
    expect(missWords('next-breakpoint', true)).toMatch(/changed/)
    expect(missWords('next', false)).toBeNull()
  })
})

test.for(['crossing', 'line'] as const)('playing by %s rests at a breakpoint once, and ends', (grain) => {
  const breakpoints = { 'main.py': [lineOf('took = time')] }
  let ground = groundOf(recorded, start, { breakpoints, grain })
  const rests: Standing[] = []
  for (let turn = 0; turn < 500; turn++) {
    const next = playOn(ground)
    if (!next) break
    if (next.rests) rests.push(next.to)
    ground = { ...ground, standing: next.to }
  }
  expect(rests).toHaveLength(1)
  expect(ground.standing).toEqual({ whole: ground.shown.view.steps.length - 1, seq: null })
})
