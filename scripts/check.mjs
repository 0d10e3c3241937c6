// `npm run check`: format, lint, types, dead exports, Python format, lint and types. All run, also after a failure.
import './lib/node-version.mjs'
import { ensurePackages } from './lib/prepare.mjs'
import { ensureVenv } from './lib/python.mjs'
import { runChecks } from './lib/stages.mjs'
import { fail } from './lib/steps.mjs'

try {
  await ensurePackages()
  await ensureVenv()
  const { passed, failed } = await runChecks()
  console.log(`\n${passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
} catch (error) {
  fail(error)
}
