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

/** Runs `pip download` with these arguments into a folder. Throws with pip's last lines when it fails. */
export function pipDownload(args: readonly string[], folder: string): void {
  // Whoever sets up finds one that can do the work, and names it: `scripts/lib/python.mjs`.
  const python = process.env['PEEL_PYTHON'] ?? 'python3'
  const run = spawnSync(
    python,
    ['-m', 'pip', 'download', '--disable-pip-version-check', '--quiet', ...PLATFORM_ARGS, '-d', folder, ...args],
    { encoding: 'utf8' },
  )
  if (run.status !== 0) {
    // A program that could not be started has said nothing.
    const tail = (run.error?.message ?? run.stderr).trim().split('\n').slice(-6).join('\n')
    throw new Error(`pip could not fetch the wheels:\n${tail}`)
  }
}
