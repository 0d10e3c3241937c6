// Does what is missing between a fresh clone and a page that runs, each thing once: packages, engine, build.
// Knows when each is up to date, not how the engine makes its own files (`engine/assets`).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashFiles } from './hash.mjs'
import { packageFile, PREPARED, ROOT } from './paths.mjs'
import { findPython } from './python.mjs'
import { note, run, step } from './steps.mjs'

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))

/** True when node_modules holds exactly what the lock file names; npm writes its own list last, so half an install is seen. */
function packagesAgree() {
  if (!existsSync(join(ROOT, 'node_modules', '.package-lock.json'))) return false
  /** @type {Record<string, {version?: string, integrity?: string, optional?: boolean}>} */
  const wanted = readJson('package-lock.json').packages
  /** @type {typeof wanted} */
  const there = readJson('node_modules/.package-lock.json').packages
  return (
    Object.keys(there).every((path) => path in wanted) &&
    Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
      const it = there[path]
      // Packages for other systems are in the lock file, but not here.
      if (path === '' || (optional && !it)) return true
      return it?.version === version && (!integrity || !it?.integrity || it.integrity === integrity)
    })
  )
}

/** Installs npm packages where node_modules does not agree with package-lock.json. */
export async function ensurePackages() {
  if (packagesAgree()) return note('Packages are in place')
  await step('Installing packages', () =>
    run('npm', ['ci', '--no-audit', '--no-fund'], {
      log: 'npm-ci',
      next: 'Is the npm registry within reach? Then run this again.',
    }),
  )
}

/** Runs a TypeScript file of ours under Node. @param {string} file @param {readonly string[]} [args] */
export const tsx = (file, args = []) => ['--import', 'tsx', join(ROOT, file), ...args]

/** Fetches wheels and records the memory snapshot, as far as they are missing (`engine/assets` knows). */
export async function ensureEngine() {
  await findPython()
  await step('Preparing the engine', (say) =>
    run(process.execPath, tsx('engine/assets/main.ts'), {
      log: 'engine',
      onLine: say,
      next: 'It needs the Python package index once, to fetch what runs in the page. Run this again to go on from here.',
    }),
  )
}

/** What the sample's recorded run is made of, beside the program itself. */
const ENGINE_SOURCES = ['engine/browser', 'engine/cli', 'engine/host', 'engine/protocol', 'engine/requests']

/** Runs the sample under Node and keeps the run: it is what the page shows while Python is not up yet. */
export async function ensureSample() {
  const stamp = join(PREPARED, 'sample-stamp')
  const recorded = join(ROOT, 'lessons', 'sample', 'recorded.json')
  const program = ['lessons/sample/start', 'lessons/sample/requests.http']
  const inputs = hashFiles(ROOT, [...program, ...ENGINE_SOURCES, ENGINE_MANIFEST], isNoInput)
  if (existsSync(recorded) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs)
    return note('The sample is recorded')
  await step('Recording a run of the sample', () =>
    run(process.execPath, tsx('scripts/record-sample.ts', [...program, recorded]), { log: 'sample' }),
  )
  writeFileSync(stamp, inputs)
}

/** Written last when the engine is prepared; holds a key that changes with all that the engine boots from. */
const ENGINE_MANIFEST = '.peel/engine/manifest.json'
const SOURCES = ['index.html', 'package-lock.json', 'tsconfig.json', 'vite.config.ts', 'web', 'engine', 'lessons']
const isNoInput = (/** @type {string} */ path) =>
  /(^|\/)(__pycache__|\.pytest_cache|\.ruff_cache|decisions)$|\.test\.tsx?$|^engine\/(cli|python\/tests)$/.test(path)

/** Builds the page into dist/ when a source, or what the engine prepared, is not what the last build saw. */
export async function ensureBuild() {
  const stamp = join(PREPARED, 'build-stamp')
  const inputs = hashFiles(ROOT, [...SOURCES, ENGINE_MANIFEST], isNoInput)
  if (existsSync(join(ROOT, 'dist', 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs)
    return note('The page is built')
  await step('Building the page', () =>
    run(process.execPath, [packageFile('vite', 'bin/vite.js'), 'build', '--logLevel', 'warn'], { log: 'build' }),
  )
  mkdirSync(PREPARED, { recursive: true })
  writeFileSync(stamp, inputs)
}

/** All that running the page or the command line needs, but the build. */
export async function prepare() {
  await ensurePackages()
  await ensureEngine()
  await ensureSample()
}
