// The onion as a flat list: what is read aloud, and on demand what is read on screen.
import { useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { firstStepOf, layerLabel, ringsOfRow, type ShownExchange } from '../../engine/trace'
import { RowButtons, type Arranging } from './LayerControls'

interface LayerListProps {
  readonly shown: ShownExchange
  /** Row of the cursor, -1 at the page, null without steps. */
  readonly current: number | null
  /** Row that was chosen, or −1. */
  readonly chosen: number
  /** Rows that no step leads to can be chosen as well. */
  readonly canChooseAll: boolean
  readonly tall: { readonly isTall: boolean; readonly onTall: (isTall: boolean) => void } | undefined
  readonly onRow: (row: number) => void
  readonly onToggleGroup: ((group: string) => void) | undefined
  readonly onFocusRow: (row: number | null) => void
  readonly arranging: Arranging | null
}

export function LayerList(props: LayerListProps) {
  const { shown, current, chosen, canChooseAll, tall, onRow, onToggleGroup, onFocusRow, arranging } = props
  const id = useId()
  const [open, setOpen] = useState(false)
  const [roving, setRoving] = useState(0)
  const list = useRef<HTMLOListElement>(null)
  const last = shown.rows.length - 1
  const active = Math.min(roving, last)

  const lifted = arranging?.lifted ?? null
  const rowOf = (element: Element | null): number =>
    [...(list.current?.querySelectorAll('[data-layer]') ?? [])].findIndex((one) => one === element)
  // A row that is moved is another place of the list; React keeps the focus on its button.
  useEffect(() => {
    const row = rowOf(document.activeElement)
    if (row >= 0) setRoving(row)
  }, [lifted])

  const move = (event: KeyboardEvent) => {
    const focused = rowOf(event.target as HTMLElement)
    if (focused >= 0 && arranging?.onKey(focused, event)) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    const row = shown.rows[active]
    if (row?.group != null && event.key === (row.folded ? 'ArrowRight' : 'ArrowLeft')) {
      event.preventDefault()
      onToggleGroup?.(row.group)
      return
    }
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: last }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = Math.min(Math.max(0, to), last)
    setRoving(next)
    list.current?.querySelectorAll<HTMLElement>('[data-layer]')[next]?.focus()
  }

  return (
    <div className="on-list-part">
      <div className="on-tools">
        {tall ? (
          <button
            type="button"
            className="on-list-toggle"
            aria-keyshortcuts="F"
            onClick={() => tall.onTall(!tall.isTall)}
          >
            {tall.isTall ? 'Usual height' : 'Whole column'}
          </button>
        ) : null}
        <button
          type="button"
          className="on-list-toggle"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Hide the list' : 'Layers as a list'}
        </button>
      </div>
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
              // Folded and unfolded, a run begins at one ring: the focus stays with it.
              key={rings[0]?.id ?? row.id}
              aria-label={label}
              aria-current={current === i ? 'step' : undefined}
              data-lifted={lifted === i || undefined}
            >
              <button
                type="button"
                data-layer
                tabIndex={i === active ? 0 : -1}
                aria-pressed={canChooseAll ? chosen === i : undefined}
                aria-disabled={
                  (!canChooseAll && !arranging?.isArranging && firstStepOf(shown, i) === null) || undefined
                }
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
