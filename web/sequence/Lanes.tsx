// The picture: the loop, one lane an exchange with its layers and waits, and the threads, all on one axis.
import { memo, useEffect, useRef, type KeyboardEvent, type MouseEvent } from 'react'
import {
  dropSuffix,
  laneWords,
  msWords,
  type Lane,
  type LaneBar,
  type LanesView,
  type ThreadSpan,
  type TimePoint,
  type Wait,
} from '../../engine/trace'
import { axisTicks, pieces, type Scale } from './scale'

type GoTo = (point: TimePoint, exchange?: number | null) => void

export interface LanesProps {
  readonly view: LanesView
  readonly scale: Scale
  /** Width of the column with the names. */
  readonly names: number
  readonly chosen: number | null
  readonly point: TimePoint
  readonly goTo: GoTo
  readonly step: (by: 1 | -1) => void
}

/** Part of what can be seen that the needle keeps from its edges. */
const MARGIN = 0.12

export function Lanes(props: LanesProps) {
  const { view, scale, names, chosen, point, goTo, step } = props
  const frame = useRef<HTMLDivElement>(null)
  const x = scale.x(point)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const room = element.clientWidth - names
    const margin = room * MARGIN
    if (x < element.scrollLeft + margin) element.scrollLeft = x - margin
    else if (x > element.scrollLeft + room - margin) element.scrollLeft = x - room + margin
  }, [x, scale, names])
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'ArrowRight') step(1)
    else if (event.key === 'ArrowLeft') step(-1)
    else return
    event.preventDefault()
  }
  return (
    <section className="seq-lanes" aria-label="Lanes" ref={frame} onKeyDown={press}>
      <div className="seq-lanes__inner" style={{ width: names + scale.width, ['--names' as string]: `${names}px` }}>
        <Grid view={view} scale={scale} />
        <LoopLane view={view} scale={scale} />
        <ol className="seq-lanes__list" aria-label="Requests">
          {view.lanes.map((lane) => (
            <LaneRow
              key={lane.exchange}
              lane={lane}
              scale={scale}
              isChosen={lane.exchange === chosen}
              isSlim={view.lanes.length > SLIM_FROM && lane.exchange !== chosen}
              goTo={goTo}
            />
          ))}
        </ol>
        {view.threads.length > 0 && <Pool view={view} scale={scale} />}
        <div className="seq-needle" style={{ insetInlineStart: names + x }} aria-hidden="true">
          <span className="seq-needle__flag">{msWords(point.at)}</span>
        </div>
      </div>
    </section>
  )
}

const Grid = memo(function Grid({ view, scale }: Pick<LanesProps, 'view' | 'scale'>) {
  return (
    <div className="seq-grid" aria-hidden="true">
      {axisTicks(scale, view.span).map(({ x, text }) => (
        <i key={text} style={{ insetInlineStart: x }} />
      ))}
    </div>
  )
})

const LOOP_HEIGHT = 22
/** Where the loop is held for one instant, this much is drawn. */
const INSTANT_PX = 3

