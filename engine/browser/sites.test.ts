import { describe, expect, test } from 'vitest'
import { isLoopback, isSameSite, isSchemelesslySameSite, isTrustworthy, registrableDomain, siteOf } from './sites'

describe('registrableDomain()', () => {
  test.for([
    ['shop.test', 'shop.test', 'a top level that the list does not know is a suffix (PSL, rule *)'],
    ['api.shop.test', 'shop.test', 'PSL, rule *'],
    ['a.b.shop.test', 'shop.test', 'PSL, rule *'],
    ['test', null, 'a suffix alone has no registrable domain'],
    ['appxshop.test', 'appxshop.test', 'a look-alike is a domain of its own'],
    ['shop.co.uk', 'shop.co.uk', 'PSL: co.uk'],
    ['www.shop.co.uk', 'shop.co.uk', 'PSL: co.uk'],
    ['co.uk', null, 'PSL: co.uk'],
    ['me.github.io', 'me.github.io', 'PSL, private part'],
    ['github.io', null, 'PSL, private part'],
    ['www.ck', 'www.ck', 'PSL: !www.ck'],
    ['a.ck', null, 'PSL: *.ck'],
    ['localhost', null, 'one label'],
    ['api.localhost', 'api.localhost', 'PSL, rule *'],
    ['127.0.0.1', null, 'an address is not a domain'],
    ['[::1]', null, 'an address is not a domain'],
    ['api.shop.test.', 'shop.test.', 'the dot of a fully qualified name stays'],
    ['xn--bcher-kva.test', 'xn--bcher-kva.test', 'hosts are in ASCII'],
  ] as const)('%s is under %s (%s)', ([host, domain]) => {
    expect(registrableDomain(host)).toBe(domain)
  })
})

describe('siteOf()', () => {
  test.for([
    ['https://api.shop.test:8444/me?x=1', 'https://shop.test'],
    ['http://app.shop.test:8101', 'http://shop.test'],
    ['wss://api.shop.test/ws', 'https://shop.test'],
    ['ws://api.shop.test/ws', 'http://shop.test'],
    ['http://localhost:8000/', 'http://localhost'],
    ['http://127.0.0.1:8000/', 'http://127.0.0.1'],
    ['http://[::1]:8000/', 'http://[::1]'],
    ['https://co.uk/', 'https://co.uk'],
    ['https://bücher.test/', 'https://xn--bcher-kva.test'],
    ['null', null],
    ['', null],
    ['data:text/html,x', null],
    ['about:srcdoc', null],
    ['no url', null],
  ] as const)('%s is of %s', ([url, site]) => {
    expect(siteOf(url)).toBe(site)
  })
})

describe('same site', () => {
  test.for([
    ['http://app.shop.test:8101', 'http://api.shop.test:8102/me', true, true, 'ports do not count'],
    ['http://app.shop.test', 'https://api.shop.test', false, true, 'the scheme counts'],
    ['http://app.shop.test', 'http://api.other.test', false, false, 'another domain'],
    ['http://app.shop.test', 'http://appxshop.test', false, false, 'a look-alike'],
    ['http://localhost:3000', 'http://localhost:8000', true, true, 'hosts without domain are compared whole'],
    ['http://localhost:3000', 'http://127.0.0.1:3000', false, false, 'localhost is not its address'],
    ['http://a.localhost', 'http://b.localhost', false, false, 'localhost is a suffix here'],
    ['http://127.0.0.1', 'http://127.0.0.2', false, false, 'addresses are compared whole'],
    ['https://a.github.io', 'https://b.github.io', false, false, 'PSL, private part'],
    ['http://shop.test', 'ws://api.shop.test/x', true, true, 'ws counts as http'],
    ['https://shop.test', 'ws://api.shop.test/x', false, true, 'ws is not https'],
    ['http://shop.test.', 'http://shop.test', false, false, 'the dot counts'],
    ['null', 'null', false, false, 'opaque origins are same-site with nothing'],
  ] as const)('%s and %s: %s, without schemes %s (%s)', ([a, b, schemeful, schemeless]) => {
    expect(isSameSite(a, b)).toBe(schemeful)
    expect(isSameSite(b, a)).toBe(schemeful)
    expect(isSchemelesslySameSite(a, b)).toBe(schemeless)
    expect(isSchemelesslySameSite(b, a)).toBe(schemeless)
  })
})

describe('trustworthiness (Secure Contexts 3.1)', () => {
  test.for([
    ['localhost', true],
    ['api.localhost', true],
    ['localhost.', true],
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['[::1]', true],
    ['128.0.0.1', false],
    ['localhost.test', false],
    ['notlocalhost', false],
    ['127.shop.test', false],
    ['api.shop.test', false],
  ] as const)('%s is this machine: %s', ([host, isLocal]) => {
    expect(isLoopback(host)).toBe(isLocal)
    expect(isTrustworthy(`http://${host}/`)).toBe(isLocal)
    expect(isTrustworthy(`https://${host}/`)).toBe(true)
    expect(isTrustworthy(`ws://${host}/`)).toBe(isLocal)
    expect(isTrustworthy(`wss://${host}/`)).toBe(true)
  })

  test('what is no URL is not trusted', () => {
    expect(isTrustworthy('null')).toBe(false)
  })
})
