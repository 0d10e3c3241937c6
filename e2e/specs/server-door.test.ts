// The service worker lane in a real Chromium: the built worker and a page with the real door and a stand-in engine.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Response } from 'playwright'
import { createServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { PageRequest, WireRequest } from '../../engine/protocol'
import type { DoorOptions } from '../../engine/server'
import type { Sent } from '../../engine/server/testing/page'
import { serviceWorker } from '../../engine/server/vite-plugin'
import { DOOR_PAGE, launchOffline, openDoor, openDoorTab, serveDoorPage, stopWorkers } from '../fixtures/door-site'
import type { DoorSite, Tab } from '../fixtures/door-site'

let site: DoorSite
let browser: Browser
let context: BrowserContext
/** One tab for all tests that leave it as they found it; loading a page is most of a test's time. */
let shared: Tab

beforeAll(async () => {
  site = await serveDoorPage()
  browser = await launchOffline()
  shared = await openDoorTab(await browser.newContext(), site.url)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await site?.close()
})

beforeEach(async () => {
  shared.console.length = 0
  context = await browser.newContext()
})

afterEach(async () => {
  await context.close()
})

const openTab = (where = site.url, options?: Partial<DoorOptions>, inContext = context) =>
  openDoorTab(inContext, where, options)

function wire(line: string, { body = '', headers = [] as [string, string][] } = {}): WireRequest {
  const [method = 'GET', path = '/'] = line.split(' ')
  const url = new URL(path, 'http://localhost:8000')
  return {
    from: 0,
    title: line,
    method,
    url: url.href,
    target: url.pathname + url.search,
    headers: [['Host', url.host], ...headers],
    added: [],
    body: { text: body, encoding: 'utf8' },
    atMs: 0,
  }
}

function ask(url: string): PageRequest {
  const page = {
    url: 'https://app.shop.test/',
    sandboxed: false,
    kind: 'fetch',
    hasBody: false,
    bodyType: null,
  } as const
  return { from: 0, title: url, method: 'GET', url, headers: [], body: { text: '', encoding: 'utf8' }, atMs: 0, page }
}

/** Sends one request and gives what the browser's Network panel shows for it. */
async function sendOne(tab: Tab, request: WireRequest | PageRequest): Promise<{ sent: Sent; response: Response }> {
  const coming = tab.page.waitForResponse((one) => one.request().headers()['x-peel-exchange'] !== undefined)
  const sent = await tab.send([request])
  return { sent, response: await coming }
}

const ANSWERED = { calls: [1], trouble: null, outcome: { exchanges: [{ from: 0 }], stop: null } }

test('a request is a real fetch to the very URL, answered through the service worker with what the engine gave', async () => {
  const tab = shared
  expect(tab.opened).toEqual({ kind: 'service worker' })
  const request = wire('GET /items?x=1', {
    headers: [
      ['Cookie', 'a=1'],
      ['Origin', 'https://x.test'],
      ['X-Twice', '1'],
      ['X-Twice', '2'],
    ],
  })
  const { sent, response } = await sendOne(tab, request)
  expect(sent).toMatchObject(ANSWERED)
  expect(response.url()).toBe('http://localhost:8000/items?x=1')
  expect(response.fromServiceWorker()).toBe(true)
  expect(response.status()).toBe(200)
  expect(await response.text()).toBe(' /items?x=1')
  const headers = await response.allHeaders()
  expect(headers['x-seen']).toBe('Host Cookie Origin X-Twice X-Twice')
  expect(headers['set-cookie']).toBeUndefined()
  expect(tab.console).toEqual([])
})

test.for<[line: string, url: RegExp, status: number, body?: string, text?: string]>([
  ['GET https://api.shop.test/a', /^https:\/\/api\.shop\.test\/a$/, 200],
  ['GET http://127.0.0.1:8000/a', /^http:\/\/127\.0\.0\.1:8000\/a$/, 200],
  ['GET http://api.shop.test/a', /\/srv\/~\w+\/api\.shop\.test\/a$/, 200],
  ['POST /echo', /^http:\/\/localhost:8000\/echo$/, 200, '{"a": "ü"}', 'POST {"a": "ü"}'],
  ['PATCH /echo', /^http:\/\/localhost:8000\/echo$/, 200, 'x', 'PATCH x'],
  ['TRACE /echo', /\/srv\/~\w+\/localhost:8000\/echo$/, 200, '', 'TRACE '],
  ['GET /echo', /\/srv\/~\w+\/localhost:8000\/echo$/, 200, 'body', 'GET body'],
  ['HEAD /a', /^http:\/\/localhost:8000\/a$/, 200, '', ''],
  ['GET /status/204', /8000\/status\/204$/, 204],
  ['GET /status/302', /8000\/status\/302$/, 302],
])('%s shows in the Network panel as %s with %i', async ([line, url, status, body, text]) => {
  const tab = shared
  const { sent, response } = await sendOne(tab, wire(line, { body: body ?? '' }))
  expect(sent).toMatchObject(ANSWERED)
  expect(response.url()).toMatch(url)
  expect(response.status()).toBe(status)
  expect(response.fromServiceWorker()).toBe(true)
  if (text !== undefined) expect(await response.text()).toBe(text)
  expect(tab.console).toEqual([])
})

test.for([404, 500])('a %i is shown as it is; the browser itself logs that as a failed resource', async (status) => {
  const tab = shared
  const { sent, response } = await sendOne(tab, wire(`GET /status/${status}`))
  expect(sent).toMatchObject(ANSWERED)
  expect(response.status()).toBe(status)
  // The result does not wait for the fetch to end, and the browser's line comes with its end.
  await vi.waitFor(() =>
    expect(tab.console).toEqual([expect.stringMatching(/^error: Failed to load resource: .*status of \d+/)]),
  )
})

test.for(['GET /silent', 'GET /status/999'])(
  '%s, which no page could be given, is cancelled without noise',
  async (line) => {
    const tab = shared
    const failing = tab.page.waitForEvent('requestfailed')
    expect(await tab.send([wire(line)])).toMatchObject(ANSWERED)
    expect((await failing).failure()?.errorText).toBe('net::ERR_ABORTED')
    expect(tab.console).toEqual([])
  },
)

test('a group of 100 reaches the engine as one call, and each fetch gets its own answer', async () => {
  const tab = shared
  const texts: Promise<string>[] = []
  tab.page.on('response', (response) => {
    if (response.url().includes('/n/')) texts.push(response.text())
  })
  const sent = await tab.send(Array.from({ length: 100 }, (_, n) => ({ ...wire(`GET /n/${n}`), from: n })))
  expect(sent.calls).toEqual([100])
  expect(sent.trouble).toBeNull()
  await expect.poll(() => texts.length).toBe(100)
  expect((await Promise.all(texts)).sort()).toEqual(Array.from({ length: 100 }, (_, n) => ` /n/${n}`).sort())
})

test('an engine that fails rejects the send with its own error, and the page stays quiet', async () => {
  const tab = shared
  const sent = await tab.send([wire('GET /throw')])
  expect(sent).toMatchObject({ calls: [1], outcome: { error: 'Error: the engine broke' } })
  expect(tab.console).toEqual([])
})

test.for<['before' | 'fetching' | 'answering', object]>([
  ['before', { calls: [], outcome: { error: 'Error: aborted' } }],
  ['fetching', { calls: [], outcome: { error: 'Error: aborted' } }],
  ['answering', ANSWERED],
])('an abort (%s) is quiet and loses no result that the engine gave', async ([when, expected]) => {
  const tab = shared
  expect(await tab.send([wire('GET /a')], when)).toMatchObject(expected)
  expect(await tab.send([wire('GET /b')])).toMatchObject(ANSWERED)
  expect(tab.console).toEqual([])
})

test('a page’s request shows what the page may see of its answer', async () => {
  const tab = shared
  const { sent, response } = await sendOne(tab, ask('https://api.shop.test/a'))
  expect(sent).toMatchObject({ calls: [1], outcome: { fetches: [{ outcome: 'ok' }] } })
  expect(response.url()).toBe('https://api.shop.test/a')
  expect(response.fromServiceWorker()).toBe(true)
  expect(response.status()).toBe(201)
  expect(await response.text()).toBe('seen by https://app.shop.test/')
  expect(await response.headerValue('x-visible')).toBe('yes')
  expect(tab.console).toEqual([])
})

test('a page’s request that the browser keeps from the page is a failed one', async () => {
  const tab = shared
  const failing = tab.page.waitForEvent('requestfailed')
  expect(await tab.send([ask('/blocked')])).toMatchObject({ calls: [1], trouble: null })
  const failed = await failing
  expect([failed.url(), failed.failure()?.errorText]).toEqual(['https://app.shop.test/blocked', 'net::ERR_FAILED'])
  await vi.waitFor(() => expect(tab.console).toEqual(['error: Failed to load resource: net::ERR_FAILED']))
})

test('two tabs answer their own requests, also after the worker was stopped', async () => {
  const tabs = [await openTab(`${site.url}/?name=A`), await openTab(`${site.url}/?name=B`)] as const
  for (const [index, name] of ['A', 'B', 'A'].entries()) {
    const tab = tabs[index % 2] ?? tabs[0]
    const { response } = await sendOne(tab, wire('GET /who'))
    expect(await response.text()).toBe(`${name} /who`)
  }
  await stopWorkers(tabs[0].page)
  for (const [tab, name] of [
    [tabs[0], 'A'],
    [tabs[1], 'B'],
  ] as const) {
    const { sent, response } = await sendOne(tab, wire('GET /who'))
    expect(sent).toMatchObject(ANSWERED)
    expect(await response.text()).toBe(`${name} /who`)
  }
})

test('a hard reload, which leaves the page without its worker, is mended when the door opens', async () => {
  const tab = await openTab()
  const cdp = await context.newCDPSession(tab.page)
  await cdp.send('Page.enable')
  const loaded = tab.page.waitForEvent('load')
  await cdp.send('Page.reload', { ignoreCache: true })
  await loaded
  expect(await tab.page.evaluate(() => navigator.serviceWorker.controller)).toBeNull()
  expect(await openDoor(tab.page)).toEqual({ kind: 'service worker' })
  expect((await sendOne(tab, wire('GET /a'))).sent).toMatchObject(ANSWERED)
})

test('a newer worker waits while a session is live, and takes over when a page starts alone', async () => {
  const tab = await openTab()
  const other = await openTab()
  const workers = () =>
    tab.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration()
      return { waits: Boolean(registration?.waiting), isLeft: Boolean(registration?.active) }
    })
  appendFileSync(join(site.folder, 'sw.js'), '\n// newer')
  await tab.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())
  await expect.poll(workers).toEqual({ waits: true, isLeft: true })
  expect((await sendOne(tab, wire('GET /a'))).sent).toMatchObject(ANSWERED)

  await tab.page.reload()
  expect(await openDoor(tab.page)).toEqual({ kind: 'service worker' })
  expect(await workers()).toEqual({ waits: true, isLeft: true })
  expect((await sendOne(other, wire('GET /a'))).sent).toMatchObject(ANSWERED)

  await other.page.close()
  await tab.page.reload()
  expect(await openDoor(tab.page)).toEqual({ kind: 'service worker' })
  expect(await workers()).toEqual({ waits: false, isLeft: true })
  expect((await sendOne(tab, wire('GET /a'))).sent).toMatchObject(ANSWERED)
  expect(tab.console).toEqual([])
})

