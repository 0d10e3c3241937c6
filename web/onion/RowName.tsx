// The name of a row: its pill with the sign of its origin, and what can be done with it.
import type { DrawnRow, Drawing } from './drawing'
import { RowHandles, type Arranging } from './LayerControls'
import { nameWidth, SIGN } from './names'

interface RowNameProps {
  readonly row: DrawnRow
  readonly drawing: Drawing
  readonly current: boolean
  readonly focused: boolean
  readonly arranging: Arranging | null
  readonly chosen: boolean
  readonly onRow: (row: number) => void
  readonly onToggleGroup: ((group: string) => void) | undefined
}

export function RowName({ row, drawing, current, focused, chosen, arranging, onRow, onToggleGroup }: RowNameProps) {
  const { layout } = drawing
  const { scale } = layout.box
  const shape = layout.rows[row.index]
  if (!shape) return null
  const { name } = row
  const group = row.row.group
  const pill = name.width + 20
  const height = Math.min(22, Math.max(17, shape.height / scale - 3))
  const textX = -name.width / 2 + (name.sign ? SIGN : 0)
  const classes = [
    'on-name',
    `on-${row.origin}`,
    current ? 'on-current' : '',
    row.dead ? 'on-dead' : '',
    focused ? 'on-focused' : '',
    arranging?.lifted === row.index ? 'on-lifted' : '',
    chosen ? 'on-chosen' : '',
  ]
  return (
    <g
      className={classes.join(' ')}
      style={{ transform: `translate(${layout.centre}px, ${shape.cy}px) scale(${scale})` }}
      onPointerDown={(event) => arranging?.onGrab(row.index, event)}
      onClick={() => onRow(row.index)}
    >
      <title>{row.fullName}</title>
      <rect className="on-pill" x={-pill / 2} y={-height / 2} width={pill} height={height} rx="3" />
      {group !== null && onToggleGroup ? (
        <g
          className="on-fold"
          onClick={(event) => {
            event.stopPropagation()
            onToggleGroup(group)
          }}
        >
          <rect className="on-fold-hit" x={-name.width / 2 - 14} y={-12} width={28} height={24} />
          <path
            d={row.row.folded ? 'M-2 -4l4 4l-4 4' : 'M-4 -2l4 4l4 -4'}
            transform={`translate(${-name.width / 2 + 3} 0)`}
          />
        </g>
      ) : name.sign ? (
        <Sign origin={row.origin} x={-name.width / 2 + 4} />
      ) : null}
      <text x={textX} dominantBaseline="central" textLength={squeeze(name.text, name.width - (name.sign ? SIGN : 0))}>
        {name.text}
      </text>
      {arranging ? (
        <RowHandles arranging={arranging} row={row.index} pill={pill} room={(layout.xOut - layout.xIn) / scale} />
      ) : null}
    </g>
  )
}

/** Only a name wider than its room is squeezed; others keep the face's own widths. */
function squeeze(text: string, width: number): number | undefined {
  return nameWidth(text) > width + 1 ? width : undefined
}

function Sign({ origin, x }: { origin: DrawnRow['origin']; x: number }) {
  return (
    <g className="on-sign" transform={`translate(${x} 0)`}>
      {origin === 'yours' ? <rect className="on-sign-solid" x="-4" y="-4" width="8" height="8" rx="1" /> : null}
      {origin === 'library' ? <path d="M-4 -4h8v8h-8zM-4 4L4 -4" /> : null}
      {origin === 'framework' ? <path strokeDasharray="1.5 1.5" d="M-4 -4h8v8h-8z" /> : null}
      {origin === 'browser' ? <path d="M-5 -4h10v8h-10zM-5 -1.500h10" /> : null}
      {origin === 'server' ? <path d="M-4.500 -3.500h9v3h-9zM-4.500 .5h9v3h-9z" /> : null}
    </g>
  )
}
