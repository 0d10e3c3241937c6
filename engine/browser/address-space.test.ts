// Local network access and mixed content of near servers, as Chromium 156 did them with `--ip-address-space-overrides`.
import { describe, expect, test } from 'vitest'
import type { AddressSpace, Page } from '../protocol'
import { addressSpaceOf } from './address-space'
import { EMPTY_STATE } from './memory'
import { askPage, SHOP } from './testing/ask-page'
import type { CaseRequest } from './cases/to-page-request'

const PUBLIC: Page = { ...SHOP, document: { addressSpace: 'public' } }
const PLAIN: Page = { url: 'http://app.shop.test/__page', sandboxed: false, document: { addressSpace: 'public' } }
const GRANTED: Page = { ...SHOP, document: { addressSpace: 'public', localNetworkAccess: 'granted' } }
const NEAR = 'http://localhost:8000/x'
const DENIED = 'LocalNetworkAccessPermissionDenied'
const INSECURE = 'InsecureLocalNetwork'
const BLOCKED_CHECKS = 'network:net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS'

test.for<[url: string, space: AddressSpace]>([
  ['http://localhost:8000', 'loopback'],
  ['http://api.localhost', 'loopback'],
  ['http://127.9.9.9', 'loopback'],
  ['http://[::1]', 'loopback'],
  ['http://10.0.0.1', 'local'],
  ['http://172.16.0.1', 'local'],
  ['http://172.32.0.1', 'public'],
  ['http://192.168.1.5', 'local'],
  ['http://169.254.1.1', 'local'],
  ['http://100.64.0.1', 'local'],
  ['http://198.18.0.1', 'public'],
  ['http://8.8.8.8', 'public'],
  ['http://[fd00::1]', 'local'],
  ['http://[fe80::1]', 'local'],
  ['http://printer.local', 'local'],
  ['http://a.local.', 'local'],
  ['http://notlocal', 'public'],
  ['https://api.shop.test', 'public'],
])('a server at %s is %s', ([url, space]) => {
  expect(addressSpaceOf(new URL(url), EMPTY_STATE.settings)).toBe(space)
})

describe('a page of the public internet that asks a nearer server', () => {
  const cors = ['fetch', 'xhr', 'eventsource', 'img', 'script', 'module', 'css', 'font'] as const
  test.for(cors)('%s is kept away, with the permission denied', (kind) => {
    const { sent, done } = askPage({ kind, url: NEAR }, { page: PUBLIC })
    expect([sent, done.outcome, done.category]).toEqual([[], 'blocked', DENIED])
    expect(done.console).toEqual([
      expect.stringMatching(
        /^Access to [A-Za-z ]+ at 'http:\/\/localhost:8000\/x' from origin 'https:\/\/app\.shop\.test' has been blocked by CORS policy: Permission was denied for this request to access the `loopback` address space\.$/,
      ),
    ])
  })

  test.for(cors)('%s is kept away from a page of http, which can get no permission', (kind) => {
    const page = { ...PLAIN, document: { ...PLAIN.document, localNetworkAccess: 'granted' as const } }
    const { sent, done } = askPage({ kind, url: NEAR }, { page })
    expect([sent, done.outcome, done.category]).toEqual([[], 'blocked', INSECURE])
    expect(done.console.join()).toContain(
      'blocked by CORS policy: The request client is not a secure context and the resource is in more-private address ' +
        'space `loopback`.',
    )
  })

  test.for<[what: string, request: CaseRequest, page: Page, category: string | null]>([
    ['a WebSocket fails on the network', { kind: 'websocket', url: 'ws://localhost:8000/x' }, PUBLIC, BLOCKED_CHECKS],
    ['a WebSocket opens when granted', { kind: 'websocket', url: 'ws://localhost:8000/x' }, GRANTED, null],
    ['a frame is kept away', { kind: 'iframe', url: NEAR }, PUBLIC, DENIED],
    ['a frame of a page of http is kept away', { kind: 'iframe', url: NEAR }, PLAIN, INSECURE],
    ['links may lead there', { kind: 'navigation', url: NEAR }, PUBLIC, null],
    ['forms may lead there', { kind: 'form', url: NEAR, method: 'POST' }, PLAIN, null],
    ['`no-cors` makes no difference', { url: NEAR, mode: 'no-cors' }, PUBLIC, DENIED],
    ['granted, it is asked', { url: NEAR }, GRANTED, null],
    ['an address of the local network', { url: 'https://192.168.1.5/x' }, PUBLIC, DENIED],
    ['a server of the internet', { url: 'https://api.shop.test/x' }, PUBLIC, null],
    ['a page on localhost may get permission', { url: NEAR }, { ...PUBLIC, url: 'http://localhost:3000/' }, DENIED],
    ['a sandboxed frame is as its page', { url: NEAR }, { ...PUBLIC, sandboxed: true }, DENIED],
    ['a page of http in a sandboxed frame', { url: NEAR }, { ...PLAIN, sandboxed: true }, INSECURE],
    [
      'a page of the local network asks this machine',
      { url: NEAR },
      { ...PLAIN, document: { addressSpace: 'local' } },
      null,
    ],
    ['a page of which nothing is said', { url: NEAR }, SHOP, null],
  ])('%s', ([, request, page, category]) => {
    const { sent, done } = askPage(request, {
      page,
      replies: [{ status: request.kind === 'websocket' ? 101 : 200, headers: [['access-control-allow-origin', '*']] }],
    })
    expect(done.category).toBe(category)
    expect(sent).toHaveLength(category === null ? 1 : 0)
  })

  test('of a frame the console says nothing', () => {
    expect(askPage({ kind: 'iframe', url: NEAR }, { page: PUBLIC }).done.console).toEqual([])
  })

  test('nothing is asked first', () => {
    const { sent, done } = askPage({ url: NEAR, method: 'PUT' }, { page: PUBLIC })
    expect([sent, done.category]).toEqual([[], DENIED])
  })

  test('a redirect is followed as far as it is public', () => {
    const replies = [
      { status: 302, headers: [['location', NEAR] as const, ['access-control-allow-origin', '*'] as const] },
    ]
    const { sent, done } = askPage({ url: 'https://app.shop.test/r' }, { page: PUBLIC, replies })
    expect([sent, done.category]).toEqual([['GET https://app.shop.test/r'], DENIED])
    expect(done.console[0]).toContain("(redirected from 'https://app.shop.test/r')")
  })
})

