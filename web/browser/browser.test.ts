import { describe, expect, test } from 'vitest'
import type { BrowserState, StoredCookie } from '../../engine/protocol'
import { EMPTY_STATE } from '../../engine/browser'
import { parseHttpFile, replaceRequest } from '../../engine/requests'
import {
  allowedWords,
  cookieWords,
  draftOf,
  leftWords,
  NEW_COOKIE,
  refuseDraft,
  withCookie,
  withoutCookie,
} from './memory'
import {
  offeredPage,
  originOf,
  ORIGINS,
  PAGES,
  readPageChoice,
  withOrigin,
  withPage,
  withSetting,
} from './page-settings'

const COOKIE: StoredCookie = {
  ...{ name: 'sid', value: 'a1', domain: 'shop.test', hostOnly: false, path: '/' },
  ...{ secure: true, httpOnly: true, sameSite: 'none', partition: null },
  ...{ createdMs: 0, lastUsedMs: 0, expiresMs: 60_000 },
}
const jar = (...cookies: StoredCookie[]): BrowserState => ({ ...EMPTY_STATE, cookies })

describe('the page of a request', () => {
  test.for(PAGES.map((page) => [page.name, page] as const))(
    '%s is written into the file, and read from it again',
    ([, { choice, id }]) => {
      const file = '# @name one\n# @credentials include\nGET /\n'
      const [before] = parseHttpFile(file, { file: 'requests.http' }).requests
      if (!before) throw new Error('no request')
      const text = replaceRequest(file, 0, { ...before.text, settings: withPage(before.text.settings, choice) })
      const [after] = parseHttpFile(text, { file: 'requests.http' }).requests
      expect(after?.name).toBe('one')
      expect(offeredPage(readPageChoice(after?.text.settings ?? []))?.id).toBe(id)
      if (choice.kind === 'plain') expect([after?.page, text]).toEqual([null, '# @name one\nGET /\n'])
      else expect(after?.page).toMatchObject({ sandboxed: choice.isSandboxed, credentials: 'include' })
    },
  )

  test.for(ORIGINS)('a page that came $name is written into the file, and read from it again', ({ id }) => {
    const file = '# @page https://app.shop.test\nGET /\n'
    const [before] = parseHttpFile(file, { file: 'requests.http' }).requests
    if (!before) throw new Error('no request')
    const text = replaceRequest(file, 0, { ...before.text, settings: withOrigin(before.text.settings, id) })
    const { requests, warnings } = parseHttpFile(text, { file: 'requests.http' })
    expect([originOf(requests[0]?.text.settings ?? []), warnings]).toEqual([id, []])
    expect(withOrigin(requests[0]?.text.settings ?? [], 'near')).toEqual(before.text.settings)
  })

  test('a page of one’s own is none of the offered ones', () => {
    expect(offeredPage(readPageChoice([['page', 'https://mine.test']]))).toBeNull()
  })

  test('withSetting() puts a value in its place, at the end, or takes it away', () => {
    const settings = [
      ['page', 'https://a.test'],
      ['mode', 'cors'],
    ] as const
    expect(withSetting(settings, 'page', 'https://b.test')[0]).toEqual(['page', 'https://b.test'])
    expect(withSetting(settings, 'cache', 'reload').at(-1)).toEqual(['cache', 'reload'])
    expect(withSetting(settings, 'mode', null)).toEqual([['page', 'https://a.test']])
  })
})

describe('the jar', () => {
  test('says where a cookie goes and how long it stays', () => {
    expect(cookieWords(COOKIE, 1000)).toBe('shop.test and hosts below, /, Secure, HttpOnly, SameSite None, 59.0 s left')
    expect(cookieWords({ ...COOKIE, hostOnly: true, sameSite: 'unspecified', expiresMs: null }, 0)).toBe(
      'shop.test, /, Secure, HttpOnly, no SameSite, so Lax, until the browser closes',
    )
  })

  test.for([
    [0, 'over'],
    [1500, '1.50 s left'],
    [180_000, '3 min left'],
    [3 * 3_600_000, '3 h left'],
    [14 * 86_400_000, '14 days left'],
  ] as const)('%i ms are %s', ([ms, words]) => {
    expect(leftWords(ms, 0)).toBe(words)
  })

  test('an edited cookie stands in its old place, and only what was edited differs', () => {
    const other = { ...COOKIE, name: 'lang' }
    const after = withCookie(jar(COOKIE, other), COOKIE, { ...draftOf(COOKIE, 0), value: 'b2' }, 0)
    expect(after.cookies).toEqual([{ ...COOKIE, value: 'b2' }, other])
  })

  test('a new cookie replaces one of the same name, domain and path', () => {
    const hostOnly = { ...COOKIE, hostOnly: true }
    const draft = { ...draftOf(hostOnly, 0), value: 'new' }
    expect(withCookie(jar(hostOnly), null, draft, 0).cookies.map(({ value }) => value)).toEqual(['new'])
    expect(withCookie(jar(COOKIE), null, { ...NEW_COOKIE, name: 'x', domain: 'shop.test' }, 0).cookies).toHaveLength(2)
    expect(withoutCookie(jar(COOKIE), COOKIE).cookies).toEqual([])
  })

  test.for([
    [{}, null],
    [{ name: '' }, 'name'],
    [{ name: 'a b' }, 'name'],
    [{ value: 'a;b' }, 'value'],
    [{ domain: 'https://shop.test' }, 'domain'],
    [{ path: 'x' }, 'path'],
    [{ sameSite: 'none', secure: false }, 'SameSite None'],
    [{ seconds: 'soon' }, 'time left'],
  ] as const)('a draft with %o is refused for its %s', ([part, why]) => {
    const refusal = refuseDraft({ ...draftOf(COOKIE, 0), ...part })
    if (why === null) expect(refusal).toBeNull()
    else expect(refusal?.toLowerCase()).toContain(why.toLowerCase())
  })

  test('what a preflight allowed is told in few words', () => {
    const entry = { origin: '', url: '', partition: '', credentials: false, storedMs: 0, untilMs: 0 }
    expect(allowedWords({ ...entry, methods: ['PUT'], headers: ['x-basket', 'accept'] })).toBe('PUT; x-basket, accept')
    expect(allowedWords({ ...entry, methods: [], headers: [] })).toBe('safelisted methods and headers')
  })
})
