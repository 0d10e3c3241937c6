import { describe, expect, test } from 'vitest'
import type { StoredCookie } from '../../protocol'
import { CookieJar, type CookieContext } from '.'

const DAY = 86_400_000
const HTTP = 'http://app.shop.test:8101/'
const HTTPS = 'https://app.shop.test/'

const request = (url: string, from: string | null = url, more: Partial<CookieContext> = {}): CookieContext => ({
  url,
  method: 'GET',
  page: from === null ? null : { url: from, sandboxed: false },
  isTopNavigation: false,
  ...more,
})
const navigation = (url: string, from: string | null, method = 'GET'): CookieContext =>
  request(url, from, { method, isTopNavigation: true })
const jar = (thirdPartyCookies = false, cookies: readonly StoredCookie[] = []) =>
  new CookieJar(cookies, { thirdPartyCookies })
const set = (...lines: string[]) => lines.map((line) => ['set-cookie', line] as const)

describe('storing (RFC 6265bis 5.7)', () => {
  test.for([
    // line, URL, page, reasons
    ['a=1', HTTP, HTTP, [], ''],
    ['a=1; Secure', HTTP, HTTP, ['SecureOnly'], '5.7, step 8'],
    ['a=1; Secure', HTTPS, HTTPS, [], ''],
    ['a=1; Secure', 'http://localhost:8000/', 'http://localhost:8000/', [], 'Chromium: localhost is trustworthy'],
    ['a=1; Secure', 'http://127.0.0.1:8000/', 'http://127.0.0.1:8000/', [], 'Chromium: so is 127.0.0.1'],
    ['a=1; SameSite=None', HTTPS, HTTPS, ['SameSiteNoneInsecure'], '5.7, step 15'],
    ['a=1; Domain=shop.test', HTTP, HTTP, [], '5.7, step 9'],
    ['a=1; Domain=.shop.test', HTTP, HTTP, [], '5.6.3: the dot goes'],
    ['a=1; Domain=SHOP.TEST', HTTP, HTTP, [], '5.6.3: lower case'],
    ['a=1; Domain=other.test', HTTP, HTTP, ['InvalidDomain'], '5.7, step 9'],
    ['a=1; Domain=api.shop.test', HTTP, HTTP, ['InvalidDomain'], '5.1.3: a sibling'],
    ['a=1; Domain=test', HTTP, HTTP, ['InvalidDomain'], '5.7, step 9: a public suffix'],
    ['a=1; Domain=p.test', HTTP, HTTP, ['InvalidDomain'], '5.1.3: whole labels'],
    ['a=1; Domain=localhost', 'http://localhost/', 'http://localhost/', [], 'the host itself'],
    ['a=1; Domain=localhost', 'http://a.localhost/', 'http://a.localhost/', ['InvalidDomain'], 'a suffix'],
    ['a=1; Domain=127.0.0.1', 'http://127.0.0.1/', 'http://127.0.0.1/', [], 'the address itself'],
    ['a=1; Domain=0.0.1', 'http://127.0.0.1/', 'http://127.0.0.1/', ['InvalidDomain'], '5.1.3: no part of an address'],
    ['__Secure-a=1; Secure', HTTPS, HTTPS, [], '4.1.3.1'],
    ['__Secure-a=1', HTTPS, HTTPS, ['InvalidPrefix'], '4.1.3.1'],
    ['__secure-a=1', HTTPS, HTTPS, ['InvalidPrefix'], 'Chromium: in any case'],
    ['__Secure-a=1; Secure', 'http://localhost/', 'http://localhost/', [], 'Chromium: localhost is trustworthy'],
    ['__Host-a=1; Secure; Path=/', HTTPS, HTTPS, [], '4.1.3.2'],
    ['__Host-a=1; Secure', HTTPS, HTTPS, ['InvalidPrefix'], '4.1.3.2: Path must be said'],
    ['__Host-a=1; Secure; Path=/; Domain=app.shop.test', HTTPS, HTTPS, ['InvalidPrefix'], '4.1.3.2: no Domain'],
    ['=__Host-a', HTTPS, HTTPS, ['InvalidPrefix'], '5.7, step 20: nameless'],
    ['=a=1', HTTPS, HTTPS, ['AmbiguousPair'], 'Chromium: would be sent as a=1'],
    ['a=1; Partitioned; Secure', HTTPS, HTTPS, [], 'CHIPS 2.1'],
    ['a=1; Partitioned', HTTPS, HTTPS, ['InvalidPartitioned'], 'CHIPS 2.1: needs Secure'],
    ['a=1; SameSite=Lax', 'https://api.shop.test/', HTTPS, [], 'same site'],
    ['a=1; SameSite=Lax', 'https://api.other.test/', HTTPS, ['UserPreferences'], 'Chromium: a third party'],
    ['a=1; SameSite=Lax', 'http://api.shop.test/', HTTPS, ['UserPreferences'], 'Chromium: schemes count'],
    ['a=1; SameSite=None; Secure; Partitioned', 'https://api.other.test/', HTTPS, [], 'CHIPS: allowed'],
  ] as const)('%s from %s on %s: %j (%s)', ([line, url, page, reasons]) => {
    const cookies = jar()
    const [verdict] = cookies.receive(set(line), request(url, page), 0)
    expect(verdict?.reasons).toEqual(reasons)
    expect(cookies.list(0)).toHaveLength(reasons.length === 0 ? 1 : 0)
    expect(verdict?.note.rule).toBe(reasons.length === 0 ? 'cookie-stored' : 'cookie-not-stored')
    expect(verdict?.note.fix === undefined).toBe(reasons.length === 0)
  })

  test('Max-Age counts before Expires, and nothing lives longer than 400 days (5.5)', () => {
    const cookies = jar()
    const lines = [
      'a=1; Max-Age=60',
      'b=1; Expires=Sat, 01 Jan 2028 00:02:00 GMT',
      'c=1; Max-Age=60; Expires=Sat, 01 Jan 2028 00:02:00 GMT',
      'd=1; Max-Age=99999999999',
      'e=1; Expires=Wed, 01 Jan 2048 00:00:00 GMT',
      'f=1; Max-Age=soon',
      'g=1; Max-Age=soon; Expires=Sat, 01 Jan 2028 00:02:00 GMT',
      'h=1; Expires=whenever',
    ]
    cookies.receive(set(...lines), request(HTTP), 1000)
    expect(cookies.list(1000).map(({ name, expiresMs }) => [name, expiresMs])).toEqual([
      ['a', 61_000],
      ['b', 120_000],
      ['c', 61_000],
      ['d', 400 * DAY + 1000],
      ['e', 400 * DAY + 1000],
      ['f', null],
      ['g', 120_000],
      ['h', null],
    ])
    expect(cookies.list(61_000).map(({ name }) => name)).toEqual(['b', 'd', 'e', 'f', 'g', 'h'])
  })

  test('a time that is past removes the cookie', () => {
    const cookies = jar()
    cookies.receive(set('a=1', 'b=1'), request(HTTP), 0)
    const [gone, none] = cookies.receive(set('a=; Max-Age=0', 'c=; Max-Age=0'), request(HTTP), 5)
    expect(gone?.note).toMatchObject({ rule: 'cookie-removed' })
    expect(none?.note.text).toContain('removes nothing')
    expect(cookies.list(5).map(({ name }) => name)).toEqual(['b'])
  })

  test('http leaves Secure cookies alone (5.7, step 16)', () => {
    const cookies = jar()
    cookies.receive(set('a=1; Secure; Path=/x; Domain=shop.test'), request(HTTPS), 0)
    const reasons = (line: string) => cookies.receive(set(line), request(HTTP), 0)[0]?.reasons
    expect(reasons('a=2; Path=/x')).toEqual(['OverwriteSecure'])
    expect(reasons('a=2; Path=/x/y')).toEqual(['OverwriteSecure'])
    expect(reasons('a=2; Path=/')).toEqual([])
    expect(reasons('b=2; Path=/x')).toEqual([])
  })

  test('a cookie is replaced by the same name, domain and path alone (5.7, step 23)', () => {
    const cookies = jar()
    cookies.receive(set('a=1', 'a=2; Path=/x', 'a=3; Domain=shop.test', 'a=4; Domain=app.shop.test'), request(HTTP), 0)
    cookies.receive(set('a=5'), request(HTTP), 7)
    expect(cookies.list(7).map(({ value, createdMs }) => [value, createdMs])).toEqual([
      ['2', 0],
      ['3', 0],
      ['4', 0],
      ['5', 7],
    ])
  })

  test('only with the same value it keeps its age (Chromium)', () => {
    const cookies = jar()
    cookies.receive(set('a=1', 'b=1'), request(HTTP), 0)
    cookies.receive(set('a=1; HttpOnly'), request(HTTP), 7)
    expect(cookies.list(7)).toMatchObject([
      { name: 'a', createdMs: 0, lastUsedMs: 7, httpOnly: true },
      { name: 'b', createdMs: 0 },
    ])
  })
})

