// What the page, its frames and its workers fetch by themselves, in a real Chromium: the built worker and a page with the
// real door, in front of a stand-in server.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { launchOffline, openDoor, openDoorTab, serveDoorPage, stopWorkers, WORKER } from '../fixtures/door-site'
import type { DoorSite, Tab } from '../fixtures/door-site'

const API = 'https://api.shop.test'

let site: DoorSite
let browser: Browser
let context: BrowserContext
let tab: Tab

beforeAll(async () => {
  site = await serveDoorPage()
  browser = await launchOffline()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await site?.close()
})

beforeEach(async () => {
  context = await browser.newContext()
  tab = await openTab('A')
})

afterEach(async () => {
  await context.close()
})

const openTab = (name: string) => openDoorTab(context, `${site.url}/?name=${name}`)

/** What a fetch of the page gave. */
function fetchText(page: Page, url: string, init?: RequestInit): Promise<string> {
  return page.evaluate(([to, how]) => fetch(to, how).then((it) => it.text(), String), [url, init] as const)
}

/** What a worker's fetch gave: one whose script came over the network, or from a blob. */
function fetchInWorker(page: Page, from: 'network' | 'blob', url: string, path?: string): Promise<string> {
  return page.evaluate(
    async ([script, to, hello]) => {
      const worker = new Worker(script ? URL.createObjectURL(new Blob([script])) : '/asks.js')
      const ask = (it: string) =>
        new Promise<string>((resolve) => {
          worker.addEventListener('message', (event: MessageEvent<string>) => resolve(event.data), { once: true })
          worker.postMessage(new URL(it, location.href).href)
        })
      if (hello) await ask(hello)
      const text = await ask(to)
      Object.assign(globalThis, { lastWorker: ask })
      return text
    },
    [from === 'blob' ? WORKER : null, url, path ?? null] as const,
  )
}

/** What a frame's fetch gave. */
function fetchInFrame(page: Page, frame: { src?: string; srcdoc?: string }, url: string): Promise<string> {
  return page.evaluate(
    async ([attributes, to]) => {
      const element = Object.assign(document.createElement('iframe'), attributes)
      const loaded = new Promise((resolve) => element.addEventListener('load', resolve, { once: true }))
      document.body.append(element)
      await loaded
      return element.contentWindow?.fetch(to).then((it) => it.text(), String) ?? 'no window'
    },
    [frame, url] as const,
  )
}

const pathOf = (page: Page) => page.evaluate(() => doorLab.path())
const heard = (page: Page) => page.evaluate(() => doorLab.heard())

test.for([`${API}/who`, 'http://localhost:8000/who', 'http://127.0.0.1:8000/who', '/srv/api.shop.test/who'])(
  'fetch(%s) is answered by the page through the service worker',
  async (url) => {
    const coming = tab.page.waitForResponse((one) => one.url().endsWith('/who'))
    expect(await fetchText(tab.page, url)).toBe('A')
    expect((await coming).fromServiceWorker()).toBe(true)
    expect(tab.console).toEqual([])
  },
)

test('a fetch becomes what the page asked for, without what the browser has put in', async () => {
  const init = { method: 'PUT', headers: { 'X-A': '1', Authorization: 'Bearer x' }, body: '{"a": "ü"}' }
  const more = { credentials: 'include', cache: 'reload', referrerPolicy: 'origin', keepalive: true } as const
  expect(JSON.parse(await fetchText(tab.page, `${API}/ask?x=1`, { ...init, ...more }))).toEqual({
    from: -1,
    title: 'PUT /ask',
    method: 'PUT',
    url: `${API}/ask?x=1`,
    headers: [
      ['authorization', 'Bearer x'],
      ['x-a', '1'],
    ],
    body: { text: '{"a": "ü"}', encoding: 'utf8' },
    atMs: 0,
    page: {
      url: 'https://app.shop.test/',
      sandboxed: false,
      kind: 'fetch',
      mode: 'cors',
      credentials: 'include',
      cache: 'reload',
      referrerPolicy: 'origin',
      keepalive: true,
      hasBody: true,
      bodyType: 'text/plain;charset=UTF-8',
    },
  })
})

test('an answer that the browser keeps back is a network error, with the reason in the console', async () => {
  expect(await fetchText(tab.page, `${API}/blocked`)).toBe('TypeError: Failed to fetch')
  await vi.waitFor(() =>
    expect(tab.console.toSorted()).toEqual([
      `error: Access to fetch at '${API}/blocked' has been blocked by CORS policy`,
      'error: Failed to load resource: net::ERR_FAILED',
    ]),
  )
})

