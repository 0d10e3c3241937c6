// The exchange on screen, read from the shown document: its view is made once and shared by every pane.
import { useMemo } from 'react'
import type { RunDocument } from '../../engine/protocol'
import {
  foldExchange,
  listMoments,
  restingStep,
  viewExchange,
  viewUnsent,
  type ExchangeView,
  type Moment,
  type Standing,
} from '../../engine/trace'
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

const momentLists = new WeakMap<ExchangeView, readonly Moment[]>()

/** The moments of a view; found once, since every move of the cursor asks for them. */
export function momentsOf(document: RunDocument, index: number | null, view: ExchangeView): readonly Moment[] {
  let moments = momentLists.get(view)
  if (!moments) momentLists.set(view, (moments = listMoments(document, index, view)))
  return moments
}

export interface ShownStep extends Standing {
  readonly document: RunDocument
  /** Index of the exchange; null for a fetch that sent nothing. */
  readonly index: number | null
  readonly view: ExchangeView
  /** Index in `view.steps`; where nobody has moved, the first thing worth seeing. */
  readonly whole: number
  readonly moments: readonly Moment[]
}

/** The exchange and the step in view; null before the first run. */
export function useShownStep(): ShownStep | null {
  const shown = useApp((s) => s.shown)
  const exchangeIndex = useApp((s) => s.exchangeIndex)
  const unsent = useApp((s) => s.unsentFetch)
  const cursor = useApp((s) => s.cursor)
  const moment = useApp((s) => s.moment)
  return useMemo(() => {
    if (!shown || (unsent === null && !shown.document.exchanges[exchangeIndex])) return null
    const view = viewOf(shown.document, exchangeIndex, unsent)
    const index = unsent === null ? exchangeIndex : null
    return {
      document: shown.document,
      index,
      view,
      moments: momentsOf(shown.document, index, view),
      whole: cursor ?? restingWhole(view),
      seq: cursor === null ? null : moment,
    }
  }, [shown, exchangeIndex, unsent, cursor, moment])
}

function restingWhole(view: ExchangeView): number {
  const folded = foldExchange(view, { folding: 'none' })
  return folded.steps[restingStep(folded)]?.whole ?? 0
}
