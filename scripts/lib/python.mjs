// Finds a Python that can do the work, and keeps the environment of tests and checks.
// Knows nothing of what is installed there beyond the lock file.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hashText } from './hash.mjs'
import { ROOT, VENV } from './paths.mjs'
import { note, run, step, StepError } from './steps.mjs'

const NAMES = ['python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3', 'python']
const PROBE = `
import sys
lacks = []
for name in ("pip", "venv", "ensurepip"):
    try: __import__(name)
    except ImportError: lacks.append(name)
print(sys.version_info[0], sys.version_info[1], sys.executable, ",".join(lacks) or "-", sep="|")
`

/** @typedef {{path: string, version: string}} Python */

/**
 * Asks one candidate what it is.
 * @param {string} name
 * @returns {{python: Python | null, reason: string | null}} reason null when there is no such program at all
 */
function probe(name) {
  const result = spawnSync(name, ['-c', PROBE], { encoding: 'utf8', timeout: 20_000 })
  // Version managers put a shim on PATH for each version they know; one that is not switched on just fails.
  if (result.error || result.status !== 0) return { python: null, reason: null }
  const [major = '', minor = '', path = '', lacks = ''] = result.stdout.trim().split('|')
  const version = `${major}.${minor}`
  if (Number(major) !== 3 || Number(minor) < 11) return { python: null, reason: `\`${name}\` is Python ${version}` }
  if (lacks !== '-')
    return { python: null, reason: `\`${name}\` (Python ${version}) lacks ${lacks.replace(',', ' and ')}` }
  return { python: { path, version }, reason: null }
}

/** @type {Python | undefined} */
let found

/**
 * Finds Python 3.11 or newer with pip and venv: the one named by PEEL_PYTHON, else the newest on PATH.
 * Children of this process find the same one in PEEL_PYTHON.
 * @returns {Promise<Python>}
 * @throws {StepError} with what was seen instead
 */
export async function findPython() {
  if (found) return found
  const named = process.env.PEEL_PYTHON
  /** @type {string[]} */
  const reasons = []
  for (const name of named ? [named] : NAMES) {
    const { python, reason } = probe(name)
    if (python) {
      process.env.PEEL_PYTHON = python.path
      found = python
      return python
    }
    if (reason) reasons.push(reason)
  }
  const seen = reasons.length ? ` Seen here: ${reasons.join('; ')}.` : ''
  throw new StepError(
    named
      ? `PEEL_PYTHON names \`${named}\`, which is not a Python 3.11 or newer with pip and venv.${seen}`
      : `Peel needs Python 3.11 or newer with pip and venv, to fetch the packages that run in the page.${seen}`,
    {
      next:
        process.platform === 'linux'
          ? 'On Debian and Ubuntu: apt-get install python3 python3-pip python3-venv. Then run this again.'
          : 'Install it from python.org or your package manager, then run this again.',
    },
  )
}

/** @param {string} venv  folder of an environment */
export const venvPython = (venv) =>
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')

/**
 * Makes `.peel/venv` agree with requirements-dev.lock; does nothing when it does already.
 * @returns {Promise<string>} path of its Python
 */
export async function ensureVenv() {
  const python = await findPython()
  const lock = join(ROOT, 'engine', 'python', 'requirements-dev.lock')
  const stamp = join(VENV, 'peel-stamp')
  const wanted = hashText(`${python.path}\n${python.version}\n${readFileSync(lock, 'utf8')}`)
  if (existsSync(stamp) && existsSync(venvPython(VENV)) && readFileSync(stamp, 'utf8') === wanted) {
    note('Python tools for tests are in place')
    return venvPython(VENV)
  }
  await step(`Installing Python tools for tests (Python ${python.version})`, async () => {
    mkdirSync(dirname(VENV), { recursive: true })
    await run(python.path, ['-m', 'venv', '--clear', VENV], { log: 'venv' })
    await run(
      venvPython(VENV),
      [
        '-m',
        'pip',
        'install',
        '--disable-pip-version-check',
        '--no-input',
        '--no-deps',
        '--require-hashes',
        '-r',
        lock,
      ],
      { log: 'venv-pip', next: 'Is the package index within reach? Then run this again.' },
    )
    writeFileSync(stamp, wanted)
  })
  return venvPython(VENV)
}
