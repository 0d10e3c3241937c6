// A whole exchange told in sentences, in the order of the trace, and the same as text to take along. Pure.
import type { Ms } from '../protocol'
import type { ShownExchange } from './model'
import { isLine, type Moment, type Standing } from './moments'
import { narrate, sentenceText, type Sentence } from './narrate'
import { narrateMoment } from './narrate-moment'

export interface StoryLine {
  /** Where one stands when this is said. */
  readonly standing: Standing
  readonly kind: 'step' | 'moment' | 'line'
  /** Virtual ms since the exchange began. */
  readonly after: Ms
  readonly sentence: Sentence
}

/**
 * Tells an exchange.
 * @param hasLines  whether each line of the learner's is told too
 */
export function tellStory(shown: ShownExchange, moments: readonly Moment[], hasLines: boolean): StoryLine[] {
  const { view, steps } = shown
  const told = steps.map((step, index) => ({
    seq: step.seq,
    line: {
      standing: { whole: step.whole, seq: null },
      kind: 'step' as const,
      after: step.at - view.startedAt,
      sentence: narrate(shown, index),
    },
  }))
  const between = moments.flatMap((moment) => {
    const kind = isLine(moment.event) ? ('line' as const) : ('moment' as const)
    if (kind === 'line' && !hasLines) return []
    const { whole, seq, at } = moment
    const sentence = narrateMoment(view, moment)
    return [{ seq, line: { standing: { whole, seq }, kind, after: at - view.startedAt, sentence } }]
  })
  return [...told, ...between].toSorted((a, b) => a.seq - b.seq).map(({ line }) => line)
}

/** Index of the line at which somebody stands: theirs, or the last one before it. */
export function storyAt(lines: readonly StoryLine[], { whole, seq }: Standing): number {
  if (seq !== null) {
    const own = lines.findIndex(({ standing }) => standing.seq === seq)
    if (own >= 0) return own
  }
  return lines.findLastIndex(({ kind, standing }) => kind === 'step' && standing.whole <= whole)
}

/** One sentence a line, with the virtual time where it has moved. */
export function storyText(title: string, lines: readonly StoryLine[]): string {
  const told = lines.map(
    (line, index) => `${timeBefore(lines, index)}${line.kind === 'step' ? '' : '  '}${sentenceText(line.sentence)}`,
  )
  return `${title}\n\n${told.join('\n')}\n`
}

/** The same as a Markdown list: what happens between two crossings stands below the first of them. */
export function storyMarkdown(title: string, lines: readonly StoryLine[]): string {
  const told = lines.map((line, index) => {
    const text = line.sentence.map(({ kind, text: part }) =>
      kind === 'code' ? inCode(part) : kind === 'strong' ? `**${plain(part)}**` : plain(part),
    )
    return `${line.kind === 'step' ? '-' : '  -'} ${timeBefore(lines, index)}${text.join('')}`
  })
  return `## ${plain(title)}\n\n${told.join('\n')}\n`
}

function timeBefore(lines: readonly StoryLine[], index: number): string {
  const { after = 0 } = lines[index] ?? {}
  const before = lines[index - 1]?.after ?? 0
  return after === before ? '' : `[${Math.round(after * 10) / 10} ms] `
}

/** CommonMark 2.4: punctuation that would mean something. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>#]/g, String.raw`\$&`)
}

/** CommonMark 6.1: code with a backtick in it stands between more of them. */
function inCode(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return longest > 0 ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`
}
