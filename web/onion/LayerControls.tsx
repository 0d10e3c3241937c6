// Takes hold of layers in the picture: moves them by pointer or keys, and switches them off. Says what is wished for;
// what becomes of it is somebody else's.
import { useEffect, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent as ReactPointerEvent, RefObject } from 'react'
import { rowName, type Row, type ShownExchange } from '../../engine/trace'
import { Icon } from '../ui'
import { arrangeRows, movableRows, moved, placeWords, stackOf } from './arranging'
import type { OnionLayout } from './geometry'
import './controls.css'

/** What can be done with the layers of the shown run. */
export interface LayerChanges {
  /** Ids of the layers that the program registered, outermost first: those can be moved and switched off. */
  readonly stack: readonly string[]
  /** Why another ring can be neither moved nor switched off, as a sentence. */
  readonly whyFixed: (ring: string) => string
  /** Settles when the new order is on screen, or when it is clear that it will not be. */
  readonly move: (stack: readonly string[], layer: string) => Promise<void>
  readonly switchOff: (layer: string) => void
}

interface Lift {
  /** Rows of the run as it is shown, in the order in which they stand now. */
  readonly order: readonly number[]
  /** The row that is moved, as a row of the run. */
  readonly row: number
  readonly by: 'pointer' | 'keys' | 'dropped'
}

/** What drawing and list need of it. */
export interface Arranging {
  /** The exchange as it is to be drawn: with its rows in the order in which they are just held. */
  readonly shown: ShownExchange
  readonly isArranging: boolean
  /** Row of `shown` that is held, or null. */
  readonly lifted: number | null
  /** Rows of `shown` that can be moved. */
  readonly movable: readonly number[]
  /** The newest thing to be read aloud. */
  readonly said: string
  readonly onGrab: (row: number, event: ReactPointerEvent<Element>) => void
  /** Keys on a row of the list. @returns whether it was one of its own */
  readonly onKey: (row: number, event: KeyboardEvent) => boolean
  readonly onLeave: () => void
  readonly moveBy: (row: number, by: 1 | -1) => void
  readonly switchOff: (row: number) => void
}

/** Moved less than this, a press is a click. */
const SLOP = 4

/** @param layout  of what is drawn, to tell the row under the pointer */
export function useArranging(
  given: ShownExchange,
  changes: LayerChanges | undefined,
  layout: RefObject<OnionLayout | null>,
): Arranging | null {
  const [lift, setLift] = useState<Lift | null>(null)
  const [said, say] = useState('')
  const letGo = useRef<(() => void) | null>(null)
  useEffect(() => () => letGo.current?.(), [])
  // A run that came meanwhile is another picture.
  useEffect(() => setLift(null), [given.view])
  if (!changes || changes.stack.length === 0) return null
  const base = movableRows(given, changes.stack)
  const isArranging = lift !== null && lift.order.length === base.length
  const shown = isArranging ? arrangeRows(given, base, lift.order) : given
  const nameAt = (row: number) => rowName(given, given.rows[row] as Row)
  const idAt = (row: number) => given.view.rings[shown.rows[row]?.rings[0] ?? -1]?.id ?? ''
  const words = (order: readonly number[], row: number) => placeWords(order.map(nameAt), order.indexOf(row))

  const drop = (order: readonly number[], row: number) => {
    if (order.every((one, at) => one === base[at])) {
      setLift(null)
      return
    }
    setLift({ order, row, by: 'dropped' })
    const id = given.view.rings[given.rows[row]?.rings[0] ?? -1]?.id ?? ''
    void changes
      .move(stackOf(arrangeRows(given, base, order), changes.stack), id)
      .finally(() => setLift((now) => (now?.by === 'dropped' ? null : now)))
  }
  const shift = (order: readonly number[], row: number, by: 1 | -1): readonly number[] => {
    const at = order.indexOf(row)
    return order[at + by] === undefined ? order : moved(order, at, at + by)
  }

  return {
    shown,
    isArranging,
    lifted: isArranging && lift.by !== 'dropped' ? (base[lift.order.indexOf(lift.row)] ?? null) : null,
    movable: base.length > 1 ? base : [],
    said,
    onGrab: (row, event) => {
      const svg = event.currentTarget.closest('svg')
      if (event.button !== 0 || !svg || !base.includes(row) || base.length < 2 || isArranging) return
      const { clientX, clientY } = event
      let order: readonly number[] = base
      let isHeld = false
      const follow = ({ clientX: x, clientY: y }: PointerEvent) => {
        if (!isHeld && Math.hypot(x - clientX, y - clientY) < SLOP) return
        isHeld = true
        const box = svg.getBoundingClientRect()
        const target = rowAt(layout.current, ((y - box.top) * (layout.current?.box.height ?? 1)) / box.height)
        const place = base.indexOf(Math.min(Math.max(target, base[0] ?? 0), base.at(-1) ?? 0))
        if (place >= 0) order = moved(order, order.indexOf(row), place)
        setLift({ order, row, by: 'pointer' })
      }
      const end = (isDropped: boolean) => {
        letGo.current?.()
        if (!isHeld) return
        // The click that follows a drag is none.
        const swallow = (click: Event) => click.stopPropagation()
        window.addEventListener('click', swallow, { capture: true, once: true })
        setTimeout(() => window.removeEventListener('click', swallow, { capture: true }))
        if (isDropped) drop(order, row)
        else setLift(null)
      }
      const up = () => end(true)
      const cancel = () => end(false)
      const escape = (press: globalThis.KeyboardEvent) => {
        if (press.key !== 'Escape') return
        press.preventDefault()
        end(false)
      }
      window.addEventListener('pointermove', follow)
      window.addEventListener('pointerup', up)
      window.addEventListener('pointercancel', cancel)
      window.addEventListener('keydown', escape)
      letGo.current = () => {
        window.removeEventListener('pointermove', follow)
        window.removeEventListener('pointerup', up)
        window.removeEventListener('pointercancel', cancel)
        window.removeEventListener('keydown', escape)
        letGo.current = null
      }
    },
    onKey: (row, event) => {
      const name = rowName(shown, shown.rows[row] as Row)
      if (lift?.by === 'keys' && isArranging) {
        const by = { ArrowUp: -1 as const, ArrowDown: 1 as const }[event.key]
        if (by) {
          const order = shift(lift.order, lift.row, by)
          setLift({ ...lift, order })
          say(`${nameAt(lift.row)}: ${words(order, lift.row)}.`)
        } else if (event.key === ' ' || event.key === 'Enter') {
          say(`${nameAt(lift.row)} is put down, ${words(lift.order, lift.row)}.`)
          drop(lift.order, lift.row)
        } else if (event.key === 'Escape') {
          setLift(null)
          say(`${nameAt(lift.row)} is put back.`)
        } else return event.key !== 'Tab'
        return true
      }
      const isOwn = event.key === ' ' || event.key === 'Delete'
      if (!isOwn) return false
      if (!base.includes(row)) {
        say(changes.whyFixed(idAt(row)))
        return true
      }
      if (event.key === 'Delete') {
        if (shown.rows[row]?.folded) say(`Unfold ${name} first.`)
        else changes.switchOff(idAt(row))
      } else if (base.length < 2)
        say(`${name} is the only layer that the program adds, so there is no other place for it.`)
      else {
        setLift({ order: base, row, by: 'keys' })
        say(`${name} is lifted, ${words(base, row)}. Arrows move it, Space puts it down, Escape puts it back.`)
      }
      return true
    },
    onLeave: () => setLift((now) => (now?.by === 'keys' ? null : now)),
    moveBy: (row, by) => {
      const order = shift(base, row, by)
      if (order !== base) drop(order, row)
    },
    switchOff: (row) => changes.switchOff(idAt(row)),
  }
}

