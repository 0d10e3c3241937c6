// The drawing: rings, lanes, ports, names, notes and the marker, put together in the order in which they cover each other.
import { useEffect, useId, useState } from 'react'
import type { CSSProperties } from 'react'
import type { ShownExchange } from '../../engine/trace'
import { pulsesAt, reachedPoint, type DrawnRow, type Drawing } from './drawing'
import { blockedPlate, ringPath, shortCircuitBar } from './geometry'
import { GuessPath, type Guess } from './GuessPath'
import type { Arranging } from './LayerControls'
import { Head, Heads, MarginNote, PortMark, PulsePill, pulseNote, Textures } from './marks'
import { Marker } from './Marker'
import { RowName } from './RowName'

/** `--m-draw`, and the last piece's own moment. */
const FRESH_MS = 700

/** True for the time in which a fresh run draws its path. */
function useFresh(runKey: string | number | undefined): boolean {
  const [settled, setSettled] = useState<string | number | undefined>(undefined)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(runKey), FRESH_MS)
    return () => clearTimeout(timer)
  }, [runKey])
  return runKey !== settled
}

interface DrawingProps {
  readonly drawing: Drawing
  readonly shown: ShownExchange
  readonly step: number
  readonly focused: number | null
  readonly arranging: Arranging | null
  readonly chosen: number
  readonly runKey: string | number | undefined
  readonly guess: Guess | undefined
  readonly onRow: (row: number) => void
  readonly onToggleGroup: ((group: string) => void) | undefined
}

export function OnionDrawing({
  drawing,
  guess,
  shown,
  step,
  focused,
  chosen,
  arranging,
  runKey,
  onRow,
  onToggleGroup,
}: DrawingProps) {
  const id = useId()
  const fresh = useFresh(runKey)
  const { layout, rows } = drawing
  const { width, height, scale } = layout.box
  const current = shown.steps[step]
  const reached = reachedPoint(shown, step)
  const isStack = shown.view.kind === 'stack'
  const state = (to: number) => (to <= reached ? 'on-done' : 'on-ahead')
  const bar = drawing.barAt === null ? null : shortCircuitBar(layout, drawing.barAt)
  const barTo = drawing.barAt === null ? 0 : 2 * drawing.barAt + 2 - drawing.barAt
  const fill = (row: DrawnRow) => fillOf(row, id, isStack)
  const pulses = pulsesAt(shown, step)
  const pulseNotes = layout.box.margin > 0 ? pulses.map(pulseNote) : []
  const notes = [
    ...drawing.notes.filter((note) => !pulseNotes.some((pulse) => pulse.row === note.row && pulse.side === note.side)),
    ...pulseNotes,
  ]
  return (
    <svg
      className="on-svg"
      aria-hidden="true"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      data-stack={isStack || undefined}
      data-arranging={arranging?.isArranging || undefined}
    >
      <Textures id={id} />
      <g className="on-rings">
        {rows.map((row) => {
          const shape = layout.rows[row.index]
          if (!shape) return null
          const mount = layout.mounts.find((one) => one.row === row.index)
          return (
            <g
              key={row.row.id}
              className={`on-ring on-${row.origin}${row.dead ? ' on-dead' : ''}${arranging?.lifted === row.index ? ' on-lifted' : ''}${chosen === row.index ? ' on-chosen' : ''}`}
              onPointerDown={(event) => arranging?.onGrab(row.index, event)}
              onClick={() => onRow(row.index)}
            >
              {mount ? <path className="on-mount" d={ringPath(mount)} /> : null}
              <path className="on-skin" d={ringPath(shape)} style={{ fill: fill(row) }} />
              {Array.from({ length: row.skins }, (_, i) => (
                <path key={i} className="on-skin on-inner" d={ringPath(shape, 2.6 * (i + 1))} />
              ))}
            </g>
          )
        })}
      </g>
      {drawing.plates.map((plate) => (
        <text
          key={plate.y}
          className="on-plate"
          x={layout.centre}
          y={plate.y}
          textAnchor="middle"
          dominantBaseline="central"
        >
          {plate.text}
        </text>
      ))}
      <g className="on-notes">
        {notes.map((note) => (
          <MarginNote
            key={`${note.side}${note.row}`}
            note={note}
            drawing={drawing}
            state={isStack ? '' : state(note.to)}
          />
        ))}
      </g>
      <g className={fresh ? 'on-lanes on-fresh' : 'on-lanes'}>
        {drawing.segments.map((segment) => (
          <g
            key={segment.to}
            className={`on-segment on-${segment.kind} ${state(segment.to)}`}
            style={{ '--on-turn': segment.to / Math.max(1, drawing.segments.length) } as CSSProperties}
          >
            <path className="on-line" d={segment.d} />
            {segment.kind === 'out' ? <path className="on-core-line" d={segment.d} /> : null}
          </g>
        ))}
        {drawing.segments.length > 0 ? <Heads drawing={drawing} shown={shown} reached={reached} /> : null}
      </g>
      {bar ? (
        <g className={`on-bar ${state(barTo)}`}>
          <rect x={bar.x} y={bar.y} width={bar.width} height={bar.hatch} fill={`url(#${id}stop)`} />
          <path d={`M${bar.x} ${bar.y}h${bar.width}`} strokeWidth={bar.bar} />
        </g>
      ) : null}
      {drawing.blockedAt === null ? null : (
        <rect
          className={`on-blocked ${state(drawing.blockedAt)}`}
          {...blockedPlate(layout)}
          fill={`url(#${id}blocked)`}
          strokeWidth={1.25 * scale}
        />
      )}
      {guess ? <GuessPath guess={guess} shown={shown} layout={layout} /> : null}
      <g className="on-ports">
        {drawing.ports.map((port) => (
          <PortMark key={`${port.to}${port.sign}`} port={port} scale={scale} state={state(port.to)} />
        ))}
      </g>
      <g className="on-names">
        {rows.map((row) => (
          <RowName
            key={row.row.id}
            row={row}
            drawing={drawing}
            current={current?.row === row.index}
            focused={focused === row.index}
            arranging={arranging}
            chosen={chosen === row.index}
            onRow={onRow}
            onToggleGroup={onToggleGroup}
          />
        ))}
      </g>
      <Head drawing={drawing} />
      {pulses.map((pulse) => (
        <PulsePill key={pulse.number} pulse={pulse} drawing={drawing} />
      ))}
      {current ? <Marker drawing={drawing} shown={shown} step={step} /> : null}
    </svg>
  )
}

function fillOf(row: DrawnRow, id: string, isStack: boolean): string {
  if (isStack) return 'none'
  if (row.dead) return 'var(--sunken)'
  if (row.origin === 'library') return `url(#${id}hatch)`
  if (row.origin === 'framework') return `url(#${id}dots)`
  if (row.origin === 'yours') return 'var(--yours-fill)'
  return row.origin === 'server' ? 'var(--sunken)' : 'var(--paper)'
}
