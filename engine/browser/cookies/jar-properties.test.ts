// What must hold for every jar, whatever servers, scripts and requests there are.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StoredCookie } from '../../protocol'
import { isSameSite, isTrustworthy } from '../sites'
import { CookieJar, type CookieContext } from '.'

const SEED = 2028
const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const url = fc
  .tuple(
    oneOf('http', 'https'),
    oneOf('shop.test', 'app.shop.test', 'api.shop.test', 'other.test', 'localhost', '127.0.0.1'),
    oneOf('/', '/a', '/a/b'),
  )
  .map(([scheme, host, path]) => `${scheme}://${host}${path}`)
const context: fc.Arbitrary<CookieContext> = fc
  .record({ url, page: url, sandboxed: fc.boolean(), isTopNavigation: fc.boolean(), method: oneOf('GET', 'POST') })
  .map(({ page, sandboxed, ...rest }) => ({ ...rest, page: { url: page, sandboxed } }))
const line = fc
  .tuple(
    oneOf('a=1', 'b=2', 'c=3', '__Host-d=4', '__Secure-e=5', '=6'),
    fc.subarray(['Secure', 'HttpOnly', 'Partitioned', 'Path=/', 'Domain=shop.test', 'Max-Age=60']),
    oneOf('', 'SameSite=Strict', 'SameSite=Lax', 'SameSite=None'),
  )
  .map(([pair, attributes, sameSite]) => [pair, ...attributes, sameSite].join('; '))
const happened = fc.record({
  thirdPartyCookies: fc.boolean(),
  answers: fc.array(fc.record({ context, lines: fc.array(line, { maxLength: 4 }) }), { maxLength: 8 }),
})
const fill = ({ thirdPartyCookies, answers }: typeof happened extends fc.Arbitrary<infer T> ? T : never): CookieJar => {
  const jar = new CookieJar([], { thirdPartyCookies })
  answers.forEach((answer, index) => {
    const headers = answer.lines.map((text) => ['set-cookie', text] as const)
    jar.receive(headers, answer.context, index * 1000)
  })
  return jar
}
const holds = (predicate: (jar: CookieJar, asked: CookieContext, isLenient: boolean, nowMs: number) => void): void => {
  fc.assert(
    fc.property(happened, context, fc.nat(200_000), (past, asked, laterMs) => {
      predicate(fill(past), asked, past.thirdPartyCookies, 8000 + laterMs)
    }),
    { seed: SEED, numRuns: 300 },
  )
}
const sentOf = (jar: CookieJar, asked: CookieContext, nowMs: number): StoredCookie[] =>
  jar
    .explain(asked, nowMs)
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ cookie }) => cookie)

describe('for every jar and every request', () => {
  test('no Secure cookie goes over a way that can be read, and none of another host', () => {
    holds((jar, asked, _, nowMs) => {
      const { hostname } = new URL(asked.url)
      for (const { secure, domain, hostOnly } of sentOf(jar, asked, nowMs)) {
        if (secure) expect(isTrustworthy(asked.url)).toBe(true)
        expect(hostOnly ? hostname === domain : hostname === domain || hostname.endsWith(`.${domain}`)).toBe(true)
      }
    })
  })

  test('a request from another site, or from a sandboxed frame, carries SameSite=None cookies alone', () => {
    holds((jar, asked, _, nowMs) => {
      const isForeign = asked.page === null || asked.page.sandboxed || !isSameSite(asked.page.url, asked.url)
      if (!isForeign || asked.isTopNavigation) return
      for (const { sameSite, secure } of sentOf(jar, asked, nowMs)) expect([sameSite, secure]).toEqual(['none', true])
    })
  })

  test('where third-party cookies are blocked, such a request carries Partitioned ones alone', () => {
    holds((jar, asked, isLenient, nowMs) => {
      const isForeign = asked.page === null || asked.page.sandboxed || !isSameSite(asked.page.url, asked.url)
      if (isLenient || !isForeign || asked.isTopNavigation) return
      for (const { partition } of sentOf(jar, asked, nowMs)) expect(partition).not.toBeNull()
    })
  })

  test('Strict cookies stay at home when a link elsewhere is followed', () => {
    holds((jar, asked, _, nowMs) => {
      const isForeign = asked.page === null || asked.page.sandboxed || !isSameSite(asked.page.url, asked.url)
      if (!isForeign) return
      for (const { sameSite } of sentOf(jar, asked, nowMs)) expect(sameSite).not.toBe('strict')
    })
  })

  test('a script reads what is not HttpOnly, and nothing that a request to its page would not carry', () => {
    holds((jar, { url: page }, _, nowMs) => {
      const here = { url: page, sandboxed: false }
      const own = { url: page, method: 'GET', page: here, isTopNavigation: false }
      const readable = sentOf(jar, own, nowMs).filter(({ httpOnly }) => !httpOnly)
      const text = readable.map(({ name, value }) => (name === '' ? value : `${name}=${value}`)).join('; ')
      expect(jar.readScript(here, nowMs)).toBe(text)
    })
  })

  test('what is stored keeps its prefix’s promise, and None and Partitioned are Secure', () => {
    holds((jar, _, __, nowMs) => {
      const broken = jar
        .list(nowMs)
        .filter(
          ({ name, secure, hostOnly, path, sameSite, partition }) =>
            (/^__(?:host|secure)-/i.test(name) && !secure) ||
            (/^__host-/i.test(name) && !(hostOnly && path === '/')) ||
            ((sameSite === 'none' || partition !== null) && !secure),
        )
      expect(broken).toEqual([])
    })
  })

  test('a jar made of another one’s cookies does the same', () => {
    holds((jar, asked, thirdPartyCookies, nowMs) => {
      const again = new CookieJar(JSON.parse(JSON.stringify(jar.list(nowMs))) as StoredCookie[], { thirdPartyCookies })
      expect(again.list(nowMs)).toEqual(jar.list(nowMs))
      expect(again.explain(asked, nowMs)).toEqual(jar.explain(asked, nowMs))
      expect(again.send(asked, nowMs)).toEqual(jar.send(asked, nowMs))
      expect(again.list(nowMs)).toEqual(jar.list(nowMs))
    })
  })
})

/** Any byte, and those that mean something more often. */
const byte = fc.oneof(
  fc.nat(255).map((code) => String.fromCharCode(code)),
  oneOf(';', '=', ' ', '\t', '"', '.', '/', 'Domain=', 'Path=', 'Expires=', 'Max-Age=', 'SameSite=', '__Host-', '9'),
)

test('no lines make it throw, and each has a verdict', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: byte, maxLength: 40 }), { maxLength: 4 }), context, (lines, asked) => {
      const jar = new CookieJar([], { thirdPartyCookies: true })
      const headers = lines.map((text) => ['Set-Cookie', text] as const)
      expect(jar.receive(headers, asked, 0)).toHaveLength(lines.length)
      for (const text of lines) jar.writeScript({ url: asked.url, sandboxed: false }, text, 0)
    }),
    { seed: SEED, numRuns: 300 },
  )
})
