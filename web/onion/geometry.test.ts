import { describe, expect, test } from 'vitest'
import {
  heightFor,
  layoutOnion,
  marginFor,
  markerRoute,
  MIN_UNIT,
  pathPoints,
  ringPath,
  routeLength,
  segmentPath,
  shortCircuitBar,
  turnY,
  unitOf,
  type GeometryRow,
  type OnionBox,
} from './geometry'

/** The item at an index that the test has made sure of. */
function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new Error(`nothing at ${index}`)
  return item
}

const rowsOf = (count: number, mounts: readonly number[] = []): GeometryRow[] =>
  Array.from({ length: count }, (_, i) => ({
    weight: i < 2 ? 'outer' : i % 3 === 0 ? 'minor' : 'full',
    mounted: mounts.includes(i),
  }))

const PANE: OnionBox = { width: 588, height: 398, margin: 128, scale: 1 }
const PHONE: OnionBox = { width: 358, height: 372, margin: 0, scale: 1 }
const WALL: OnionBox = { width: 1108, height: 780, margin: 243, scale: 1.9 }

describe('layoutOnion()', () => {
  const boxes = [
    ['pane', PANE],
    ['phone', PHONE],
    ['wall', WALL],
  ] as const
  const counts = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20]

  test.for(boxes.flatMap(([name, box]) => counts.map((count) => [count, name, box] as const)))(
    'lets both lanes cross flat crowns with %i rows on a %s',
    ([count, , box]) => {
      const layout = layoutOnion(box, rowsOf(count))
      for (const row of layout.rows) {
        expect(row.x + row.corner).toBeLessThan(layout.xIn)
        expect(box.width - row.x - row.corner).toBeGreaterThan(layout.xOut)
      }
    },
  )

  test.for(counts.map((count) => [count] as const))(
    'gives all of the height to %i crowns, one above the other',
    ([count]) => {
      const rows = rowsOf(count)
      const box = { ...PANE, height: heightFor(PANE, rows) }
      const layout = layoutOnion(box, rows)
      expect(layout.rows[0]?.y).toBe(37)
      for (const [i, row] of layout.rows.entries()) {
        const next = layout.rows[i + 1]
        if (!next) continue
        expect(next.y).toBeCloseTo(row.y + row.height)
        expect(next.x).toBeGreaterThan(row.x)
        expect(next.bottom).toBeLessThan(row.bottom)
      }
      const core = at(layout.rows, layout.rows.length - 1)
      expect(core.y + core.height).toBeCloseTo(core.bottom)
    },
  )

  test('agrees with the pane drawn by hand: eight rows, 588 by 398', () => {
    const kinds = ['outer', 'outer', 'minor', 'full', 'full', 'full', 'minor', 'full'] as const
    const layout = layoutOnion(
      PANE,
      kinds.map((weight) => ({ weight, mounted: false })),
    )
    expect(layout.rows.map((row) => Math.round(row.cy * 10) / 10)).toEqual([
      54.7, 90.2, 124.1, 160.3, 200.6, 240.9, 277.2, 318.8,
    ])
    expect([layout.xIn, layout.xOut]).toEqual([211, 377])
    expect(ringPath(at(layout.rows, 0))).toBe(
      'M128 108A71 71 0 0 1 199 37H389A71 71 0 0 1 460 108V325.2A94.8 71.8 0 0 1 365.2 397H222.8A94.8 71.8 0 0 1 128 325.2Z',
    )
    expect(segmentPath(layout, 7, 9)).toBe('M211 318.8V330.4q0 10 10 10H367q10 0 10 -10V318.8')
  })

  test('opens a gap with a second skin for a mounted app and moves deeper rows in', () => {
    const plain = layoutOnion(PANE, rowsOf(10))
    const layout = layoutOnion(PANE, rowsOf(10, [6]))
    expect(layout.mounts).toHaveLength(1)
    expect(at(layout.rows, 6).y - at(layout.rows, 5).y - at(layout.rows, 5).height).toBeCloseTo(24)
    expect(at(layout.rows, 6).x - at(plain.rows, 6).x).toBeCloseTo(9)
    expect(at(layout.rows, 5).x).toBe(at(plain.rows, 5).x)
    const skin = at(layout.mounts, 0)
    expect(skin.y).toBeGreaterThan(at(layout.rows, 5).y + at(layout.rows, 5).height)
    expect(skin.y).toBeLessThan(at(layout.rows, 6).y)
    expect(skin.bottom).toBeGreaterThan(at(layout.rows, 6).bottom)
    expect(skin.bottom).toBeLessThan(at(layout.rows, 5).bottom)
    for (const row of layout.rows) expect(row.x + row.corner).toBeLessThan(layout.xIn)
  })

  test('nests twice', () => {
    const layout = layoutOnion({ ...PANE, height: 520 }, rowsOf(12, [5, 8]))
    expect(layout.mounts.map((mount) => mount.row)).toEqual([5, 8])
    for (const [i, row] of layout.rows.entries())
      if (i > 0) expect(row.bottom).toBeLessThan(at(layout.rows, i - 1).bottom)
  })
})

describe('room', () => {
  test('a phone has no margins, a pane has its full ones', () => {
    expect([358, 500, 519, 520, 588, 728].map(marginFor)).toEqual([0, 0, 0, 110, 128, 128])
  })

  test('twelve rows fit in the pane unfolded, twenty do not', () => {
    expect(unitOf(PANE, rowsOf(12))).toBeGreaterThan(MIN_UNIT)
    expect(unitOf(PANE, rowsOf(20))).toBeLessThan(MIN_UNIT)
  })

  test('a box too low grows until each full crown has its least height, and not otherwise', () => {
    expect(heightFor(PANE, rowsOf(8))).toBe(398)
    const height = heightFor(PANE, rowsOf(24))
    expect(height).toBeGreaterThan(398)
    expect(unitOf({ ...PANE, height }, rowsOf(24))).toBeGreaterThanOrEqual(MIN_UNIT - 0.5)
  })
})

describe('the path', () => {
  const layout = layoutOnion(PANE, rowsOf(8))

  test.for([[0], [3], [7]] as const)('has 2 (turn + 1) + 2 points with its turn in row %i', ([turn]) => {
    const points = pathPoints(layout, turn)
    expect(points).toHaveLength(2 * (turn + 1) + 2)
    expect(points[0]).toEqual({ x: layout.xIn, y: 22 })
    expect(points[turn + 1]?.y).toBe(points[turn + 2]?.y)
    expect(points.at(-1)).toEqual({ x: layout.xOut, y: 22 })
  })

  test('turns above the edge of a layer that was never asked, on a bar as wide as the lanes and a little more', () => {
    const row = at(layout.rows, 4)
    expect(turnY(layout, 4)).toBeCloseTo(row.y + row.height - 5)
    expect(shortCircuitBar(layout, 4)).toMatchObject({ x: layout.xIn - 10, y: row.y + row.height, bar: 3, hatch: 6 })
  })

  test('the marker goes along the lanes and through the turn, also backwards', () => {
    const route = markerRoute(layout, 7, 7, 10)
    const back = markerRoute(layout, 7, 10, 7)
    expect(back).toEqual([...route].reverse())
    for (const [i, point] of route.entries()) {
      const before = route[i - 1]
      if (before) expect(before.x === point.x || before.y === point.y).toBe(true)
    }
    expect(route.some((point) => point.y === turnY(layout, 7))).toBe(true)
    expect(routeLength(route)).toBeGreaterThan(layout.xOut - layout.xIn)
    expect(markerRoute(layout, 7, 3, 3)).toHaveLength(1)
  })
})
