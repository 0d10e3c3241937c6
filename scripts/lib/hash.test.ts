// The hash decides whether things are done again, so it must see every change that matters and no other.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hashFiles } from './hash.mjs'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'peel-hash-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  mkdirSync(join(path, 'src'))
  writeFileSync(join(path, 'src', 'a.ts'), 'one')
  return path
}

test('hashFiles() stays the same when only the time of a file changes', () => {
  const root = folder()
  const before = hashFiles(root, ['src', 'absent'])
  utimesSync(join(root, 'src', 'a.ts'), 1, 1)
  expect(hashFiles(root, ['src', 'absent'])).toBe(before)
})

test('hashFiles() sees a changed, an added and a renamed file', () => {
  const root = folder()
  const seen = new Set([hashFiles(root, ['src'])])
  writeFileSync(join(root, 'src', 'a.ts'), 'two')
  seen.add(hashFiles(root, ['src']))
  writeFileSync(join(root, 'src', 'b.ts'), '')
  seen.add(hashFiles(root, ['src']))
  rmSync(join(root, 'src', 'b.ts'))
  writeFileSync(join(root, 'src', 'c.ts'), '')
  seen.add(hashFiles(root, ['src']))
  expect(seen.size).toBe(4)
})

test('hashFiles() leaves out what is skipped', () => {
  const root = folder()
  const before = hashFiles(root, ['src'], (path) => path.endsWith('.test.ts'))
  writeFileSync(join(root, 'src', 'a.test.ts'), 'x')
  expect(hashFiles(root, ['src'], (path) => path.endsWith('.test.ts'))).toBe(before)
})
