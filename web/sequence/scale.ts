// Where a point of a session lies on the axis, in pixels: by virtual time, or by the number of the event. Pure.
import type { Span, TimePoint } from '../../engine/trace'

export type Axis = 'time' | 'events'

export interface Scale {
  readonly axis: Axis
  /** Length of the whole track. */
  readonly width: number
  x(point: TimePoint): number
  /** The point under a pixel: on the time axis without a number, which then is the last one of that time. */
  pointAt(x: number): TimePoint
}

/** Room before the first point, for its flag, and after the last one, for how it ended. */
const BEFORE = 16
const AFTER = 96
/** Longer tracks than this are of no use, and hard on the browser. */
const LONGEST = 120_000

/** A scale for a track of so many pixels at zoom 1. */
export function makeScale(span: Span, axis: Axis, fit: number, zoom: number): Scale {
  const width = Math.min(LONGEST, Math.max(1, Math.round(fit * zoom)))
  const room = Math.max(1, width - BEFORE - AFTER)
  const value = (point: TimePoint) => (axis === 'time' ? point.at : point.seq)
  const first = value(span.from)
  const length = Math.max(value(span.to) - first, Number.MIN_VALUE)
  return {
    axis,
    width,
    x: (point) => BEFORE + Math.min(1, Math.max(0, (value(point) - first) / length)) * room,
    pointAt: (x) => {
      const at = first + Math.min(1, Math.max(0, (x - BEFORE) / room)) * length
      return axis === 'time' ? { at, seq: Infinity } : { at: Infinity, seq: Math.round(at) }
    },
  }
}

/** How much the track may be enlarged. */
export function mostZoom(fit: number): number {
  return Math.max(1, LONGEST / Math.max(1, fit))
}

/** The zoom at which a span takes most of what can be seen. */
export function zoomTo(span: Span, of: Span, axis: Axis, fit: number): number {
  const value = (point: TimePoint) => (axis === 'time' ? point.at : point.seq)
  const part = value(span.to) - value(span.from)
  const whole = value(of.to) - value(of.from)
  if (part <= 0 || whole <= 0) return 1
  return Math.min(mostZoom(fit), Math.max(1, (whole / part) * 0.7))
}

export interface AxisTick {
  readonly x: number
  readonly text: string
}

/** Round numbers about this far apart. */
const TICK_PX = 88

/** The marks of the axis. */
export function axisTicks(scale: Scale, span: Span): AxisTick[] {
  const of = (at: number): TimePoint => ({ at, seq: at })
  const first = scale.axis === 'time' ? span.from.at : span.from.seq
  const last = scale.axis === 'time' ? span.to.at : span.to.seq
  if (last <= first) return [{ x: scale.x(of(first)), text: String(first) }]
  const step = roundStep(((last - first) * TICK_PX) / Math.max(1, scale.width - BEFORE - AFTER))
  const ticks: AxisTick[] = []
  for (let value = Math.ceil(first / step) * step; value <= last + step / 1e6; value += step)
    ticks.push({ x: scale.x(of(value)), text: String(Number(value.toFixed(3))) })
  return ticks
}

/** The next of 1, 2, 5, 10, 20 … that is no less. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-3)))
  return ([1, 2, 5, 10].find((one) => one * power >= least) ?? 10) * power
}

/** A piece of a lane in pixels, standing for one or more spans. */
export interface Piece<T> {
  readonly x: number
  readonly width: number
  readonly first: T
  /** How many spans it stands for. */
  readonly count: number
}

/** Spans in pixels; neighbours of one kind that nobody could tell apart become one. */
export function pieces<T extends Span>(spans: readonly T[], scale: Scale, kindOf: (span: T) => string): Piece<T>[] {
  const list: { x: number; width: number; first: T; count: number; kind: string }[] = []
  for (const span of spans) {
    const x = scale.x(span.from)
    const end = Math.max(x + 1, scale.x(span.to))
    const kind = kindOf(span)
    const last = list.at(-1)
    if (last?.kind === kind && (end - last.x < 3 || (x - (last.x + last.width) < 1 && end - x < 3))) {
      last.width = Math.max(last.width, end - last.x)
      last.count++
    } else list.push({ x, width: end - x, first: span, count: 1, kind })
  }
  return list
}
