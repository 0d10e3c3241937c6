// Makes everything that the engine boots from: wheels by pip, the memory snapshot, and the files that the page fetches.
// Does nothing twice: each result lies under a name made from the hash of what it was made of.
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { unzipSync, zipSync } from 'fflate'
import { loadPyodide } from 'pyodide'
import { recordSnapshot, type BootFiles } from '../runtime/fastapi/interpreter'
import { pipDownload } from './pip'

const here = import.meta.dirname
const root = dirname(dirname(here))
const kept = join(root, '.peel')
/** Folder with all files that an engine boots from; the page gets them under `/engine/`. */
export const ENGINE_FOLDER = join(kept, 'engine')

/** What lies in the engine folder. File names are relative to it. */
export interface Manifest {
  /** Changes when anything that the engine boots from changes. */
  readonly key: string
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

const SITE_PACKAGES = '/lib/python3.14/site-packages'
const FROM_PYODIDE = ['pyodide.mjs', 'pyodide.asm.mjs', 'pyodide.asm.wasm', 'python_stdlib.zip', 'pyodide-lock.json']
const TEST_ONLY = new Set(['pytest', 'iniconfig', 'pluggy', 'packaging', 'pygments'])
/** Raise when this file changes what it writes. */
const FORMAT = 4

export const PYODIDE_FOLDER = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'))

/** Reads what was prepared, or null when `prepare` has never finished. */
export function readManifest(): Manifest | null {
  const path = join(ENGINE_FOLDER, 'manifest.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest) : null
}

/**
 * Brings the engine folder up to date.
 * @param say  gets one line for each thing that is really done
 */
export async function prepare(say: (line: string) => void): Promise<Manifest> {
  const lock = readFileSync(join(here, 'wheels.lock'), 'utf8')
  const sources = pythonSources()
  const version = (JSON.parse(readFileSync(join(PYODIDE_FOLDER, 'package.json'), 'utf8')) as { version: string })
    .version
  const key = hash([
    String(FORMAT),
    version,
    lock,
    ...Object.entries(sources).flatMap(([name, bytes]) => [name, bytes]),
  ])
  const ready = readManifest()
  if (ready?.key === key && existsSync(join(ENGINE_FOLDER, ready.snapshot))) return ready

  const wheels = fetchWheels(lock, say)
  mkdirSync(ENGINE_FOLDER, { recursive: true })
  for (const file of FROM_PYODIDE) copyFileSync(join(PYODIDE_FOLDER, file), join(ENGINE_FOLDER, file))
  const names = readdirSync(wheels).sort()
  const isTest = (name: string) => TEST_ONLY.has((name.split('-')[0] ?? '').toLowerCase())
  const peel = zipSync(Object.fromEntries(Object.entries(sources).map(([name, bytes]) => [`peel/${name}`, bytes])))
  writeFileSync(join(ENGINE_FOLDER, 'peel.zip'), peel)
  mkdirSync(join(ENGINE_FOLDER, 'wheels'), { recursive: true })
  for (const name of names) copyFileSync(join(wheels, name), join(ENGINE_FOLDER, 'wheels', name))
  const coreLibPath = extractCoreLib(join(wheels, names.find((name) => name.startsWith('pydantic_core')) ?? ''))

  say('Recording the memory snapshot of Python with FastAPI')
  const used = names.filter((name) => !isTest(name))
  const archives = [...used.map((name) => new Uint8Array(readFileSync(join(wheels, name)))), peel]
  const { head, heap } = await recordSnapshot(await nodeBootFiles(coreLibPath), archives)
  say(`Compressing ${Math.round(heap.length / 1e6)} MB of snapshot`)
  // Not `.gz`: servers take that for a file that they may unpack on the way.
  const snapshot = `snapshot-${key.slice(0, 12)}.bin`
  for (const old of readdirSync(ENGINE_FOLDER)) if (old.startsWith('snapshot-')) rmSync(join(ENGINE_FOLDER, old))
  writeFileSync(join(ENGINE_FOLDER, snapshot), gzipSync(heap, { level: 6 }))

  const manifest: Manifest = {
    key,
    snapshot,
    snapshotHead: Buffer.from(head).toString('base64'),
    coreLibPath,
    coreLib: 'core.so',
    wheels: used.map((name) => `wheels/${name}`),
    peel: 'peel.zip',
    testWheels: names.filter(isTest).map((name) => `wheels/${name}`),
  }
  // Last, and in one move: a manifest is only ever there when everything it names is.
  writeFileSync(join(ENGINE_FOLDER, 'manifest.json.new'), JSON.stringify(manifest, null, 2))
  renameSync(join(ENGINE_FOLDER, 'manifest.json.new'), join(ENGINE_FOLDER, 'manifest.json'))
  return manifest
}

/** Boot files for an interpreter under Node. */
export async function nodeBootFiles(coreLibPath: string): Promise<BootFiles> {
  const asm = (await import(join(PYODIDE_FOLDER, 'pyodide.asm.mjs'))) as { default: BootFiles['createModule'] }
  return {
    loadPyodide,
    createModule: asm.default,
    indexURL: `${PYODIDE_FOLDER}/`,
    lock: readFileSync(join(PYODIDE_FOLDER, 'pyodide-lock.json'), 'utf8'),
    coreLib: { url: join(ENGINE_FOLDER, 'core.so'), path: coreLibPath },
  }
}

function fetchWheels(lock: string, say: (line: string) => void): string {
  const folder = join(kept, 'wheels', hash([lock]).slice(0, 12))
  if (existsSync(join(folder))) return folder
  say('Downloading Python packages (4 MB)')
  const fresh = `${folder}.new`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  pipDownload(['--no-deps', '--require-hashes', '-r', join(here, 'wheels.lock')], fresh)
  renameSync(fresh, folder)
  return folder
}

/** Writes pydantic-core's library beside the other files and gives its path in Python's file system. */
function extractCoreLib(wheel: string): string {
  const [found] = Object.entries(unzipSync(readFileSync(wheel), { filter: (file) => file.name.endsWith('.so') }))
  if (!found) throw new Error(`${relative(root, wheel)} holds no library`)
  writeFileSync(join(ENGINE_FOLDER, 'core.so'), found[1])
  return `${SITE_PACKAGES}/${found[0]}`
}

/** The package `peel` as file names with bytes. */
function pythonSources(): Record<string, Uint8Array> {
  const folder = join(root, 'engine', 'python', 'peel')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(py|typed)$/.test(name))
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(folder, name))]))
}

function hash(parts: readonly (string | Uint8Array)[]): string {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(String(part.length)).update(part)
  return sum.digest('hex')
}
