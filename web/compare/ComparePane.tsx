// Two runs as two onions with one cursor: it starts where they part, and says in one sentence how.
import { useEffect, useMemo, useRef, useState } from 'react'
import { foldExchange, restingStep, shownStep, type ExchangeView, type ShownExchange } from '../../engine/trace'
import { viewOf } from '../app/use-exchange'
import { fitsIn, OnionView, onionBox } from '../onion'
import { useApp } from '../store'
import { Tape } from '../timeline'
import './compare.css'
import { compareExchange, partingOf, type Pair } from './pairs'

export function ComparePane() {
  const rival = useApp((s) => s.rival)
  const shown = useApp((s) => s.shown)
  const exchangeIndex = useApp((s) => s.exchangeIndex)
  const pair = useMemo((): Pair | null => {
    if (!rival || !shown) return null
    const [left, right] = rival.kind === 'pinned' ? [rival.shown, shown] : [shown, rival.shown]
    const [a, b] = rival.kind === 'pinned' ? [rival.name, rival.other] : [rival.other, rival.name]
    return { left: left.document, right: right.document, names: { a, b } }
  }, [rival, shown])
  if (!pair) return <p className="app__wait">There is no second run yet. Pin a run, change something, and run again.</p>
  return <Sides pair={pair} index={exchangeIndex} />
}

function Sides({ pair, index }: { readonly pair: Pair; readonly index: number }) {
  const left = pair.left.exchanges[index] ? viewOf(pair.left, index) : null
  const right = pair.right.exchanges[index] ? viewOf(pair.right, index) : null
  const parting = useMemo(
    () => (left && right ? partingOf(compareExchange(pair, index), left, right) : null),
    [pair, index, left, right],
  )
  const { ref, width } = useWidth()
  const inner = Math.max(300, Math.floor(width / 2) - 48)
  const sides = useMemo(() => [fold(left, inner), fold(right, inner)] as const, [left, right, inner])
  const [moved, setMoved] = useState<number | null>(null)
  const [playing, setPlaying] = useState(false)
  useEffect(() => setMoved(null), [pair, index])
  const longer = (sides[0]?.steps.length ?? 0) >= (sides[1]?.steps.length ?? 0) ? sides[0] : sides[1]
  if (!longer) return <p className="app__wait">Neither run has this request.</p>
  const stepOf = (side: ShownExchange, at: number | null): number => {
    if (moved !== null) return Math.min(moved, side.steps.length - 1)
    return at === null ? restingStep(side) : shownStep(side, at)
  }
  const now = moved ?? Math.max(...sides.map((side, i) => (side ? stepOf(side, wholeAt(parting, i)) : 0)))
  return (
    <div className="cmp" ref={ref}>
      <div className="cmp__sides">
        {sides.map((side, i) => (
          <div className="cmp__side" key={i}>
            <h3 className="cmp__name">{i === 0 ? pair.names.a : pair.names.b}</h3>
            {side ? (
              <OnionView shown={side} step={stepOf(side, wholeAt(parting, i))} onStep={setMoved} width={inner} />
            ) : (
              <p>This run does not have the request.</p>
            )}
          </div>
        ))}
      </div>
      <Tape shown={longer} step={now} onStep={setMoved} playing={playing} onPlaying={setPlaying} />
      {parting && (
        <p className="cmp__say" aria-live="polite">
          {parting.what}
        </p>
      )}
    </div>
  )
}

function fold(view: ExchangeView | null, width: number): ShownExchange | null {
  return view && foldExchange(view, { fits: fitsIn(onionBox(width)) })
}

function wholeAt(parting: { left: number | null; right: number | null } | null, side: number): number | null {
  return (side === 0 ? parting?.left : parting?.right) ?? null
}

function useWidth() {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(1280)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { ref, width }
}