test('a worker that is replaced under a live session does not disturb it', async () => {
  const tab = await openTab()
  appendFileSync(join(site.folder, 'sw.js'), '\nself.skipWaiting()')
  const changed = tab.page.evaluate(
    () => new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', () => resolve(true))),
  )
  await tab.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())
  expect(await changed).toBe(true)
  expect((await sendOne(tab, wire('GET /a'))).sent).toMatchObject(ANSWERED)
})

test('what is not for a pretend host is left alone', async () => {
  const { page } = shared
  const response = page.waitForResponse(`${site.url}/broken.js`)
  expect(await page.evaluate(async () => (await fetch('/broken.js')).text())).toContain('broken')
  expect((await response).fromServiceWorker()).toBe(false)
  const elsewhere = await page.evaluate(() => fetch('https://api.example/').catch((error: unknown) => String(error)))
  expect(elsewhere).toBe('TypeError: Failed to fetch')
})

test('a worker that is stopped between a fetch and its answer costs nothing but the fetch', async () => {
  const tab = await openTab()
  const cdp = await context.newCDPSession(tab.page)
  await cdp.send('ServiceWorker.enable')
  const fetching = tab.page.waitForEvent('request')
  const sending = tab.send([wire('GET /slow')])
  await fetching
  await cdp.send('ServiceWorker.stopAllWorkers')
  expect(await sending).toMatchObject(ANSWERED)
  expect((await sendOne(tab, wire('GET /a'))).sent).toMatchObject(ANSWERED)
})