test('XMLHttpRequest, beacon, image and script are answered as well', async () => {
  const seen = await tab.page.evaluate(async (api) => {
    const xhr = await new Promise((resolve) => {
      const request = new XMLHttpRequest()
      request.addEventListener('loadend', () => resolve(request.responseText))
      request.open('GET', `${api}/who`)
      request.send()
    })
    const load = (element: HTMLElement): Promise<Event> =>
      new Promise((resolve, reject) => {
        element.addEventListener('load', resolve)
        element.addEventListener('error', reject)
        document.body.append(element)
      })
    const picture = Object.assign(new Image(), { src: `${api}/picture` })
    await load(picture)
    await load(Object.assign(document.createElement('script'), { src: `${api}/script.js` }))
    return [xhr, picture.naturalWidth, (globalThis as unknown as { scriptFrom: string }).scriptFrom]
  }, API)
  expect(seen).toEqual(['A', 7, 'A'])
  const beacon = tab.page.waitForResponse(`${API}/who?beacon`)
  await tab.page.evaluate((api) => navigator.sendBeacon(`${api}/who?beacon`, 'x'), API)
  expect((await beacon).fromServiceWorker()).toBe(true)
})

test('an EventSource gets its events one by one, and closing it reaches the server', async () => {
  const seen = await tab.page.evaluate(
    (api) =>
      new Promise((resolve) => {
        const source = new EventSource(`${api}/events`)
        const events: string[] = []
        source.addEventListener('message', ({ data }) => {
          events.push(String(data))
          if (events.length < 3) return
          source.close()
          resolve(events)
        })
      }),
    API,
  )
  expect(seen).toEqual(['0', '1', '2'])
  await vi.waitFor(async () => expect(await heard(tab.page)).toEqual([expect.stringMatching(/^\/events cancelled/)]))
})

test.for(['cancel', 'abort'] as const)('a body comes chunk by chunk, and a %s reaches the server', async (how) => {
  const first = await tab.page.evaluate(
    async ([url, end]) => {
      const controller = new AbortController()
      const reader = (await fetch(url, { signal: controller.signal })).body?.getReader()
      const chunk = await reader?.read()
      if (end === 'cancel') await reader?.cancel()
      else controller.abort()
      return new TextDecoder().decode(chunk?.value)
    },
    [`${API}/endless`, how] as const,
  )
  expect(first).toBe('chunk 0\n')
  const told: string[] = []
  await vi.waitFor(async () => {
    told.push(...(await heard(tab.page)))
    expect(told).toEqual([expect.stringMatching(/^\/endless cancelled/)])
  })
  expect(Number(/\d+$/.exec(told[0] ?? '')?.[0])).toBeLessThan(8)
})

test('an abort before the head reaches the server when the head is there', async () => {
  const text = await tab.page.evaluate(async (url) => {
    const signal = AbortSignal.timeout(100)
    return fetch(url, { signal }).then((it) => it.text(), String)
  }, `${API}/slow`)
  expect(text).toMatch(/^TimeoutError/)
  await vi.waitFor(
    async () => expect(await heard(tab.page)).toEqual([expect.stringMatching(/^\/slow cancelled/)]),
    3000,
  )
})

test('frames and workers are answered by their own page, with two open', async () => {
  const other = await openTab('B')
  for (const [{ page }, name] of [
    [tab, 'A'],
    [other, 'B'],
  ] as const) {
    const path = await pathOf(page)
    expect(await fetchText(page, `${API}/who`)).toBe(name)
    expect(await fetchInFrame(page, { src: `${path}app.shop.test/html` }, `${API}/who`)).toBe(name)
    expect(await fetchInFrame(page, { srcdoc: '<p>frame</p>' }, `${API}/who`)).toBe(name)
    expect(await fetchInWorker(page, 'network', `${API}/who`)).toBe(name)
    expect(await fetchInWorker(page, 'blob', `${API}/who`, path)).toBe(name)
  }
  expect(await fetchInWorker(tab.page, 'blob', `${API}/who`)).toMatch(/^Peel: several pages are open/)
})

test('a worker from a blob needs not say whose it is where one page is open', async () => {
  expect(await fetchInWorker(tab.page, 'blob', `${API}/who`)).toBe('A')
})

