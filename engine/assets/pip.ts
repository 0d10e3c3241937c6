// How pip is asked for wheels that run in Pyodide. Knows nothing of what is done with them.
import { spawnSync } from 'node:child_process'

/** Tags of the wheels that the pinned Pyodide takes; they change with its version (CPython 3.14, Emscripten ABI 2026.0). */
export const PLATFORM_ARGS = [
  '--only-binary=:all:',
  '--platform=pyemscripten_2026_0_wasm32',
  '--platform=any',
  '--python-version=3.14',
  '--implementation=cp',
  '--abi=cp314',
  '--abi=none',
  '--abi=abi3',
] as const

const CANDIDATES = ['python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3', 'python']

/** The first Python that has pip: `PEEL_PYTHON`, then the newest on the PATH. Throws a sentence when there is none. */
export function findPython(): string {
  const own = process.env['PEEL_PYTHON']
  for (const name of own ? [own, ...CANDIDATES] : CANDIDATES) {
    const probe = spawnSync(name, ['-c', 'import sys, pip; sys.exit(sys.version_info < (3, 11))'], { stdio: 'ignore' })
    if (probe.status === 0) return name
  }
  throw new Error(
    'Peel needs Python 3.11 or newer with pip to fetch its wheels. Install it, or name it in PEEL_PYTHON.',
  )
}

/** Runs `pip download` with these arguments into a folder. Throws with pip's last lines when it fails. */
export function pipDownload(args: readonly string[], folder: string): void {
  const run = spawnSync(
    findPython(),
    ['-m', 'pip', 'download', '--disable-pip-version-check', '--quiet', ...PLATFORM_ARGS, '-d', folder, ...args],
    { encoding: 'utf8' },
  )
  if (run.status !== 0) {
    const tail = run.stderr.trim().split('\n').slice(-6).join('\n')
    throw new Error(`pip could not fetch the wheels:\n${tail}`)
  }
}