test('site data that is cleared under two open pages is said at once, costs no run, and a reload mends it', async () => {
  const tabs = [await openTab(`${site.url}/?name=A`), await openTab(`${site.url}/?name=B`)] as const
  const cdp = await context.newCDPSession(tabs[0].page)
  await cdp.send('Storage.clearDataForOrigin', { origin: site.url, storageTypes: 'all' })
  const gone = expect.stringMatching(/data is cleared.*Reload/s)
  const cut = { calls: [1], trouble: gone, troubles: [gone], outcome: { stop: null } }
  await expect.poll(() => tabs[1].page.evaluate(() => navigator.serviceWorker.controller)).toBeNull()
  for (const tab of tabs) expect(await tab.send([wire('GET /a')])).toMatchObject(cut)

  for (const [index, name] of ['A', 'B'].entries()) {
    const tab = tabs[index] ?? tabs[0]
    await tab.page.reload()
    expect(await openDoor(tab.page)).toEqual({ kind: 'service worker' })
    const { sent, response } = await sendOne(tab, wire('GET /who'))
    expect(sent).toMatchObject(ANSWERED)
    expect(await response.text()).toBe(`${name} /who`)
    // The new worker is in charge of the other page as well, which has lost its locks.
    if (name === 'A') expect(await tabs[1].send([wire('GET /a')])).toMatchObject(cut)
  }
})

