// Which lines of the learner's files carry a mark: troubles, and where the run stands. Pure; knows no Monaco.
import type { RunDocument, TraceEvent } from '../../engine/protocol'
import { hintFor } from '../network/hints'
import type { Trouble } from '../store'

/** A line that is wrong. */
export interface Problem {
  readonly file: string
  readonly line: number
  /** In bold: the exception's name; empty for a syntax error, whose sentence says it all. */
  readonly lead: string
  readonly text: string
}

export interface Marks {
  readonly problems: readonly Problem[]
  /** The line at which the run stands. */
  readonly now: { readonly file: string; readonly line: number } | null
  /** Lines of the layer in view that have run, by file. */
  readonly ran: Readonly<Record<string, readonly number[]>>
}

export const NO_MARKS: Marks = { problems: [], now: null, ran: {} }

/** The step in view: the ring it is at, and the last event that counts. */
export interface StepPlace {
  readonly exchange: number
  readonly layer: string | null
  readonly lastSeq: number
}

/**
 * Finds the marks for what is on screen.
 * @param isStale the text is no longer what ran, so the run's lines would point at the wrong place
 */
export function findMarks(
  trouble: Trouble | null,
  document: RunDocument | null,
  step: StepPlace | null,
  isStale: boolean,
): Marks {
  const problems = [...troubleProblems(trouble)]
  if (!document || isStale) return { problems, now: null, ran: {} }
  if (step) problems.push(...runProblems(document, step.exchange))
  const lines = step ? linesUpTo(document.events, step) : []
  const last = lines.at(-1)
  const ran: Record<string, number[]> = {}
  for (const { file, line } of lines) {
    const known = (ran[file] ??= [])
    if (!known.includes(line)) known.push(line)
  }
  return { problems: firstOfEachLine(problems), now: last ? { file: last.file, line: last.line } : null, ran }
}

function troubleProblems(trouble: Trouble | null): Problem[] {
  if (trouble?.kind === 'requests') return [{ file: 'requests.http', line: trouble.line, lead: '', text: trouble.why }]
  if (trouble?.kind === 'stopped') return stopProblems(trouble.document)
  if (trouble?.kind !== 'program') return []
  const { file, line, type, message, text } = trouble.error
  if (file === null || line === null) return []
  return /^(Syntax|Indentation|Tab)Error$/.test(type)
    ? [{ file, line, lead: '', text: text || message }]
    : [{ file, line, lead: type, text: message }]
}

function runProblems(document: RunDocument, index: number): Problem[] {
  const error = document.exchanges[index]?.error
  const isLast = index === document.exchanges.length - 1
  const stopped = isLast ? stopProblems(document) : []
  if (!error || error.file === null || error.line === null) return stopped
  const hint = hintFor(error)
  const text = hint ? `${error.message}. ${hint}` : error.message
  return [...stopped, { file: error.file, line: error.line, lead: error.type, text }]
}

function stopProblems({ stop }: RunDocument): Problem[] {
  if (!stop || stop.file === null || stop.line === null) return []
  return [{ file: stop.file, line: stop.line, lead: '', text: stop.text }]
}

function linesUpTo(events: readonly TraceEvent[], step: StepPlace): { file: string; line: number }[] {
  if (step.layer === null) return []
  return events.filter(
    (event): event is Extract<TraceEvent, { kind: 'line' }> =>
      event.kind === 'line' &&
      event.exchange === step.exchange &&
      event.layer === step.layer &&
      event.seq <= step.lastSeq,
  )
}

function firstOfEachLine(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ file, line }) => {
    const key = `${file}:${line}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
