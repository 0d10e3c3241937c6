// Each lesson proves itself on the real engine: its start misses a check, its solution meets all, each key is shown.
import { afterAll, describe, expect, test } from 'vitest'
import { groupRequests } from '../engine/browser'
import { spawnNodeWorker } from '../engine/cli/spawn'
import { EngineHost, Session } from '../engine/host'
import { checkSentences } from '../engine/lesson'
import { ENTRY, parseLessons } from '../engine/lesson/parse'
import { type LessonRunner, validateAll, validateLesson, validateQuestion } from '../engine/lesson/validate'
import { readLessonFiles } from '../engine/lesson/node'
import { parseHttpFile } from '../engine/requests'

const host = new EngineHost(spawnNodeWorker(), { spare: false })
afterAll(() => host.dispose())

const runner: LessonRunner = {
  run: async (files, httpText) => {
    const session = new Session(host, { files, entry: ENTRY, app: null })
    await session.open()
    const { requests } = parseHttpFile(httpText, { file: 'requests.http', readFile: () => null })
    for (const group of groupRequests(requests)) await session.send(group)
    await session.close()
    return session.document
  },
  check: async (source, file, run) => {
    await host.boot()
    return host.call('check', { source, file, document: JSON.stringify(run) }, { wallMs: 10_000 })
  },
}

const files = readLessonFiles(import.meta.dirname)
const lessons = parseLessons(files)
const BOOT_MS = 60_000

describe.for(lessons.map((lesson) => [lesson.folder, lesson] as const))('%s', ([, lesson]) => {
  test(
    'misses a check at the start, meets all when solved, and its claims are shown',
    { timeout: BOOT_MS },
    async () => {
      expect(await validateLesson(lesson, runner)).toEqual([])
    },
  )

  test('has check sentences that can be read without running them', { timeout: BOOT_MS }, async () => {
    const run = await runner.run(lesson.solution, lesson.httpText)
    const told = (await runner.check(lesson.checksSource, lesson.checksFile, run)).map(({ id, says }) => ({ id, says }))
    expect(told.length).toBeGreaterThan(2)
    expect(checkSentences(lesson.checksSource)).toEqual(told)
  })

  test.for(lesson.questions.map((question) => [question.id, question] as const))(
    'the run of %s gives the key that is written down',
    { timeout: BOOT_MS },
    async ([, question]) => {
      expect(await validateQuestion(question, runner)).toEqual([])
    },
  )
})

describe('validateAll() on a lesson that was spoilt', () => {
  const FOLDER = '01-layers/01-order'

  /** Problems of the first lesson after one of its files was changed. */
  async function spoil(name: string, change: (text: string) => string): Promise<string> {
    const path = `${FOLDER}/${name}`
    const before = files[path]
    if (before === undefined) throw new Error(`no ${path}`)
    const after = change(before)
    if (after === before) throw new Error(`nothing changed in ${path}`)
    const own = Object.entries(files).filter(([one]) => one.startsWith(`${FOLDER}/`))
    const findings = await validateAll(parseLessons({ ...Object.fromEntries(own), [path]: after }), runner)
    return findings.map((finding) => `${finding.file}: ${finding.problem}`).join('\n')
  }

  test.for<[what: string, name: string, change: (text: string) => string, finding: RegExp]>([
    [
      'a start that meets every check',
      'start/main.py',
      () => files[`${FOLDER}/solution/main.py`] ?? '',
      /checks\.py: holds for the start already/,
    ],
    [
      'a solution that misses one',
      'solution/main.py',
      () => files[`${FOLDER}/start/main.py`] ?? '',
      /check_the_guard_is_met_first on the solution: The first line printed is 'usher in'/,
    ],
    [
      'a solution that does not start',
      'solution/main.py',
      (text) => text.replace('add_middleware(Guard)', 'add_middleware(Gard)'),
      /solution\/main\.py: does not start:[^]*Gard/,
    ],
    [
      'a check that breaks',
      'checks.py',
      (text) => text.replace('run.find("/painting").response.status == 200', 'run.nothing'),
      /check_the_painting_is_shown on the start: The check itself met AttributeError/,
    ],
    [
      'a proof that does not hold',
      'proof.py',
      (text) => text.replace('== ["usher", "Cloakroom", "Guard"]', '== ["Guard"]'),
      /proof\.py: proof_the_last_one_registered_is_met_first/,
    ],
    [
      'a claim whose proof is not there',
      'proof.py',
      (text) => text.replace('def proof_the_way_out', 'def proof_another_way_out'),
      /claim C003 names proof_the_way_out_is_the_way_in_reversed, which is not in proof\.py/,
    ],
    [
      'prose that is too short',
      'lesson.md',
      (text) => text.replace(/\n\nMiddleware is an onion[^]*$/, '\n\nRun it.\n'),
      /lesson\.md: has 2 words/,
    ],
    [
      'an order that the run does not print',
      'quiz/01-decorator-first/main.py',
      (text) => text.replace('print("onion")', 'print("garlic")'),
      /01-decorator-first\.yaml: the key is not what the run prints/,
    ],
    [
      'a question whose proof fails',
      'quiz/02-listed-in-the-constructor/main.py',
      (text) => text.replace('[Middleware(Paper), Middleware(Ribbon)]', '[Middleware(Ribbon), Middleware(Paper)]'),
      /02-listed-in-the-constructor\/proof\.py: proof_the_first_one_listed_is_outermost/,
    ],
    [
      'a "Show me" that leads nowhere',
      'quiz/02-listed-in-the-constructor.yaml',
      (text) => text.replace('layer: Paper', 'layer: Parchment'),
      /"Show me" leads to enter at Parchment of exchange 0/,
    ],
  ])('finds %s', { timeout: BOOT_MS }, async ([, name, change, finding]) => {
    expect(await spoil(name, change)).toMatch(finding)
  })
})
