// The checks that read code without running it; each counts as one test. Knows their commands, not their rules.
import { join } from 'node:path'
import { packageFile, ROOT, VENV } from './paths.mjs'

const node = process.execPath
const python = join(ROOT, 'engine', 'python')
const inVenv = (/** @type {string} */ name) =>
  process.platform === 'win32' ? join(VENV, 'Scripts', `${name}.exe`) : join(VENV, 'bin', name)

/** @type {readonly {name: string, title: string, command: string, args: readonly string[], cwd?: string, fix?: string}[]} */
export const CHECKS = [
  {
    name: 'format',
    title: 'Format (prettier)',
    command: node,
    args: [packageFile('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    fix: 'npx prettier --write .',
  },
  {
    name: 'lint',
    title: 'Lint, with dropped promises and import borders (oxlint)',
    command: node,
    args: [packageFile('oxlint', 'bin/oxlint'), '--type-aware', '--deny-warnings'],
  },
  { name: 'types', title: 'Types (tsc)', command: node, args: [packageFile('typescript', 'bin/tsc'), '-p', '.'] },
  {
    name: 'dead-exports',
    title: 'Dead files, exports and dependencies (knip)',
    command: node,
    args: [packageFile('knip', 'bin/knip.js'), '--no-progress', '--treat-config-hints-as-errors'],
  },
  {
    name: 'python-format',
    title: 'Python format (ruff)',
    command: inVenv('ruff'),
    // The corpus has no settings of its own.
    args: ['format', '--check', '--config', 'pyproject.toml', '.', '../corpus'],
    cwd: python,
    fix: 'ruff format --config engine/python/pyproject.toml engine/python engine/corpus',
  },
  { name: 'python-lint', title: 'Python lint (ruff)', command: inVenv('ruff'), args: ['check', '.'], cwd: python },
  {
    name: 'python-types',
    title: 'Python types (basedpyright)',
    command: inVenv('basedpyright'),
    // Not whatever `python` is on PATH: there the framework would be unknown.
    args: ['--pythonpath', inVenv('python'), '.'],
    cwd: python,
  },
]