describe('sending (RFC 6265bis 5.7.3)', () => {
  const stored = (line: string, url: string, page = url, atMs = 0, thirdParty = true): CookieJar => {
    const cookies = jar(thirdParty)
    const [verdict] = cookies.receive(set(line), request(url, page), atMs)
    expect(verdict?.reasons).toEqual([])
    return cookies
  }

  test.for([
    // line, set by, asked: URL, page
    ['a=1', 'http://app.shop.test/', request('http://app.shop.test:9/'), [], '8.5: ports do not count'],
    ['a=1', 'http://app.shop.test/', request('https://app.shop.test/'), [], 'schemes do not count'],
    ['a=1', 'http://app.shop.test/', request('http://x.app.shop.test/'), ['DomainMismatch'], '5.7: host-only'],
    ['a=1; Domain=shop.test', 'http://app.shop.test/', request('http://x.shop.test/'), [], '5.1.3'],
    ['a=1; Path=/x', 'http://app.shop.test/', request('http://app.shop.test/x/y'), [], '5.1.4'],
    ['a=1; Path=/x', 'http://app.shop.test/', request('http://app.shop.test/xy'), ['NotOnPath'], '5.1.4'],
    ['a=1', 'http://app.shop.test/x/y', request('http://app.shop.test/x'), [], '5.1.4: default path is /x'],
    ['a=1', 'http://app.shop.test/x/y', request('http://app.shop.test/'), ['NotOnPath'], '5.1.4: default path is /x'],
    ['a=1; Secure', HTTPS, request(HTTP), ['SecureOnly'], '5.7.3'],
    ['a=1; HttpOnly', HTTP, request(HTTP), [], 'HttpOnly is about scripts'],
    ['a=1; SameSite=Strict', HTTPS, request(HTTPS, 'https://api.shop.test/'), [], 'same site'],
    ['a=1; SameSite=Strict', HTTPS, navigation(HTTPS, null), [], 'a typed address'],
    ['a=1; SameSite=Strict', HTTPS, navigation(HTTPS, 'https://other.test/'), ['SchemefulSameSiteStrict'], '5.2'],
    ['a=1; SameSite=Lax', HTTPS, navigation(HTTPS, 'https://other.test/'), [], '5.6.7.1'],
    ['a=1; SameSite=Lax', HTTPS, navigation(HTTPS, 'https://other.test/', 'POST'), ['SchemefulSameSiteLax'], '5.6.7.1'],
    ['a=1', HTTPS, navigation(HTTPS, 'https://other.test/', 'POST'), [], '5.6.7.2: two minutes'],
    ['a=1; SameSite=None; Secure', HTTPS, request(HTTPS, 'https://other.test/'), [], 'SameSite=None'],
    ['a=1; SameSite=None; Secure', HTTPS, navigation(HTTPS, 'https://other.test/', 'POST'), [], 'SameSite=None'],
  ] as const)('%s of %s asked by %j: %j (%s)', ([line, url, context, reasons]) => {
    const cookies = stored(line, url)
    expect(cookies.explain(context, 120_000).map((verdict) => verdict.reasons)).toEqual([reasons])
    expect(cookies.send(context, 120_000).header).toBe(reasons.length === 0 ? 'a=1' : null)
  })

  test('what says nothing of SameSite stops going with POST from elsewhere after two minutes (5.6.7.2)', () => {
    const post = navigation(HTTPS, 'https://other.test/', 'POST')
    expect(stored('a=1', HTTPS).explain(post, 120_001)[0]?.reasons).toEqual([
      'SchemefulSameSiteUnspecifiedTreatedAsLax',
    ])
  })

  test('longer paths first, then the older ones (5.7.3)', () => {
    const cookies = jar()
    cookies.receive(set('a=1; Path=/', 'b=2; Path=/x'), request(HTTP), 0)
    cookies.receive(set('c=3; Path=/', 'd=4; Path=/x/', '=5; Path=/'), request(HTTP), 5)
    expect(cookies.send(request(`${HTTP}x/y`), 9).header).toBe('d=4; b=2; a=1; c=3; 5')
  })

  test('a Partitioned cookie goes with requests from pages of its site alone (CHIPS)', () => {
    const api = 'https://api.other.test/'
    const cookies = stored('a=1; Secure; SameSite=None; Partitioned', api, HTTPS, 0, false)
    expect(cookies.list(0)).toMatchObject([{ partition: 'https://shop.test' }])
    expect(cookies.send(request(api, 'https://x.shop.test/'), 1).header).toBe('a=1')
    expect(cookies.explain(request(api, 'https://third.test/'), 1)[0]?.reasons).toEqual(['OtherPartition'])
    expect(cookies.explain(request(api), 1)[0]?.reasons).toEqual(['OtherPartition'])
  })
})

