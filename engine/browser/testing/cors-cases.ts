// Random CORS cases: pages of several origins that fetch in every way, and servers whose answers to preflight and request
// are right, nearly right, and odd.
import fc from 'fast-check'
import type { HeaderList } from '../../protocol'
import type { AskStep, FetchInit, Hop, LiveCase } from './live-case'

const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)

/** The page's own site, a server of the same site, another site, and a name that only begins like the page's. */
const HOSTS = ['app.shop.test', 'api.shop.test', 'api.shop.test', 'www.other.test', 'app.shop.test.other.test']
const host = oneOf(HOSTS)
const scheme = oneOf(['http', 'https', 'https'])

/** A header that is right, odd, there twice, or not there at all. */
function header(name: string, right: readonly string[], odd: readonly string[]): fc.Arbitrary<HeaderList> {
  const value = (values: readonly string[]) => oneOf(values).map((text): HeaderList => [[name, text]])
  return fc.oneof(
    { weight: 12, arbitrary: value(right) },
    { weight: 3, arbitrary: value(odd) },
    { weight: 2, arbitrary: fc.constant<HeaderList>([]) },
    { weight: 1, arbitrary: fc.tuple(value(right), value([...right, ...odd])).map((two) => two.flat()) },
  )
}

/** A header that most answers go without. */
const seldom = (some: fc.Arbitrary<HeaderList>): fc.Arbitrary<HeaderList> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant<HeaderList>([]) }, { weight: 1, arbitrary: some })

const allowOrigin = header(
  'access-control-allow-origin',
  ['{origin}', '{origin}', '{origin}', '{origin http://app.shop.test}', '*', '*'],
  ['null', 'http://app.shop.test', '{origin}/', '{origin}, {origin}', '{origin} *', '', 'foo', '{origin}:80', 'Null'],
)
const allowCredentials = header('access-control-allow-credentials', ['true'], ['True', 'false', '1', '', 'true, true'])
const allowMethods = header(
  'access-control-allow-methods',
  ['*', 'PUT, DELETE, PATCH', 'PUT,DELETE,patch,QUERY', 'GET, POST, OPTIONS, PUT'],
  ['put', 'PUT;DELETE', 'PUT DELETE', '', ',PUT,,', '"PUT"', 'PUT, *'],
)
const allowHeaders = header(
  'access-control-allow-headers',
  ['*', 'x-a, x-b, content-type, authorization', 'X-A,X-B,Content-Type,Authorization,Range', 'X-A , Content-Type'],
  ['x-a', 'x a', 'x-a;x-b', '', ',x-a,', 'x-*', 'authorization, *', '"x-a"'],
)
const exposeHeaders = header(
  'access-control-expose-headers',
  ['x-secret', 'X-Secret, ETag', '*'],
  ['x secret', ',x-secret', '', 'set-cookie', 'x-secret, *', '"x-secret"'],
)
const maxAge = header('access-control-max-age', ['600', '0', '86400'], ['-1', 'x', '1.5', '', '600, 0', '+600'])
const vary = header('vary', ['origin', 'Origin, Accept'], ['*', ''])
const cookie = header('set-cookie', ['c=1', 'c=2; SameSite=None; Secure'], ['c=3; SameSite=Strict', 'c=4; Path=/a'])
const policy = header('referrer-policy', ['no-referrer', 'origin', 'unsafe-url'], ['x', 'x, origin', ''])

const joined = (...parts: readonly fc.Arbitrary<HeaderList>[]): fc.Arbitrary<HeaderList> =>
  fc.tuple(...parts).map((lists) => lists.flat())

/** What lies in a cache is another kind's matter. */
const ALWAYS: HeaderList = [
  ['cache-control', 'no-store'],
  ['content-type', 'text/plain'],
  ['x-secret', '1'],
  ['etag', '"e"'],
]
const answerHeaders = joined(
  fc.constant(ALWAYS),
  allowOrigin,
  allowCredentials,
  exposeHeaders,
  seldom(vary),
  seldom(cookie),
  seldom(policy),
)

const ODD_LOCATIONS = [
  '',
  '/c',
  '#f',
  'data:text/plain,x',
  'http://',
  'ftp://api.shop.test/a',
  '{url http://u:p@api.shop.test/b}',
  '{url https://api.shop.test/b#f}',
  'about:blank',
]
const location = oneOf(ODD_LOCATIONS).map((value): HeaderList => [['location', value]])

const preflight = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      status: oneOf([200, 200, 200, 204, 204, 201, 299]),
      headers: joined(allowOrigin, allowCredentials, allowMethods, allowHeaders, seldom(maxAge), seldom(vary)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      status: oneOf([300, 304, 400, 401, 404, 405, 500]),
      headers: joined(allowOrigin, allowCredentials, allowMethods, allowHeaders),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      status: oneOf([301, 302, 303, 307, 308]),
      headers: joined(allowOrigin, allowCredentials, allowMethods, allowHeaders, location),
    }),
  },
)

