// `npm run lock:wheels`: resolves requirements.txt for Pyodide's platform with each pair of versions.ts, and pins every
// wheel by hash: the newest pair's in wheels.lock, of each older pair only what differs, in locks/VERSION.lock.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { distribution, LOCKS_FOLDER, lockPath } from './locks'
import { pipDownload } from './pip'
import { NEWEST, VERSIONS, type VersionPair } from './versions'

const here = import.meta.dirname
const HEAD = '# Made by `npm run lock:wheels` from requirements.txt and versions.ts.'

/** Gives `name==version --hash=…` of each wheel that pip chooses for a pair, sorted. */
function resolvePair(pair: VersionPair, constraints: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'peel-lock-'))
  try {
    const own = { fastapi: pair.fastapi, starlette: pair.starlette, ...pair.pins }
    const requirements = readFileSync(join(here, 'requirements.txt'), 'utf8').split('\n')
    const asked = join(folder, 'asked.txt')
    const given = join(folder, 'given.txt')
    const isFree = (line: string): boolean => !(distribution(line) in own)
    writeFileSync(
      asked,
      [...requirements.filter(isFree), ...Object.entries(own).map((one) => one.join('=='))].join('\n'),
    )
    writeFileSync(given, constraints.filter(isFree).join('\n'))
    const wheels = join(folder, 'wheels')
    pipDownload(['-r', asked, '-c', given], wheels)
    return readdirSync(wheels)
      .sort()
      .map((file) => {
        const [, version] = file.split('-')
        const hash = createHash('sha256')
          .update(readFileSync(join(wheels, file)))
          .digest('hex')
        return `${distribution(file)}==${version} --hash=sha256:${hash}`
      })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const newest = resolvePair(NEWEST, [])
writeFileSync(lockPath(NEWEST.fastapi), [HEAD, ...newest, ''].join('\n'))
console.log(`${newest.length} wheels pinned for FastAPI ${NEWEST.fastapi}`)

rmSync(LOCKS_FOLDER, { recursive: true, force: true })
mkdirSync(LOCKS_FOLDER)
const pinned = new Set(newest)
for (const pair of VERSIONS.slice(1)) {
  // Everything but the pair is held at what the newest has, so that versions differ in nothing else.
  const constraints = newest.map((line) => line.split(' ')[0] ?? '')
  const own = resolvePair(pair, constraints).filter((line) => !pinned.has(line))
  writeFileSync(lockPath(pair.fastapi), [HEAD, ...own, ''].join('\n'))
  console.log(`${own.length} wheels of its own for FastAPI ${pair.fastapi}`)
}
