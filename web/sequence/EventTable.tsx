// Every event of the session as a table of which only the rows in sight exist. Arrows move, Enter takes the cursor along.
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { RunDocument, TraceEvent } from '../../engine/protocol'
import { lastUpTo, type Lane, type TimePoint } from '../../engine/trace'
import { EVERYTHING, filterEvents, GROUPS, namesOf, ringsIn, rowForKey, rowText, type Filter, type Group } from './rows'

export interface EventTableProps {
  readonly document: RunDocument
  readonly point: TimePoint
  readonly goTo: (point: TimePoint, exchange?: number | null) => void
  readonly lanes: readonly Lane[]
  readonly isNarrow: boolean
}

const ROW_PX = 26
const OVERSCAN = 8

export function EventTable({ document, point, goTo, lanes, isNarrow }: EventTableProps) {
  const { events, layers } = document
  const [filter, setFilter] = useState<Filter>(EVERYTHING)
  const shown = useMemo(() => filterEvents(events, filter), [events, filter])
  const names = useMemo(() => namesOf(layers), [layers])
  const scroller = useRef<HTMLDivElement>(null)
  const now = lastUpTo(shown, point.seq)
  /** Row that the keys move; follows the cursor until they do. */
  const [moved, setMoved] = useState<number | null>(null)
  const active = Math.min(moved ?? Math.max(0, now), Math.max(0, shown.length - 1))
  const wantsFocus = useRef(false)
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoises here, and its values go into no memo
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  })
  useEffect(() => setMoved(null), [point, shown])
  useEffect(() => {
    if (shown.length === 0) return
    const box = scroller.current
    const isSeen =
      box !== null && active * ROW_PX >= box.scrollTop && (active + 1) * ROW_PX <= box.scrollTop + box.clientHeight
    if (!isSeen) rows.scrollToIndex(active, { align: moved === null ? 'center' : 'auto' })
  }, [rows, active, moved, shown])
  useEffect(() => {
    if (!wantsFocus.current) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${active}"]`)
    if (!row) return
    wantsFocus.current = false
    row.focus({ preventScroll: true })
  })
  const go = (index: number) => {
    const event = shown[index]
    if (event) goTo({ at: event.at, seq: event.seq }, event.exchange)
  }
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Enter') {
      wantsFocus.current = true
      go(active)
    } else {
      const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 2)
      const to = rowForKey(event.key, active, shown.length, page)
      if (to === null) return
      wantsFocus.current = true
      setMoved(to)
    }
    event.preventDefault()
  }
  const items = rows.getVirtualItems()
  const isActiveThere = items.some((item) => item.index === active)
  return (
    <section className="seq-events" aria-label="Events">
      <Filters filter={filter} onFilter={setFilter} lanes={lanes} events={events} names={names} count={shown.length} />
      <div
        role="table"
        aria-label="What happened, in order"
        aria-rowcount={shown.length + 1}
        aria-colcount={isNarrow ? 3 : 4}
        className={`seq-table${isNarrow ? ' seq-table--narrow' : ''}`}
      >
        <div role="rowgroup">
          <div role="row" aria-rowindex={1} className="seq-table__head">
            <span role="columnheader">virtual ms</span>
            <span role="columnheader">request</span>
            {!isNarrow && <span role="columnheader">layer</span>}
            <span role="columnheader">what happened</span>
          </div>
        </div>
        <div
          role="rowgroup"
          className="seq-table__body"
          ref={scroller}
          tabIndex={isActiveThere || shown.length === 0 ? -1 : 0}
          onKeyDown={press}
          onClick={({ target }) => {
            const row = target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null
            if (row) go(Number(row.dataset['row']))
          }}
          onFocus={(event) => {
            if (event.target !== event.currentTarget || shown.length === 0) return
            wantsFocus.current = true
            rows.scrollToIndex(active)
          }}
        >
          <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
            {items.map((item) => {
              const event = shown[item.index]
              return (
                event && (
                  <Row
                    key={event.seq}
                    event={event}
                    names={names}
                    index={item.index}
                    start={item.start}
                    isNow={item.index === now}
                    isActive={item.index === active}
                    isNarrow={isNarrow}
                  />
                )
              )
            })}
          </div>
        </div>
      </div>
    </section>
  )
}

interface RowProps {
  readonly event: TraceEvent
  readonly names: ReadonlyMap<string, string>
  readonly index: number
  readonly start: number
  readonly isNow: boolean
  readonly isActive: boolean
  readonly isNarrow: boolean
}

const Row = memo(function Row({ event, names, index, start, isNow, isActive, isNarrow }: RowProps) {
  const { at, request, layer, what, tone } = rowText(event, names)
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-current={isNow ? 'step' : undefined}
      data-row={index}
      tabIndex={isActive ? 0 : -1}
      className={`seq-table__row seq-table__row--${tone}${isNow ? ' seq-table__row--now' : ''}`}
      style={{ transform: `translateY(${start}px)` }}
    >
      <span role="cell" className="num">
        {at}
      </span>
      <span role="cell">{request}</span>
      {!isNarrow && <b role="cell">{layer}</b>}
      <span role="cell" title={what}>
        {isNarrow && <b>{layer} </b>}
        {what}
      </span>
    </div>
  )
})

const Filters = memo(function Filters(props: {
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
  readonly lanes: readonly Lane[]
  readonly events: readonly TraceEvent[]
  readonly names: ReadonlyMap<string, string>
  readonly count: number
}) {
  const { filter, onFilter, lanes, events, names, count } = props
  const rings = useMemo(() => ringsIn(events), [events])
  return (
    <div className="seq-filters">
      <label>
        <span>Request</span>
        <select
          className="field"
          value={filter.exchange ?? ''}
          onChange={({ target }) =>
            onFilter({ ...filter, exchange: target.value === '' ? null : Number(target.value) })
          }
        >
          <option value="">all</option>
          {lanes.map((lane) => (
            <option key={lane.exchange} value={lane.exchange}>
              {lane.letter} {lane.method} {lane.target}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Layer</span>
        <select
          className="field"
          value={filter.layer ?? ''}
          onChange={({ target }) => onFilter({ ...filter, layer: target.value || null })}
        >
          <option value="">all</option>
          {rings.map((ring) => (
            <option key={ring} value={ring}>
              {names.get(ring) ?? ring}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Kind</span>
        <select
          className="field"
          value={filter.group ?? ''}
          onChange={({ target }) => onFilter({ ...filter, group: (target.value || null) as Group | null })}
        >
          <option value="">all</option>
          {Object.entries(GROUPS).map(([id, { name }]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <span className="seq-filters__count" role="status">
        {count === events.length ? `${count} events` : `${count} of ${events.length} events`}
      </span>
    </div>
  )
})
