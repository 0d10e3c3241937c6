// The folder of prepared files: what lies in it for each version, and whether that is still right. Makes nothing itself,
// and loads no Pyodide, so that asking is cheap.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { distribution, readLock } from './locks'
import { findVersion, NEWEST, versionFolder } from './versions'

const root = dirname(dirname(import.meta.dirname))
/** All that is prepared and git-ignored. */
export const KEPT = join(root, '.peel')
/** Folder with all files that an engine boots from; the page gets them under `/engine/`. */
export const ENGINE_FOLDER = join(KEPT, 'engine')
export const PYODIDE_FOLDER = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'))

/** Pyodide's own files; every version boots from the same. */
export const FROM_PYODIDE = [
  'pyodide.mjs',
  'pyodide.asm.mjs',
  'pyodide.asm.wasm',
  'python_stdlib.zip',
  'pyodide-lock.json',
]

/** What one version boots from. File names are relative to the engine folder. */
export interface Manifest {
  /** Changes when anything that the engine boots from changes. */
  readonly key: string
  readonly fastapi: string
  readonly starlette: string
  readonly snapshot: string
  /** Pyodide's head of the snapshot, base64. */
  readonly snapshotHead: string
  /** Path in Python's file system at which pydantic-core's library is imported. */
  readonly coreLibPath: string
  readonly coreLib: string
  readonly wheels: readonly string[]
  readonly peel: string
  /** Wheels that only the package's own tests need. */
  readonly testWheels: readonly string[]
}

/** Raise when `prepare` changes what it writes. */
const FORMAT = 5

/** Reads what was prepared for a version, or null when `prepare` has never finished for it. */
export function readManifest(fastapi: string = NEWEST.fastapi): Manifest | null {
  const path = join(ENGINE_FOLDER, versionFolder(fastapi), 'manifest.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest) : null
}

/** All files that a page boots the newest version from, the manifest last; empty when it is not prepared. */
export function listPageFiles(): readonly string[] {
  const manifest = readManifest()
  if (!manifest) return []
  const { snapshot, coreLib, wheels, peel } = manifest
  return [...FROM_PYODIDE, snapshot, coreLib, ...wheels, peel, 'manifest.json']
}

/** Gives what is prepared for a version if it is made of what is there now, else null. */
export function readFreshManifest(fastapi: string): Manifest | null {
  const ready = readManifest(fastapi)
  return ready?.key === engineKey(fastapi) && existsSync(join(ENGINE_FOLDER, ready.snapshot)) ? ready : null
}

/** Hash of all that a version's engine is made of. */
export function engineKey(fastapi: string): string {
  const pyodide = JSON.parse(readFileSync(join(PYODIDE_FOLDER, 'package.json'), 'utf8')) as { version: string }
  return hash([
    String(FORMAT),
    pyodide.version,
    ...mergedLock(fastapi),
    ...Object.entries(pythonSources()).flatMap(([name, bytes]) => [name, bytes]),
  ])
}

/** Lines of the newest lock, those that an older pair has of its own put in their place. */
export function mergedLock(fastapi: string): string[] {
  const lines = (lock: string): string[] => lock.split('\n').filter((line) => line.includes('=='))
  const newest = lines(readLock(NEWEST.fastapi))
  const own = findVersion(fastapi) === NEWEST ? [] : lines(readLock(fastapi))
  const replaced = new Set(own.map(distribution))
  return [...newest.filter((line) => !replaced.has(distribution(line))), ...own]
}

/** The package `peel` as file names with bytes. */
export function pythonSources(): Record<string, Uint8Array> {
  const folder = join(root, 'engine', 'python', 'peel')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(py|typed)$/.test(name))
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(folder, name))]))
}

export function hash(parts: readonly (string | Uint8Array)[]): string {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(String(part.length)).update(part)
  return sum.digest('hex')
}
