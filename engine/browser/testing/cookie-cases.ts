// Random cookie cases: Set-Cookie lines as servers write and mistype them, and requests of every kind between sites.
import fc from 'fast-check'
import type { AskStep, Hop, LiveCase, ScriptStep } from './live-case'

/** One entry is one site's worth of trouble: subdomains, another site, a look-alike, hosts without a domain. */
const HOSTS = [
  'app.shop.test',
  'api.shop.test',
  'shop.test',
  'a.api.shop.test',
  'www.other.test',
  'localhost',
  '127.0.0.1',
]
const PATHS = ['/', '/a', '/a/', '/a/b', '/ab', '/a/b/c', '/A', '/%61', '/a%2Fb']
const DOMAINS = [
  'shop.test',
  '.shop.test',
  'SHOP.test',
  'app.shop.test',
  'api.shop.test',
  'other.test',
  'test',
  'hop.test',
  'localhost',
  '127.0.0.1',
  '.127.0.0.1',
  '0.0.1',
  '',
  '.',
  '..shop.test',
  'shop.test.',
  'shop.test:80',
  '%73hop.test',
  'b\u00fccher.test',
  '"shop.test"',
  'shop test',
]
const PATH_VALUES = ['/', '/a', '/a/', '/a/b', 'a', '', '"/a"', '/A', '/%61', '/a?b', '/ a']
const MAX_AGES = [
  '60',
  '3600',
  '0',
  '-1',
  '+60',
  '060',
  '1e3',
  '60s',
  '6.0',
  '',
  ' 90 ',
  '"60"',
  '99999999999',
  '9'.repeat(30),
  `-${'9'.repeat(30)}`,
]
const EXPIRES = [
  '{http 3600}',
  '{http -3600}',
  '{dashed 3600}',
  '{asctime 3600}',
  '"{http 3600}"',
  '{http 3600} (a comment)',
  '{http 99999999}',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  '01 Jan 70 0:0:0',
  '1 January 2099 1:2:3',
  'Jan 1 99:00:00 2099',
  '99 Jan 2099 00:00:00',
  '31 Feb 2099 00:00:00',
  '2099-01-01T00:00:00Z',
  'tomorrow',
  '0',
  '',
]

const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const host = oneOf(HOSTS)
const path = fc.oneof({ weight: 2, arbitrary: fc.constant('/') }, { weight: 3, arbitrary: oneOf(PATHS) })

const pair = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(oneOf(['a', 'b', 'c']), oneOf(['1', '2', '3'])).map(([name, value]) => `${name}=${value}`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        oneOf(['__Host-a', '__Secure-a', '__Http-a', '__Host-Http-a', '__host-a', '__SECURE-a', '__http-a', '__Hosta']),
        oneOf(['1', '2']),
      )
      .map(([name, value]) => `${name}=${value}`),
  },
  {
    weight: 2,
    arbitrary: oneOf([
      'a',
      '=a',
      '==a',
      '=a=b',
      '=',
      '',
      ' ',
      'a=',
      ' a = 1 ',
      '\ta\t=\t1\t',
      'a b=1 2',
      'a="1"',
      'a="1',
      'a=1=2',
      'a=1,b=2',
      'a=1\t2',
      'a\t=1',
      'a=\u00fc',
      '\u00fc=1',
      'a=\u00a01',
      '=__Host-a=1',
      '= __secure-a=1',
      '__Host-a',
      'a\u0001=1',
      'a=1\u007f',
      `a=${'x'.repeat(4095)}`,
      `a=${'x'.repeat(4096)}`,
    ]),
  },
)
const attribute = fc.oneof(
  {
    weight: 4,
    arbitrary: oneOf(['Secure', 'HttpOnly', 'Partitioned', 'secure', ' HTTPONLY ', 'Secure=no', 'Partitioned=1']),
  },
  {
    weight: 4,
    arbitrary: oneOf([
      'SameSite=Strict',
      'SameSite=Lax',
      'SameSite=None',
      'samesite=LAX',
      'SameSite=maybe',
      'SameSite',
      'SameSite=',
    ]),
  },
  { weight: 3, arbitrary: oneOf(DOMAINS).map((value) => `Domain=${value}`) },
  { weight: 3, arbitrary: oneOf(PATH_VALUES).map((value) => `Path=${value}`) },
  { weight: 2, arbitrary: oneOf(MAX_AGES).map((value) => `Max-Age=${value}`) },
  { weight: 2, arbitrary: oneOf(EXPIRES).map((value) => `Expires=${value}`) },
  {
    weight: 1,
    arbitrary: oneOf([
      '',
      ' ',
      '=',
      'Priority=High',
      'Version=1',
      'Domain',
      'Path',
      'Max-Age',
      'x\u0001=1',
      `Path=/${'x'.repeat(1023)}`,
      `Path=/${'x'.repeat(1024)}`,
      `x=${'y'.repeat(2000)}`,
    ]),
  },
)
/** A few that go well together are more common than chance would make them. */
const attributes = fc.oneof(
  { weight: 3, arbitrary: fc.array(attribute, { maxLength: 4 }) },
  {
    weight: 2,
    arbitrary: oneOf([
      ['SameSite=None', 'Secure'],
      ['SameSite=None', 'Secure', 'Partitioned'],
      ['Secure', 'Path=/'],
      ['Secure', 'HttpOnly', 'Path=/'],
      ['Domain=shop.test'],
      ['Domain=shop.test', 'Path=/', 'HttpOnly'],
      ['Max-Age=0', 'Path=/'],
      ['Secure', 'Max-Age=0'],
    ]),
  },
)
const line = fc
  .tuple(pair, attributes, oneOf(['; ', ';', ' ; ']))
  .map(([first, rest, joint]) => [first, ...rest].join(joint))

