// Random cases of all ways to ask but `fetch()`: elements, frames, forms, links, beacons, XMLHttpRequest, EventSource,
// WebSocket, on pages of http and https and in sandboxed frames, with answers of the right kind, of the wrong one, and odd.
import fc from 'fast-check'
import { REFERRER_POLICIES, type AskKind, type HeaderList } from '../../protocol'
import type { CaseBody } from '../cases/to-page-request'
import type { AskStep, Hop, LiveCase } from './live-case'

const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)

/** The page's own site, a server of the same site, another site, and a name that only begins like the page's. */
const HOSTS = ['app.shop.test', 'api.shop.test', 'api.shop.test', 'www.other.test', 'app.shop.test.other.test']

/** A header that has one of these values, or (where one is null) isn't there. */
const header = (name: string, values: readonly (string | null)[]): fc.Arbitrary<HeaderList> =>
  oneOf(values).map((value): HeaderList => (value === null ? [] : [[name, value]]))
const joined = (...parts: readonly fc.Arbitrary<HeaderList>[]): fc.Arbitrary<HeaderList> =>
  fc.tuple(...parts).map((lists) => lists.flat())

/** What an answer to each kind is like, and what it is like where a server is mistaken. */
const ANSWERS: Readonly<Partial<Record<AskKind, { types: readonly (string | null)[]; bodies: readonly string[] }>>> = {
  img: { types: ['image/png', 'image/png', 'image/gif', 'text/plain'], bodies: ['{png}', '{png}', '{gif}'] },
  script: {
    types: ['text/javascript', 'application/javascript; charset=utf-8'],
    bodies: ['let loaded', '"use strict"'],
  },
  module: { types: ['text/javascript', 'text/javascript', 'application/json'], bodies: ['export default 1'] },
  css: { types: ['text/css', 'text/css; charset=utf-8'], bodies: ['p { color: red }', ''] },
  font: { types: ['font/woff2', 'application/octet-stream'], bodies: ['{bytes}'] },
  iframe: { types: ['text/html', 'text/plain'], bodies: ['<!doctype html><p>framed'] },
  navigation: { types: ['text/html', 'text/plain'], bodies: ['<!doctype html><p>there'] },
  form: { types: ['text/html', 'application/json'], bodies: ['<!doctype html><p>there', '{"ok":true}'] },
  eventsource: {
    types: ['text/event-stream', 'text/event-stream', 'text/event-stream;charset=utf-8', 'Text/Event-Stream'],
    bodies: ['data: hi\n\n', 'id: 7\nretry: 100\ndata: a\ndata: b\n\n', ''],
  },
  websocket: { types: [null], bodies: ['hello'] },
  xhr: { types: ['application/json', 'text/plain'], bodies: ['{"a":1}', 'text'] },
  beacon: { types: ['text/plain'], bodies: [''] },
}
const WRONG_TYPES = [
  ...['text/html', 'application/json', 'text/plain', 'text/xml', 'image/png', 'image/svg+xml', 'text/csv', 'x', null],
  ...[
    'application/octet-stream',
    'multipart/form-data',
    'application/x-javascript',
    'text/json',
    'application/ld+json',
  ],
]
const WRONG_BODIES = [
  ...['<!doctype html><p>x', '{"a":1}', '[1,2]', ")]}'\n{}", '<?xml version="1.0"?><a/>', '', 'plain', '{bytes}'],
  ...['<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>', '<!-- x --><script>', 'while(1);[]', '{png}'],
]

/** Mostly what the kind wants. */
const mostly = <T>(right: readonly T[], wrong: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: oneOf(right) }, { weight: 1, arbitrary: oneOf(wrong) })

