// Runs each start, solution, question and proof, and says what does not hold. Who runs them is the caller's business.
import type { CheckResult, RunDocument, SourceFiles } from '../protocol'
import { findStep } from './find-step'
import type { Lesson, Question } from './parse'

/** The two things that take Python, as seams. */
export interface LessonRunner {
  run(files: SourceFiles, httpText: string): Promise<RunDocument>
  check(source: string, file: string, run: RunDocument): Promise<readonly CheckResult[]>
}

/** One thing that does not hold. */
interface Finding {
  /** Path under `lessons/`. */
  readonly file: string
  readonly problem: string
}

/** About 140 words; fewer say too little, more are not read beside a running program. */
const PROSE_WORDS = { min: 90, max: 200 } as const

/** Findings of one lesson, its questions left out. */
export async function validateLesson(lesson: Lesson, runner: LessonRunner): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const find = (file: string, problem: string) => findings.push({ file, problem })
  const page = `${lesson.folder}/lesson.md`

  const words = lesson.prose.split(/\s+/).filter((word) => /\w/.test(word)).length
  if (words < PROSE_WORDS.min || words > PROSE_WORDS.max)
    find(page, `has ${words} words of prose, not ${PROSE_WORDS.min} to ${PROSE_WORDS.max}`)

  const runs: Record<'start' | 'solution', RunDocument> = {
    start: await runner.run(lesson.start, lesson.httpText),
    solution: await runner.run(lesson.solution, lesson.httpText),
  }
  for (const name of ['start', 'solution'] as const) {
    const problem = failure(runs[name])
    if (problem !== null) find(`${lesson.folder}/${name}/main.py`, problem)
  }
  const missed = (await runner.check(lesson.checksSource, lesson.checksFile, runs.start)).filter(
    (check) => !check.holds,
  )
  if (missed.length === 0) find(lesson.checksFile, 'holds for the start already: nothing is left to do')
  for (const check of missed) if (metItself(check)) find(lesson.checksFile, `${check.id} on the start: ${check.reason}`)
  const met = await runner.check(lesson.checksSource, lesson.checksFile, runs.solution)
  if (met.length === 0) find(lesson.checksFile, 'has no check')
  for (const check of met) if (!check.holds) find(lesson.checksFile, `${check.id} on the solution: ${check.reason}`)

  const proofs = await runner.check(lesson.proofSource, lesson.proofFile, runs[lesson.proof.program])
  for (const proof of proofs) if (!proof.holds) find(lesson.proofFile, `${proof.id}: ${proof.reason}`)
  for (const source of lesson.sources)
    if (!proofs.some((proof) => proof.id === source.proof))
      find(page, `claim ${source.claim} names ${source.proof}, which is not in ${lesson.proof.file}`)
  return findings
}

/** Findings of one question: its proof, its key as the run has it, and where "Show me" leads. */
export async function validateQuestion(question: Question, runner: LessonRunner): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const find = (problem: string, file = question.file) => findings.push({ file, problem })
  const run = await runner.run(question.files, question.httpText)
  const problem = failure(run)
  if (problem !== null) find(problem)
  const proofs = await runner.check(question.proofSource, question.proofFile, run)
  if (!proofs.some((proof) => proof.id.startsWith('proof_'))) find('has no proof_…', question.proofFile)
  for (const proof of proofs) if (!proof.holds) find(`${proof.id}: ${proof.reason}`, question.proofFile)
  for (const wrong of keyAgainstRun(question, run)) find(wrong)
  if (findStep(run, question.show) === null)
    find(
      `"Show me" leads to ${question.show.kind ?? 'enter'} at ${question.show.layer} of exchange ${question.show.exchange}, which the run does not have`,
    )
  return findings
}

/** Validates everything, one run after the other, in the order of the lessons. An empty list is what is wanted. */
export async function validateAll(lessons: readonly Lesson[], runner: LessonRunner): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const lesson of lessons) {
    findings.push(...(await validateLesson(lesson, runner)))
    for (const question of lesson.questions) findings.push(...(await validateQuestion(question, runner)))
  }
  return findings
}

/** Reads the answer to a prediction from the run and compares it with the written key; empty where they agree. */
export function keyAgainstRun(question: Question, run: RunDocument): readonly string[] {
  if (question.form === 'choose') return []
  const exchange = run.exchanges[question.exchange]
  if (exchange === undefined) return [`the run has no exchange ${question.exchange}`]
  if (question.form === 'order') {
    const printed = run.events
      .flatMap((event) =>
        event.kind === 'log' && event.source === 'print' && event.exchange === question.exchange
          ? event.text.split('\n')
          : [],
      )
      .filter((line) => line !== '')
    return printed.join('\n') === question.key.join('\n')
      ? []
      : [`the key is not what the run prints: ${printed.join(' | ')}`]
  }
  if (exchange.response === null) return ['the exchange has no response']
  const { status, headers } = exchange.response
  const there = new Set(headers.map(([name]) => name.toLowerCase()))
  return [
    ...(status === question.status ? [] : [`the key says status ${question.status}, the run ${status}`]),
    ...question.headers
      .filter((header) => header.there !== there.has(header.name))
      .map((header) => `the key says ${header.name} is ${header.there ? '' : 'not '}there, the run says otherwise`),
  ]
}

function failure(run: RunDocument): string | null {
  if (run.error !== null) return `does not start: ${run.error.text}`
  return run.stop === null ? null : `is stopped: ${run.stop.text}`
}

function metItself(check: CheckResult): boolean {
  return check.reason?.startsWith('The check itself met') ?? false
}
