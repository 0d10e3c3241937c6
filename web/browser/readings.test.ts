import { expect, test } from 'vitest'
import type { RunDocument } from '../../engine/protocol'
import { filterHistory, historyLines, setCookies } from './readings'

const exchange = (method: string, headers: [string, string][], answered: [string, string][]) => ({
  request: { method, url: 'https://shop.test/a', headers },
  response: { status: 200, reason: 'OK', headers: answered },
})
const rule = (rule: string, text: string, at = 1) => ({ kind: 'rule', rule, text, fetch: 0, exchange: at })
/** A preflight and its request, which brings a cookie and gets two, of which one is stored. */
const document = {
  exchanges: [
    exchange('OPTIONS', [['Access-Control-Request-Method', 'PUT']], []),
    exchange(
      'PUT',
      [['Cookie', 'sid=1; theme=dark']],
      [
        ['set-cookie', 'sid=2; Path=/'],
        ['set-cookie', 'bad=1; SameSite=None'],
      ],
    ),
  ],
  fetches: [
    {
      ...{ method: 'PUT', url: 'https://shop.test/a', kind: 'fetch', outcome: 'ok', exchanges: [0, 1] },
      ...{ page: { url: 'https://app.shop.test/', sandboxed: false }, response: null, fromCache: false },
    },
  ],
  events: [rule('cookie-stored', 'The cookie `sid` is stored.'), rule('cookie-not-stored', 'The cookie `bad` is not.')],
} as unknown as RunDocument

test('the history says what came before, and which cookies went and came', () => {
  expect(historyLines(document)).toEqual([
    expect.objectContaining({ before: 'preflight', cookies: 'sent sid, theme; stored sid', verdict: '200' }),
  ])
})

test.for([
  ['', 1],
  ['PREFLIGHT', 1],
  ['theme', 1],
  ['app.shop', 1],
  ['blocked', 0],
] as const)('the history filtered by %j has %i lines', ([text, count]) => {
  expect(filterHistory(historyLines(document), text)).toHaveLength(count)
})

test('each Set-Cookie line has the jar’s word on it', () => {
  expect(setCookies(document, 1).map(({ view, isStored, verdict }) => [view.name, isStored, verdict])).toEqual([
    ['sid', true, 'The cookie `sid` is stored.'],
    ['bad', false, 'The cookie `bad` is not.'],
  ])
})

test('a header that is ignored as a whole has one word for all its lines', () => {
  const events = [rule('cookie-not-stored', '`Set-Cookie` is ignored.')] as unknown as RunDocument['events']
  expect(setCookies({ ...document, events }, 1).map(({ verdict }) => verdict)).toEqual([
    '`Set-Cookie` is ignored.',
    '`Set-Cookie` is ignored.',
  ])
})
