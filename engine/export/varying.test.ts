import { describe, expect, test } from 'vitest'
import { expectJson, expectText } from './varying'

describe('expectText()', () => {
  test.for([
    ['what both runs say', 'nosniff', 'nosniff', '"nosniff"'],
    ['a time that took longer', '0.1 s', '0.2 s', 'Like(".+ s")'],
    ['a signature between fixed parts', 'a=x1.Yz; path=/', 'a=x9.Qq; path=/', 'Like("a=.+; path=/")'],
    ['signs of patterns', '(a+b)? 1', '(a+b)? 2', 'Like("\\\\(a\\\\+b\\\\)\\\\? .+")'],
    ['texts of another shape', 'one two', 'one', 'Like(".+")'],
    ['the first day, which both runs have', 'on 2028-01-01', 'on 2028-01-01', 'Like("on .+")'],
    [
      'a date of two times',
      'x; expires=Sat, 01 Jan 2028 00:00:00 GMT; y',
      'x; expires=Sat, 01 Jan 2028 00:50:03 GMT; y',
      'Like("x; expires=.+; y")',
    ],
    ['what has no other run', 'plain', null, '"plain"'],
  ] as const)('leaves open what differs, and says the rest: %s', ([, text, other, expected]) => {
    expect(expectText(text, other)).toBe(expected)
  })
})

describe('expectJson()', () => {
  test.for([
    [{ a: 1, b: [true, null] }, { a: 1, b: [true, null] }, '{"a": 1, "b": [True, None]}'],
    [{ at: 5, id: 'u1' }, { at: 6, id: 'u2' }, '{"at": ANY, "id": Like(".+")}'],
    [[1, 2], [1], 'ANY'],
    [{ u1: 1 }, { u2: 1 }, 'ANY'],
    [null, 3, 'ANY'],
    ['1', 1, 'ANY'],
  ] as const)('%j beside %j is %s', ([value, other, expected]) => {
    expect(expectJson(value, other, 0)).toBe(expected)
  })
})
