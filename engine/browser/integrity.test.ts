// Subresource integrity as Chromium 156 checked it; digests are Node's.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AskKind, Exchange } from '../protocol'
import { Agent } from '.'
import { toPageRequest } from './cases/to-page-request'
import { parseIntegrity } from './integrity'
import { askPage, SHOP, type Answered } from './testing/ask-page'

const BODY = 'globalThis.x = 1'
const hash = (algorithm: string, text = BODY): string =>
  `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`
const GOOD = hash('sha256')
const BAD = hash('sha256', 'other')
const OWN = 'https://app.shop.test/a.js'
const API = 'https://api.shop.test/a.js'
const JS: Answered = {
  headers: [
    ['content-type', 'text/javascript'],
    ['access-control-allow-origin', '*'],
  ],
  body: BODY,
}
const mismatch = (algorithm: string, text = BODY, url = OWN): string =>
  `Failed to find a valid digest in the 'integrity' attribute for resource '${url}' with computed ` +
  `${algorithm.toUpperCase().replace('SHA', 'SHA-')} integrity '${hash(algorithm, text).slice(7)}'. The resource has been blocked.`
const ended = (url = OWN): string => `Fetch API cannot load ${url}. SRI's integrity checks failed.`
const blocked = (algorithm: string) => ['integrity', [mismatch(algorithm), ended()]] as const
const ALGORITHMS = "'sha256', 'sha384', 'sha512', or 'ed21159'"
const parsing = (all: string, why: string): string => `Error parsing 'integrity' attribute ('${all}'). ${why}`

test.for<[integrity: string, category: string | null, console: readonly string[]]>([
  [GOOD, null, []],
  [BAD, ...blocked('sha256')],
  [`${BAD} ${GOOD}`, null, []],
  [`${GOOD} ${hash('sha384', 'o')}`, ...blocked('sha384')],
  [`${BAD} ${hash('sha384')}`, null, []],
  [`${hash('sha512')} ${hash('sha384', 'o')}`, null, []],
  [`\t${BAD}\n${GOOD} `, null, []],
  [GOOD.replaceAll('+', '-').replaceAll('/', '_'), null, []],
  [GOOD.replace('=', ''), null, []],
  [BAD.replace('sha256', 'sha-256'), ...blocked('sha256')],
  ['sha256-abcd', ...blocked('sha256')],
  ['sha256-ab=cd', ...blocked('sha256')],
  [GOOD.replace('sha256', 'sha512'), ...blocked('sha512')],
  [' ', null, []],
  [`${GOOD}?foo`, null, ["Ignoring unrecognized 'integrity' attribute option 'foo'."]],
  [
    'sha256-abcd?a?b',
    'integrity',
    ["Ignoring unrecognized 'integrity' attribute option 'a?b'.", mismatch('sha256'), ended()],
  ],
  ['sha256-!!!', null, [parsing('sha256-!!!', 'The digest must be a valid, base64-encoded value.')]],
  ['sha256-', null, [parsing('sha256-', 'The digest must be a valid, base64-encoded value.')]],
  ['md5-abc', null, [parsing('md5-abc', `The specified hash algorithm must be one of ${ALGORITHMS}.`)]],
  ['SHA256-abcd', null, [parsing('SHA256-abcd', `The specified hash algorithm must be one of ${ALGORITHMS}.`)]],
  ['-abcd', null, [parsing('-abcd', `The specified hash algorithm must be one of ${ALGORITHMS}.`)]],
  [
    'sha256',
    null,
    [parsing('sha256', `The hash algorithm must be one of ${ALGORITHMS}, followed by a '-' character.`)],
  ],
  [
    `nonsense ${BAD}`,
    'integrity',
    [
      parsing(`nonsense ${BAD}`, `The hash algorithm must be one of ${ALGORITHMS}, followed by a '-' character.`),
      mismatch('sha256'),
      ended(),
    ],
  ],
])('fetch with %j', ([integrity, category, console]) => {
  const { done } = askPage({ url: OWN, integrity }, { replies: [JS] })
  expect([done.category, done.console]).toEqual([category, console])
  expect(done.exception?.message).toBe(category === null ? undefined : 'Failed to fetch')
})

const NOT_ELIGIBLE = (url: string): string =>
  `Subresource Integrity: The resource '${url}' has an integrity attribute, but the response is not eligible for integrity validation.`

