// The sentence of a step, always in the same place and in a box of fixed height.
import {
  narrate,
  narrateMoment,
  narrateStack,
  sentenceText,
  type Moment,
  type Sentence,
  type ShownExchange,
} from '../../engine/trace'
import './timeline.css'

export interface NarrationProps {
  readonly shown: ShownExchange
  readonly step: number
  /** While playing nothing is announced; the resting step is. */
  readonly playing: boolean
  readonly compact?: boolean
  /** Finer than the step: its sentence stands in the place of the step's. */
  readonly moment?: Moment | null
}

/** Longer sentences are set smaller, so that the box keeps its height. */
const LONG = { wide: 125, compact: 95 }

export function Narration({ shown, step, playing, compact = false, moment = null }: NarrationProps) {
  const sentence = sentenceAt(shown, step, moment)
  const long = sentenceText(sentence).length > (compact ? LONG.compact : LONG.wide)
  return (
    <p
      className={`tl-say${compact ? ' tl-say-compact' : ''}${long ? ' tl-say-long' : ''}`}
      aria-live={playing ? 'off' : 'polite'}
      aria-atomic="true"
    >
      <SentenceText sentence={sentence} />
    </p>
  )
}

/** What is said of where somebody stands. */
export function sentenceAt(shown: ShownExchange, step: number, moment: Moment | null): Sentence {
  if (shown.view.kind === 'stack') return narrateStack(shown)
  return moment ? narrateMoment(shown.view, moment) : narrate(shown, step)
}

/** A sentence with its stressed names and its code. */
export function SentenceText({ sentence }: { readonly sentence: Sentence }) {
  return sentence.map((part, i) =>
    part.kind === 'strong' ? (
      <b key={i}>{part.text}</b>
    ) : part.kind === 'code' ? (
      <code key={i}>{part.text}</code>
    ) : (
      <span key={i}>{part.text}</span>
    ),
  )
}