test('a stuck worker costs a wait and a word about it, never the run', async () => {
  const tab = await openTab(site.url, { script: 'stuck.js', patienceMs: 400 })
  expect(tab.opened).toEqual({ kind: 'service worker' })
  const first = await tab.send([wire('GET /a')])
  expect(first).toMatchObject({ calls: [1], trouble: expect.stringContaining('Reload'), outcome: { stop: null } })
  const second = await tab.send([wire('GET /a'), wire('GET /b')])
  expect(second).toMatchObject({ calls: [2], outcome: { stop: null } })
  expect(second.troubles).toEqual([first.trouble])
  expect(tab.console).toEqual([])
})

test('a door that was closed says so', async () => {
  const tab = await openTab()
  await tab.page.evaluate(() => doorLab.close())
  expect((await tab.send([wire('GET /a')])).outcome).toEqual({ error: expect.stringMatching(/^DoorError: .*closed/) })
})

test.for<[what: string, reason: string, options: BrowserContextOptions, script: string]>([
  ['registration is blocked', 'refused', { serviceWorkers: 'block' }, 'sw.js'],
  ['the script throws', 'failed', {}, 'broken.js'],
  ['the worker is of another version', 'failed', {}, 'other.js'],
  ['there is no such script', 'failed', {}, 'missing/nothing.js'],
])('where %s the door does not open: %s', async ([, reason, options, script]) => {
  const own = await browser.newContext(options)
  try {
    const { opened } = await openTab(site.url, { script }, own)
    expect(opened).toEqual({ reason, text: expect.stringMatching(/directly/) })
  } finally {
    await own.close()
  }
})

test('on a page that is neither https nor localhost the door does not open: insecure', async () => {
  const { opened } = await openTab(site.url.replace('localhost', 'plain.example'))
  expect(opened).toEqual({ reason: 'insecure', text: expect.stringMatching(/https/) })
})

test('the dev server serves the worker at /sw.js, bundled into one classic script', async () => {
  const dev = await createServer({
    root: DOOR_PAGE,
    configFile: false,
    logLevel: 'silent',
    plugins: [serviceWorker()],
    server: { port: 0 },
    optimizeDeps: { noDiscovery: true },
  })
  try {
    await dev.listen()
    const address = dev.httpServer?.address()
    if (!address || typeof address === 'string') throw new Error('the dev server has no port')
    const response = await fetch(`http://localhost:${address.port}/sw.js`)
    expect(response.headers.get('content-type')).toContain('text/javascript')
    const code = await response.text()
    expect(code).toContain('x-peel-exchange')
    expect(code).not.toMatch(/^\s*(import|export)\b/m)
  } finally {
    await dev.close()
  }
})
