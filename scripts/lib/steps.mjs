// Calm progress in the terminal, and child processes whose output goes to a log file until somebody needs it.
// Uses Node alone: on a fresh clone no package is installed yet.
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { LOGS, ROOT } from './paths.mjs'

/** What failed, why, and what to do next; `log` is the file with the whole story. */
export class StepError extends Error {
  /**
   * @param {string} message
   * @param {{next?: string | undefined, log?: string, tail?: string}} [more]
   */
  constructor(message, more = {}) {
    super(message)
    this.name = 'StepError'
    this.next = more.next
    this.log = more.log
    this.tail = more.tail
  }
}

const isTerminal = Boolean(process.stdout.isTTY) && !process.env.CI

/** @param {number} ms */
export const seconds = (ms) => (ms < 950 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/**
 * Runs `work` under a progress line: what is happening, then a mark and how long it took.
 * @template T
 * @param {string} title  present participle, e.g. "Installing packages"
 * @param {(say: (text: string) => void) => Promise<T>} work  may say what it is at
 * @returns {Promise<T>} what `work` gives
 */
export async function step(title, work) {
  const started = Date.now()
  process.stdout.write(isTerminal ? `  … ${title}` : `  … ${title}\n`)
  const end = (/** @type {string} */ mark) =>
    process.stdout.write(`${isTerminal ? '\r\u001b[K' : ''}  ${mark} ${title} (${seconds(Date.now() - started)})\n`)
  const say = (/** @type {string} */ text) =>
    void process.stdout.write(isTerminal ? `\r\u001b[K  … ${title}: ${text}` : `    ${text}\n`)
  try {
    const value = await work(say)
    end('✓')
    return value
  } catch (error) {
    end('✗')
    throw error
  }
}

/** Says in one line that nothing was to do. @param {string} text */
export const note = (text) => void process.stdout.write(`  ✓ ${text}\n`)

/** Children that still run, so that Ctrl+C and a time limit leave none behind. @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()

/** @param {import('node:child_process').ChildProcess} child */
function kill(child) {
  try {
    // The child leads a group of its own (`detached`), so its own children go too.
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => {
    for (const child of children) kill(child)
    process.exit(signal === 'SIGINT' ? 130 : 143)
  })
}

/**
 * Runs a program, its output in `.peel/log/<log>.txt`.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{log: string, cwd?: string, env?: Record<string, string | undefined>, allowFailure?: boolean,
 *   limitMs?: number, echo?: boolean, onLine?: (line: string) => void, next?: string}} options
 *   `allowFailure` gives the exit code back instead of throwing; `echo` shows the output as well, `onLine` gets each line of stdout;
 *   `next` is the sentence that tells what to do after a failure
 * @returns {Promise<{code: number, output: string, stdout: string, log: string}>} `output` is both streams as they came
 * @throws {StepError} when the program cannot be started, fails, or outlasts `limitMs`
 */
export function run(command, args, options) {
  mkdirSync(LOGS, { recursive: true })
  const log = join(LOGS, `${options.log}.txt`)
  const file = createWriteStream(log)
  file.write(`$ ${command} ${args.join(' ')}\n`)
  const limitMs = options.limitMs ?? 15 * 60_000
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    })
    children.add(child)
    let output = ''
    let stdout = ''
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      kill(child)
    }, limitMs)
    const take = (/** @type {string} */ chunk) => {
      output += chunk
      file.write(chunk)
      if (options.echo) process.stdout.write(chunk)
    }
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
      const lines = (stdout.slice(stdout.lastIndexOf('\n') + 1) + chunk).split('\n')
      for (const line of lines.slice(0, -1)) options.onLine?.(line)
      stdout += chunk
      take(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', take)
    const settle = (/** @type {() => void} */ done) => {
      clearTimeout(timer)
      children.delete(child)
      file.end(done)
    }
    const tail = () => (options.echo ? '' : output.trimEnd().split('\n').slice(-25).join('\n'))
    const more = () => ({ next: options.next, log: relative(ROOT, log), tail: tail() })
    child.on('error', (error) =>
      settle(() => reject(new StepError(`\`${command}\` could not be started: ${error.message}`, more()))),
    )
    child.on('close', (code, signal) =>
      settle(() => {
        const late = isLate ? `\`${command}\` was stopped after ${seconds(limitMs)}.` : null
        if (late) output += `\n${late}\n`
        if (code === 0) resolve({ code, output, stdout, log })
        else if (options.allowFailure) resolve({ code: code ?? 1, output, stdout, log })
        else reject(new StepError(late ?? `\`${command}\` ended with ${signal ?? `code ${code}`}.`, more()))
      }),
    )
  })
}

/** @param {unknown} error */
export function describe(error) {
  if (!(error instanceof StepError)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [
    error.tail ? `\n${error.tail.replace(/^/gm, '  │ ')}` : '',
    `\n  ${error.message}`,
    error.next ? `  ${error.next}` : '',
    error.log ? `  The whole output is in ${error.log}.` : '',
  ]
    .filter(Boolean)
    .join('\n')
}

/** Tells what failed and sets the exit code. @param {unknown} error */
export function fail(error) {
  process.stderr.write(`${describe(error)}\n`)
  process.exitCode = 1
}
