// The cutaway: where rings, lanes and ports lie. Pure numbers from a box and a list of rows; knows no layers, no
// colours, no React. Each ring keeps a wide crown on top and thin walls elsewhere, so a ring is a row of text.

/** How much of the height a row gets: the learner's and library layers most, folded and framework rows least. */
export type RowWeight = 'full' | 'outer' | 'minor'

export interface GeometryRow {
  readonly weight: RowWeight
  /** First row of an app mounted inside the row before. */
  readonly mounted: boolean
}

export interface OnionBox {
  readonly width: number
  readonly height: number
  /** Width of the margins for notes at both sides; 0 where there is no room for any. */
  readonly margin: number
  /** 1; on a projector 1.9. */
  readonly scale: number
}

export interface RowShape {
  readonly x: number
  readonly y: number
  readonly width: number
  /** Height of the crown: from this edge to the next. */
  readonly height: number
  readonly bottom: number
  /** Radius of the circular corners at the top. */
  readonly corner: number
  /** Radii of the elliptical corners at the bottom. */
  readonly footX: number
  readonly footY: number
  /** Where the lanes have this row's ports, and where the name stands. */
  readonly cy: number
}

export interface MountShape extends Omit<RowShape, 'cy'> {
  /** Row that this skin lies around. */
  readonly row: number
  readonly plateY: number
}

