// The onion: a drawing for the eyes and a flat list of layers for everybody else. Takes a shown exchange and a step;
// knows no store.
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { CSSProperties, ReactNode, RefObject } from 'react'
import { firstStepOf, type ShownExchange } from '../../engine/trace'
import {
  drawOnion,
  pulsesAt,
  reachedPoint,
  type DrawnRow,
  type Drawing,
  type Note,
  type Port,
  type Pulse,
} from './drawing'
import {
  blockedPlate,
  markerRoute,
  onionBox,
  ringPath,
  routeLength,
  shortCircuitBar,
  turnY,
  type OnionLayout,
} from './geometry'
import { RowHandles, useArranging, type Arranging, type LayerChanges } from './LayerControls'
import { GuessPath, type Guess } from './GuessPath'
import { LayerList } from './LayerList'
import { nameWidth, SIGN } from './names'
import './onion.css'

export interface OnionViewProps {
  readonly shown: ShownExchange
  /** Index in `shown.steps`; without steps it is ignored. */
  readonly step: number
  readonly onStep: (step: number) => void
  /** What can be done with the layers; without it they can be looked at only. */
  readonly changes?: LayerChanges | undefined
  /** Chooses a row, after the step has gone to it; also one that the request never reached. */
  readonly onRow?: (row: number) => void
  /** Id of the ring that was chosen, in or outside of a folded run. */
  readonly chosen?: string | null
  /** Gives the onion the whole column, or takes it back. */
  readonly tall?: { readonly isTall: boolean; readonly onTall: (isTall: boolean) => void }
  /** Opens or folds a run of layers; `group` is a row's `group`. */
  readonly onToggleGroup?: (group: string) => void
  /** Size of the drawing in px; without it the onion fills the width it is given, at its usual height. */
  readonly width?: number
  readonly height?: number | undefined
  readonly scale?: number
  /** Changes when a fresh run is shown: its path is then drawn once. */
  readonly runKey?: string | number
  /** A path that was guessed before the run, drawn beside the real one. */
  readonly guess?: Guess | undefined
  /** What to put below the drawing of a session without any exchange, e.g. a sentence and a button. */
  readonly empty?: ReactNode
}

/** From here on walls lie so near to each other that thick edges would run together. */
const MANY_ROWS = 12
const USUAL_WIDTH = 588
const RADIUS = 12
/** `--m-draw`, and the last piece's own moment. */
const FRESH_MS = 700

/** Tells the width of an element, and again when it changes. */
function useWidth(given: number | undefined) {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(given ?? USUAL_WIDTH)
  useLayoutEffect(() => {
    const element = ref.current
    if (given !== undefined || !element) return
    const measure = () => setWidth(Math.max(300, Math.floor(element.clientWidth)))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [given])
  return { ref, width: given ?? width }
}

/** True for the time in which a fresh run draws its path. */
function useFresh(runKey: string | number | undefined): boolean {
  const [settled, setSettled] = useState<string | number | undefined>(undefined)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(runKey), FRESH_MS)
    return () => clearTimeout(timer)
  }, [runKey])
  return runKey !== settled
}

/**
 * Keeps the cursor's row in sight where the rings are higher than their frame (`y` is null where they are not). What is
 * scrolled is noted as it happens: asking the page at each step would cost it a layout.
 */
function useCursorInView(frame: RefObject<HTMLDivElement | null>, y: number | null, height: number) {
  const top = useRef(0)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const note = () => (top.current = element.scrollTop)
    element.addEventListener('scroll', note, { passive: true })
    return () => element.removeEventListener('scroll', note)
  }, [frame])
  useEffect(() => {
    if (y === null) return
    const away = y < top.current + 40 || y > top.current + height - 40
    if (away) frame.current?.scrollTo({ top: y - height / 2 })
  }, [frame, y, height])
}

