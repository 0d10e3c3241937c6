// Where the locks of the wheels lie, and how those of an older pair go with the newest one's.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NEWEST } from './versions'

/** One file for each older pair. */
export const LOCKS_FOLDER = join(import.meta.dirname, 'locks')

/** The lock of a pair, by its FastAPI version. */
export function lockPath(fastapi: string): string {
  return fastapi === NEWEST.fastapi ? join(import.meta.dirname, 'wheels.lock') : join(LOCKS_FOLDER, `${fastapi}.lock`)
}

export function readLock(fastapi: string): string {
  return readFileSync(lockPath(fastapi), 'utf8')
}

/** Name of the distribution that a wheel's file or a line of a lock or of requirements is of. */
export function distribution(fileOrLine: string): string {
  const isFile = fileOrLine.endsWith('.whl')
  const [name = ''] = fileOrLine.split(isFile ? '-' : /[=\s[<>~!;]/)
  return name.trim().replaceAll('_', '-').toLowerCase()
}
