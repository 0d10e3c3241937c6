import { describe, expect, test } from 'vitest'
import { HstsHosts } from './hsts'

const learn = (value: string, url = 'https://shop.test/', hosts = new HstsHosts([])) => {
  const note = hosts.learn(new URL(url), [['Strict-Transport-Security', value]], 0)
  return { hosts, note }
}
const upgrade = (hosts: HstsHosts, url: string, atMs = 0) => hosts.upgrade(new URL(url), atMs)?.url.href ?? null

describe('learn() (RFC 6797 6.1, 8.1)', () => {
  // Each was held beside Chromium 156.
  test.for([
    ['max-age=100', 100_000, false],
    ['max-age=100; includeSubDomains', 100_000, true],
    ['includesubdomains;MAX-AGE=100;', 100_000, true],
    ['max-age="100"', 100_000, false],
    ['max-age = 100', 100_000, false],
    ['max-age=100; foo=bar; baz', 100_000, false],
    [';max-age=100', 100_000, false],
    ['max-age=99999999999999999999', 31_536_000_000, false],
    ['max-age=100; max-age=0', null, false],
    ['includeSubDomains', null, false],
    ['max-age=100, max-age=0', null, false],
    ['max-age=1e3', null, false],
    ['max-age=+100', null, false],
    ['max-age', null, false],
    ['max-age=100; includeSubDomains=x', null, false],
    ['', null, false],
  ] as const)('%j', ([value, untilMs, subdomains]) => {
    const { hosts, note } = learn(value)
    expect(hosts.entries).toEqual(untilMs === null ? [] : [{ host: 'shop.test', subdomains, untilMs }])
    expect(note?.rule).toBe(untilMs === null ? 'hsts-ignored' : 'hsts-learned')
  })

  test.for([
    ['http://shop.test/', 'RFC 6797 8.1: not over http'],
    ['https://127.0.0.1/', 'RFC 6797 8.1.1: not for addresses'],
    ['https://[::1]/', 'RFC 6797 8.1.1: not for addresses'],
    ['https://localhost/', 'Chromium 132: not for localhost'],
    ['https://a.localhost/', 'Chromium 132: not for localhost'],
  ] as const)('%s may not say it (%s)', ([url]) => {
    const { hosts, note } = learn('max-age=100', url)
    expect(hosts.entries).toEqual([])
    expect(note).toMatchObject({ rule: 'hsts-ignored', fix: expect.any(String) as string })
  })

  test('the first header counts, later responses replace it, and 0 removes it', () => {
    const hosts = new HstsHosts([])
    hosts.learn(
      new URL('https://shop.test:8443/'),
      [
        ['strict-transport-security', 'max-age=1'],
        ['Strict-Transport-Security', 'max-age=2'],
      ],
      0,
    )
    expect(hosts.entries).toMatchObject([{ untilMs: 1000 }])
    learn('max-age=5; includeSubDomains', 'https://shop.test/', hosts)
    expect(hosts.entries).toEqual([{ host: 'shop.test', subdomains: true, untilMs: 5000 }])
    learn('max-age=0', 'https://shop.test/', hosts)
    expect(hosts.entries).toEqual([])
    expect(hosts.learn(new URL('https://shop.test/'), [], 0)).toBeNull()
  })
})

describe('upgrade() (RFC 6797 8.2, 8.3)', () => {
  test.for([
    ['http://shop.test/a?b#c', 'https://shop.test/a?b#c'],
    ['http://shop.test:80/', 'https://shop.test/'],
    ['http://shop.test:8101/', 'https://shop.test:8101/'],
    ['http://shop.test:443/', 'https://shop.test/'],
    ['ws://shop.test/ws', 'wss://shop.test/ws'],
    ['http://shop.test./', 'https://shop.test./'],
    ['https://shop.test/', null],
    ['http://api.shop.test/', null],
    ['http://xshop.test/', null],
    ['http://test/', null],
  ] as const)('%s becomes %s', ([url, upgraded]) => {
    expect(upgrade(learn('max-age=100').hosts, url)).toBe(upgraded)
  })

  test('includeSubDomains is for all below', () => {
    const { hosts } = learn('max-age=100; includeSubDomains')
    expect(upgrade(hosts, 'http://a.b.shop.test/')).toBe('https://a.b.shop.test/')
    expect(upgrade(hosts, 'http://xshop.test/')).toBeNull()
  })

  test('until its time is over', () => {
    const { hosts } = learn('max-age=100')
    expect(upgrade(hosts, 'http://shop.test/', 99_999)).toBe('https://shop.test/')
    expect(upgrade(hosts, 'http://shop.test/', 100_000)).toBeNull()
  })
})
