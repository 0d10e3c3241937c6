// The list of versions and its locks agree, and preparing is done by one process at a time. No Python here.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { mergedLock } from './folder'
import { LOCKS_FOLDER, readLock } from './locks'
import { alone } from './lone'
import { findVersion, NEWEST, VERSIONS } from './versions'

test('VERSIONS goes from the newest to the oldest, without a pair twice', () => {
  const numbers = VERSIONS.map(({ fastapi }) =>
    fastapi
      .split('.')
      .map((part) => part.padStart(5, '0'))
      .join('.'),
  )
  expect(numbers).toEqual([...new Set(numbers)].sort().reverse())
  expect(VERSIONS.length).toBeGreaterThanOrEqual(6)
})

test('each version has a lock, and each lock a version', () => {
  const locks = readdirSync(LOCKS_FOLDER).map((name) => name.replace(/\.lock$/, ''))
  expect(locks.sort()).toEqual(
    VERSIONS.slice(1)
      .map(({ fastapi }) => fastapi)
      .sort(),
  )
})

test.for(VERSIONS)('the lock of FastAPI $fastapi pins its pair by hash and names no place', (pair) => {
  const lines = mergedLock(pair.fastapi)
  const wanted = { fastapi: pair.fastapi, starlette: pair.starlette, ...pair.pins }
  for (const [name, version] of Object.entries(wanted)) {
    expect(lines.filter((line) => line.startsWith(`${name}==`))).toEqual([
      expect.stringMatching(new RegExp(`^${name}==${version.replaceAll('.', '\\.')} --hash=sha256:[0-9a-f]{64}$`)),
    ])
  }
  expect(new Set(lines.map((line) => line.split('==')[0])).size).toBe(lines.length)
  expect(readLock(pair.fastapi)).not.toMatch(/:\/\//)
})

test('findVersion() gives the newest when none is named, and lists all when one is not known', () => {
  expect(findVersion(undefined)).toBe(NEWEST)
  expect(() => findVersion('0.99.0')).toThrow(/FastAPI 0\.99\.0 is not among .*0\.100\.1/)
})

test('alone() lets one work at a time and clears away what a dead process left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'peel-lone-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const lock = join(folder, 'deep', 'it.lock')
  const order: string[] = []
  const work = (name: string) =>
    alone(lock, async () => {
      order.push(`${name} in`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      order.push(`${name} out`)
    })
  await Promise.all([work('a'), work('b')])
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out'])
  expect(existsSync(lock)).toBe(false)

  const dead = spawn(process.execPath, ['-e', '0'])
  await new Promise((resolve) => dead.on('close', resolve))
  writeFileSync(lock, String(dead.pid))
  await work('c')
  expect(order.at(-1)).toBe('c out')
})

test('alone() gives its place back when the work fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'peel-lone-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const lock = join(folder, 'it.lock')
  await expect(alone(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await alone(lock, async () => readFileSync(lock, 'utf8'))).toBe(String(process.pid))
})