const LoopLane = memo(function LoopLane({ view, scale }: Pick<LanesProps, 'view' | 'scale'>) {
  const runs = pieces(
    view.loop.filter((hold) => hold.kind === 'run' && hold.exchange !== null),
    scale,
    () => 'run',
  )
  const blocks = pieces(
    view.loop.filter((hold) => hold.kind === 'block'),
    scale,
    (hold) => String(hold.exchange),
  )
  const letterOf = (exchange: number | null) =>
    view.lanes.find((lane) => lane.exchange === exchange)?.letter ?? 'The server'
  const path = runs.map(
    ({ x, width }) =>
      `M${round(x)} 0h${round(Math.max(INSTANT_PX, width))}v${LOOP_HEIGHT}h-${round(Math.max(INSTANT_PX, width))}z`,
  )
  return (
    <div className="seq-row seq-row--loop">
      <div className="seq-row__name">
        <b>Event loop</b>
        <span>one at a time</span>
      </div>
      <div className="seq-row__track" aria-hidden="true">
        {axisTicks(scale, view.span).map(({ x, text }) => (
          <span key={text} className="seq-axis__tick" style={{ insetInlineStart: x }}>
            {text}
          </span>
        ))}
        <div className="seq-loop">
          <svg width={scale.width} height={LOOP_HEIGHT}>
            <path className="seq-loop__run" d={path.join('')} />
          </svg>
          {blocks.map(({ x, width, first }) => (
            <div
              key={x}
              className="seq-wait seq-wait--block"
              style={{ insetInlineStart: x, width, top: 0, height: LOOP_HEIGHT }}
            >
              {width > 60 && <span>{letterOf(first.exchange)} holds the loop</span>}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
})

/** With more lanes than this, those that are not chosen are drawn slim. */
const SLIM_FROM = 6
const BAR = 24
const SLIM_BAR = 14

interface LaneRowProps {
  readonly lane: Lane
  readonly scale: Scale
  readonly isChosen: boolean
  readonly isSlim: boolean
  readonly goTo: GoTo
}

const LaneRow = memo(function LaneRow({ lane, scale, isChosen, isSlim, goTo }: LaneRowProps) {
  const bars = isSlim ? lane.bars.slice(-1) : lane.bars
  const rows = Math.max(1, bars.length)
  const size = isSlim ? SLIM_BAR : BAR
  const height = rows * size + (isSlim ? 6 : 14)
  const from = scale.x({ at: lane.sentAt, seq: lane.from.seq })
  const to = scale.x(lane.to)
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isChosen])
  const go = (event: MouseEvent<HTMLDivElement>) => {
    const left = event.currentTarget.getBoundingClientRect().left
    goTo(scale.pointAt(event.clientX - left), lane.exchange)
  }
  return (
    <li ref={row} className={`seq-row${isChosen ? ' seq-row--chosen' : ''}${isSlim ? ' seq-row--slim' : ''}`}>
      <button
        type="button"
        className="seq-row__name"
        aria-pressed={isChosen}
        aria-label={laneWords(lane)}
        title={lane.title}
        onClick={() => goTo(lane.from, lane.exchange)}
      >
        <b className="seq-row__letter">{lane.letter}</b>
        <b className="seq-row__what">
          {lane.method} {lane.target}
        </b>
        {!isSlim && lane.endpoint && <span>{lane.endpoint.isSync ? 'def, in a thread' : 'async def'}</span>}
      </button>
      <div className="seq-row__track" style={{ height }} aria-hidden="true" onClick={go}>
        <i className="seq-row__in" style={{ insetInlineStart: from }} />
        {bars.map((bar, row) => (
          <Bar
            key={bar.id}
            bar={bar}
            row={row}
            size={size}
            scale={scale}
            isSlim={isSlim}
            hasWaits={lane.waits.some((wait) => wait.kind !== 'arrived' && bars[rowOf(bars, wait)] === bar)}
          />
        ))}
        {pieces(lane.waits, scale, (wait) => `${wait.kind} ${wait.layer ?? ''}`).map(({ x, width, first, count }) => (
          <WaitMark
            key={`${x} ${first.kind}`}
            wait={first}
            x={x}
            width={width}
            bar={bars[rowOf(bars, first)] ?? null}
            row={rowOf(bars, first)}
            size={size}
            scale={scale}
            isOne={count === 1}
          />
        ))}
        {lane.ticks.length > 0 && <Ticks lane={lane} scale={scale} height={height} />}
        <i
          className={`seq-row__out${lane.status === null ? ' seq-row__out--none' : ''}`}
          style={{ insetInlineStart: to }}
        />
        <span className="seq-row__end" style={{ insetInlineStart: to + 10 }}>
          <b>{lane.status ?? 'no answer'}</b>
          {!isSlim && ` ${msWords(lane.to.at - lane.sentAt)}`}
        </span>
      </div>
    </li>
  )
})

function rowOf(bars: readonly LaneBar[], wait: Wait): number {
  if (wait.kind === 'arrived') return 0
  const at = bars.findIndex((bar) => bar.id === wait.layer)
  return at < 0 ? Math.max(0, bars.length - 1) : at
}

const NAME_PX = 6.4

/** What the name of a bar takes, about. */
function nameWidth(bar: LaneBar): number {
  return 14 + dropSuffix(bar.name).length * NAME_PX
}

/** A bar's name stands only where this much of its waits can be seen beside it. */
const BESIDE_NAME = 16

/** A bar in pixels; inner rings stand a little further in, as far as there is room. */
function barBox(bar: LaneBar, row: number, scale: Scale): { x: number; width: number } {
  const x = scale.x(bar.from)
  const width = Math.max(2, scale.x(bar.to) - x)
  const inset = Math.min(3 * row, width / 4)
  return { x: x + inset, width: width - 2 * inset }
}

function Bar(props: {
  readonly bar: LaneBar
  readonly row: number
  readonly size: number
  readonly scale: Scale
  readonly isSlim: boolean
  readonly hasWaits: boolean
}) {
  const { bar, row, size, scale, isSlim, hasWaits } = props
  const { x, width } = barBox(bar, row, scale)
  const isNamed = width > (hasWaits ? nameWidth(bar) + BESIDE_NAME : 30)
  return (
    <div
      className={`seq-bar seq-bar--${bar.origin}`}
      style={{ insetInlineStart: x, width, top: top(row, size, isSlim), height: size - 3 }}
    >
      {isNamed && !isSlim && <span>{dropSuffix(bar.name)}</span>}
    </div>
  )
}

function top(row: number, size: number, isSlim: boolean): number {
  return (isSlim ? 3 : 7) + row * size
}

const WAIT_WORDS: Readonly<Record<Wait['kind'], string>> = {
  sleep: 'waits, the loop is free',
  late: 'ready, waits for the loop',
  arrived: 'arrived, waits for the loop',
  block: 'runs, nobody else can',
  thread: 'in a thread',
}

/** Free pixels between a wait and the bar around it. */
const BETWEEN = 3

function WaitMark(props: {
  readonly wait: Wait
  readonly x: number
  readonly width: number
  /** The bar it stands in; null where there is none. */
  readonly bar: LaneBar | null
  readonly row: number
  readonly size: number
  readonly scale: Scale
  readonly isOne: boolean
}) {
  const { wait, bar, row, size, scale, isOne } = props
  const isSlim = size === SLIM_BAR
  const isInside = bar !== null && wait.kind !== 'arrived'
  const box = isInside ? barBox(bar, row, scale) : { x: props.x, width: props.width }
  const x = isInside ? Math.max(props.x, Math.min(box.x + BETWEEN, props.x + props.width - 2)) : props.x
  const end = isInside ? Math.min(props.x + props.width, Math.max(x + 2, box.x + box.width - BETWEEN)) : x + props.width
  // The bar's name stands above its waits.
  const isNamed = isInside && !isSlim && box.width > nameWidth(bar) + BESIDE_NAME
  const name = isNamed ? Math.max(0, box.x + nameWidth(bar) - x) : 0
  const inset = isSlim ? 1 : BETWEEN
  return (
    <div
      className={`seq-wait seq-wait--${wait.kind}`}
      style={{
        insetInlineStart: x,
        width: end - x,
        top: top(row, size, isSlim) + inset,
        height: size - 3 - 2 * inset,
        paddingInlineStart: Math.min(name, Math.max(0, end - x - 2)),
      }}
    >
      {isOne && !isSlim && end - x - name > 60 && <span>{WAIT_WORDS[wait.kind]}</span>}
    </div>
  )
}

/** Messages: out of the server below, into it above, as on the tape. */
function Ticks({ lane, scale, height }: { readonly lane: Lane; readonly scale: Scale; readonly height: number }) {
  const draw = (direction: 'in' | 'out', y: number) => {
    let last = -Infinity
    return lane.ticks
      .filter((tick) => tick.direction === direction)
      .flatMap((tick) => {
        const x = scale.x(tick)
        if (x - last < 2) return []
        last = x
        return `M${round(x)} ${y}v6`
      })
      .join('')
  }
  return (
    <svg className="seq-ticks" width={scale.width} height={height}>
      <path className="seq-ticks__in" d={draw('in', 0)} />
      <path className="seq-ticks__out" d={draw('out', height - 7)} />
    </svg>
  )
}

/** More threads than this are drawn without their words. */
const MOST_THREADS = 6

const Pool = memo(function Pool({ view, scale }: Pick<LanesProps, 'view' | 'scale'>) {
  const isSlim = view.threadsNeeded > MOST_THREADS
  const size = isSlim ? 7 : 20
  const height = view.threadsNeeded * size + 12
  const of = Math.max(...view.threads.map((thread) => thread.of))
  const byThread = new Map<number, ThreadSpan[]>()
  for (const span of view.threads) {
    const known = byThread.get(span.thread)
    if (known) known.push(span)
    else byThread.set(span.thread, [span])
  }
  const letterOf = (exchange: number | null) => view.lanes.find((lane) => lane.exchange === exchange)?.letter
  return (
    <div className="seq-row">
      <div className="seq-row__name">
        <b>Thread pool</b>
        <span>
          {view.threadsNeeded} of {of} in use at most
        </span>
      </div>
      <div className="seq-row__track" style={{ height }} aria-hidden="true">
        {[...byThread].map(([thread, spans]) => (
          <div key={thread} className="seq-thread" style={{ top: 6 + (thread - 1) * size, height: size - 2 }}>
            {pieces(spans, scale, (span) => String(span.exchange)).map(({ x, width, first }) => (
              <div
                key={x}
                className="seq-wait seq-wait--thread"
                style={{ insetInlineStart: x, width: Math.max(2, width), height: size - 2 }}
              >
                {!isSlim && width > 46 && <span>{`${letterOf(first.exchange) ?? ''}: ${first.name}`}</span>}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  )
})

function round(value: number): number {
  return Math.round(value * 10) / 10
}
