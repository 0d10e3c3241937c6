// Makes lessons of files. Takes paths and texts, gives data or an error that names file and field; reads no disk.
import type { SourceFiles } from '../protocol'
import { parse as parseYaml } from 'yaml'
import type { z } from 'zod'
import { LessonError } from './lesson-error'
import { type LessonHead, lessonSchema, type QuestionBody, questionSchema } from './schema'

/** A question with everything that it takes to run it. */
export type Question = QuestionBody & {
  /** Lesson and question, e.g. `order/decorator-first`; stable when folders are renumbered. */
  readonly id: string
  /** Path of its YAML file under `lessons/`. */
  readonly file: string
  /** The program's files, entry `main.py`. */
  readonly files: SourceFiles
  readonly httpText: string
  /** Python asserts over the run that prove the key. */
  readonly proofSource: string
  readonly proofFile: string
}

interface Chapter {
  /** Folder name, e.g. `01-layers`. */
  readonly folder: string
  /** From the folder's name, e.g. `Layers`. */
  readonly title: string
}

export interface Lesson extends LessonHead {
  /** Folder name without its number, e.g. `order`; stable when lessons move. */
  readonly id: string
  /** Path of its folder under `lessons/`, e.g. `01-layers/01-order`. Lessons are sorted by it. */
  readonly folder: string
  readonly chapter: Chapter
  /** The text below the front matter, markdown. */
  readonly prose: string
  readonly start: SourceFiles
  readonly solution: SourceFiles
  readonly httpText: string
  readonly checksSource: string
  readonly checksFile: string
  readonly proofSource: string
  readonly proofFile: string
  readonly questions: readonly Question[]
}

/** Name of the file in which each program's app stands. */
export const ENTRY = 'main.py'

const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/

/**
 * Reads one lesson.
 * @param files  texts by path under `lessons/`; all in one folder that holds a `lesson.md`
 * @throws {LessonError} names the file, and the field where there is one
 */
export function parseLesson(files: Readonly<Record<string, string>>): Lesson {
  const lessonPath = Object.keys(files).find((path) => path.endsWith('lesson.md') && path.split('/').length === 3)
  if (lessonPath === undefined)
    throw new LessonError(Object.keys(files)[0] ?? 'lesson.md', null, 'there is no lesson.md in its folder')
  const folder = lessonPath.slice(0, -'/lesson.md'.length)
  const [chapterFolder = '', lessonFolder = ''] = folder.split('/')
  const id = withoutNumber(lessonFolder, lessonPath)
  const inside: Record<string, string> = {}
  for (const [path, text] of Object.entries(files)) {
    if (!path.startsWith(`${folder}/`)) throw new LessonError(path, null, `does not belong to ${folder}`)
    inside[path.slice(folder.length + 1)] = text
  }
  const need = (name: string, problem = 'is missing'): string => {
    const text = inside[name]
    if (text === undefined) throw new LessonError(`${folder}/${name}`, null, problem)
    return text
  }

  const parts = FRONT_MATTER.exec(need('lesson.md'))
  if (parts === null) throw new LessonError(lessonPath, null, 'begins with front matter between two lines of ---')
  const head = readYaml(lessonSchema, parts[1] ?? '', lessonPath)
  const start = programIn(inside, 'start', folder)
  const solution = programIn(inside, 'solution', folder)
  const httpText = need('requests.http')

  const questions = Object.keys(inside)
    .filter((name) => /^quiz\/[^/]+\.yaml$/.test(name))
    .sort()
    .map((name): Question => {
      const file = `${folder}/${name}`
      const own = name.slice(0, -'.yaml'.length)
      const body = readYaml(questionSchema, need(name), file)
      const program =
        body.program === 'own'
          ? programIn(inside, own, folder, NOT_PROGRAM)
          : body.program === 'start'
            ? start
            : solution
      const shown = program[body.code.file]
      if (shown === undefined) throw new LessonError(file, 'code.file', `the program has no ${body.code.file}`)
      if (body.code.from > body.code.to || body.code.to > shown.trimEnd().split('\n').length)
        throw new LessonError(file, 'code', `${body.code.file} has no lines ${body.code.from} to ${body.code.to}`)
      return {
        ...body,
        id: `${id}/${withoutNumber(own.slice('quiz/'.length), file)}`,
        file,
        files: program,
        httpText: body.requests === 'own' ? need(`${own}/requests.http`) : httpText,
        proofSource: need(`${own}/proof.py`, 'is missing: each question has a proof'),
        proofFile: `${folder}/${own}/proof.py`,
      }
    })

  return {
    ...head,
    id,
    folder,
    chapter: { folder: chapterFolder, title: titleOf(withoutNumber(chapterFolder, lessonPath)) },
    prose: (parts[2] ?? '').trim(),
    start,
    solution,
    httpText,
    checksSource: need('checks.py'),
    checksFile: `${folder}/checks.py`,
    proofSource: need(head.proof.file),
    proofFile: `${folder}/${head.proof.file}`,
    questions,
  }
}