describe('document.cookie (HTML, "Cookies")', () => {
  const page = { url: HTTPS, sandboxed: false }

  test('does not see HttpOnly cookies', () => {
    const cookies = jar()
    cookies.receive(set('a=1', 'b=2; HttpOnly', 'c=3; Path=/x'), request(HTTPS), 0)
    expect(cookies.readScript(page, 0)).toBe('a=1')
  })

  test.for([
    ['b=1', []],
    ['b=1; HttpOnly', ['HttpOnly']],
    ['a=2', ['OverwriteHttpOnly']],
    ['a=2; Path=/x', []],
    ['__Http-b=1; Secure', ['InvalidPrefix']],
  ] as const)('%s is set: %j', ([text, reasons]) => {
    const cookies = jar()
    cookies.receive(set('a=1; HttpOnly; Path=/'), request(HTTPS), 0)
    expect(cookies.writeScript(page, text, 0).reasons).toEqual(reasons)
  })

  test('speaks UTF-8', () => {
    const cookies = jar()
    cookies.writeScript(page, 'a=grün', 0)
    expect(cookies.list(0)[0]?.value).toBe('gr\u00c3\u00bcn')
    expect(cookies.readScript(page, 0)).toBe('a=grün')
    // Chromium: one byte that is none, and nothing is read at all.
    cookies.receive(set('b=\u00fc'), request(HTTPS), 0)
    expect(cookies.readScript(page, 0)).toBe('')
    expect(cookies.send(request(HTTPS), 0).header).toBe('a=gr\u00c3\u00bcn; b=\u00fc')
  })
})

