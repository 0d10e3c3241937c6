import { expect, test } from 'vitest'
import { readSetCookie } from './set-cookie-words'

const effects = (line: string) => readSetCookie(line).attributes.map(({ text, effect }) => [text, effect])

test('a line is taken apart, with what is missing', () => {
  const { name, value, attributes, defaults } = readSetCookie('sid=a=b; Path=/; HttpOnly')
  expect([name, value, attributes.map(({ text }) => text)]).toEqual(['sid', 'a=b', ['Path=/', 'HttpOnly']])
  expect(defaults.map((text) => text.split(':')[0])).toEqual(['No Domain', 'No SameSite', 'No Secure', 'No Max-Age'])
})

test.for([
  ['a=1; SAMESITE=none', 'SAMESITE=none', /every site/],
  ['a=1; SameSite=loose', 'SameSite=loose', /counts as Lax/],
  ['a=1; Max-Age=0', 'Max-Age=0', /Deleted at once/],
  ['a=1; Max-Age=soon', 'Max-Age=soon', /ignored/],
  ['a=1; Expires=Wed, 21 Oct 2032 07:28:00 GMT', 'Expires=Wed, 21 Oct 2032 07:28:00 GMT', /that time/],
  ['a=1; Domain=.shop.test', 'Domain=.shop.test', /^Goes to shop\.test and/],
  ['a=1; Colour=red', 'Colour=red', /No browser knows it/],
] as const)('%s: %s', ([line, text, effect]) => {
  expect(effects(line)).toEqual([[text, expect.stringMatching(effect)]])
})

test('the last of an attribute written twice counts', () => {
  expect(readSetCookie('a=1; Path=/x; Path=/y').attributes).toMatchObject([
    { text: 'Path=/x', isIgnored: true },
    { text: 'Path=/y', isIgnored: false },
  ])
})
