import { describe, expect, test } from 'vitest'
import { parseSetCookie } from './parse-set-cookie'

const nothing = {
  domain: '',
  path: '',
  expires: '',
  maxAge: '',
  secure: false,
  httpOnly: false,
  sameSite: 'unspecified',
  unknownSameSite: null,
  partitioned: false,
}

describe('parseSetCookie() (RFC 6265bis 5.6)', () => {
  test.for([
    ['a=1', { name: 'a', value: '1' }, 'a pair'],
    [' \ta \t= \t1 \t', { name: 'a', value: '1' }, 'spaces and tabs around go'],
    ['a=b=c', { name: 'a', value: 'b=c' }, 'the first = counts'],
    ['a="1; 2"', { name: 'a', value: '"1' }, 'quotes protect nothing'],
    ['a=', { name: 'a', value: '' }, 'an empty value is one'],
    ['=1', { name: '', value: '1' }, 'nameless'],
    ['==1', { name: '', value: '=1' }, 'nameless, and the value begins with ='],
    ['1', { name: '', value: '1' }, 'nameless without ='],
    ['a b=1', { name: 'a b', value: '1' }, 'blanks inside stay'],
    ['a=\u00a01\u00a0', { name: 'a', value: '\u00a01\u00a0' }, 'only spaces and tabs are trimmed'],
    ['a=1;', { name: 'a', value: '1' }, 'nothing after the semicolon'],
    ['a=1;;; Secure', { name: 'a', value: '1', secure: true }, 'empty attributes'],
    ['a=1; SECURE=no; hTTPonly', { name: 'a', value: '1', secure: true, httpOnly: true }, 'a flag needs no value'],
    ['a=1; Path=/x; path=/y', { name: 'a', value: '1', path: '/y' }, 'the last one counts'],
    ['a=1; Path=/x; Path=', { name: 'a', value: '1', path: '' }, 'the last one counts, also empty'],
    ['a=1; Domain=b.test; Domain=', { name: 'a', value: '1' }, 'the last one counts, also empty'],
    ['a=1; Max-Age= 5 ', { name: 'a', value: '1', maxAge: '5' }, '5.6.2'],
    ['a=1; Expires=x; Expires=y', { name: 'a', value: '1', expires: 'y' }, '5.6.1'],
    ['a=1; SameSite=LAX', { name: 'a', value: '1', sameSite: 'lax' }, '5.6.7'],
    ['a=1; SameSite=Strict', { name: 'a', value: '1', sameSite: 'strict' }, '5.6.7'],
    ['a=1; SameSite=None', { name: 'a', value: '1', sameSite: 'none' }, '5.6.7'],
    ['a=1; SameSite=Maybe', { name: 'a', value: '1', unknownSameSite: 'Maybe' }, '5.6.7: as if not said'],
    ['a=1; SameSite', { name: 'a', value: '1', unknownSameSite: '' }, '5.6.7: as if not said'],
    ['a=1; SameSite=Lax; SameSite=x', { name: 'a', value: '1', unknownSameSite: 'x' }, 'the last one counts'],
    ['a=1; Partitioned', { name: 'a', value: '1', partitioned: true }, 'CHIPS 2.1'],
    [`a=1; Path=/${'x'.repeat(1023)}`, { name: 'a', value: '1', path: `/${'x'.repeat(1023)}` }, '1024 octets'],
    [`a=1; Path=/${'x'.repeat(1024)}`, { name: 'a', value: '1' }, '1025 octets: as if not there'],
    [`a=${'x'.repeat(4095)}`, { name: 'a', value: 'x'.repeat(4095) }, '4096 octets'],
  ] as const)('%j (%#)', ([line, cookie]) => {
    expect(parseSetCookie(line)).toEqual({ ...nothing, ...cookie })
  })

  test.for([
    ['', 'NoCookieContent'],
    ['=', 'NoCookieContent'],
    [' ; Secure', 'NoCookieContent'],
    [`a=${'x'.repeat(4096)}`, 'NameValuePairExceedsMaxSize'],
    [`${'x'.repeat(4097)}`, 'NameValuePairExceedsMaxSize'],
    ['a=\u0001', 'DisallowedCharacter'],
    ['a\u007f=1', 'DisallowedCharacter'],
    ['a=1\t2', 'DisallowedCharacter'],
    ['a=1; Path=/\u0001', 'DisallowedCharacter'],
    ['a=1\nb=2', 'DisallowedCharacter'],
  ] as const)('%j is refused: %s', ([line, reason]) => {
    expect(parseSetCookie(line)).toBe(reason)
  })
})
