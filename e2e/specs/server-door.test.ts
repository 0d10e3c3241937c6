// The service worker lane in a real Chromium: the built worker and a page with the real door and a stand-in engine.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import type { Browser, BrowserContext, BrowserContextOptions, Page, Response } from 'playwright'
import { build, createServer, preview } from 'vite'
import type { InlineConfig, PreviewServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { WireRequest } from '../../engine/protocol'
import type { DoorOptions } from '../../engine/server'
import type { Opened, Sent } from '../../engine/server/testing/page'
import { serviceWorker } from '../../engine/server/vite-plugin'
import { BROWSER_FLAGS, findBrowser } from '../fixtures/find-browser'

const PAGE = fileURLToPath(new URL('../../engine/server/testing', import.meta.url))

let folder: string
let server: PreviewServer
let site: string
let browser: Browser
let context: BrowserContext
/** One tab for all tests that leave it as they found it; loading a page is most of a test's time. */
let shared: Tab

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'peel-door-'))
  const config: InlineConfig = { root: PAGE, configFile: false, logLevel: 'warn', plugins: [serviceWorker()] }
  await build({ ...config, build: { outDir: folder, emptyOutDir: true, target: 'es2023' } })
  writeFileSync(join(folder, 'broken.js'), 'throw new Error("broken")')
  writeFileSync(
    join(folder, 'stuck.js'),
    `onmessage = (e) => { e.ports[0].postMessage({ protocol: 1, done: true }) }
     onactivate = (e) => e.waitUntil(clients.claim())
     onfetch = (e) => { if (e.request.headers.has('x-peel-exchange')) e.respondWith(new Promise(() => {})) }`,
  )
  writeFileSync(
    join(folder, 'other.js'),
    `onmessage = (e) => { e.ports[0].postMessage({ protocol: 0, done: true }) }
     onactivate = (e) => e.waitUntil(clients.claim())`,
  )
  server = await preview({ ...config, build: { outDir: folder }, preview: { port: 0, allowedHosts: true } })
  const address = server.httpServer.address()
  if (!address || typeof address === 'string') throw new Error('the preview server has no port')
  site = `http://localhost:${address.port}`
  browser = await chromium.launch({
    executablePath: await findBrowser(),
    // No name but localhost leads anywhere, so that nothing here can be answered by a network.
    args: [...BROWSER_FLAGS, '--host-resolver-rules=MAP plain.example 127.0.0.1, MAP *.test 127.0.0.1:9'],
  })
  shared = await openTab(site, {}, await browser.newContext())
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  shared.console.length = 0
  context = await browser.newContext()
})

afterEach(async () => {
  await context.close()
})

interface Tab {
  readonly page: Page
  readonly opened: Opened
  readonly console: string[]
  send(requests: readonly WireRequest[], abort?: 'before' | 'fetching' | 'answering'): Promise<Sent>
}

async function openTab(where = site, options?: DoorOptions, inContext = context): Promise<Tab> {
  const page = await inContext.newPage()
  const lines: string[] = []
  page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => lines.push(`uncaught: ${error.message}`))
  await page.goto(where)
  return { page, opened: await openDoor(page, options), console: lines, send: (...given) => sendFrom(page, ...given) }
}

async function openDoor(page: Page, options?: DoorOptions): Promise<Opened> {
  await page.waitForFunction(() => document.title === 'ready')
  return page.evaluate((given) => doorLab.open(given), options)
}

async function sendFrom(page: Page, ...given: Parameters<Tab['send']>): Promise<Sent> {
  return page.evaluate(([requests, abort]) => doorLab.send(requests, abort), given)
}

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

/** Sends one request and gives what the browser's Network panel shows for it. */
async function sendOne(tab: Tab, request: WireRequest): Promise<{ sent: Sent; response: Response }> {
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

test('a body is streamed, and a reader that cancels is heard where the body is made', async () => {
  const { page } = shared
  const seen = await page.evaluate(() => doorLab.cancelStream())
  expect(seen).toMatchObject({ read: 'chunk 0', wasCancelled: true })
  expect(seen.made).toBeLessThan(6)
})

test('two tabs answer their own requests, also after the worker was stopped', async () => {
  const tabs = [await openTab(`${site}/?name=A`), await openTab(`${site}/?name=B`)] as const
  for (const [index, name] of ['A', 'B', 'A'].entries()) {
    const tab = tabs[index % 2] ?? tabs[0]
    const { response } = await sendOne(tab, wire('GET /who'))
    expect(await response.text()).toBe(`${name} /who`)
  }
  const cdp = await context.newCDPSession(tabs[0].page)
  await cdp.send('ServiceWorker.enable')
  await cdp.send('ServiceWorker.stopAllWorkers')
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
  appendFileSync(join(folder, 'sw.js'), '\n// newer')
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
  appendFileSync(join(folder, 'sw.js'), '\nself.skipWaiting()')
  const changed = tab.page.evaluate(
    () => new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', () => resolve(true))),
  )
  await tab.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())
  expect(await changed).toBe(true)
  expect((await sendOne(tab, wire('GET /a'))).sent).toMatchObject(ANSWERED)
})

test('requests without an exchange id are left alone', async () => {
  const { page } = shared
  const response = page.waitForResponse(`${site}/broken.js`)
  expect(await page.evaluate(async () => (await fetch('/broken.js')).text())).toContain('broken')
  expect((await response).fromServiceWorker()).toBe(false)
  const elsewhere = await page.evaluate(() => fetch('https://api.shop.test/').catch((error: unknown) => String(error)))
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

test('a stuck worker costs a wait and a word about it, never the run', async () => {
  const tab = await openTab(site, { script: 'stuck.js', patienceMs: 400 })
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
    const { opened } = await openTab(site, { script }, own)
    expect(opened).toEqual({ reason, text: expect.stringMatching(/directly/) })
  } finally {
    await own.close()
  }
})

test('on a page that is neither https nor localhost the door does not open: insecure', async () => {
  const { opened } = await openTab(site.replace('localhost', 'plain.example'))
  expect(opened).toEqual({ reason: 'insecure', text: expect.stringMatching(/https/) })
})

test('the dev server serves the worker at /sw.js, bundled into one classic script', async () => {
  const dev = await createServer({
    root: PAGE,
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
