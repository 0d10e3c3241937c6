import { describe, expect, test } from 'vitest'
import { parsePolicy, refererFor } from './referrer'

const PAGE = 'https://me:pw@a.test/shop/cart?x=1#here'
const FULL = 'https://a.test/shop/cart?x=1'
const ORIGIN = 'https://a.test/'

// Referrer Policy 8.3, "determine request's referrer": same origin, another over https, another over http.
describe('refererFor()', () => {
  test.for([
    ['no-referrer', null, null, null],
    ['no-referrer-when-downgrade', FULL, FULL, null],
    ['same-origin', FULL, null, null],
    ['origin', ORIGIN, ORIGIN, ORIGIN],
    ['strict-origin', ORIGIN, ORIGIN, null],
    ['origin-when-cross-origin', FULL, ORIGIN, ORIGIN],
    ['strict-origin-when-cross-origin', FULL, ORIGIN, null],
    ['unsafe-url', FULL, FULL, FULL],
  ] as const)('%s', ([policy, same, other, plain]) => {
    expect(refererFor(PAGE, new URL('https://a.test/y'), policy)).toBe(same)
    expect(refererFor(PAGE, new URL('https://b.test/y'), policy)).toBe(other)
    expect(refererFor(PAGE, new URL('http://b.test/y'), policy)).toBe(plain)
  })

  test('localhost is no step down (Secure Contexts 3.1)', () => {
    expect(refererFor(PAGE, new URL('http://localhost:8000/'), 'strict-origin')).toBe(ORIGIN)
  })

  test('a referrer of more than 4096 characters is cut to its origin', () => {
    const long = `https://a.test/${'x'.repeat(4096)}`
    expect(refererFor(long, new URL('https://a.test/'), 'unsafe-url')).toBe(ORIGIN)
  })
})

test.for([
  ['no-referrer', 'no-referrer'],
  ['nonsense, origin, more-nonsense', 'origin'],
  ['origin, Unsafe-URL', 'unsafe-url'],
  ['nonsense', null],
  [null, null],
] as const)('Referrer-Policy: %s means %s (Referrer Policy 8.1)', ([value, policy]) => {
  expect(parsePolicy(value)).toBe(policy)
})