describe('`targetAddressSpace`', () => {
  const HTTP = 'http://192.168.1.5/x'
  test.for<[what: string, url: string, target: AddressSpace, page: Page, category: string | null]>([
    ['another than it is', NEAR, 'local', GRANTED, 'InvalidLocalNetworkAccess'],
    ['another, from a page that is not public', NEAR, 'public', SHOP, 'InvalidLocalNetworkAccess'],
    ['another, before all else', NEAR, 'local', PLAIN, 'InvalidLocalNetworkAccess'],
    ['public, and it is near', HTTP, 'public', GRANTED, 'InvalidLocalNetworkAccess'],
    ['the right one', NEAR, 'loopback', GRANTED, null],
    ['the right one is no permission', NEAR, 'loopback', PUBLIC, DENIED],
    ['near, and it is not', 'http://api.shop.test/x', 'local', GRANTED, 'InvalidLocalNetworkAccess'],
    ['public, over http', 'http://api.shop.test/x', 'public', GRANTED, 'mixed-content'],
  ])('says %s', ([, url, targetAddressSpace, page, category]) => {
    expect(askPage({ url, targetAddressSpace }, { page }).done.category).toBe(category)
  })

  test('names both in the console', () => {
    expect(askPage({ url: NEAR, targetAddressSpace: 'local' }, { page: GRANTED }).done.console).toEqual([
      "Access to fetch at 'http://localhost:8000/x' from origin 'https://app.shop.test' has been blocked by CORS policy: " +
        'Request had a target IP address space of `local` yet the resource is in address space `loopback`.',
    ])
  })
})

describe('mixed content of near servers', () => {
  const page = "Mixed Content: The page at 'https://app.shop.test/__page' was loaded over HTTPS, but "
  const should = 'This content should also be served over HTTPS.'
  test.for<[request: CaseRequest, console: readonly string[]]>([
    [{ url: 'http://192.168.1.5/x' }, [`${page}requested an insecure resource 'http://192.168.1.5/x'. ${should}`]],
    [
      { kind: 'xhr', url: 'http://printer.local/x' },
      [`${page}requested an insecure XMLHttpRequest endpoint 'http://printer.local/x'. ${should}`],
    ],
    [
      { kind: 'iframe', url: 'http://printer.local/x' },
      [`${page}requested an insecure frame 'http://printer.local/x'. ${should}`],
    ],
    [
      { kind: 'img', url: 'http://printer.local/x' },
      [
        `${page}requested an insecure element 'http://printer.local/x'. This request was not upgraded to HTTPS because it is a local network request.`,
        `${page}requested an insecure image 'http://printer.local/x'. ${should}`,
      ],
    ],
    [
      { kind: 'img', url: 'http://192.168.1.5/x' },
      [
        `${page}requested an insecure element 'http://192.168.1.5/x'. This request was not upgraded to HTTPS because its URL's host is an IP address.`,
        `${page}requested an insecure image 'http://192.168.1.5/x'. ${should}`,
      ],
    ],
    [
      { kind: 'websocket', url: 'ws://printer.local/x' },
      [
        `${page}attempted to connect to the insecure WebSocket endpoint 'ws://printer.local/x'. This endpoint should be available via WSS. Insecure access is deprecated.`,
        'Connecting to a non-secure WebSocket server from a secure origin is deprecated.',
      ],
    ],
  ])('$0.kind $0.url is let through', ([request, console]) => {
    const status = request.kind === 'websocket' ? 101 : 200
    const { sent, done } = askPage(request, { replies: [{ status, body: 'GIF89a' }] })
    expect([sent, done.category, done.console]).toEqual([[`GET ${request.url}`], null, console])
  })

  test('an image at an address of the internet is neither upgraded nor let through', () => {
    const { sent, done } = askPage({ kind: 'img', url: 'http://8.8.8.8/x' })
    expect([sent, done.category]).toEqual([[], 'mixed-content'])
    expect(done.console).toEqual([
      `${page}requested an insecure element 'http://8.8.8.8/x'. This request was not upgraded to HTTPS because its URL's host is an IP address.`,
      `${page}requested an insecure image 'http://8.8.8.8/x'. This request has been blocked; the content must be served over HTTPS.`,
    ])
  })

  test('a WebSocket that is refused has its line in the console', () => {
    const { done } = askPage({ kind: 'websocket', url: 'ws://api.shop.test/x' })
    expect(done.exception?.name).toBe('SecurityError')
    expect(done.console).toEqual([
      `${page}attempted to connect to the insecure WebSocket endpoint 'ws://api.shop.test/x'. This request has been blocked; this endpoint must be available over WSS.`,
    ])
  })
})