const permissions = joined(
  header('access-control-allow-origin', ['{origin}', '{origin}', '{origin}', '*', null, null, 'null', 'http://x.test']),
  header('access-control-allow-credentials', ['true', 'true', null]),
  header('access-control-allow-headers', ['*', 'content-type, x-a', null]),
  header('access-control-allow-methods', ['*', 'PUT', null]),
  header('cross-origin-resource-policy', [
    ...Array<null>(6).fill(null),
    'same-origin',
    'same-site',
    'cross-origin',
    'x',
  ]),
  header('x-content-type-options', [null, null, null, 'nosniff', 'NoSniff', 'sniff, nosniff']),
  header('referrer-policy', [null, null, null, null, 'no-referrer', 'unsafe-url']),
  header('set-cookie', [null, null, null, 'c=1', 'c=2; SameSite=None; Secure']),
)

const framing = joined(
  header('x-frame-options', [null, null, null, null, 'DENY', 'sameorigin', 'ALLOW-FROM http://x.test', 'x']),
  header('content-security-policy', [
    ...[null, null, null, null, null, "frame-ancestors 'self'", "frame-ancestors 'none'"],
    ...['frame-ancestors http://*.shop.test:*', 'frame-ancestors https:', "default-src 'self'"],
  ]),
)

/** Codings with the bodies that they fit and don't. */
const coding = fc.record({
  encoding: oneOf(['gzip', 'gzip', 'deflate', 'br', 'gzip, gzip', 'identity', 'x-gzip', 'foo', '']),
  body: oneOf(['{gzip}', '{gzip cut}', '{gzip twice}', '{gzip and more}', '{deflate}', '{bare deflate}', '{br}']),
})

const path = oneOf(['/a', '/a', '/b', '/a?x=1', '/b#h'])
const where = (schemes: readonly string[]): fc.Arbitrary<string> =>
  fc
    .record({ scheme: oneOf(schemes), host: oneOf(HOSTS), path })
    .map(({ scheme, host, path: at }) => `${scheme}://${host}${at}`)