describe('fetch', () => {
  test.for<[what: string, request: object, replies: readonly Answered[], console: readonly string[] | null]>([
    ['with CORS', { url: API, integrity: GOOD }, [JS], null],
    ['`no-cors` at its own origin', { url: OWN, integrity: GOOD, mode: 'no-cors' }, [JS], null],
    ['`no-cors` elsewhere', { url: API, integrity: GOOD, mode: 'no-cors' }, [JS], [NOT_ELIGIBLE(API), ended(API)]],
    [
      'a redirect that is not followed',
      { url: OWN, integrity: GOOD, redirect: 'manual' },
      [{ status: 302, headers: [['location', '/x']] }],
      [NOT_ELIGIBLE(OWN), ended()],
    ],
    ['a redirect', { url: OWN, integrity: GOOD }, [{ status: 302, headers: [['location', '/b.js']] }, JS], null],
    [
      'another body behind a redirect',
      { url: OWN, integrity: BAD },
      [{ status: 302, headers: [['location', '/b.js']] }, JS],
      [mismatch('sha256', BODY, 'https://app.shop.test/b.js'), ended()],
    ],
    ['404 with the right body', { url: OWN, integrity: GOOD }, [{ ...JS, status: 404 }], null],
    ['404 with another body', { url: OWN, integrity: BAD }, [{ ...JS, status: 404 }], [mismatch('sha256'), ended()]],
    [
      'HEAD, of which there is no body',
      { url: OWN, integrity: GOOD, method: 'HEAD' },
      [{ ...JS, body: '' }],
      [mismatch('sha256', ''), ended()],
    ],
    [
      'nothing of malformed metadata for opaque answers',
      { url: API, integrity: 'md5-abc', mode: 'no-cors' },
      [JS],
      [parsing('md5-abc', `The specified hash algorithm must be one of ${ALGORITHMS}.`)],
    ],
  ])('checks %s', ([, request, replies, console]) => {
    const { done } = askPage(request as { url: string }, { replies })
    expect(done.console).toEqual(console ?? [])
    const isBlocked = console?.some((line) => line.startsWith('Fetch API')) ?? false
    expect(done.category).toBe(isBlocked ? 'integrity' : null)
  })

  test('gives nothing before all of the body has been looked at', () => {
    const none = { method: '', url: '', headers: [], body: '', bodyEncoding: 'utf8' } as const
    const reply = (body: string): Exchange => ({
      ...{ from: 0, title: '', request: none, error: null, startedAt: 0, endedAt: 0 },
      response: { status: 200, reason: 'OK', headers: JS.headers ?? [], body, bodyEncoding: 'utf8' },
    })
    for (const [integrity, category] of [
      [GOOD, null],
      [BAD, 'integrity'],
    ] as const) {
      const agent = new Agent()
      agent.begin(0, toPageRequest({ url: OWN, integrity }, SHOP, 0), 0)
      expect(agent.next(0, { head: reply('') }, 0)).toEqual({ notes: [], isWaiting: true })
      expect(agent.next(0, reply(BODY), 5).done?.category).toBe(category)
    }
    const agent = new Agent()
    agent.begin(0, toPageRequest({ url: OWN, integrity: GOOD }, SHOP, 0), 0)
    agent.next(0, { head: reply('') }, 0)
    expect(agent.next(0, { failed: 'aborted' }, 5).done?.exception?.name).toBe('AbortError')
  })
})

const CSS: Answered = {
  headers: [
    ['content-type', 'text/css'],
    ['access-control-allow-origin', '*'],
  ],
  body: BODY,
}

describe('elements', () => {
  const notCors = (url: string): string =>
    `Subresource Integrity: The resource '${url}' has an integrity attribute, but the resource requires the request to be CORS enabled to check the integrity, and it is not. The resource has been blocked because the integrity cannot be enforced.`
  const cases: readonly (readonly [AskKind, Answered])[] = [
    ['script', JS],
    ['css', CSS],
  ]
  test.for(cases)('%s is checked', ([kind, reply]) => {
    const seen = (url: string, integrity: string, crossorigin?: string, replies = [reply]) => {
      const { done } = askPage({ kind, url, integrity, crossorigin }, { replies })
      return [done.category, done.console]
    }
    expect(seen(OWN, GOOD)).toEqual([null, []])
    expect(seen(OWN, BAD)).toEqual(['integrity', [mismatch('sha256')]])
    expect(seen(API, GOOD)).toEqual(['integrity', [notCors(API)]])
    expect(seen(API, GOOD, '')).toEqual([null, []])
    expect(seen(API, BAD, '')).toEqual(['integrity', [mismatch('sha256', BODY, API)]])
    expect(seen(API, 'nonsense')[0]).toBeNull()
    expect(seen(OWN, BAD, undefined, [{ ...reply, status: 404 }])).toEqual(['network:net::ERR_ABORTED', []])
    const redirect = { status: 302, headers: [['location', API] as const] }
    expect(askPage({ kind, url: OWN, integrity: GOOD }, { replies: [redirect, reply] }).done.console).toEqual([
      notCors(OWN),
    ])
  })

  test('of style sheets the console does not say what can’t be read', () => {
    expect(askPage({ kind: 'css', url: OWN, integrity: 'nonsense' }, { replies: [CSS] }).done.console).toEqual([])
    expect(askPage({ kind: 'script', url: OWN, integrity: 'nonsense' }, { replies: [JS] }).done.console).toHaveLength(1)
  })

  test('a module asks with CORS by itself, and its type counts after its digest', () => {
    const seen = (integrity: string, replies: readonly Answered[]) =>
      askPage({ kind: 'module', url: API, integrity }, { replies }).done
    expect(seen(GOOD, [JS]).category).toBeNull()
    const plain = {
      ...JS,
      headers: [
        ['content-type', 'text/plain'],
        ['access-control-allow-origin', '*'],
      ] as const,
    }
    expect(seen(BAD, [plain]).category).toBe('integrity')
    expect(seen(GOOD, [plain]).category).toBe('ScriptType')
  })

  test('an image has no such attribute', () => {
    expect(
      askPage({ kind: 'img', url: OWN, integrity: BAD }, { replies: [{ body: 'GIF89a' }] }).done.category,
    ).toBeNull()
  })
})

test('what the note says can be taken over', () => {
  const { done } = askPage({ url: OWN, integrity: BAD }, { replies: [JS] })
  const [, written = ''] = /`integrity: ([^`]+)`/.exec(done.fix ?? '') ?? []
  expect(parseIntegrity(written).hashes).toHaveLength(1)
  expect(askPage({ url: OWN, integrity: written }, { replies: [JS] }).done.category).toBeNull()
})
