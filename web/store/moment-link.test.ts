import { deflateSync, strToU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import { filesBeyond, filesWith, isMomentLink, readMomentLink, writeMomentLink, type MomentLink } from './moment-link'

const LINK: MomentLink = {
  place: 'sample',
  files: { 'main.py': 'print("Grüße ≠ ?")\n'.repeat(9), 'old.py': null, 'a/b.py': '' },
  fastapi: '0.115.14',
  exchange: 2,
  step: 14,
  moment: 97,
}

const hashOf = (value: unknown) =>
  `#moment=${btoa(String.fromCharCode(...deflateSync(strToU8(JSON.stringify(value)))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')}`

describe('a link to a moment', () => {
  test('says the same when it is read', () => {
    const hash = writeMomentLink(LINK)
    expect(hash).toMatch(/^#moment=[\w-]+$/)
    expect(readMomentLink(hash)).toEqual(LINK)
    expect(isMomentLink(hash)).toBe(true)
    expect(readMomentLink(hashOf(LINK))).toEqual(LINK)
  })

  test('is refused whenever a part of it is missing or changed', () => {
    const hash = writeMomentLink(LINK)
    for (let length = 8; length < hash.length; length++) expect(readMomentLink(hash.slice(0, length))).toBeNull()
  })

  test.for([
    ['nothing', '#moment='],
    ['another fragment', '#top'],
    ['no base64', '#moment=%%%'],
    ['no deflated text', '#moment=AAAA'],
    ['a list', hashOf([])],
    ['no place', hashOf({ ...LINK, place: undefined })],
    ['a step that is no number', hashOf({ ...LINK, step: '1' })],
    ['a step before the first', hashOf({ ...LINK, step: -1 })],
    ['a file that is no text', hashOf({ ...LINK, files: { 'main.py': 1 } })],
    ['a file outside of its folder', hashOf({ ...LINK, files: { '../main.py': '' } })],
    ['files in a list', hashOf({ ...LINK, files: ['main.py'] })],
    ['more text than any program has', hashOf({ ...LINK, files: { 'main.py': 'a'.repeat(600_000) } })],
  ] as const)('%s is refused', ([, hash]) => {
    expect(readMomentLink(hash)).toBeNull()
  })

  test('carries only what differs, and gives it back', () => {
    const start = { 'main.py': 'a', 'requests.http': 'b', 'old.py': 'c' }
    const now = { 'main.py': 'A', 'requests.http': 'b', 'new.py': 'd' }
    const beyond = filesBeyond(start, now)
    expect(beyond).toEqual({ 'main.py': 'A', 'new.py': 'd', 'old.py': null })
    expect(filesWith(start, beyond)).toEqual(now)
    expect(filesBeyond(start, start)).toBeUndefined()
    expect(filesWith(start, undefined)).toEqual(start)
  })
})
