import { expect, test } from 'vitest'
import type { FetchView, PageResponse } from '../../engine/protocol'
import { networkLine } from './network-line'
import { addressOf } from './script'

const page = { url: 'https://app.shop.test/', sandboxed: false }
const response: PageResponse = {
  type: 'cors',
  status: 200,
  statusText: 'OK',
  url: 'https://shop.test/a',
  redirected: false,
  headers: [],
  body: { text: '', encoding: 'utf8' },
  encodedBytes: 0,
  decodedBytes: 0,
}
const view: FetchView = {
  from: -1,
  title: 'GET /a',
  kind: 'fetch',
  page,
  method: 'GET',
  url: 'https://shop.test/a',
  exchanges: [0],
  outcome: 'ok',
  category: null,
  text: '',
  fix: null,
  console: [],
  exception: null,
  response,
  fromCache: false,
  startedAt: 0,
  endedAt: 0,
}
const ok = { status: 200, reason: 'OK', headers: [], body: '', bodyEncoding: 'utf8' } as const
const request = { method: 'GET', url: view.url, headers: [], body: '', bodyEncoding: 'utf8' } as const
const document = { exchanges: [{ from: -1, title: '', request, response: ok, error: null, startedAt: 0, endedAt: 0 }] }

// As DevTools lists them: method, URL, error, and the status where there was an answer.
test.for([
  [{}, null],
  [{ response: { ...response, status: 404, statusText: 'Not Found' } }, 'GET https://shop.test/a 404 (Not Found)'],
  [
    { outcome: 'blocked', category: 'network:net::ERR_CONNECTION_REFUSED', response: null, exchanges: [] },
    'GET https://shop.test/a net::ERR_CONNECTION_REFUSED',
  ],
  [
    { outcome: 'blocked', category: 'MissingAllowOriginHeader', response: null },
    'GET https://shop.test/a net::ERR_FAILED 200 (OK)',
  ],
  [
    { outcome: 'blocked', category: 'PreflightInvalidStatus', response: null },
    'GET https://shop.test/a net::ERR_FAILED',
  ],
  [
    { outcome: 'blocked', category: 'HeaderDisallowedByPreflightResponse', response: null },
    'GET https://shop.test/a net::ERR_FAILED',
  ],
  [{ outcome: 'blocked', category: 'network:net::ERR_ABORTED', response: null }, null],
  [{ outcome: 'blocked', category: 'NotAllowedByFetchAPI', response: null }, null],
  [{ kind: 'websocket', outcome: 'blocked', category: 'network:net::ERR_INVALID_RESPONSE', response: null }, null],
] as const satisfies readonly (readonly [Partial<FetchView>, string | null])[])(
  'networkLine() of %j is %s',
  ([traits, line]) => {
    expect(networkLine({ ...view, ...traits }, document as never)).toBe(line)
  },
)

test.for([
  ['/docs', 'http://localhost:8000/docs'],
  ['docs', 'http://localhost:8000/docs'],
  ['', 'http://localhost:8000/'],
  ['localhost:8000/a?b', 'http://localhost:8000/a?b'],
  ['127.0.0.1:8000', 'http://127.0.0.1:8000'],
  ['shop.test/a', 'https://shop.test/a'],
  [' https://shop.test/a ', 'https://shop.test/a'],
  ['openapi.json', 'http://localhost:8000/openapi.json'],
] as const)('addressOf() reads %j as %s', ([written, url]) => {
  expect(addressOf(written)).toBe(url)
})
