// A path that somebody guessed, as dots beside the real lanes.
import type { ShownExchange } from '../../engine/trace'
import { turnY, type OnionLayout } from './geometry'

export interface Guess {
  /** Id of the innermost ring that the request was thought to come to. */
  readonly ring: string
  /** It was thought to raise there. */
  readonly raises: boolean
}

/** Px between the guess and the real lanes. */
const BESIDE = 9

export function GuessPath({
  guess,
  shown,
  layout,
}: {
  readonly guess: Guess
  readonly shown: ShownExchange
  readonly layout: OnionLayout
}) {
  const row = shown.rows.findIndex(({ rings }) => rings.some((at) => shown.view.rings[at]?.id === guess.ring))
  if (row < 0) return null
  const { scale } = layout.box
  const [left, right] = [layout.xIn - BESIDE * scale, layout.xOut + BESIDE * scale]
  const top = (layout.rows[0]?.y ?? 0) - 14 * scale
  // In the core the real path turns; the guess passes below it.
  const bottom = turnY(layout, row) + (row === layout.rows.length - 1 ? 5 * scale : 0)
  return (
    <g className="on-guess">
      <path d={`M${left} ${top}V${bottom}H${right}V${top}`} />
      {guess.raises ? (
        <path className="on-guess-cross" d={`M${layout.centre - 5} ${bottom - 5}l10 10m0 -10l-10 10`} />
      ) : null}
    </g>
  )
}
