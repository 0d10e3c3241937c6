// Where the cursor stands on the lanes. It is the onion's cursor; between two of its steps there may be finer places.
import { useCallback, useMemo, useState } from 'react'
import type { RunDocument } from '../../engine/protocol'
import { lastUpTo, type TimePoint } from '../../engine/trace'
import { momentsOf, useShownStep, viewOf } from '../app/use-exchange'
import { useApp } from '../store'

export interface Place {
  readonly document: RunDocument
  /** Null for a fetch that sent nothing. */
  readonly exchange: number | null
  readonly point: TimePoint
  /** Goes to a point; without an exchange the chosen one stays chosen. */
  readonly goTo: (point: TimePoint, exchange?: number | null) => void
  /** Goes one step of the chosen exchange on or back. */
  readonly step: (by: 1 | -1) => void
}

interface Finer {
  readonly document: RunDocument
  readonly exchange: number | null
  readonly whole: number
  readonly point: TimePoint
}

/** The shared cursor; null where there is no run. */
export function usePlace(): Place | null {
  const at = useShownStep()
  const chooseExchange = useApp((s) => s.chooseExchange)
  const seek = useApp((s) => s.seek)
  const [finer, setFiner] = useState<Finer | null>(null)
  const goTo = useCallback(
    (to: TimePoint, wanted?: number | null) => {
      if (!at) return
      const { document } = at
      const exchange = wanted ?? at.index
      const isHere = exchange === at.index || exchange === null
      const view = isHere ? at.view : viewOf(document, exchange)
      const seq = Number.isFinite(to.seq) ? to.seq : lastSeqAt(document, to.at)
      const whole = Math.max(
        0,
        view.steps.findLastIndex((step) => step.seq <= seq),
      )
      const event = document.events[lastUpTo(document.events, seq)]
      if (exchange !== null && exchange !== at.index) chooseExchange(exchange)
      // The onion's own finer places are those of which it has something to say.
      const moments = isHere ? at.moments : momentsOf(document, exchange, view)
      seek(whole, moments.find((moment) => moment.seq === seq && moment.whole === whole) ? seq : null)
      setFiner({ document, exchange, whole, point: { at: Number.isFinite(to.at) ? to.at : (event?.at ?? 0), seq } })
    },
    [at, chooseExchange, seek],
  )
  const step = useCallback(
    (by: 1 | -1) => {
      if (!at) return
      setFiner(null)
      seek(Math.min(at.view.steps.length - 1, Math.max(0, at.whole + by)))
    },
    [at, seek],
  )
  return useMemo(() => {
    if (!at) return null
    const isHere =
      finer !== null &&
      finer.document === at.document &&
      finer.exchange === at.index &&
      finer.whole === at.whole &&
      (at.seq === null || at.seq === finer.point.seq)
    const here = at.view.steps[at.whole]
    const moment = at.seq === null ? undefined : at.moments.find((one) => one.seq === at.seq)
    const stands = moment ?? here
    const point = isHere ? finer.point : { at: stands?.at ?? 0, seq: stands?.seq ?? 0 }
    return { document: at.document, exchange: at.index, point, goTo, step }
  }, [at, finer, goTo, step])
}

/** Number of the last event up to a virtual time. */
function lastSeqAt({ events }: RunDocument, at: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((events[middle]?.at ?? Infinity) <= at) low = middle + 1
    else high = middle
  }
  return events[low - 1]?.seq ?? 0
}
