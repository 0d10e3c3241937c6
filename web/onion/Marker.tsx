// The marker: where the request or response is at this step, and how it got there from the step before.
import { useEffect, useRef } from 'react'
import type { ShownExchange } from '../../engine/trace'
import type { Drawing } from './drawing'
import { markerRoute, routeLength, turnY } from './geometry'

const RADIUS = 12

const durations = new Map<string, number>()
if (typeof matchMedia === 'function')
  matchMedia('(prefers-reduced-motion: reduce)').addEventListener('change', () => durations.clear())

/** Reads a duration token, so that reduced motion (all of them 0) is honoured in one place. Once: asking costs the page a layout. */
function durationOf(element: Element, token: string): number {
  let duration = durations.get(token)
  if (duration === undefined) {
    const value = getComputedStyle(element).getPropertyValue(token).trim()
    duration = value.endsWith('ms')
      ? Number.parseFloat(value)
      : value.endsWith('s')
        ? Number.parseFloat(value) * 1000
        : 0
    durations.set(token, duration)
  }
  return duration
}

export function Marker({ drawing, shown, step }: { drawing: Drawing; shown: ShownExchange; step: number }) {
  const ref = useRef<SVGGElement>(null)
  const before = useRef<{ shown: ShownExchange; point: number } | null>(null)
  const { layout, points } = drawing
  const { scale } = layout.box
  const current = shown.steps[step]
  const point = current?.point ?? 0
  const at = points[point]
  const short = drawing.barAt !== null && point === shown.turn + 2
  useEffect(() => {
    const element = ref.current
    const last = before.current
    before.current = { shown, point }
    if (!element || !last || last.shown !== shown || last.point === point) return
    // The next message of a WebSocket begins at the other end of the other lane: nothing went there along the path.
    const isIn = (at: number) => at <= shown.turn + 1
    if (current?.kind === 'body' && isIn(last.point) !== isIn(point) && Math.abs(last.point - point) > 1) return
    const bounce = short && last.point === point - 1
    const duration = durationOf(element, bounce ? '--m-bounce' : '--m-step')
    if (duration === 0 || typeof element.animate !== 'function') return
    const route = markerRoute(layout, shown.turn, last.point, point)
    const overshoot = turnY(layout, shown.turn) + 4 * scale
    const length = routeLength(route)
    let gone = 0
    const frames = route.map((one, i) => {
      const previous = route[i - 1]
      if (previous) gone += Math.hypot(one.x - previous.x, one.y - previous.y)
      const isTurn = bounce && i > 0 && i < route.length - 1
      return {
        transform: `translate(${one.x}px, ${isTurn ? overshoot : one.y}px)`,
        offset: length === 0 ? 0 : Math.min(1, gone / length),
      }
    })
    const easing = bounce ? 'cubic-bezier(.3, 1.4, .5, 1)' : 'cubic-bezier(.3, 0, .1, 1)'
    const animation = element.animate(frames, { duration, easing })
    return () => animation.cancel()
  }, [layout, shown, point, short, scale, current?.kind])
  if (!at) return null
  const isStop = current?.kind === 'stop'
  return (
    <g ref={ref} className="on-marker" style={{ transform: `translate(${at.x}px, ${at.y}px)` }}>
      <circle className="on-halo" r={RADIUS * scale} />
      <circle className="on-mark-ring" r={RADIUS * scale} />
      {isStop ? (
        <rect className="on-stop" x={-5 * scale} y={-5 * scale} width={10 * scale} height={10 * scale} />
      ) : null}
    </g>
  )
}