test('a frame under a path of ours stands on the page that the path means', async () => {
  const path = await pathOf(tab.page)
  const ask = await fetchInFrame(tab.page, { src: `${path}admin.shop.test/html` }, `${API}/ask`)
  expect(JSON.parse(ask)).toMatchObject({ page: { url: 'https://admin.shop.test/html' } })
  const relative = await fetchInFrame(tab.page, { src: `${path}admin.shop.test/html` }, 'ask')
  expect(JSON.parse(relative)).toMatchObject({ url: 'https://admin.shop.test/ask' })
  const shown = await fetchInFrame(tab.page, { src: `${path}admin.shop.test/ask` }, 'ask')
  expect(JSON.parse(shown)).toMatchObject({ page: { kind: 'fetch' } })
})

test('after an idle stop everybody finds their page again', async () => {
  const other = await openTab('B')
  const names = ['A', 'B'] as const
  for (const [index, { page }] of [tab, other].entries()) {
    const path = await pathOf(page)
    expect(await fetchInWorker(page, 'blob', `${API}/who`, path)).toBe(names[index])
    expect(await fetchInFrame(page, { src: `${path}app.shop.test/html` }, `${API}/who`)).toBe(names[index])
    expect(await fetchInFrame(page, { srcdoc: '' }, `${API}/who`)).toBe(names[index])
  }
  for (const ask of ['page', 'first frame', 'last frame', 'worker']) {
    await stopWorkers(tab.page)
    for (const [index, { page }] of [tab, other].entries()) {
      const text = await page.evaluate(
        ([who, url]) => {
          const { lastWorker } = globalThis as unknown as { lastWorker: (url: string) => Promise<string> }
          if (who === 'worker') return lastWorker(url)
          const asker = { page: window, 'first frame': window[0], 'last frame': window[1] }[who]
          return asker?.fetch(url).then((it) => it.text(), String)
        },
        [ask, `${API}/who`] as const,
      )
      expect([ask, text]).toEqual([ask, names[index]])
    }
  }
})

test('a stream that an idle stop breaks is cancelled at the server', async () => {
  await tab.page.evaluate(async (url) => {
    const reader = (await fetch(url)).body?.getReader()
    await reader?.read()
    reader?.read().catch(() => undefined)
  }, `${API}/endless`)
  await stopWorkers(tab.page)
  await vi.waitFor(async () => expect(await heard(tab.page)).not.toEqual([]), 8000)
})

test('a page that is gone is not asked, and its place is free for the next', async () => {
  const { page } = await openTab('B')
  await tab.page.close()
  expect(await fetchText(page, `${API}/who`)).toBe('B')
  expect(await fetchInWorker(page, 'blob', `${API}/who`)).toBe('B')
  await page.close()
  const again = await openTab('C')
  expect(again.opened).toEqual({ kind: 'service worker' })
  expect(await fetchText(again.page, `${API}/who`)).toBe('C')
})

test('who waits for a page that goes away does not wait for ever', async () => {
  const { page } = await openTab('B')
  const path = await pathOf(page)
  await page.evaluate(() => {
    navigator.serviceWorker.addEventListener('message', () => (document.title = 'asked'))
  })
  const waiting = fetchText(tab.page, `${path}api.shop.test/never`)
  await page.waitForFunction(() => document.title === 'asked')
  await page.close()
  expect(await waiting).toBe('TypeError: Failed to fetch')
})

test('a hard reload, an update under the open page and a reload change nothing', async () => {
  const cdp = await context.newCDPSession(tab.page)
  await cdp.send('Page.enable')
  const loaded = tab.page.waitForEvent('load')
  await cdp.send('Page.reload', { ignoreCache: true })
  await loaded
  expect(await openDoor(tab.page)).toEqual({ kind: 'service worker' })
  expect(await fetchText(tab.page, `${API}/who`)).toBe('A')

  appendFileSync(join(site.folder, 'sw.js'), '\nself.skipWaiting()')
  const changed = tab.page.evaluate(
    () => new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', () => resolve(true))),
  )
  await tab.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())
  expect(await changed).toBe(true)
  expect(await fetchText(tab.page, `${API}/who`)).toBe('A')

  await tab.page.reload()
  expect(await openDoor(tab.page)).toEqual({ kind: 'service worker' })
  expect(await fetchText(tab.page, `${API}/who`)).toBe('A')
})

test('a page whose door is closed, or was never opened, gets what it would without a worker', async () => {
  await tab.page.evaluate(() => doorLab.close())
  expect(await fetchText(tab.page, `${API}/who`)).toBe('TypeError: Failed to fetch')
  await tab.page.reload()
  expect(await fetchText(tab.page, `${API}/who`)).toBe('TypeError: Failed to fetch')
  expect(await fetchText(tab.page, '/srv/api.shop.test/who')).toMatch(/^Peel: no page is open/)
})