/**
 * Reads all lessons of a tree, in the order of their folders. Folders that are no chapter (`sample`) are left alone.
 * @param files  texts by path under `lessons/`
 * @throws {LessonError} on the first lesson that cannot be read, and on an id that comes twice
 */
export function parseLessons(files: Readonly<Record<string, string>>): readonly Lesson[] {
  const folders = new Map<string, Record<string, string>>()
  for (const [path, text] of Object.entries(files)) {
    const [chapter = '', lesson = '', ...rest] = path.split('/')
    if (!/^\d\d-/.test(chapter) || rest.length === 0) continue
    const folder = `${chapter}/${lesson}`
    const inside = folders.get(folder) ?? {}
    inside[path] = text
    folders.set(folder, inside)
  }
  const lessons = [...folders.keys()].sort().map((folder) => parseLesson(folders.get(folder) ?? {}))
  const seen = new Map<string, string>()
  for (const { id, file } of lessons.flatMap((lesson) => [
    { id: lesson.id, file: `${lesson.folder}/lesson.md` },
    ...lesson.questions,
  ])) {
    const other = seen.get(id)
    if (other !== undefined) throw new LessonError(file, null, `has the id ${id}, as has ${other}`)
    seen.set(id, file)
  }
  return lessons
}

/** Files of a question's folder that are not part of its program. */
const NOT_PROGRAM = new Set(['proof.py', 'requests.http'])

function programIn(
  inside: Readonly<Record<string, string>>,
  name: string,
  folder: string,
  without: ReadonlySet<string> = new Set(),
): SourceFiles {
  const program: Record<string, string> = {}
  for (const [path, text] of Object.entries(inside))
    if (path.startsWith(`${name}/`) && !without.has(path.slice(name.length + 1)))
      program[path.slice(name.length + 1)] = text
  if (program[ENTRY] === undefined) throw new LessonError(`${folder}/${name}/${ENTRY}`, null, 'is missing')
  return program
}

function readYaml<S extends z.ZodType>(schema: S, text: string, file: string): z.infer<S> {
  let raw: unknown
  try {
    raw = parseYaml(text)
  } catch (cause) {
    throw new LessonError(
      file,
      null,
      `is no YAML: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`,
      { cause },
    )
  }
  const result = schema.safeParse(raw)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])]
  throw new LessonError(file, path.length === 0 ? null : path.join('.'), issue?.message ?? 'is not as it should be')
}

function withoutNumber(name: string, file: string): string {
  const match = /^\d\d-([a-z0-9-]+)$/.exec(name)
  if (match?.[1] === undefined)
    throw new LessonError(file, null, `${name} should be two digits, a dash and a name, like 01-order`)
  return match[1]
}

function titleOf(slug: string): string {
  const words = slug.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
