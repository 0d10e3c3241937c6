// Pins the Python tools of tests and checks: writes requirements-dev.lock from requirements-dev.txt, all files by hash.
// Runs rarely and by hand. Knows nothing of the wheels that the page runs: those have a lock of their own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail, run, step } from './lib/steps.mjs'
import { findPython, venvPython } from './lib/python.mjs'
import { ROOT } from './lib/paths.mjs'

const folder = join(ROOT, 'engine', 'python')
const temp = mkdtempSync(join(tmpdir(), 'peel-lock-'))

try {
  const python = await findPython()
  await step('Making a temporary environment with pip-tools', async () => {
    await run(python.path, ['-m', 'venv', temp], { log: 'lock-venv' })
    await run(venvPython(temp), ['-m', 'pip', 'install', '--quiet', 'pip-tools'], { log: 'lock-pip-tools' })
  })
  await step('Resolving versions and hashes', async () => {
    const out = join(temp, 'requirements.lock')
    await run(
      venvPython(temp),
      // Whatever indexes this machine is set up with stay out of the file: it has to serve everybody.
      [
        ...['-m', 'piptools', 'compile', '--quiet', '--generate-hashes', '--strip-extras', '--no-header'],
        ...['--no-annotate', '--no-emit-index-url', '--no-emit-find-links', '--no-emit-trusted-host', '--allow-unsafe'],
        ...['--output-file', out, 'requirements-dev.txt'],
      ],
      { log: 'lock-compile', cwd: folder },
    )
    const lock = readFileSync(out, 'utf8')
    if (/https?:|file:|--(extra-)?index/.test(lock))
      throw new Error('The lock holds an index address; nothing was written.')
    writeFileSync(
      join(folder, 'requirements-dev.lock'),
      `# Written by scripts/lock-python.mjs from requirements-dev.txt; do not edit.\n${lock.trim()}\n`,
    )
  })
} catch (error) {
  fail(error)
} finally {
  rmSync(temp, { recursive: true, force: true })
}
