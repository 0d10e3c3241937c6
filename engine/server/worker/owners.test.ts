import { expect, test } from 'vitest'
import { Owners } from './owners'

test('a page answers for its session, and for those whom it names', () => {
  const owners = new Owners()
  expect(owners.isEmpty).toBe(true)
  owners.own('s1', 'page', ['frame', 'worker'])
  expect(owners.isEmpty).toBe(false)
  expect(owners.pageOf('s1')).toBe('page')
  expect(owners.ownedBy('page')).toBe('s1')
  expect(['page', 'frame', 'worker', 'other'].map((id) => owners.sessionOf(id))).toEqual(['s1', 's1', 's1', undefined])
})

test('a page that opens its door again has a new session only', () => {
  const owners = new Owners()
  owners.own('s1', 'page')
  owners.own('s2', 'page')
  expect(owners.pageOf('s1')).toBeUndefined()
  expect(owners.sessionOf('page')).toBe('s2')
})

test('who is adopted can be adopted anew, but not as if it were new', () => {
  const owners = new Owners()
  owners.adopt('frame', 's1')
  owners.adoptNew('frame', 's2')
  expect(owners.sessionOf('frame')).toBe('s1')
  owners.adopt('frame', 's2')
  expect(owners.sessionOf('frame')).toBe('s2')
})

test('a navigation from nowhere is nobody’s', () => {
  const owners = new Owners()
  owners.adopt('', 's1')
  owners.adoptNew('', 's1')
  expect(owners.sessionOf('')).toBeUndefined()
})

test('with a page all that belonged to it are forgotten, and nobody else', () => {
  const owners = new Owners()
  owners.own('s1', 'page', ['frame'])
  owners.own('s2', 'other', ['worker'])
  owners.forget('s1')
  expect(['page', 'frame', 'other', 'worker'].map((id) => owners.sessionOf(id))).toEqual([
    undefined,
    undefined,
    's2',
    's2',
  ])
  expect([owners.pageOf('s1'), owners.pageOf('s2')]).toEqual([undefined, 'other'])
})