const pathOf = ({ url }: Hop): string => url.replace(/[?#].*/, '')

/** Where it goes, with redirects; the last answer is the kind's. */
function hopsOf(kind: AskKind): fc.Arbitrary<readonly Hop[]> {
  const isSocket = kind === 'websocket'
  const { types, bodies } = ANSWERS[kind] ?? { types: [], bodies: [] }
  const headers = kind === 'iframe' ? joined(permissions, framing) : permissions
  const hop = fc.record({ url: where(isSocket ? ['ws', 'ws', 'wss'] : ['http', 'http', 'https']), headers })
  return fc
    .record({
      hops: fc.oneof(
        { weight: isSocket ? 9 : 3, arbitrary: fc.array(hop, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.uniqueArray(hop, { minLength: 2, maxLength: 3, selector: pathOf }) },
      ),
      redirect: fc.array(oneOf([301, 302, 303, 307, 308]), { minLength: 3, maxLength: 3 }),
      status: isSocket
        ? oneOf([101, 101, 101, 101, 200, 400, 403, 404, 500])
        : mostly([200], [201, 204, 205, 304, 400, 401, 403, 404, 500]),
      type: mostly(types, isSocket ? types : WRONG_TYPES),
      body: mostly(bodies, isSocket ? bodies : WRONG_BODIES),
      coded: fc.option(coding, { nil: null, freq: 8 }),
      protocol: oneOf([null, null, 'a', 'b']),
    })
    .map(({ hops, redirect, status, type, body, coded, protocol }) =>
      hops.map(({ url, headers: lines }, index): Hop => {
        // Of several things that are wrong Chromium names the one that it comes upon first, which may be any.
        const all: HeaderList = [['cache-control', 'no-store'], ...lines]
        if (index < hops.length - 1) return { url, headers: all, status: redirect[index] ?? 302 }
        const isCoded = coded !== null && !isSocket
        const last: HeaderList = [
          ...all,
          ...(type === null ? [] : [['content-type', (isCoded && types[0]) || type] as const]),
          ...(isCoded ? [['content-encoding', coded.encoding] as const] : []),
          ...(isSocket && protocol && status === 101 ? [['sec-websocket-protocol', protocol] as const] : []),
        ]
        return { url, status: isCoded ? 200 : status, headers: last, body: isCoded ? coded.body : body }
      }),
    )
}

const FIELDS = [{ a: '1' }, { a: '1', b: 'ä &=' }, {}, { 'a b': 'x\ny' }] as const
const params: fc.Arbitrary<CaseBody> = oneOf(FIELDS).map((fields) => ({ kind: 'params', fields }))
const formdata: fc.Arbitrary<CaseBody> = oneOf(FIELDS).map((fields) => ({ kind: 'formdata', fields }))
const blob: fc.Arbitrary<CaseBody> = oneOf(['', 'application/json', 'text/plain', 'x/y', 'TEXT/HTML;a="b"']).map(
  (type) => ({ kind: 'blob', text: '{"a":1}', ...(type !== '' && { type }) }),
)
const bytes: fc.Arbitrary<CaseBody> = fc.constant({ kind: 'bytes', bytes: [0, 255, 65] })
const scripted = fc.oneof(fc.constant<CaseBody>('hello'), params, formdata, blob, bytes)

type Request = NonNullable<AskStep['request']>
const crossorigin = oneOf([null, null, '', 'anonymous', 'use-credentials'])
const policy = fc.option(oneOf(REFERRER_POLICIES), { nil: undefined, freq: 3 })

const xhrHeaders = oneOf<Readonly<Record<string, string>> | null>([
  ...[null, null, null, { 'x-a': '1' }, { 'content-type': 'application/json' }, { accept: 'text/plain' }],
  ...[
    { authorization: 'Bearer t' },
    { 'x-requested-with': 'XMLHttpRequest' },
    { range: 'bytes=0-1' },
    { cookie: 'c=9' },
  ],
])

const REQUESTS: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Request> }[] = [
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('xhr' as const),
      method: oneOf(['GET', 'GET', 'POST', 'POST', 'PUT', 'patch', 'HEAD', 'DELETE', 'TRACE']),
      headers: xhrHeaders,
      credentials: oneOf(['same-origin', 'include'] as const),
      uploadListener: oneOf([false, false, true]),
      body: fc.option(scripted, { nil: null, freq: 1 }),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: oneOf(['img', 'script', 'module', 'css'] as const),
      crossorigin,
      referrerPolicy: policy,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('font' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('beacon' as const), body: fc.option(scripted, { nil: null }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('eventsource' as const),
      credentials: oneOf(['same-origin', 'include'] as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('websocket' as const),
      headers: oneOf<Readonly<Record<string, string>> | null>([null, null, { 'sec-websocket-protocol': 'a, b' }]),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('iframe' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('navigation' as const), referrerPolicy: policy }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('form' as const),
      method: oneOf(['GET', 'POST', 'POST']),
      body: fc.oneof(params, formdata),
    }),
  },
]

const request = fc.oneof(...REQUESTS)
const isLeaving = ({ kind }: Request): boolean => kind === 'navigation' || kind === 'form'

const ask: fc.Arbitrary<AskStep> = request.chain((one) =>
  fc.record({
    by: fc.constant('request' as const),
    request: fc.constant(one),
    sandboxed: isLeaving(one) ? fc.constant(false) : oneOf([false, false, false, true]),
    hops: hopsOf(one.kind ?? 'fetch'),
  }),
)

export const kindCase: fc.Arbitrary<LiveCase> = fc
  .record({
    scheme: oneOf(['http', 'http', 'https']),
    host: oneOf(['app.shop.test', 'app.shop.test', 'www.other.test']),
    thirdPartyCookies: oneOf([false, false, true]),
    step: ask,
  })
  .map(({ scheme, host, thirdPartyCookies, step }) => ({
    thirdPartyCookies,
    steps: [{ by: 'goto', hops: [{ url: `${scheme}://${host}/page?q=1`, headers: [] }] }, step],
  }))
