import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { LessonError } from './lesson-error'
import { readLessonFiles } from './node'
import { parseLesson, parseLessons } from './parse'

const all = readLessonFiles(fileURLToPath(new URL('../../lessons', import.meta.url)))
const FOLDER = '01-layers/01-order'
const PAGE = `${FOLDER}/lesson.md`
const QUIZ = `${FOLDER}/quiz/01-decorator-first.yaml`
const CHOICE = `${FOLDER}/quiz/02-listed-in-the-constructor.yaml`
const RESPONSE = '01-layers/02-timing/quiz/02-turned-away.yaml'

type Files = Record<string, string>
const lesson = (folder = FOLDER): Files =>
  Object.fromEntries(Object.entries(all).filter(([path]) => path.startsWith(`${folder}/`)))

/** Changes one file, and makes sure that the change took. */
function changed(files: Files, path: string, change: (text: string) => string): Files {
  const before = files[path] ?? ''
  const after = change(before)
  if (after === before) throw new Error(`nothing changed in ${path}`)
  return { ...files, [path]: after }
}

const without = (files: Files, path: string): Files => {
  if (files[path] === undefined) throw new Error(`no ${path}`)
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== path))
}

describe('parseLesson()', () => {
  test('reads front matter, prose, programs, requests, checks and questions', () => {
    const read = parseLesson(lesson())
    expect(read).toMatchObject({ id: 'order', folder: FOLDER, chapter: { folder: '01-layers', title: 'Layers' } })
    expect(read.prose.startsWith('Middleware is an onion.')).toBe(true)
    expect(Object.keys(read.start)).toEqual(['main.py'])
    expect(read.solution['main.py']).not.toBe(read.start['main.py'])
    expect(read.httpText).toContain('GET /painting')
    expect(read.questions.map((question) => [question.id, question.form])).toEqual([
      ['order/decorator-first', 'order'],
      ['order/listed-in-the-constructor', 'choose'],
    ])
  })

  test('gives a question its own program without its proof and requests', () => {
    const [question] = parseLesson(lesson()).questions
    expect(Object.keys(question?.files ?? {})).toEqual(['main.py'])
    expect(question?.httpText).toContain('GET /onion')
    expect(question?.proofSource).toContain('def proof_')
  })

  test("gives a question the lesson's program and requests where it says so", () => {
    const read = parseLesson(lesson('01-layers/03-pure-asgi'))
    const question = read.questions.find((one) => one.id === 'pure-asgi/two-cookies')
    expect(question?.files).toEqual(read.start)
    expect(question?.httpText).toBe(read.httpText)
  })

  test.for<[what: string, files: () => Files, file: string, field: string | null, problem: RegExp]>([
    ['no lesson.md', () => without(lesson(), PAGE), `${FOLDER}/`, null, /no lesson\.md/],
    ['no front matter', () => changed(lesson(), PAGE, (t) => t.slice(3)), PAGE, null, /front matter/],
    [
      'front matter that is no YAML',
      () => changed(lesson(), PAGE, (t) => t.replace('minutes: 4', 'minutes: [4')),
      PAGE,
      null,
      /no YAML/,
    ],
    [
      'minutes in words',
      () => changed(lesson(), PAGE, (t) => t.replace('minutes: 4', 'minutes: four')),
      PAGE,
      'minutes',
      /number/,
    ],
    [
      'a field too many',
      () => changed(lesson(), PAGE, (t) => t.replace('minutes: 4', 'minutes: 4\nlevel: 2')),
      PAGE,
      'level',
      /[Uu]nrecognized/,
    ],
    ['no idea', () => changed(lesson(), PAGE, (t) => t.replace(/^idea: .*$/m, 'idea: ""')), PAGE, 'idea', /./],
    [
      'a claim with a wrong number',
      () => changed(lesson(), PAGE, (t) => t.replace('C001', 'C1')),
      PAGE,
      'sources.0.claim',
      /three digits/,
    ],
    [
      'an unknown document',
      () => changed(lesson(), PAGE, (t) => t.replace('blog-post', 'my-blog')),
      PAGE,
      'sources.1.documents.1',
      /option/,
    ],
    [
      'no solution',
      () => without(lesson(), `${FOLDER}/solution/main.py`),
      `${FOLDER}/solution/main.py`,
      null,
      /missing/,
    ],
    ['no checks', () => without(lesson(), `${FOLDER}/checks.py`), `${FOLDER}/checks.py`, null, /missing/],
    ['no proof', () => without(lesson(), `${FOLDER}/proof.py`), `${FOLDER}/proof.py`, null, /missing/],
    ['no requests', () => without(lesson(), `${FOLDER}/requests.http`), `${FOLDER}/requests.http`, null, /missing/],
    [
      'a question of an unknown form',
      () => changed(lesson(), QUIZ, (t) => t.replace('form: order', 'form: guess')),
      QUIZ,
      'form',
      /./,
    ],
    [
      'a question without proof',
      () => without(lesson(), `${FOLDER}/quiz/01-decorator-first/proof.py`),
      `${FOLDER}/quiz/01-decorator-first/proof.py`,
      null,
      /each question has a proof/,
    ],
    [
      'a question that shows lines that are not there',
      () => changed(lesson(), QUIZ, (t) => t.replace('to: 29', 'to: 290')),
      QUIZ,
      'code',
      /no lines 7 to 290/,
    ],
    [
      'a question that shows a file that is not there',
      () => changed(lesson(), QUIZ, (t) => t.replace('file: main.py', 'file: app.py')),
      QUIZ,
      'code.file',
      /no app\.py/,
    ],
    [
      'lines that are not those of the key',
      () => changed(lesson(), QUIZ, (t) => t.replace('  - onion\n', '  - soup\n')),
      QUIZ,
      'lines',
      /key and never/,
    ],
    [
      'lines in the right order already',
      () =>
        changed(lesson(), QUIZ, (t) =>
          t
            .replace('  - peeler picks it up\n  - washer picks it up', '  - washer picks it up\n  - peeler picks it up')
            .replace(
              '  - washer puts it down\n  - peeler puts it down\nkey',
              '  - peeler puts it down\n  - washer puts it down\nkey',
            ),
        ),
      QUIZ,
      'lines',
      /right order already/,
    ],
    [
      'two right options',
      () => changed(lesson(), CHOICE, (t) => t.replace('right: false', 'right: true')),
      CHOICE,
      'options',
      /exactly one/,
    ],
    [
      'a status that cannot be picked',
      () => changed(lesson('01-layers/02-timing'), RESPONSE, (t) => t.replace('status: 403', 'status: 418')),
      RESPONSE,
      'status',
      /not among/,
    ],
    [
      'a header name in upper case',
      () => changed(lesson('01-layers/02-timing'), RESPONSE, (t) => t.replace('name: x-took', 'name: X-Took')),
      RESPONSE,
      'headers.1.name',
      /lower case/,
    ],
    [
      'a file of another lesson',
      () => ({ ...lesson(), 'else/where.py': '' }),
      'else/where.py',
      null,
      /does not belong/,
    ],
  ])('names file and field for %s', ([, files, file, field, problem]) => {
    let met: unknown
    try {
      parseLesson(files())
    } catch (error) {
      met = error
    }
    if (!(met instanceof LessonError)) throw new Error(`no LessonError but ${String(met)}`)
    expect(met.file.startsWith(file)).toBe(true)
    expect(met.field).toBe(field)
    expect(met.problem).toMatch(problem)
    expect(met.message).toContain(met.file)
  })
})

describe('parseLessons()', () => {
  test('reads six lessons with two questions each, in the order of their folders', () => {
    const lessons = parseLessons(all)
    expect(lessons.map((one) => one.id)).toEqual(['order', 'timing', 'pure-asgi', 'cors', 'auth', 'on-the-way-out'])
    expect(lessons.flatMap((one) => one.questions.map((question) => question.form)).sort()).toEqual([
      ...Array<string>(5).fill('choose'),
      ...Array<string>(3).fill('order'),
      ...Array<string>(4).fill('response'),
    ])
  })

  test('refuses two lessons with one id', () => {
    const twin = Object.fromEntries(
      Object.entries(lesson()).map(([path, text]) => [path.replace(FOLDER, '02-gates/09-order'), text]),
    )
    expect(() => parseLessons({ ...all, ...twin })).toThrow('02-gates/09-order/lesson.md: has the id order')
  })

  test('refuses a lesson folder without a number', () => {
    const odd = Object.fromEntries(
      Object.entries(lesson()).map(([path, text]) => [path.replace(FOLDER, '01-layers/order'), text]),
    )
    expect(() => parseLessons(odd)).toThrow('two digits, a dash and a name')
  })
})
