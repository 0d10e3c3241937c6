// The onion: a drawing for the eyes and a flat list of layers for everybody else. Takes a shown exchange and a step;
// knows no store.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { CSSProperties, ReactNode, RefObject } from 'react'
import { firstStepOf, type ShownExchange } from '../../engine/trace'
import { drawOnion } from './drawing'
import { onionBox, type OnionLayout } from './geometry'
import type { Guess } from './GuessPath'
import { useArranging, type LayerChanges } from './LayerControls'
import { LayerList } from './LayerList'
import { OnionDrawing } from './OnionDrawing'
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
