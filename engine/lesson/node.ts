// Reads the lessons' folder under Node. Imported by scripts and tests only; the page has its own catalog.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Lesson, parseLessons } from './parse'

/** Text files by path under `folder`, with `/` between the parts on every system. */
export function readLessonFiles(folder: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(md|py|http|yaml)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    files[relative(folder, path).replaceAll('\\', '/')] = readFileSync(path, 'utf8')
  }
  return files
}

/**
 * Reads all lessons under a folder, e.g. `lessons`.
 * @throws {LessonError} names the file and the field that is off
 */
export function loadLessons(folder: string): readonly Lesson[] {
  return parseLessons(readLessonFiles(folder))
}
