// What a comparison says of two exchanges: in one sentence, in tabs, and in a table.
import { describe, expect, test } from 'vitest'
import type { RunDocument, TraceEvent } from '../../engine/protocol'
import { happyPath, shortCircuit } from '../../engine/trace/fixtures/scenes'
import { differenceRows, differenceSentence, pairTabs } from './pairs'

const pairOf = (left: RunDocument, right: RunDocument) => ({
  left,
  right,
  names: { a: 'the pinned run', b: 'this run' },
})
const BOTH = { left: 0, right: 0 }

/** The same run from a text whose lines stand one further down. */
function withLinesMoved(document: RunDocument): RunDocument {
  const move = (event: TraceEvent): TraceEvent =>
    event.kind === 'line' || event.kind === 'return' ? { ...event, line: event.line + 1 } : event
  return { ...document, events: document.events.map(move) }
}

describe('two runs that do the same', () => {
  test.for([
    ['a run and itself', happyPath()],
    ['lines that stand elsewhere', withLinesMoved(happyPath())],
  ] as const)('%s', ([, other]) => {
    const pair = pairOf(happyPath(), other)
    expect(differenceSentence(pair, BOTH)).toBe('Whatever crosses a layer is the same in both.')
    expect(pairTabs(pair)).toMatchObject([{ left: 0, right: 0, differs: false }])
    expect(differenceRows(pair, BOTH)).toEqual([])
  })
})

describe('two runs that part', () => {
  const pair = pairOf(happyPath(), shortCircuit())
  const [tab] = pairTabs(pair, BOTH)

  test('have both statuses on their tab, and the first thing that the client notices in a sentence', () => {
    expect(tab).toMatchObject({ differs: true })
    expect(tab?.status).toMatch(/^\d+ and \d+$/)
    expect(differenceSentence(pair, BOTH)).toMatch(/^The client gets \d+ with the pinned run and \d+ with this run\.$/)
  })

  test('have a line for each thing on the wire that differs', () => {
    const rows = differenceRows(pair, BOTH)
    expect(rows[0]).toMatchObject({ what: 'status', isCode: false })
    expect(rows.map(({ what }) => what)).toContain('content-length')
    expect(rows.every(({ left, right }) => left !== right)).toBe(true)
  })
})

test('a request that only one run sends is said to be missing in the other', () => {
  const pair = pairOf(happyPath(), { ...happyPath(), exchanges: [] })
  expect(pairTabs(pair)).toMatchObject([
    { left: 0, right: null, status: expect.stringMatching(/ and not sent$/), differs: true },
  ])
  expect(differenceSentence(pair, { left: 0, right: null })).toBe(
    'The pinned run sends this request, this run does not.',
  )
})