export function OnionView(props: OnionViewProps) {
  const { step, onStep, onRow, chosen = null, tall, onToggleGroup, height, scale = 1, runKey, empty } = props
  const layout = useRef<OnionLayout>(null)
  const arranging = useArranging(props.shown, props.changes, layout)
  const shown = arranging?.shown ?? props.shown
  const { ref, width } = useWidth(props.width)
  const [focused, setFocused] = useState<number | null>(null)
  const box = useMemo(() => onionBox(width, height, scale), [width, height, scale])
  const drawing = useMemo(() => drawOnion(shown, box), [shown, box])
  useEffect(() => {
    layout.current = drawing.layout
  }, [drawing])
  const isStack = shown.view.kind === 'stack'
  const current = shown.steps[step]
  const scrolls = drawing.layout.box.height > box.height
  useCursorInView(ref, scrolls && current ? (drawing.points[current.point]?.y ?? null) : null, box.height)
  const choose = (row: number) => {
    const first = firstStepOf(shown, row)
    if (first !== null) onStep(first)
    onRow?.(row)
  }
  const chosenRow = shown.rows.findIndex(({ rings }) => rings.some((at) => shown.view.rings[at]?.id === chosen))
  return (
    <section
      className={`on-region${isStack ? ' on-stack' : ''}${drawing.rows.length > MANY_ROWS ? ' on-dense' : ''}${drawing.layout.box.margin > 0 ? ' on-wide' : ''}`}
      aria-label="Onion"
    >
      {shown.rows.some(({ apart }) => apart) ? <Apps shown={shown} step={step} onStep={onStep} /> : null}
      <div className="on-frame" ref={ref} style={{ '--on-scale': scale, maxHeight: box.height } as CSSProperties}>
        <OnionDrawing
          drawing={drawing}
          shown={shown}
          step={step}
          focused={arranging?.isArranging ? arranging.lifted : focused}
          arranging={arranging}
          chosen={chosenRow}
          runKey={runKey}
          guess={props.guess}
          onRow={choose}
          onToggleGroup={onToggleGroup}
        />
      </div>
      {isStack && empty ? <div className="on-empty">{empty}</div> : null}
      <LayerList
        shown={shown}
        current={current ? current.row : null}
        chosen={chosenRow}
        tall={tall}
        canChooseAll={onRow !== undefined}
        onRow={choose}
        onToggleGroup={onToggleGroup}
        onFocusRow={setFocused}
        arranging={arranging}
      />
      {arranging ? (
        <p className="on-unseen" role="status">
          {arranging.said}
        </p>
      ) : null}
    </section>
  )
}

export interface OnionPictureProps {
  readonly shown: ShownExchange
  readonly step: number
  readonly width: number
  readonly height: number
  readonly scale?: number
}

/** The drawing alone, for the eyes: whoever shows it says beside it what it shows. */
export function OnionPicture({ shown, step, width, height, scale = 1 }: OnionPictureProps) {
  const drawing = useMemo(() => drawOnion(shown, onionBox(width, height, scale)), [shown, width, height, scale])
  return (
    <OnionDrawing
      drawing={drawing}
      shown={shown}
      step={step}
      focused={null}
      arranging={null}
      chosen={-1}
      guess={undefined}
      runKey={undefined}
      onRow={() => undefined}
      onToggleGroup={undefined}
    />
  )
}

/** The apps that hang in one another, where they are too many for one picture; each leads to its first step. */
function Apps({ shown, step, onStep }: Pick<OnionViewProps, 'shown' | 'step' | 'onStep'>) {
  const { rings } = shown.view
  const here = rings[shown.steps[step]?.ring ?? -1]?.nest ?? 0
  const mounts = rings.flatMap(({ mountedAt, nest }) => (mountedAt === null ? [] : [{ mountedAt, nest }]))
  return (
    <nav className="on-apps" aria-label="Apps in one another">
      <ol>
        {[{ mountedAt: 'the app', nest: 0 }, ...mounts].map(({ mountedAt, nest }) => (
          <li key={nest}>
            <button
              type="button"
              aria-current={nest === here ? 'true' : undefined}
              onClick={() => {
                const first = shown.steps.findIndex(({ ring }) => rings[ring]?.nest === nest)
                if (first >= 0) onStep(first)
              }}
            >
              {mountedAt}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
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

function OnionDrawing({
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

/** Origin has a texture beside its colour, so that it also works printed in grey. */
function Textures({ id }: { id: string }) {
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

function MarginNote({ note, drawing, state }: { note: Note; drawing: Drawing; state: string }) {
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

function Heads({ drawing, shown, reached }: { drawing: Drawing; shown: ShownExchange; reached: number }) {
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

function Head({ drawing }: { drawing: Drawing }) {
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
function PortMark({ port, scale, state }: { port: Port; scale: number; state: string }) {
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
function PulsePill({ pulse, drawing: { layout } }: { pulse: Pulse; drawing: Drawing }) {
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
function pulseNote(pulse: Pulse): Note {
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

function RowName({ row, drawing, current, focused, chosen, arranging, onRow, onToggleGroup }: RowNameProps) {
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

function Marker({ drawing, shown, step }: { drawing: Drawing; shown: ShownExchange; step: number }) {
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