/** The row whose crown holds a height. */
function rowAt(layout: OnionLayout | null, y: number): number {
  const rows = layout?.rows ?? []
  const at = rows.findIndex((row) => y < row.y + row.height)
  return at < 0 ? rows.length - 1 : at
}

/** In the picture: a grip before the name, and a switch behind it. */
export function RowHandles(props: {
  readonly arranging: Arranging
  readonly row: number
  /** Width of the name's pill, and from lane to lane, at scale 1. */
  readonly pill: number
  readonly room: number
}) {
  const { arranging, row, pill, room } = props
  const own = arranging.shown.rows[row]
  if (!own || own.folded || !arranging.movable.includes(row) || pill + 2 * GLYPH > room - PORT) return null
  const x = pill / 2 + 6
  return (
    <>
      <g className="on-handle on-grip" ref={keepTouch} transform={`translate(${-x} 0)`}>
        <title>Drag to another place</title>
        <rect x={-HANDLE / 2} y={-12} width={HANDLE} height={24} />
        <path d="M-3 -5h.1M3 -5h.1M-3 0h.1M3 0h.1M-3 5h.1M3 5h.1" />
      </g>
      <g
        className="on-handle on-off"
        transform={`translate(${x} 0)`}
        onPointerDown={(event) => event.stopPropagation()}
        onClick={(event) => {
          event.stopPropagation()
          arranging.switchOff(row)
        }}
      >
        <title>Run without it</title>
        <rect x={-HANDLE / 2} y={-12} width={HANDLE} height={24} />
        <path d="M0 -5.500v5M-3.600 -3.600a5 5 0 107.200 0" />
      </g>
    </>
  )
}

/** A finger on the grip drags, and does not scroll: `touch-action` has no effect on shapes in Chromium 156. */
function keepTouch(grip: SVGGElement | null) {
  const keep = (event: Event) => event.preventDefault()
  grip?.addEventListener('touchstart', keep, { passive: false })
  return () => grip?.removeEventListener('touchstart', keep)
}

/** Width that takes a press; width that is drawn beside the pill; and of a port on a lane. */
const HANDLE = 20
const GLYPH = 12
const PORT = 14

/** In the list: the same as buttons, for who does not drag. */
export function RowButtons({ arranging, row, isActive }: { arranging: Arranging; row: number; isActive: boolean }) {
  const { shown, movable } = arranging
  const own = shown.rows[row]
  if (!own || own.folded || !movable.includes(row) || arranging.isArranging) return null
  const name = rowName(shown, own)
  const tabIndex = isActive ? 0 : -1
  return (
    <span className="on-row-buttons">
      <button
        type="button"
        tabIndex={tabIndex}
        disabled={row === movable[0]}
        onClick={() => arranging.moveBy(row, -1)}
        aria-label={`Move ${name} outwards`}
      >
        <span className="on-outwards">
          <Icon name="down" size={14} />
        </span>
      </button>
      <button
        type="button"
        tabIndex={tabIndex}
        disabled={row === movable.at(-1)}
        onClick={() => arranging.moveBy(row, 1)}
        aria-label={`Move ${name} inwards`}
      >
        <Icon name="down" size={14} />
      </button>
      <button type="button" tabIndex={tabIndex} onClick={() => arranging.switchOff(row)}>
        Run without {name}
      </button>
    </span>
  )
}