export interface OnionLayout {
  readonly box: OnionBox
  readonly rows: readonly RowShape[]
  readonly mounts: readonly MountShape[]
  readonly xIn: number
  readonly xOut: number
  readonly centre: number
  /** Width between the lanes that a name may fill, its sign included. */
  readonly nameRoom: number
  readonly core: number
  readonly unit: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Room above the outermost crown for title, verdict and arrow heads. */
const HEAD = 36
/** Height that a full row needs to carry a name and two ports. */
export const MIN_UNIT = 20
const MIN_WIDTH = 300
const WEIGHTS: Readonly<Record<RowWeight, number>> = { full: 1, outer: 0.88, minor: 0.8 }
const MOUNT_TOP = 24
const MOUNT_SIDE = 9

const clamp = (low: number, value: number, high: number) => Math.min(Math.max(low, value), high)

/** The widest margins that still leave the rings their least width; under 60 they carry no notes, so there are none. */
export function marginFor(width: number): number {
  const margin = Math.min(128, Math.floor((width - MIN_WIDTH) / 2))
  return margin < 110 ? 0 : margin
}

/** The box that `OnionView` draws into at a width; the shell gives it to `fitsIn` so that folding fits the drawing. */
export function onionBox(width: number, height?: number, scale = 1): OnionBox {
  const margin = marginFor(width)
  return { width, height: height ?? (margin === 0 ? 372 : 398) * scale, margin, scale }
}

function measure(box: OnionBox, rows: readonly GeometryRow[]) {
  const { width, height, margin, scale } = box
  const last = Math.max(1, rows.length - 1)
  const ring = width - 2 * margin
  const mounts = rows.filter((row) => row.mounted).length
  const inset = clamp(4, (0.2 * ring) / last, 9)
  const base = clamp(3, 40 / last, 7) * scale
  const core = clamp(50, 0.16 * height, 72 * scale)
  const sub = (MOUNT_TOP + MOUNT_SIDE) * scale * mounts
  const weight = rows.slice(0, -1).reduce((sum, row) => sum + WEIGHTS[row.weight], 0)
  const fixed = HEAD + 2 + core + base * (rows.length - 1) + sub
  return { inset, base, core, weight, fixed, unit: weight > 0 ? (height - fixed) / weight : 0 }
}

/** Height of a full row's crown if all rows are drawn in this box; under `MIN_UNIT` some should be folded. */
export function unitOf(box: OnionBox, rows: readonly GeometryRow[]): number {
  return measure(box, rows).unit
}

/** The least height of a box of this width in which each row has its least crown. */
export function heightFor(box: OnionBox, rows: readonly GeometryRow[]): number {
  // A taller box may make the core taller, up to its limit: twice is enough for the value to settle.
  let height = box.height
  for (let i = 0; i < 2; i++) {
    const { fixed, weight } = measure({ ...box, height }, rows)
    height = Math.max(box.height, Math.ceil(fixed + weight * MIN_UNIT * box.scale))
  }
  return height
}

/** Lays out rows from the outside in; the last is the core. Fewer than two rows give a core alone. */
export function layoutOnion(box: OnionBox, rows: readonly GeometryRow[]): OnionLayout {
  const { width, height, margin, scale } = box
  const { inset, base, core, unit } = measure(box, rows)
  const count = rows.length
  const shapes: RowShape[] = []
  const mounts: MountShape[] = []
  let y = HEAD + 1
  let nest = 0
  for (const [i, row] of rows.entries()) {
    const isCore = i === count - 1
    const left = count - 1 - i
    const corner = 8 + left * inset
    const footX = core / 2 + left * inset
    const footY = core / 2 + left * base
    if (row.mounted) {
      const x = margin + i * inset + nest * MOUNT_SIDE * scale
      const skinY = y + 3 * scale
      const bottom = height - 1 - i * base - nest * MOUNT_SIDE * scale - 2 * scale
      const skin = { x, y: skinY, width: width - 2 * x, height: MOUNT_TOP * scale - 3 * scale, bottom }
      const radii = { corner: corner + 8.3, footX: footX + 8.3, footY: footY + 4.5 }
      mounts.push({ ...skin, ...radii, row: i, plateY: skinY + (MOUNT_TOP * scale - 3 * scale) / 2 })
      nest++
      y += MOUNT_TOP * scale
    }
    const x = margin + i * inset + nest * MOUNT_SIDE * scale
    const rowHeight = isCore ? core : unit * WEIGHTS[row.weight]
    shapes.push({
      x,
      y,
      width: width - 2 * x,
      height: rowHeight,
      bottom: height - 1 - i * base - nest * MOUNT_SIDE * scale,
      corner,
      footX,
      footY,
      cy: isCore ? y + 0.4 * core : y + rowHeight / 2,
    })
    y += rowHeight
  }
  const xIn = (shapes.at(-1)?.x ?? margin) + 20 * scale
  const xOut = width - xIn
  return {
    box,
    rows: shapes,
    mounts,
    xIn,
    xOut,
    centre: width / 2,
    // The pill of the cursor’s name goes 10 beyond the name on each side, and must not touch the marker at a port.
    nameRoom: xOut - xIn - 50 * scale,
    core,
    unit,
  }
}

const n = (value: number) => String(Math.round(value * 10) / 10)

/** Outline of a ring; `inwards` draws a further skin that much inside of it. */
export function ringPath(shape: Omit<RowShape, 'cy' | 'height'>, inwards = 0): string {
  const x = shape.x + inwards * 0.85
  const y = shape.y + inwards
  const right = shape.x + shape.width - inwards * 0.85
  const bottom = shape.bottom - inwards * 0.27
  const half = (right - x) / 2
  const r = Math.min(shape.corner, half)
  const rx = Math.min(shape.footX, half)
  const ry = Math.max(1, Math.min(shape.footY, bottom - y - r))
  return (
    `M${n(x)} ${n(y + r)}A${n(r)} ${n(r)} 0 0 1 ${n(x + r)} ${n(y)}H${n(right - r)}` +
    `A${n(r)} ${n(r)} 0 0 1 ${n(right)} ${n(y + r)}V${n(bottom - ry)}` +
    `A${n(rx)} ${n(ry)} 0 0 1 ${n(right - rx)} ${n(bottom)}H${n(x + rx)}` +
    `A${n(rx)} ${n(ry)} 0 0 1 ${n(x)} ${n(bottom - ry)}Z`
  )
}

/**
 * Points of the path in order: page, in ports from the outside to row `turn`, its out port and those outwards, page.
 * There are `2 (turn + 1) + 2` of them.
 */
export function pathPoints(layout: OnionLayout, turn: number): Point[] {
  const head = HEAD - 14
  const inside = layout.rows.slice(0, turn + 1)
  return [
    { x: layout.xIn, y: head },
    ...inside.map((row) => ({ x: layout.xIn, y: row.cy })),
    ...[...inside].reverse().map((row) => ({ x: layout.xOut, y: row.cy })),
    { x: layout.xOut, y: head },
  ]
}

/** Where the path turns round: within the core, or just above the edge of the layer that was never asked. */
export function turnY(layout: OnionLayout, turn: number): number {
  const row = layout.rows[turn]
  if (!row) return HEAD
  if (turn === layout.rows.length - 1) return row.cy + 0.34 * layout.core
  return row.y + row.height - 5 * layout.box.scale
}

/** The piece of the path that ends at point `to` (1 …): a straight lane, or the turn. */
export function segmentPath(layout: OnionLayout, turn: number, to: number): string {
  const points = pathPoints(layout, turn)
  const from = points[to - 1]
  const end = points[to]
  if (!from || !end) return ''
  if (from.x === end.x) return `M${n(from.x)} ${n(from.y)}V${n(end.y)}`
  const y = turnY(layout, turn)
  const r = Math.max(0, Math.min(10 * layout.box.scale, y - from.y))
  return `M${n(from.x)} ${n(from.y)}V${n(y - r)}q0 ${n(r)} ${n(r)} ${n(r)}H${n(end.x - r)}q${n(r)} 0 ${n(r)} ${n(-r)}V${n(end.y)}`
}

/** Stations of the marker on its way between two points of the path, both included; it never leaves the lanes. */
export function markerRoute(layout: OnionLayout, turn: number, from: number, to: number): Point[] {
  const points = pathPoints(layout, turn)
  const by = to >= from ? 1 : -1
  const route: Point[] = []
  const y = turnY(layout, turn)
  for (let i = from; by > 0 ? i <= to : i >= to; i += by) {
    const point = points[i]
    if (!point) continue
    const before = route.at(-1)
    if (before && before.x !== point.x) route.push({ x: before.x, y }, { x: point.x, y })
    route.push(point)
  }
  return route
}

export function routeLength(route: readonly Point[]): number {
  let length = 0
  for (const [i, point] of route.entries()) {
    const before = route[i - 1]
    if (before) length += Math.hypot(point.x - before.x, point.y - before.y)
  }
  return length
}

/** Bar and hatch on the edge to the layer that was never asked. */
export function shortCircuitBar(layout: OnionLayout, turn: number) {
  const { scale } = layout.box
  const row = layout.rows[turn]
  const x = layout.xIn - 10 * scale
  return { x, y: row ? row.y + row.height : 0, width: layout.xOut + 10 * scale - x, bar: 3 * scale, hatch: 6 * scale }
}

/** The plate on the outermost edge where the browser keeps the response. */
export function blockedPlate(layout: OnionLayout) {
  const { scale } = layout.box
  const y = layout.rows[0]?.y ?? HEAD
  return { x: layout.xOut - 13 * scale, y: y - 3.5 * scale, width: 26 * scale, height: 7 * scale }
}
