// Random cases for the HTTP cache: a script that fetches from its own origin with every cache mode, and servers that say
// all kinds of things about how long. Ages are given by Age and Date, so nobody has to wait.
import fc from 'fast-check'
import type { AskStep, LiveCase } from './live-case'

const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const header = (name: string, values: readonly string[]) => oneOf(values).map((value) => [name, value] as const)

const answerHeader = fc.oneof(
  {
    weight: 5,
    arbitrary: header('cache-control', [
      'max-age=60',
      'Max-Age=60, public',
      'private, max-age=60',
      'max-age=0',
      'max-age="60"',
      's-maxage=60',
      'max-age=60, no-cache',
      'no-cache',
      'no-store',
      'max-age=60, no-store',
      'must-revalidate',
      'max-age=60,max-age=0',
      'immutable, max-age=60',
      'max-age=-60',
      'no-cache="x-n"',
    ]),
  },
  { weight: 3, arbitrary: header('etag', ['"1"', 'W/"1"', '1', '""']) },
  { weight: 2, arbitrary: header('last-modified', ['{http -8640000}', '{http -60}', '{http 3600}', 'yesterday']) },
  { weight: 2, arbitrary: header('expires', ['{http 3600}', '{http -3600}', '0', '-1', 'never', '{dashed 3600}']) },
  { weight: 2, arbitrary: header('date', ['{http 0}', '{http -3600}', '{http 3600}']) },
  { weight: 2, arbitrary: header('age', ['0', '30', '100', 'x']) },
  { weight: 3, arbitrary: header('vary', ['x-a', 'X-A, x-b', '*', 'accept-encoding', 'cookie', 'origin', 'x-a, *']) },
  { weight: 1, arbitrary: header('pragma', ['no-cache']) },
  { weight: 1, arbitrary: header('set-cookie', ['c=1', 'c=2']) },
)

/** A method that changes things is asked with modes that make sense: Chromium answers `force-cache` and PATCH from the cache. */
const methodAndMode = fc.oneof(
  { weight: 5, arbitrary: fc.record({ method: fc.constant('GET'), cache: fc.constant('default' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      method: oneOf(['GET', 'GET', 'GET', 'HEAD']),
      cache: oneOf(['no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'] as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      method: oneOf(['HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']),
      cache: oneOf(['default', 'default', 'no-store', 'no-cache'] as const),
    }),
  },
)

const init = fc
  .record({
    asked: methodAndMode,
    mode: fc.constant('same-origin' as const),
    headers: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: header('x-a', ['1', '2']) },
        { weight: 1, arbitrary: header('cache-control', ['no-cache', 'max-age=0', 'no-store']) },
        { weight: 1, arbitrary: header('pragma', ['no-cache']) },
      ),
      { maxLength: 1 },
    ),
  })
  .map(({ asked, ...rest }) => ({
    ...asked,
    ...rest,
    // Chromium forgets nothing after a PUT without a body.
    ...(asked.method === 'PUT' && { body: 'x' }),
  }))

const fetchStep = fc
  .record({
    init,
    path: oneOf(['/r', '/r', '/r', '/s']),
    status: oneOf([200, 200, 200, 200, 203, 204, 300, 404, 410, 500]),
    headers: fc.array(answerHeader, { maxLength: 4 }),
    unchanged: fc.array(answerHeader, { maxLength: 2 }),
    /** Whether the server says 304 where it may. */
    isSame: fc.boolean(),
  })
  .map(({ init: options, path, status, headers, unchanged, isSame }) => ({
    options,
    path,
    status,
    headers,
    unchanged,
    isSame,
  }))

const PAGE = 'http://app.shop.test'

export const cacheCase: fc.Arbitrary<LiveCase> = fc
  .record({ thirdPartyCookies: fc.boolean(), fetches: fc.array(fetchStep, { minLength: 2, maxLength: 6 }) })
  .map(({ thirdPartyCookies, fetches }) => ({
    thirdPartyCookies,
    steps: [
      { by: 'goto' as const, hops: [{ url: `${PAGE}/`, headers: [] }] },
      ...fetches.map(({ options, path, status, headers, unchanged, isSame }, index): AskStep => ({
        by: 'fetch',
        init: options,
        hops: [
          {
            url: `${PAGE}${path}`,
            status,
            headers: [...headers, ['x-n', String(index)]],
            body: status === 204 ? '' : `answer ${index}`,
            ...(isSame && {
              unchanged: [...unchanged, ['x-n', `${index} unchanged`]],
            }),
          },
        ],
      })),
    ],
  }))
