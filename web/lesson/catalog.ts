// Fetches what a lesson says: prose, sources and questions. The places themselves (files to open) are in `web/app`.
import type { Lesson } from '../../engine/lesson'

const texts = import.meta.glob<string>('/lessons/[0-9]*-*/**/*.{md,py,http,yaml}', { query: '?raw', import: 'default' })

const ROOT = '/lessons/'
const fetched = new Map<string, Promise<Lesson>>()

/** Folders of all lessons, e.g. `01-layers/01-order`, in the order in which they are read. */
export const lessonFolders: readonly string[] = Object.keys(texts)
  .filter((path) => path.endsWith('/lesson.md'))
  .map((path) => path.slice(ROOT.length, -'/lesson.md'.length))
  .sort()

/**
 * Gives the lesson of a folder; the same promise each time.
 * @throws {LessonError} when its files are not as they should be; an Error when they cannot be fetched
 */
export function fetchLesson(folder: string): Promise<Lesson> {
  const known = fetched.get(folder)
  if (known) return known
  const asked = readLesson(folder)
  fetched.set(folder, asked)
  // What failed once may be there the next time.
  asked.catch(() => fetched.delete(folder))
  return asked
}

async function readLesson(folder: string): Promise<Lesson> {
  // YAML and the schema come along only when a lesson is opened.
  const { parseLesson } = await import('../../engine/lesson/parse')
  const entries = Object.entries(texts).filter(([path]) => path.startsWith(`${ROOT}${folder}/`))
  const files = await Promise.all(entries.map(async ([path, load]) => [path.slice(ROOT.length), await load()] as const))
  return parseLesson(Object.fromEntries(files))
}
