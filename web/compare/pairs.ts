// Which exchange of one run answers which of another, and where the two part. Pure.
import type { RunDocument } from '../../engine/protocol'
import { compareRuns, foldExchange, stepAtSeq, type Comparison, type ExchangeView } from '../../engine/trace'

/** Two runs of the same requests: `left` is named first in sentences. */
export interface Pair {
  readonly left: RunDocument
  readonly right: RunDocument
  readonly names: { readonly a: string; readonly b: string }
}

/** What is said of an exchange that both runs have. */
export interface Parting {
  /** Step at which each side stands when they part, in the unfolded view; null where they don't part. */
  readonly left: number | null
  readonly right: number | null
  /** One sentence. */
  readonly what: string
}

/** Compares one exchange of both. */
export function compareExchange({ left, right, names }: Pair, index: number): Comparison {
  const only = (document: RunDocument): RunDocument => ({
    ...document,
    exchanges: document.exchanges.slice(index, index + 1),
    events: document.events.filter(({ exchange }) => exchange === index).map((event) => ({ ...event, exchange: 0 })),
  })
  return compareRuns(only(left), only(right), names)
}

/** Where two views of one exchange part, as steps. */
export function partingOf(comparison: Comparison, left: ExchangeView, right: ExchangeView): Parting {
  const { firstDifference, clientDifference } = comparison
  const step = (view: ExchangeView, seq: number | undefined): number | null => {
    if (!firstDifference) return null
    const whole = foldExchange(view, { folding: 'none' })
    return seq === undefined ? view.steps.length - 1 : stepAtSeq(whole, seq)
  }
  return {
    left: step(left, firstDifference?.a?.seq),
    right: step(right, firstDifference?.b?.seq),
    what: clientDifference?.what ?? firstDifference?.what ?? 'Nothing differs.',
  }
}
