// Beside the lanes: the moment in a sentence, and where each request stands.
import { useMemo } from 'react'
import type { RunDocument } from '../../engine/protocol'
import {
  lanesAt,
  lastUpTo,
  narrateLanes,
  stateWords,
  type CodeOf,
  type LaneNow,
  type LanesView,
  type TimePoint,
} from '../../engine/trace'
import { SentenceText } from '../timeline'

export interface MomentPanelProps {
  readonly view: LanesView
  readonly point: TimePoint
  readonly document: RunDocument
  readonly code: CodeOf
  readonly chosen: number | null
}

/** With more requests than this, those that are not under way are counted. */
const MOST = 8

export function MomentPanel({ view, point, document, code, chosen }: MomentPanelProps) {
  const nows = useMemo(() => lanesAt(view, point), [view, point])
  const sentence = useMemo(() => {
    const event = document.events[lastUpTo(document.events, point.seq)] ?? null
    return narrateLanes(view, point, event, code)
  }, [view, point, document, code])
  const listed = nows.length <= MOST ? nows : nows.filter((now) => isUnderWay(now) || now.lane.exchange === chosen)
  const shown = listed.slice(0, MOST)
  const rest = nows.length - shown.length
  return (
    <aside className="seq__side" aria-label="This moment">
      <p className="seq__say" aria-live="polite" aria-atomic="true">
        <SentenceText sentence={sentence} />
      </p>
      <ul className="seq__states">
        {shown.map((now) => (
          <li key={now.lane.exchange} aria-current={now.lane.exchange === chosen || undefined}>
            <b>{now.lane.letter}</b>
            <b className="seq__state-name">{now.lane.endpoint?.name ?? now.lane.target}</b>
            <span className={`seq__state seq__state--${now.state}`}>{stateWords(now, point)}</span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="seq__rest">{restWords(nows, shown)}</p>}
      <ul className="seq__key" aria-label="What the patterns mean">
        <li>
          <i className="seq__swatch seq-wait--block" />
          holds the loop
        </li>
        <li>
          <i className="seq__swatch seq-wait--late" />
          waits for it
        </li>
        <li>
          <i className="seq__swatch seq-wait--sleep" />
          waits, loop free
        </li>
        <li>
          <i className="seq__swatch seq-wait--thread" />
          in a thread
        </li>
      </ul>
    </aside>
  )
}

function isUnderWay({ state }: LaneNow): boolean {
  return state !== 'over' && state !== 'unsent'
}

function restWords(nows: readonly LaneNow[], shown: readonly LaneNow[]): string {
  const hidden = nows.filter((now) => !shown.includes(now))
  const count = (state: 'over' | 'unsent') => hidden.filter((now) => now.state === state).length
  const others = hidden.length - count('over') - count('unsent')
  return [
    [count('over'), 'over'],
    [others, 'more under way'],
    [count('unsent'), 'not sent yet'],
  ]
    .filter(([number]) => number !== 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(', ')
}
