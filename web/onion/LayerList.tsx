// The onion as a flat list: what is read aloud, and on demand what is read on screen.
import { useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { firstStepOf, layerLabel, ringsOfRow, type ShownExchange } from '../../engine/trace'
import { RowButtons, type Arranging } from './LayerControls'

interface LayerListProps {
  readonly shown: ShownExchange
  /** Row of the cursor, -1 at the page, null without steps. */
  readonly current: number | null
  readonly onRow: (row: number) => void
  readonly onToggleGroup: ((group: string) => void) | undefined
  readonly onFocusRow: (row: number | null) => void
  readonly arranging: Arranging | null
}

export function LayerList({ shown, current, onRow, onToggleGroup, onFocusRow, arranging }: LayerListProps) {
  const id = useId()
  const [open, setOpen] = useState(false)
  const [roving, setRoving] = useState(0)
  const list = useRef<HTMLOListElement>(null)
  const last = shown.rows.length - 1
  const active = Math.min(roving, last)

  const lifted = arranging?.lifted ?? null
  // A row that is moved is another place of the list; React keeps the focus on its button.
  useEffect(() => {
    if (lifted !== null) setRoving(lifted)
  }, [lifted])

  const move = (event: KeyboardEvent) => {
    const isOnLayer = (event.target as HTMLElement).matches('[data-layer]')
    if (isOnLayer && arranging?.onKey(active, event)) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: last }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const row = Math.min(Math.max(0, to), last)
    setRoving(row)
    list.current?.querySelectorAll<HTMLElement>('[data-layer]')[row]?.focus()
  }

  return (
    <div className="on-list-part">
      <button
        type="button"
        className="on-list-toggle"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {open ? 'Hide the list' : 'Layers as a list'}
      </button>
      <ol
        id={id}
        ref={list}
        className={open ? 'on-list' : 'on-list on-unseen'}
        onKeyDown={move}
        onBlur={(event) => {
          onFocusRow(null)
          if (!event.currentTarget.contains(event.relatedTarget)) arranging?.onLeave()
        }}
      >
        {shown.rows.map((row, i) => {
          const label = layerLabel(shown, row)
          const rings = ringsOfRow(shown, row)
          const count = rings.length
          return (
            <li
              key={row.id}
              aria-label={label}
              aria-current={current === i ? 'step' : undefined}
              data-lifted={lifted === i || undefined}
            >
              <button
                type="button"
                data-layer
                tabIndex={i === active ? 0 : -1}
                aria-disabled={(!arranging?.isArranging && firstStepOf(shown, i) === null) || undefined}
                onFocus={() => {
                  setRoving(i)
                  onFocusRow(i)
                }}
                onClick={() => onRow(i)}
              >
                {label}
              </button>
              {row.group !== null && onToggleGroup ? (
                <button
                  type="button"
                  className="on-list-fold"
                  tabIndex={i === active ? 0 : -1}
                  aria-expanded={!row.folded}
                  onClick={() => row.group !== null && onToggleGroup(row.group)}
                >
                  {row.folded ? `Show the ${count} layers one by one` : 'Fold these layers'}
                </button>
              ) : null}
              {arranging ? <RowButtons arranging={arranging} row={i} isActive={i === active} /> : null}
            </li>
          )
        })}
      </ol>
    </div>
  )
}