describe('limits (Chromium)', () => {
  test('of more than 180 cookies of a site the 150 that were used last stay, Secure ones rather', () => {
    const cookies = jar()
    for (let i = 0; i < 180; i++) cookies.receive(set(`c${i}=1${i < 20 ? '; Secure' : ''}`), request(HTTPS), i)
    expect(cookies.list(180)).toHaveLength(180)
    const [verdict] = cookies.receive(set('last=1; Domain=shop.test'), request(HTTPS), 180)
    const names = cookies.list(180).map(({ name }) => name)
    expect(names).toHaveLength(150)
    expect(names.slice(18, 22)).toEqual(['c18', 'c19', 'c51', 'c52'])
    expect(names.at(-1)).toBe('last')
    expect(verdict?.note.text).toContain('the 31 that were unused')
  })

  test('10,000 cookies of many hosts are kept, sent and cleared up', () => {
    const cookies = jar()
    for (let i = 0; i < 10_000; i++) {
      const url = `https://h${i % 100}.d${i % 400}.test/`
      cookies.receive(set(`c${i}=1`), request(url), i)
    }
    expect(cookies.list(10_000)).toHaveLength(10_000)
    cookies.receive(set('a=1'), request(HTTPS), 31 * DAY)
    expect(cookies.list(31 * DAY)).toHaveLength(3000)
  })
})
