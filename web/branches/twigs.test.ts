// Where the moments of a session stand in the picture of its tree.
import { expect, test } from 'vitest'
import type { RunDocument } from '../../engine/protocol'
import type { Branch } from '../store'
import { lastOf, listTwigs } from './twigs'

/** A line that asked for these paths, one a group; the first `shared` groups are another line's. */
function line(paths: readonly string[], from: Branch['from'] = null): Branch {
  const exchanges = paths.map((path, index) => ({
    from: index,
    title: path,
    request: { method: 'GET', url: `http://localhost:8000${path}` },
    response: { status: 200 },
  }))
  return {
    from,
    groups: paths.map((_, index) => ({ exchanges: [index], fetches: [] })),
    document: { exchanges } as unknown as RunDocument,
  }
}

const BRANCHES = [
  line(['/a', '/b', '/c']),
  line(['/a', '/x'], { line: 0, groups: 1 }),
  line(['/a', '/x', '/y'], { line: 1, groups: 2 }),
  line(['/z'], { line: 0, groups: 0 }),
]

test('each moment stands once, behind the one that it followed', () => {
  const twigs = listTwigs(BRANCHES)
  expect(twigs.map(({ label, row, column, before }) => [label, row, column, before])).toEqual([
    ['', 0, 0, null],
    ['GET /a', 0, 1, { column: 0, row: 0 }],
    ['GET /b', 0, 2, { column: 1, row: 0 }],
    ['GET /c', 0, 3, { column: 2, row: 0 }],
    ['GET /x', 1, 2, { column: 1, row: 0 }],
    ['GET /y', 2, 3, { column: 2, row: 1 }],
    ['GET /z', 3, 1, { column: 0, row: 0 }],
  ])
})

test('the end of a line that shares everything so far is a moment of the line that it forked from', () => {
  const twigs = listTwigs(BRANCHES)
  expect(lastOf(twigs, BRANCHES, 2, 3).label).toBe('GET /y')
  expect(lastOf(twigs, BRANCHES, 2, 2).label).toBe('GET /x')
  expect(lastOf(twigs, BRANCHES, 2, 1).label).toBe('GET /a')
  expect(lastOf(twigs, BRANCHES, 3, 0).column).toBe(0)
})

test('a session that has not begun has no moments', () => {
  expect(listTwigs([])).toEqual([])
})
