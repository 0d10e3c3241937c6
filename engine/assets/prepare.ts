// Makes everything that the engine boots from: wheels by pip, a memory snapshot for each version, and the files that the
// page fetches. Does nothing twice: a manifest holds the hash of what its files were made of.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { unzipSync, zipSync } from 'fflate'
import { loadPyodide } from 'pyodide'
import { recordSnapshot, type BootFiles } from '../runtime/fastapi/interpreter'
import {
  ENGINE_FOLDER,
  engineKey,
  FROM_PYODIDE,
  hash,
  KEPT,
  PYODIDE_FOLDER,
  pythonSources,
  readFreshManifest,
  type Manifest,
} from './folder'
import { alone } from './lone'
import { distribution, readLock } from './locks'
import { pipDownload } from './pip'
import { findVersion, NEWEST, versionFolder, VERSIONS } from './versions'

const SITE_PACKAGES = '/lib/python3.14/site-packages'
const TEST_ONLY = new Set(['pytest', 'iniconfig', 'pluggy', 'packaging', 'pygments'])

type Say = (line: string) => void

/**
 * Brings the engine folder up to date for one version. Processes that do so at the same time wait for each other.
 * @param say  gets one line for each thing that is really done
 * @param fastapi  a version of versions.ts; the newest when absent
 * @throws {UnknownVersion}
 */
export async function prepare(say: Say, fastapi: string = NEWEST.fastapi): Promise<Manifest> {
  findVersion(fastapi)
  const ready = () => readFreshManifest(fastapi)
  return ready() ?? alone(join(KEPT, 'prepare.lock'), async () => ready() ?? make(fastapi, say))
}

async function make(fastapi: string, say: Say): Promise<Manifest> {
  const { starlette } = findVersion(fastapi)
  const key = engineKey(fastapi)
  const home = versionFolder(fastapi)
  const shared = shareFiles(say)
  const own = fastapi === NEWEST.fastapi ? [] : putWheels(fastapi, `${home}wheels/`, say)
  const names = new Set(own.map(nameOfWheel))
  const wheels = [...shared.wheels.filter((wheel) => !names.has(nameOfWheel(wheel))), ...own]
  const isTest = (wheel: string): boolean => TEST_ONLY.has(nameOfWheel(wheel))

  say(`Recording the memory snapshot of Python with FastAPI ${fastapi}`)
  const used = wheels.filter((wheel) => !isTest(wheel))
  const archives = [...used, shared.peel].map((name) => new Uint8Array(readFileSync(join(ENGINE_FOLDER, name))))
  const { head, heap } = await recordSnapshot(await nodeBootFiles(shared), archives)
  say(`Compressing ${Math.round(heap.length / 1e6)} MB of snapshot`)
  const bytes = gzipSync(heap, { level: 6 })
  const manifest: Manifest = {
    key,
    fastapi,
    starlette,
    // Not `.gz`: servers take that for a file that they may unpack on the way. Two recordings of the same are not
    // the same bytes, and each needs its own head: so the name tells what is in it.
    snapshot: `${home}snapshot-${hash([bytes]).slice(0, 12)}.bin`,
    snapshotHead: Buffer.from(head).toString('base64'),
    coreLibPath: shared.coreLibPath,
    coreLib: shared.coreLib,
    wheels: used,
    peel: shared.peel,
    testWheels: wheels.filter(isTest),
  }
  put(manifest.snapshot, bytes)
  // Last: a manifest is only ever there when everything that it names is.
  put(`${home}manifest.json`, Buffer.from(JSON.stringify(manifest, null, 2)))
  clearAway(manifest, shared.wheels)
  return manifest
}

/** What all versions have in common: Pyodide, our own package, and the newest version's wheels. */
interface Shared {
  readonly wheels: readonly string[]
  readonly peel: string
  readonly coreLib: string
  readonly coreLibPath: string
}

