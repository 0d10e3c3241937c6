// Which lines of the learner's files carry a mark: troubles, and where the run stands. Pure; knows no Monaco.
import type { RunDocument, SourceFiles } from '../../engine/protocol'
import { readLineMarks, type ExchangeView, type LineMarks, type Moment, type Standing } from '../../engine/trace'
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
  readonly lines: LineMarks
}

const NO_LINES: LineMarks = { ran: [], now: null, values: [] }
export const NO_MARKS: Marks = { problems: [], lines: NO_LINES }

/** Where somebody stands in a run. */
export interface StepPlace extends Standing {
  readonly document: RunDocument
  /** Number of the exchange; null for a fetch that sent nothing. */
  readonly index: number | null
  readonly view: ExchangeView
  readonly moments: readonly Moment[]
}

/**
 * Finds the marks for what is on screen.
 * @param files    the text as it stands
 * @param isStale  the text is no longer what ran, so the run's lines would point at the wrong place
 */
export function findMarks(
  trouble: Trouble | null,
  step: StepPlace | null,
  files: SourceFiles,
  isStale: boolean,
): Marks {
  const problems = [...troubleProblems(trouble)]
  if (!step || isStale) return { problems, lines: NO_LINES }
  if (step.index !== null) problems.push(...runProblems(step.document, step.index))
  return {
    problems: firstOfEachLine(problems),
    lines: readLineMarks(step.view, step.moments, step, files),
  }
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

function firstOfEachLine(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ file, line }) => {
    const key = `${file}:${line}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
