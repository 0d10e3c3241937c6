// Runs stages of tests one after the other, whatever the ones before did, and adds up what they counted.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { CHECKS } from './checks.mjs'
import { LOGS, packageFile, ROOT } from './paths.mjs'
import { run, seconds } from './steps.mjs'

/** @typedef {{passed: number, failed: number, skipped?: number}} Counts */

/** Adds counts up. @param {readonly Counts[]} all @returns {Required<Counts>} */
export const sum = (all) => ({
  passed: all.reduce((n, c) => n + c.passed, 0),
  failed: all.reduce((n, c) => n + c.failed, 0),
  skipped: all.reduce((n, c) => n + (c.skipped ?? 0), 0),
})

/**
 * A stage that ended badly has failed, even when nothing in it says so (a crash, a file that cannot be imported).
 * @param {Counts | null} counts  null when the report is missing
 * @param {number} code  exit code
 * @returns {Counts}
 */
export function settle(counts, code) {
  if (!counts) return { passed: 0, failed: 1 }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** Reads vitest's JSON report; a file that failed before its first test counts as one failure. @param {string} text @returns {Counts} */
export function readVitest(text) {
  const report = JSON.parse(text)
  const broken = report.testResults.filter(
    (/** @type {any} */ file) =>
      file.status === 'failed' && !file.assertionResults.some((/** @type {any} */ it) => it.status === 'failed'),
  ).length
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** Reads the last summary line of pytest, e.g. `== 3 failed, 40 passed, 1 error in 2.10s ==`. @param {string} output @returns {Counts | null} */
export function readPytest(output) {
  const line = output
    .split('\n')
    .reverse()
    .find((it) => /\d+ (passed|failed|errors?|skipped)\b.* in [\d.]+s/.test(it))
  if (!line) return null
  const count = (/** @type {string} */ word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0)
  return { passed: count('passed'), failed: count('failed') + count('errors?'), skipped: count('skipped') }
}

/**
 * Runs one stage; shows its output when it failed.
 * @param {string} title
 * @param {() => Promise<{counts: Counts, output: string, log: string}>} work
 * @returns {Promise<Counts>}
 */
export async function stage(title, work) {
  const started = Date.now()
  process.stdout.write(`\n${title}\n`)
  try {
    const { counts, output, log } = await work()
    if (counts.failed > 0) process.stdout.write(`${output.trimEnd().split('\n').slice(-150).join('\n')}\n`)
    // What a stage held side by side, in its tests' own words.
    for (const line of output.split('\n')) if (line.startsWith('Compared: ')) process.stdout.write(`  ${line}\n`)
    const skipped = counts.skipped ? `, ${counts.skipped} skipped` : ''
    process.stdout.write(
      `  ${counts.failed ? '✗' : '✓'} ${counts.passed} passed, ${counts.failed} failed${skipped} ` +
        `(${seconds(Date.now() - started)}, ${relative(ROOT, log)})\n`,
    )
    return counts
  } catch (error) {
    process.stdout.write(`  ✗ ${error instanceof Error ? error.message : String(error)}\n`)
    return { passed: 0, failed: 1 }
  }
}

/**
 * Runs vitest and reads its report.
 * @param {string} name  of the log file
 * @param {readonly string[]} args
 * @param {number} limitMs
 */
export async function runVitest(name, args, limitMs) {
  const report = join(LOGS, `${name}.json`)
  rmSync(report, { force: true })
  const { code, output, log } = await run(
    process.execPath,
    [
      packageFile('vitest', 'vitest.mjs'),
      'run',
      ...args,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { log: name, allowFailure: true, limitMs, env: { NO_COLOR: '1' } },
  )
  const counts = existsSync(report) ? readVitest(readFileSync(report, 'utf8')) : null
  return { counts: settle(counts, code), output, log }
}

/**
 * Runs a command that prints pytest's summary.
 * @param {string} name  of the log file
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, limitMs: number}} options
 */
export async function runPytest(name, command, args, options) {
  const { code, output, log } = await run(command, args, {
    log: name,
    allowFailure: true,
    env: { NO_COLOR: '1' },
    ...options,
  })
  return { counts: settle(readPytest(output), code), output, log }
}

/** Runs all checks that read code; each counts as one test. @returns {Promise<Counts>} */
export async function runChecks() {
  /** @type {Counts[]} */
  const all = []
  for (const check of CHECKS) {
    all.push(
      await stage(check.title, async () => {
        const { code, output, log } = await run(check.command, check.args, {
          log: `check-${check.name}`,
          allowFailure: true,
          limitMs: 5 * 60_000,
          env: { NO_COLOR: '1' },
          ...(check.cwd ? { cwd: check.cwd } : {}),
        })
        const hint = code !== 0 && check.fix ? `\n  To mend it: ${check.fix}` : ''
        return { counts: code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }, output: output + hint, log }
      }),
    )
  }
  return sum(all)
}