const requestHeader: fc.Arbitrary<readonly [string, string]> = oneOf([
  ['x-a', '1'],
  ['X-A', '2'],
  ['x-b', ''],
  ['authorization', 'Bearer t'],
  ['content-type', 'application/json'],
  ['content-type', 'text/plain'],
  ['Content-Type', 'text/plain; a="b"'],
  ['content-type', 'multipart/form-data; boundary=x'],
  ['content-type', 'x'],
  ['accept', 'text/html'],
  ['accept', '"q"'],
  ['accept', 'x'.repeat(129)],
  ['accept-language', 'de'],
  ['accept-language', 'd_e'],
  ['content-language', 'de, en'],
  ['range', 'bytes=0-1'],
  ['range', 'bytes=1-'],
  ['range', 'bytes=-1'],
  ['range', 'bytes=0-1,3-4'],
  ['dpr', '1'],
  ['dpr', 'x'],
  ['save-data', 'on'],
  ['rtt', '1'],
  ['cookie', 'c=9'],
  ['origin', 'http://x.test'],
  ['access-control-request-method', 'PUT'],
  ['x-http-method-override', 'TRACE'],
  ['x-http-method-override', 'PUT'],
  ['sec-fetch-mode', 'navigate'],
] as const)

/** Most fetches get past their own browser: what it refuses by itself no server ever hears of. */
const methodAndMode: fc.Arbitrary<Pick<FetchInit, 'method' | 'mode'>> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      method: oneOf([
        ...['GET', 'GET', 'POST', 'POST', 'HEAD', 'PUT', 'put', 'DELETE', 'PATCH', 'patch', 'OPTIONS', 'QUERY', 'get'],
      ]),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ method: oneOf(['GET', 'POST', 'HEAD']), mode: fc.constant('no-cors' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: oneOf(['GET', 'POST', 'PUT', 'TRACE', 'x y']),
      mode: oneOf(['no-cors', 'same-origin', 'cors'] as const),
    }),
  },
)

const init: fc.Arbitrary<FetchInit> = fc
  .record(
    {
      asked: methodAndMode,
      credentials: oneOf(['omit', 'same-origin', 'include', 'include'] as const),
      redirect: oneOf(['follow', 'follow', 'follow', 'error', 'manual'] as const),
      cache: oneOf(['default', 'default', 'default', 'no-store', 'reload', 'no-cache'] as const),
      referrerPolicy: oneOf(['no-referrer', 'origin', 'same-origin', 'strict-origin', 'unsafe-url'] as const),
      headers: fc.array(requestHeader, { minLength: 1, maxLength: 3 }),
      body: fc.constant('hello'),
    },
    { requiredKeys: ['asked'] },
  )
  .map(({ asked, body, ...rest }) => ({
    ...asked,
    ...rest,
    ...(body && !/^(?:get|head)$/i.test(asked.method ?? '') && { body }),
  }))

const where = fc
  .record({ scheme, host, path: oneOf(['/a', '/a', '/b', '/a?x=1', '/b#h']) })
  .map(({ scheme: first, host: name, path }) => `${first}://${name}${path}`)

const hop: fc.Arbitrary<Hop> = fc
  .record({ url: where, headers: answerHeaders, preflight: fc.option(preflight, { nil: undefined, freq: 12 }) })
  .map(({ url, headers, preflight: asked }) => ({ url, headers, ...(asked && { preflight: asked }) }))

/** The end of a chain; some lead on to where nobody has an answer. */
const end = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      status: oneOf([200, 200, 200, 200, 201, 204, 400, 404, 500]),
      more: fc.constant<HeaderList>([]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ status: oneOf([300, 302, 307]), more: fc.constant<HeaderList>([]) }) },
  { weight: 2, arbitrary: fc.record({ status: oneOf([301, 302, 303, 307, 308]), more: location }) },
)
const pathOf = ({ url }: Hop): string => url.replace(/[?#].*/, '')
const chain = fc
  .record({
    // Answers are by URL, so a chain that comes back to one would go round for ever.
    hops: fc.oneof(
      { weight: 3, arbitrary: fc.array(hop, { minLength: 1, maxLength: 1 }) },
      { weight: 2, arbitrary: fc.uniqueArray(hop, { minLength: 2, maxLength: 3, selector: pathOf }) },
    ),
    redirect: fc.array(oneOf([301, 302, 303, 307, 308]), { minLength: 3, maxLength: 3 }),
    last: end,
  })
  .map(({ hops, redirect, last }): readonly Hop[] =>
    hops.map((one, index) =>
      index < hops.length - 1
        ? { ...one, status: redirect[index] ?? 302 }
        : {
            ...one,
            status: last.status,
            headers: [...one.headers, ...last.more],
            body: last.status === 204 ? '' : 'text',
          },
    ),
  )

const ask: fc.Arbitrary<AskStep> = fc.record({
  by: oneOf(['fetch', 'fetch', 'fetch', 'sandbox'] as const),
  init,
  hops: chain,
})

/** A second fetch often asks the same server again, which remembers the preflight's answer. */
const asks = fc
  .record({ first: ask, second: fc.option(fc.record({ isAgain: fc.boolean(), step: ask, isSame: fc.boolean() })) })
  .map(({ first, second }): readonly AskStep[] => {
    if (!second) return [first]
    if (!second.isAgain) return [first, second.step]
    return [first, { ...second.step, hops: first.hops, ...(second.isSame && first.init && { init: first.init }) }]
  })

export const corsCase: fc.Arbitrary<LiveCase> = fc
  .record({
    // Most pages are of http, as those of https may not ask for less.
    page: fc.record({ scheme: oneOf(['http', 'http', 'http', 'https']), host: oneOf([...HOSTS, 'app.shop.test']) }),
    steps: asks,
  })
  .map(({ page, steps }) => ({
    thirdPartyCookies: false,
    steps: [{ by: 'goto', hops: [{ url: `${page.scheme}://${page.host}/`, headers: [] }] }, ...steps],
  }))
