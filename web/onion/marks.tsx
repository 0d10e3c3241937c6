// The small parts of the drawing: textures, notes in the margin, heads of the lanes, ports, messages on their way.
import type { ShownExchange } from '../../engine/trace'
import type { Drawing, Note, Port, Pulse } from './drawing'
import { nameWidth } from './names'

/** Origin has a texture beside its colour, so that it also works printed in grey. */
export function Textures({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={`${id}hatch`} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="7" height="7" fill="var(--lib-fill)" />
        <path d="M0 0V7" stroke="var(--lib-hatch)" strokeWidth="1.6" />
      </pattern>
      <pattern id={`${id}dots`} width="5" height="5" patternUnits="userSpaceOnUse">
        <rect width="5" height="5" fill="var(--fw-fill)" />
        <circle cx="2" cy="2" r=".8" fill="var(--fw-dot)" />
      </pattern>
      <pattern id={`${id}stop`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path d="M0 0V6" stroke="var(--short)" strokeWidth="2.5" />
      </pattern>
      <pattern id={`${id}blocked`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="5" height="5" fill="var(--raised)" />
        <path d="M0 0V5" stroke="var(--blocked)" strokeWidth="2.5" />
      </pattern>
    </defs>
  )
}

export function MarginNote({ note, drawing, state }: { note: Note; drawing: Drawing; state: string }) {
  const { layout } = drawing
  const { scale, margin, width } = layout.box
  const shape = layout.rows[note.row]
  if (!shape) return null
  const left = note.side === 'left'
  const edge = left ? margin - 8 * scale : width - margin + 8 * scale
  const port = left ? layout.xIn - 9 * scale : layout.xOut + 9 * scale
  const x = left ? margin - 12 * scale : width - margin + 12 * scale
  const top = shape.cy - (note.lines.length - 1) * 7 * scale
  return (
    <g className={`on-note on-note-${note.tone} ${state}`}>
      <path className="on-lead" d={`M${edge} ${shape.cy}H${port}`} />
      {note.lines.map((line, i) => (
        <text key={i} x={x} y={top + i * 14 * scale} textAnchor={left ? 'end' : 'start'} dominantBaseline="central">
          {line}
        </text>
      ))}
    </g>
  )
}

export function Heads({ drawing, shown, reached }: { drawing: Drawing; shown: ShownExchange; reached: number }) {
  const { layout, points } = drawing
  const { scale } = layout.box
  const y = points[0]?.y ?? 0
  const end = 2 * (shown.turn + 1) + 1
  const arrives = drawing.segments.some((segment) => segment.to === end)
  const s = 5 * scale
  return (
    <>
      <path className="on-arrow on-arrow-in" d={`M${layout.xIn - s} ${y + 7 * scale}l${s} ${s}l${s} ${-s}`} />
      {arrives ? (
        <path
          className={`on-arrow on-arrow-out ${end <= reached ? 'on-done' : 'on-ahead'}`}
          d={`M${layout.xOut - s} ${y + 2 * scale}l${s} ${-s}l${s} ${s}`}
        />
      ) : null}
    </>
  )
}

/** Between a lane and the words at its head: the marker stands there in the end. */
const HEAD_GAP = 17

export function Head({ drawing }: { drawing: Drawing }) {
  const { layout, title, verdict } = drawing
  const { scale, width, margin } = layout.box
  const titleX = layout.xIn - (margin === 0 ? 6 : HEAD_GAP) * scale
  const verdictX = Math.min(layout.xOut + HEAD_GAP * scale, width - nameWidth(verdict.text) * scale)
  const y = 20 * scale - 4
  return (
    <g className="on-head">
      <text x={titleX} y={y} textAnchor="end" dominantBaseline="central">
        {title}
      </text>
      <text x={verdictX} y={y} className={`on-verdict-${verdict.tone}`} dominantBaseline="central">
        {verdict.text}
      </text>
    </g>
  )
}

/** In ports are round, out ports square; a sign stands only where something changed. */
export function PortMark({ port, scale, state }: { port: Port; scale: number; state: string }) {
  const { sign, side } = port
  return (
    <g
      className={`on-port on-port-${side} on-sign-${sign} ${state}`}
      transform={`translate(${port.at.x} ${port.at.y}) scale(${scale})`}
    >
      {portShape(port)}
      {sign === 'added' || sign === 'caught' ? <path className="on-mark" d="M-4 0h8M0 -4v8" /> : null}
      {sign === 'removed' ? <path className="on-mark" d="M-4 0h8" /> : null}
      {sign === 'changed' ? <path className="on-mark" d="M-4.200 .6q2.100 -3.200 4.200 -.6t4.200 -.6" /> : null}
      {sign === 'born' || sign === 'blocked' ? <path className="on-mark" d="M-3 -3l6 6M3 -3l-6 6" /> : null}
    </g>
  )
}

/** A message on its way: a pill on its lane, with its number. */
export function PulsePill({ pulse, drawing: { layout } }: { pulse: Pulse; drawing: Drawing }) {
  const shape = layout.rows[pulse.row]
  if (!shape) return null
  const x = pulse.side === 'in' ? layout.xIn : layout.xOut
  return (
    <g
      className={`on-pulse on-pulse-${pulse.side}`}
      transform={`translate(${x} ${shape.cy}) scale(${layout.box.scale})`}
    >
      <rect x={-15} y={-9} width={30} height={18} rx={9} />
      <text textAnchor="middle" dominantBaseline="central">
        {pulse.number}
      </text>
    </g>
  )
}

/** Beside a message's pill stands what it is, in place of what the layer did to the head. */
export function pulseNote(pulse: Pulse): Note {
  const { number, bytes, row, side } = pulse
  return {
    row,
    side: side === 'in' ? 'left' : 'right',
    tone: side,
    lines: [`message ${number}, ${bytes} B`],
    to: 0,
  }
}

function portShape({ sign, side }: Port) {
  if (sign === 'born') return <circle className="on-plate-shape" r="7.5" />
  if (sign === 'skipped') return <path className="on-chevron" d="M-6 4.500L0 -2.500L6 4.500" />
  if (sign === 'caught')
    return <rect className="on-plate-shape" x="-7" y="-7" width="14" height="14" transform="rotate(45)" />
  if (side === 'in') return <circle className="on-plate-shape" r={sign === 'none' ? 3.6 : 7.5} />
  return sign === 'none' ? (
    <rect className="on-plate-shape" x="-3.5" y="-3.5" width="7" height="7" />
  ) : (
    <rect className="on-plate-shape" x="-7" y="-7" width="14" height="14" rx="2" />
  )
}
