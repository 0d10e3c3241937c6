// Lays the steps of two exchanges side by side: which step of one answers which of the other, and where they part. Pure.
import { diffArrays } from 'diff'
import type { ExchangeView, RingView, Step } from './model'

/** A place on the common tape of two exchanges. */
export interface JoinedStep {
  /** Indices in the `steps` of both; null where only the other one has such a step. */
  readonly left: number | null
  readonly right: number | null
  /** Where each side stands meanwhile: its own step, or the last one that it has done; -1 before its first. */
  readonly at: readonly [left: number, right: number]
  /** `same`: both do the same here. `other`: the same ring at the same turn, but with another result. */
  readonly kind: 'same' | 'other' | 'left' | 'right'
}

/** Puts the steps of two exchanges into one list. Steps answer each other when ring, direction and kind are the same. */
export function alignSteps(left: ExchangeView, right: ExchangeView): JoinedStep[] {
  const joined: JoinedStep[] = []
  let [l, r] = [0, 0]
  for (const { added, removed, count = 0 } of diffArrays(keysOf(left), keysOf(right))) {
    for (let i = 0; i < count; i++) {
      const hasLeft = !added
      const hasRight = !removed
      const kind = hasLeft && hasRight ? (isSame(left, l, right, r) ? 'same' : 'other') : hasLeft ? 'left' : 'right'
      joined.push({
        left: hasLeft ? l : null,
        right: hasRight ? r : null,
        at: [hasLeft ? l : l - 1, hasRight ? r : r - 1],
        kind,
      })
      if (hasLeft) l++
      if (hasRight) r++
    }
  }
  return joined
}

/** Index of the first place at which two exchanges part; null when they don't. */
export function firstParting(joined: readonly JoinedStep[]): number | null {
  const at = joined.findIndex(({ kind }) => kind !== 'same')
  return at < 0 ? null : at
}

/** The next place at which they part, in that direction; null when there is none. */
export function nextParting(joined: readonly JoinedStep[], from: number, by: 1 | -1): number | null {
  for (let i = from + by; i >= 0 && i < joined.length; i += by) if (joined[i]?.kind !== 'same') return i
  return null
}

function keysOf(view: ExchangeView): string[] {
  // Rings of one name are told apart by their ids; a page's end is told by the kind alone.
  return view.steps.map(({ ring, direction, kind, message }) =>
    [view.rings[ring]?.id ?? 'page', direction, kind, message ?? ''].join(' '),
  )
}

function isSame(left: ExchangeView, l: number, right: ExchangeView, r: number): boolean {
  return JSON.stringify(resultOf(left, l)) === JSON.stringify(resultOf(right, r))
}

/** What came of a step, as far as it can be laid beside another run: no positions, no places in files. */
function resultOf(view: ExchangeView, index: number): unknown {
  const step = view.steps[index]
  if (!step) return null
  const ring = view.rings[step.ring]
  if (!ring) return step.kind === 'arrive' ? view.outcome : null
  if (step.kind === 'enter') return [ring.request, view.requestHeaders[step.ring]]
  if (step.kind === 'body') return step.bytes
  return [ring.response, errorOf(ring), endOf(view, step)]
}

function errorOf({ error }: RingView): unknown {
  return error && [error.fate, error.error.type, error.error.message, error.answered, error.late]
}

function endOf(view: ExchangeView, { kind }: Step): unknown {
  return kind === 'block' || kind === 'keep' ? [view.outcome, view.browser?.verdict?.category] : null
}

/** A request that was asked for in one run or in both: places in each run's exchanges, null where it never came so far. */
export interface MatchedExchange {
  readonly left: number | null
  readonly right: number | null
}

interface Asked {
  readonly exchanges: readonly { readonly from: number; readonly title: string; readonly role?: string }[]
}

/** Which exchange of one run answers which of another: by their place in the file of requests and what they are for. */
export function matchExchanges(left: Asked, right: Asked): MatchedExchange[] {
  const matched: MatchedExchange[] = []
  let [l, r] = [0, 0]
  const keys = ({ exchanges }: Asked): string[] =>
    exchanges.map(({ from, title, role = '' }) => [from, title, role].join(' '))
  for (const { added, removed, count = 0 } of diffArrays(keys(left), keys(right))) {
    for (let i = 0; i < count; i++) matched.push({ left: added ? null : l++, right: removed ? null : r++ })
  }
  return matched
}
