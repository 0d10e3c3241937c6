// The exchange on screen, read from the shown document: its view is made once and shared by every pane.
import { useMemo } from 'react'
import type { RunDocument } from '../../engine/protocol'
import { foldExchange, restingStep, viewExchange, viewUnsent, type ExchangeView } from '../../engine/trace'
import type { StepPlace } from '../editor/marks'
import { useApp } from '../store'

/** By exchange; a fetch that sent nothing stands under its number, negative and less one. */
const views = new WeakMap<RunDocument, Map<number, ExchangeView>>()

/** The view of an exchange, or of a fetch that sent nothing; made once for each document. */
export function viewOf(document: RunDocument, index: number, unsent: number | null = null): ExchangeView {
  const key = unsent === null ? index : -1 - unsent
  let known = views.get(document)
  if (!known) views.set(document, (known = new Map()))
  let view = known.get(key)
  if (!view) {
    view = unsent === null ? viewExchange(document, index) : viewUnsent(document, unsent)
    known.set(key, view)
  }
  return view
}

export interface ShownStep {
  readonly document: RunDocument
  /** Index of the exchange; null for a fetch that sent nothing. */
  readonly index: number | null
  readonly view: ExchangeView
  /** Index in `view.steps`; where nobody has moved, the first thing worth seeing. */
  readonly whole: number
}

/** The exchange and the step in view; null before the first run. */
export function useShownStep(): ShownStep | null {
  const shown = useApp((s) => s.shown)
  const exchangeIndex = useApp((s) => s.exchangeIndex)
  const unsent = useApp((s) => s.unsentFetch)
  const cursor = useApp((s) => s.cursor)
  return useMemo(() => {
    if (!shown || (unsent === null && !shown.document.exchanges[exchangeIndex])) return null
    const view = viewOf(shown.document, exchangeIndex, unsent)
    const whole = cursor ?? restingWhole(view)
    return { document: shown.document, index: unsent === null ? exchangeIndex : null, view, whole }
  }, [shown, exchangeIndex, unsent, cursor])
}

function restingWhole(view: ExchangeView): number {
  const folded = foldExchange(view, { folding: 'none' })
  return folded.steps[restingStep(folded)]?.whole ?? 0
}

/** Where that step stands, for marks and rows that go with it. */
export function placeOf(step: ShownStep): StepPlace | null {
  if (step.index === null) return null
  const at = step.view.steps[step.whole]
  return {
    exchange: step.index,
    layer: at ? (step.view.rings[at.ring]?.id ?? null) : null,
    lastSeq: at?.lastSeq ?? -1,
  }
}
