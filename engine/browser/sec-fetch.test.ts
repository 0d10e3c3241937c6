import { expect, test } from 'vitest'
import { becomesGet } from './redirect'
import { secFetchSite } from './sec-fetch'

// Fetch Metadata 2.3: the farthest of a redirect chain counts; sites have schemes.
test.for([
  ['https://a.shop.test', ['https://a.shop.test/x'], 'same-origin'],
  ['https://a.shop.test', ['https://b.shop.test/x'], 'same-site'],
  ['https://a.shop.test', ['https://a.shop.test:444/x'], 'same-site'],
  ['http://a.shop.test', ['https://a.shop.test/x'], 'cross-site'],
  ['https://a.shop.test', ['https://b.test/x'], 'cross-site'],
  ['https://a.shop.test', ['https://b.test/x', 'https://a.shop.test/x'], 'cross-site'],
  ['https://a.shop.test', ['https://b.shop.test/x', 'https://a.shop.test/x'], 'same-site'],
  ['https://a.github.io', ['https://b.github.io/x'], 'cross-site'],
  ['null', ['https://a.shop.test/x'], 'cross-site'],
] as const)('from %s by %j it is %s', ([origin, urls, site]) => {
  expect(
    secFetchSite(
      origin,
      urls.map((url) => new URL(url)),
    ),
  ).toBe(site)
})

// Fetch 4.4, step 12.
test.for([
  [301, 'POST', true],
  [302, 'POST', true],
  [301, 'PUT', false],
  [302, 'DELETE', false],
  [303, 'POST', true],
  [303, 'PUT', true],
  [303, 'HEAD', false],
  [303, 'GET', false],
  [307, 'POST', false],
  [308, 'POST', false],
] as const)('after %d a %s becomes a GET: %s', ([status, method, isGet]) => {
  expect(becomesGet(status, method)).toBe(isGet)
})