function shareFiles(say: Say): Shared {
  const wheels = putWheels(NEWEST.fastapi, 'wheels/', say)
  for (const file of FROM_PYODIDE) put(file, readFileSync(join(PYODIDE_FOLDER, file)))
  const sources = Object.entries(pythonSources()).map(([name, bytes]) => [`peel/${name}`, bytes] as const)
  put('peel.zip', zipSync(Object.fromEntries(sources)))
  const core = wheels.find((wheel) => nameOfWheel(wheel) === 'pydantic-core') ?? ''
  const isLibrary = { filter: (file: { name: string }) => file.name.endsWith('.so') }
  const [library] = Object.entries(unzipSync(readFileSync(join(ENGINE_FOLDER, core)), isLibrary))
  if (!library) throw new Error(`${core} holds no library`)
  put('core.so', library[1])
  return { wheels, peel: 'peel.zip', coreLib: 'core.so', coreLibPath: `${SITE_PACKAGES}/${library[0]}` }
}

/** Copies the wheels of a version's own lock into a folder of the engine's; gives their names there, sorted. */
function putWheels(fastapi: string, folder: string, say: Say): string[] {
  const from = fetchWheels(fastapi, say)
  const files = readdirSync(from).sort()
  for (const file of files) put(folder + file, readFileSync(join(from, file)))
  return files.map((file) => folder + file)
}

/** Downloads what a version's own lock names, once. */
function fetchWheels(fastapi: string, say: Say): string {
  const folder = wheelFolder(fastapi)
  if (existsSync(folder)) return folder
  say(`Downloading Python packages for FastAPI ${fastapi}`)
  const fresh = `${folder}.${process.pid}.new`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  const lock = join(fresh, 'lock.txt')
  writeFileSync(lock, readLock(fastapi))
  pipDownload(['--no-deps', '--require-hashes', '-r', lock], fresh)
  rmSync(lock)
  renameSync(fresh, folder)
  return folder
}

function wheelFolder(fastapi: string): string {
  return join(KEPT, 'wheels', hash([readLock(fastapi)]).slice(0, 12))
}

/** Writes a file of the engine folder in one move: whoever reads it meanwhile gets the old one or the new one, whole. */
function put(name: string, bytes: Uint8Array): void {
  const path = join(ENGINE_FOLDER, name)
  if (existsSync(path) && readFileSync(path).equals(bytes)) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, bytes)
  renameSync(`${path}.new`, path)
}

/** Removes what no version needs any more: old snapshots and wheels, and versions that are no longer listed. */
function clearAway(manifest: Manifest, sharedWheels: readonly string[]): void {
  const home = versionFolder(manifest.fastapi)
  const used = new Set([manifest.snapshot, ...manifest.wheels, ...sharedWheels])
  const sweep = (folder: string, isOld: (name: string) => boolean): void => {
    const path = join(ENGINE_FOLDER, folder)
    if (!existsSync(path)) return
    for (const name of readdirSync(path)) {
      if (isOld(folder + name)) rmSync(join(path, name), { recursive: true })
    }
  }
  sweep(home, (name) => name.startsWith(`${home}snapshot-`) && !used.has(name))
  sweep(`${home}wheels/`, (name) => !used.has(name))
  sweep('wheels/', (name) => !sharedWheels.includes(name))
  sweep('', (name) => /^\d+\.\d+/.test(name) && !VERSIONS.some(({ fastapi }) => fastapi === name))
  const kept = new Set(VERSIONS.map(({ fastapi }) => wheelFolder(fastapi)))
  for (const name of readdirSync(join(KEPT, 'wheels'))) {
    const folder = join(KEPT, 'wheels', name)
    if (!kept.has(folder)) rmSync(folder, { recursive: true })
  }
}

function nameOfWheel(path: string): string {
  return distribution(path.slice(path.lastIndexOf('/') + 1))
}

/** Boot files for an interpreter under Node. */
export async function nodeBootFiles(library: Pick<Manifest, 'coreLib' | 'coreLibPath'>): Promise<BootFiles> {
  const asm = (await import(join(PYODIDE_FOLDER, 'pyodide.asm.mjs'))) as { default: BootFiles['createModule'] }
  return {
    loadPyodide,
    createModule: asm.default,
    indexURL: `${PYODIDE_FOLDER}/`,
    lock: readFileSync(join(PYODIDE_FOLDER, 'pyodide-lock.json'), 'utf8'),
    coreLib: { url: join(ENGINE_FOLDER, library.coreLib), path: library.coreLibPath },
  }
}
