// `npm test`: from a fresh clone to one line that says how many tests passed and how many failed.
// Every stage runs, also after a failure of another. `npm test -- unit e2e` runs the named ones alone.
import './lib/node-version.mjs'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, VENV } from './lib/paths.mjs'
import { ensureBuild, ensureEngine, ensurePackages, ensureSample, tsx } from './lib/prepare.mjs'
import { ensureVenv, venvPython } from './lib/python.mjs'
import { runChecks, runPytest, runVitest, stage, sum } from './lib/stages.mjs'
import { describe } from './lib/steps.mjs'

const MINUTES = 60_000
const python = join(ROOT, 'engine', 'python')

/** Each has a lock; their tests take minutes, so they run when they are asked for. @type {readonly string[]} */
const OLDER_VERSIONS = readdirSync(join(ROOT, 'engine', 'assets', 'locks')).map((name) => name.replace(/\.lock$/, ''))
const wantsAllVersions = process.env.PEEL_VERSIONS === 'all'

/** The package's own tests inside the interpreter. @param {string | null} fastapi  null for the newest version */
const runInPyodide = (fastapi) =>
  stage(`Python tests inside Pyodide${fastapi ? `, FastAPI ${fastapi}` : ''}`, () => {
    const version = fastapi ? ['--fastapi', fastapi] : []
    const command = tsx('engine/python/run-in-pyodide.ts', [...version, '-v'])
    return runPytest(`pytest-pyodide${fastapi ? `-${fastapi}` : ''}`, process.execPath, command, {
      limitMs: 5 * MINUTES,
    })
  })

/** One step of preparing; a failure counts as a failed test and the stages go on with what is there. */
const prepared = async (/** @type {() => Promise<unknown>} */ work) => {
  try {
    await work()
    return []
  } catch (error) {
    console.log(describe(error))
    return [{ passed: 0, failed: 1 }]
  }
}

const olderVersions = async () => {
  const counts = []
  if (wantsAllVersions) for (const version of OLDER_VERSIONS) counts.push(await runInPyodide(version))
  else console.log(`  Left out: FastAPI ${OLDER_VERSIONS.join(', ')}. PEEL_VERSIONS=all runs them.`)
  return counts
}

/** Random stacks of layers in the longest run. */
const MANY_STACKS = '2000'
/** Random cases for modelled and real browser in the longest run. */
const MANY_LIVE = '1000'
const MANY_PROPERTIES = '20000'

/** Stages that run only when they are named. @type {readonly string[]} */
const ON_DEMAND = ['long']

/** @type {Record<string, () => Promise<import('./lib/stages.mjs').Counts[]>>} */
const STAGES = {
  check: async () => [await runChecks()],
  unit: async () => [await stage('Unit tests', () => runVitest('unit', ['--exclude', 'lessons/**'], 20 * MINUTES))],
  python: async () => [
    await stage('Python tests on CPython', () =>
      runPytest('pytest', venvPython(VENV), ['-m', 'pytest'], { cwd: python, limitMs: 4 * MINUTES }),
    ),
    await runInPyodide(null),
    ...(await olderVersions()),
  ],
  lessons: async () => [await stage('Lessons', () => runVitest('lessons', ['lessons/'], 4 * MINUTES))],
  long: async () => {
    process.env.PEEL_STACKS ??= MANY_STACKS
    process.env.PEEL_LIVE ??= MANY_LIVE
    process.env.PEEL_PROPERTIES ??= MANY_PROPERTIES
    return [
      await stage(`${process.env.PEEL_STACKS} random stacks beside CPython`, () =>
        runVitest('long', ['engine/cli/stacks.test.ts'], 60 * MINUTES),
      ),
      await stage(`${process.env.PEEL_LIVE} random cases beside a real Chromium`, () =>
        runVitest('long-live', ['engine/browser/testing/live'], 60 * MINUTES),
      ),
      await stage(`${process.env.PEEL_PROPERTIES} random fetches for each promise of the standard's`, () =>
        runVitest('long-properties', ['engine/browser/never-reads.test.ts'], 60 * MINUTES),
      ),
    ]
  },
  e2e: async () => [
    ...(await prepared(ensureBuild)),
    await stage('Browser tests', () => runVitest('e2e', ['--config', 'e2e/vitest.config.ts'], 20 * MINUTES)),
  ],
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in STAGES))
if (unknown.length > 0) {
  console.error(`No stage is called ${unknown.join(', ')}; there are ${Object.keys(STAGES).join(', ')}.`)
  process.exit(2)
}

console.log('\nPeel: getting ready for tests')
const counts = []
for (const work of [ensurePackages, ensureVenv, ensureEngine, ensureSample]) counts.push(...(await prepared(work)))
if (!existsSync(join(ROOT, 'node_modules'))) console.log('  Without packages no stage can pass; they run all the same.')

for (const [name, work] of Object.entries(STAGES)) {
  if (named.length === 0 ? !ON_DEMAND.includes(name) : named.includes(name)) counts.push(...(await work()))
}

const { passed, failed, skipped } = sum(counts)
if (skipped > 0) console.log(`\n${skipped} skipped; their reasons are in the output above or in .peel/log.`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