const hop = fc
  .record({ scheme: oneOf(['http', 'https']), host, path, lines: fc.array(line, { maxLength: 3 }) })
  .map(({ scheme, host: name, path: where, lines }): Hop => ({
    url: `${scheme}://${name}${where}`,
    // uvicorn refuses blanks at the ends of a value; on the wire they would mean nothing (RFC 9110 5.5).
    headers: lines.map((text) => ['set-cookie', text.replace(/^[ \t]+|[ \t]+$/g, '')] as const),
  }))
/** Answers are by URL, so a chain that comes back to one would go round for ever. */
const hops = fc
  .oneof(
    { weight: 4, arbitrary: fc.array(hop, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.uniqueArray(hop, { minLength: 2, maxLength: 3, selector: ({ url }) => url }) },
  )
  .map((chain): readonly Hop[] => chain)

/** No CORS stands in the way of `no-cors`, and nothing is cached. */
const WITH_COOKIES = { mode: 'no-cors', credentials: 'include', cache: 'no-store' } as const

const askStep = fc.record({
  by: oneOf(['goto', 'link', 'form', 'fetch', 'fetch', 'iframe', 'sandbox'] as const),
  init: oneOf(['GET', 'GET', 'POST']).map((method) => ({ method, ...WITH_COOKIES })),
  hops,
})
const scriptStep = fc.oneof(
  fc.record({ by: fc.constant('read' as const), text: fc.constant('') }),
  fc.record({
    by: fc.constant('write' as const),
    // Scripts have no bytes, and dates are the far end's.
    text: line.map((text) => text.replace(/\{.*?\}/g, 'x')),
  }),
)

/** A case begins with a page that somebody opens. */
export const cookieCase: fc.Arbitrary<LiveCase> = fc
  .record({
    thirdPartyCookies: fc.boolean(),
    first: hops,
    rest: fc.array(fc.oneof({ weight: 3, arbitrary: askStep }, { weight: 1, arbitrary: scriptStep }), {
      minLength: 1,
      maxLength: 6,
    }),
  })
  .map(({ thirdPartyCookies, first, rest }) => ({
    thirdPartyCookies,
    steps: withoutMixedContent([{ by: 'goto', hops: first }, ...rest]),
  }))

/** What a page of https asks for is https: anything else never leaves, which is another rule's matter. */
function withoutMixedContent(steps: readonly (AskStep | ScriptStep)[]): readonly (AskStep | ScriptStep)[] {
  let isSecure = false
  return steps.map((step) => {
    if (!('hops' in step)) return step
    const safe = isSecure && step.by !== 'goto' && step.by !== 'link'
    const safeHops = uniqueUrls(step.hops.map((it) => (safe ? { ...it, url: it.url.replace(/^http:/, 'https:') } : it)))
    if (step.by === 'goto' || step.by === 'link' || step.by === 'form') {
      isSecure = safeHops.at(-1)?.url.startsWith('https:') ?? isSecure
    }
    return { ...step, hops: safeHops }
  })
}

const uniqueUrls = (chain: readonly Hop[]): readonly Hop[] =>
  chain.filter(({ url }, index) => chain.findIndex((it) => it.url === url) === index)
