// The sentence of a step, always in the same place and in a box of fixed height.
import { narrate, narrateStack, sentenceText, type Sentence, type ShownExchange } from '../../engine/trace'
import './timeline.css'

export interface NarrationProps {
  readonly shown: ShownExchange
  readonly step: number
  /** While playing nothing is announced; the resting step is. */
  readonly playing: boolean
  readonly compact?: boolean
}

/** Longer sentences are set smaller, so that the box keeps its height. */
const LONG = { wide: 125, compact: 95 }

export function Narration({ shown, step, playing, compact = false }: NarrationProps) {
  const sentence = shown.view.kind === 'stack' ? narrateStack(shown) : narrate(shown, step)
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
