// Lets one process at a time prepare: the others wait, and then find the work done.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A holder that has been at it for longer is taken for dead, whatever its number says. */
const PATIENCE_MS = 10 * 60_000
const POLL_MS = 200

/** Does the work while holding a lock file with this process's number in it. */
export async function alone<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lockFile), { recursive: true })
  while (!take(lockFile)) {
    if (isLeftOver(lockFile)) rmSync(lockFile, { force: true })
    else await sleep(POLL_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(lockFile, { force: true })
  }
}

function take(lockFile: string): boolean {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function isLeftOver(lockFile: string): boolean {
  try {
    if (Date.now() - statSync(lockFile).mtimeMs > PATIENCE_MS) return true
    const holder = Number(readFileSync(lockFile, 'utf8'))
    // Empty for a moment after it was made.
    if (holder === 0) return false
    process.kill(holder, 0)
    return false
  } catch (error) {
    // No such process. The file itself may be gone by now: then it is there to be taken.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
