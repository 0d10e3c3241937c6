// Learners' JavaScript in a real Chromium: what its globals are, what they ask, and what they can't reach.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import type { Browser, Locator, Page } from 'playwright'
import { build, preview } from 'vite'
import type { InlineConfig, PreviewServer } from 'vite'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RealmPage, Tried } from '../../engine/realm/testing/page'
import { scriptText } from '../../engine/sandbox/vite-plugin'
import { BROWSER_FLAGS, findBrowser } from '../fixtures/find-browser'

const LEFT =
  'omitted A script of the document led the frame away in a way that is not followed here; nothing was fetched.'
const PAGE = fileURLToPath(new URL('../../engine/realm/testing', import.meta.url))

let folder: string
let server: PreviewServer
let browser: Browser
let page: Page

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'peel-realm-'))
  const config: InlineConfig = { root: PAGE, configFile: false, logLevel: 'warn', plugins: [scriptText()] }
  await build({ ...config, build: { outDir: folder, emptyOutDir: true, target: 'es2023' } })
  server = await preview({ ...config, build: { outDir: folder }, preview: { port: 0 } })
  browser = await chromium.launch({
    executablePath: await findBrowser(),
    args: [...BROWSER_FLAGS, '--host-resolver-rules=MAP *.test 127.0.0.1:9'],
  })
  page = await browser.newPage()
  await page.goto(server.resolvedUrls?.local[0] ?? '')
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

afterEach(() => page.evaluate(() => window.realm.dispose()))

const run = (source: string, options: Parameters<RealmPage['run']>[1] = {}): Promise<Tried> =>
  page.evaluate(([text, how]) => window.realm.run(text, how), [source, options] as const)

const value = async (source: string): Promise<string> => (await run(source)).value?.text ?? 'nothing'

describe('fetch', () => {
  test('gives the bytes of a blob along, whose URL is of the page’s origin, until it is revoked', async () => {
    const { value: shown, asked } = await run(
      `const made = URL.createObjectURL(new Blob(['hi'], { type: 'text/plain' }))
       await fetch(made + '#part')
       await new Promise((done) => { const x = new XMLHttpRequest(); x.open('GET', made); x.onloadend = done; x.send() })
       URL.revokeObjectURL(made)
       await fetch(made)
       made`,
    )
    expect(shown?.text).toMatch(/^'blob:https:\/\/app\.shop\.test\/[\da-f-]{36}'$/)
    const blob = { type: 'text/plain', body: { text: 'hi', encoding: 'utf8' } }
    expect(asked.map(({ page: { kind, blob: given } }) => [kind, given])).toEqual([
      ['fetch', blob],
      ['xhr', blob],
      ['fetch', undefined],
    ])
    expect(
      await value("(() => { try { return URL.createObjectURL('x') } catch (error) { return error.message } })()"),
    ).toBe("\"Failed to execute 'createObjectURL' on 'URL': Overload resolution failed.\"")
  })

  test('asks as it was called, and gives a response that can be read', async () => {
    const { value: shown, asked } = await run(
      `const r = await fetch('/items?q=1', { method: 'PUT', headers: { 'X-A': ' 1', Cookie: 'x=y' }, credentials: 'include', body: 'hi' });
       [r.status, r.ok, r.type, r.url, r.redirected, r.headers.get('content-type'), await r.clone().text(), r.clone().url === r.url]`,
    )
    expect(shown?.entries?.map(([, { text }]) => text)).toEqual([
      '200',
      'true',
      "'cors'",
      "'https://app.shop.test/items?q=1'",
      'false',
      "'text/plain'",
      "'hello there'",
      'true',
    ])
    expect(asked).toEqual([
      {
        from: -1,
        title: 'PUT /items',
        atMs: 0,
        method: 'PUT',
        url: 'https://app.shop.test/items?q=1',
        headers: [
          ['X-A', '1'],
          ['Cookie', 'x=y'],
        ],
        body: { text: 'hi', encoding: 'utf8' },
        page: {
          url: 'https://app.shop.test/cart',
          sandboxed: false,
          kind: 'fetch',
          mode: 'cors',
          credentials: 'include',
          redirect: 'follow',
          cache: 'default',
          hasBody: true,
          bodyType: 'text/plain;charset=UTF-8',
        },
      },
    ])
  })

  test.for([
    ["fetch('https://a.test/blocked')", 'TypeError: Failed to fetch'],
    ["fetch('http://')", "TypeError: Failed to execute 'fetch' on 'Window': Failed to parse URL from http://"],
    [
      "fetch('/', { method: 'CONNECT' })",
      "TypeError: Failed to execute 'fetch' on 'Window': 'CONNECT' HTTP method is unsupported.",
    ],
    [
      "fetch('/', { mode: 'no-cors', method: 'PUT' })",
      "TypeError: Failed to execute 'fetch' on 'Window': 'PUT' is unsupported in no-cors mode.",
    ],
    [
      "fetch('/', { body: 'x' })",
      "TypeError: Failed to execute 'fetch' on 'Window': Request with GET/HEAD method cannot have body.",
    ],
    ["fetch('/', { signal: AbortSignal.abort() })", 'AbortError: signal is aborted without reason'],
  ])('%s: %s', async ([source, text]) => {
    const ran = await run(`await ${source}`)
    expect(ran.isError).toBe(true)
    expect(ran.value?.text.split('\n')[0]).toBe(`Uncaught ${text}`)
  })

  test('an opaque response says nothing', async () => {
    expect(
      await value(
        "const o = await fetch('/opaque', { mode: 'no-cors' }); `${o.type} ${o.status} ${o.ok} ${o.url}|${await o.text()}`",
      ),
    ).toBe("'opaque 0 false |'")
  })

  test('204 has no body', async () => {
    expect(await value("const e = await fetch('/empty'); `${e.status} ${e.body} ${await e.text()}`")).toBe(
      "'204 null '",
    )
  })

  test('a body is pulled only as far as it is read, and a cancel arrives', async () => {
    const { pulled, cancelled } = await run(
      `const reader = (await fetch('/endless')).body.getReader();
       await reader.read(); await reader.read(); await reader.cancel()`,
      { waitMs: 50 },
    )
    expect([pulled, cancelled]).toEqual([2, 1])
  })

  test('an abort before the head arrives', async () => {
    const { value: shown, cancelled } = await run(
      `const c = new AbortController(); setTimeout(() => c.abort(), 20);
       await fetch('/hang', { signal: c.signal }).catch((e) => e.name)`,
      { waitMs: 50 },
    )
    expect(shown?.text).toBe("'AbortError'")
    expect(cancelled).toBe(1)
  })

  test.for([
    ['new URLSearchParams({ a: "1 2" })', 'application/x-www-form-urlencoded;charset=UTF-8', 'a=1+2'],
    ['new Blob(["{}"], { type: "application/json" })', 'application/json', '{}'],
    ['new Uint8Array([104, 105])', null, 'hi'],
  ] as const)('a body of %s', async ([body, type, text]) => {
    const { asked } = await run(`await fetch('/', { method: 'POST', body: ${body} })`)
    expect(asked[0]).toMatchObject({ body: { text }, page: { bodyType: type, hasBody: true } })
  })

  test('a form has the same boundary in each realm', async () => {
    const source = `const f = new FormData(); f.append('a"', '1'); f.append('file', new File(['x'], 'x.txt', { type: 'text/plain' }));
      await fetch('/', { method: 'POST', body: f })`
    const first = await run(source)
    await page.evaluate(() => window.realm.dispose())
    const second = await run(source)
    expect(second.asked).toEqual(first.asked)
    expect(first.asked[0]?.body.text).toContain('Content-Disposition: form-data; name="a%22"\r\n\r\n1\r\n')
    expect(first.asked[0]?.body.text).toContain('filename="x.txt"\r\nContent-Type: text/plain\r\n\r\nx\r\n')
  })

  test('a Request brings what it holds', async () => {
    const { asked } = await run(
      `await fetch(new Request('https://api.shop.test/r', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }))`,
    )
    expect(asked[0]).toMatchObject({
      method: 'POST',
      url: 'https://api.shop.test/r',
      headers: [['content-type', 'application/json']],
      body: { text: '{}' },
    })
  })
})

describe('XMLHttpRequest', () => {
  test('goes through its states and reads what came', async () => {
    const { console: lines, asked } = await run(
      `const x = new XMLHttpRequest(); x.onreadystatechange = () => console.log('state', x.readyState);
       x.onload = (e) => console.log('load', x.status, x.responseText, x.getResponseHeader('Content-Type'), e.loaded);
       x.onloadend = () => console.log('end');
       x.open('POST', '/items'); x.setRequestHeader('X-A', '1'); x.setRequestHeader('x-a', '2'); x.withCredentials = true;
       x.upload.onload = () => console.log('uploaded'); x.send('hi')`,
      { waitMs: 100 },
    )
    expect(lines).toEqual([
      'log: state 1',
      'log: uploaded',
      'log: state 2',
      'log: state 3',
      'log: state 3',
      'log: state 4',
      'log: load 200 hello there text/plain 11',
      'log: end',
    ])
    expect(asked[0]).toMatchObject({
      headers: [['X-A', '1, 2']],
      page: { kind: 'xhr', credentials: 'include', listensToUpload: true },
    })
  })

  test('a blocked one tells an error, status 0', async () => {
    const { console: lines } = await run(
      `const b = new XMLHttpRequest(); b.onerror = (e) => console.log(e.type, b.status, b.readyState); b.open('GET', '/blocked'); b.send()`,
      { waitMs: 100 },
    )
    expect(lines).toEqual(['log: error 0 4'])
  })

  test('times out, aborts, and refuses to be synchronous', async () => {
    const { console: lines } = await run(
      `const t = new XMLHttpRequest(); t.ontimeout = (e) => console.log(e.type); t.open('GET', '/hang'); t.timeout = 10; t.send();
       const a = new XMLHttpRequest(); a.onabort = (e) => console.log(e.type, a.readyState); a.open('GET', '/hang'); a.send(); a.abort();
       try { new XMLHttpRequest().open('GET', '/', false) } catch (e) { console.log(e.name) }`,
      { waitMs: 100 },
    )
    expect(lines).toEqual(['log: abort 4', 'log: InvalidAccessError', 'log: timeout'])
  })
})

test('EventSource hears events, comes back, and says which it saw last', async () => {
  const { console: lines, asked } = await run(
    `const s = new EventSource('/events', { withCredentials: true }); let n = 0;
     s.onmessage = (e) => { console.log(e.data, e.lastEventId); if (++n === 2) s.close() }`,
    { waitMs: 300 },
  )
  expect(lines).toEqual(['log: one 7', 'log: one 7'])
  expect(
    asked.map(({ headers, page: { kind, credentials } }) => [kind, credentials, new Map(headers).get('Last-Event-ID')]),
  ).toEqual([
    ['eventsource', 'include', undefined],
    ['eventsource', 'include', '7'],
  ])
})

test.for([
  ['EventSourceType', false],
  ['MissingAllowOriginHeader', false],
  ['network:net::ERR_CONNECTION_REFUSED', true],
] as const)('EventSource after %s tries again: %s', async ([category, goesOn]) => {
  const { console: lines, asked } = await run(
    `const s = new EventSource('/no-events?${category}'); s.onerror = () => { console.log(s.readyState); s.close() }`,
    { waitMs: 100 },
  )
  expect(lines).toEqual([goesOn ? 'log: 0' : 'log: 2'])
  expect(asked).toHaveLength(1)
})

test('WebSocket opens, echoes and closes; what is wrong is thrown', async () => {
  const { console: lines, asked } = await run(
    `const w = new WebSocket('/ws', ['chat']); w.binaryType = 'arraybuffer';
     w.onopen = () => { console.log('open', w.protocol); w.send('hi'); w.send(new Uint8Array([1, 2])) };
     let n = 0; w.onmessage = (e) => { console.log(typeof e.data === 'string' ? e.data : new Uint8Array(e.data)); if (++n === 2) w.close(3001, 'bye') };
     w.onclose = (e) => console.log(e.code, e.reason, e.wasClean);
     for (const f of [() => new WebSocket('ftp://a'), () => new WebSocket('/ws', ['a', 'a']), () => w.send('x'), () => w.close(1)])
       try { f() } catch (e) { console.log(e.name) }`,
    { waitMs: 100 },
  )
  expect(lines).toEqual([
    'log: SyntaxError',
    'log: SyntaxError',
    'log: InvalidStateError',
    'log: InvalidAccessError',
    'log: open chat',
    'log: hi',
    'log: Uint8Array(2) [1, 2]',
    'log: 3001 bye true',
  ])
  expect(asked[0]).toMatchObject({
    url: 'wss://app.shop.test/ws',
    headers: [['Sec-WebSocket-Protocol', 'chat']],
    page: { kind: 'websocket' },
  })
})

test('document.cookie reads the jar, and what is set is seen at once', async () => {
  const { value: shown, asked } = await run("document.cookie = 'b=2; path=/'; document.cookie", { waitMs: 20 })
  expect(shown?.text).toBe("'a=1; b=2'")
  expect(asked[0]?.page).toMatchObject({ kind: 'document.cookie', cookie: 'b=2; path=/' })
})

test('beacons and forms are asked for', async () => {
  const { asked, navigations } = await run(
    `navigator.sendBeacon('/b', 'x');
     const form = document.createElement('form'); form.action = '/search'; form.innerHTML = '<input name="q" value="a b">'; form.submit();
     form.method = 'post'; form.requestSubmit()`,
    { waitMs: 50 },
  )
  expect(
    [...asked, ...navigations].map(({ method, url, body, page: { kind, bodyType } }) => [
      kind,
      method,
      url,
      body.text,
      bodyType,
    ]),
  ).toEqual([
    ['beacon', 'POST', '/b', 'x', 'text/plain;charset=UTF-8'],
    ['form', 'GET', 'https://app.shop.test/search', 'q=a+b', null],
    ['form', 'POST', 'https://app.shop.test/search', 'q=a+b', 'application/x-www-form-urlencoded'],
  ])
})

describe('the realm', () => {
  test('believes to be on its page', async () => {
    expect(await value('`${location.href} ${origin} ${document.baseURI}`')).toBe(
      "'https://app.shop.test/cart https://app.shop.test https://app.shop.test/cart'",
    )
  })

  test('a sandboxed one has no origin', async () => {
    const { value: shown } = await run('origin', { page: { url: 'https://app.shop.test/', sandboxed: true } })
    expect(shown?.text).toBe("'null'")
  })

  test.for([
    ['parent.document.title', 'SecurityError'],
    ['parent.localStorage', 'SecurityError'],
    ['navigator.serviceWorker.ready', 'SecurityError'],
    ["await import('https://a.test/x.js')", 'TypeError'],
    ["importScripts('https://a.test/x.js')", 'ReferenceError'],
    ["new Worker('https://a.test/x.js')", 'SecurityError'],
    ["indexedDB.open('x')", 'SecurityError'],
  ])('%s fails: %s', async ([source, name]) => {
    expect((await run(`let got; try { got = ${source} } catch (e) { got = e.name }; got`)).value?.text).toBe(
      `'${name}'`,
    )
  })

  test('what is not caught is told', async () => {
    const { console: lines } = await run(
      "setTimeout(() => { throw new Error('late') }, 10); void Promise.reject(new TypeError('dropped'))",
      { waitMs: 50 },
    )
    expect(lines.map((line) => line.split('\n')[0])).toEqual([
      'error: Uncaught (in promise) TypeError: dropped',
      'error: Uncaught Error: late',
    ])
  })

  test('console formats as DevTools does', async () => {
    const { console: lines } = await run(
      "console.log('%s is %d', 'x', 4.5, { a: 1 }); console.warn([1]); console.assert(false, 'no'); console.count(); console.group('g'); console.info('in')",
    )
    expect(lines).toEqual([
      'log: x is 4 {a: 1}',
      'warn: [1]',
      'error: Assertion failed: no',
      'log: default: 1',
      'log: g',
      'info:    in',
    ])
  })

  test('console.table describes rows and columns', async () => {
    expect(await page.evaluate(() => window.realm.table("console.table([{ a: 1, b: 'x' }, { a: 2 }, 3])"))).toEqual({
      columns: ['(index)', 'a', 'b', 'Value'],
      rows: [
        ['0', '1', "'x'", ''],
        ['1', '2', '', ''],
        ['2', '', '', '3'],
      ],
    })
  })

  test('storage is the page’s own, in memory, and none in a sandboxed frame', async () => {
    const source =
      "localStorage.token = 'a'; localStorage.setItem('b', 2); [Object.keys(localStorage).join(), localStorage.getItem('b'), localStorage.none].join()"
    expect(await value(source)).toBe("'token,b,2,'")
    await page.evaluate(() => window.realm.dispose())
    const { value: shown } = await run('localStorage', { page: { url: 'https://app.shop.test/', sandboxed: true } })
    expect(shown?.text).toMatch(/^Uncaught SecurityError/)
  })

  test('the console has $_, clear(), dialogs that say something, and a location that leads on', async () => {
    expect(await value('6 * 7')).toBe('42')
    expect(await value('$_')).toBe('42')
    const { console: lines, navigations } = await run("alert('hi'); confirm('sure?'); window.location.href = '/next'", {
      waitMs: 50,
    })
    expect(lines).toEqual(['info: alert: hi', 'info: confirm: sure? Nobody answers here, so it is false.'])
    expect(navigations.map(({ url }) => url)).toEqual(['https://app.shop.test/next'])
  })

  test('a flood of lines ends', async () => {
    const { console: lines } = await run('for (let i = 0; i < 5000; i++) console.log(i)', { waitMs: 200 })
    expect(lines).toHaveLength(1001)
    expect(lines.at(-1)).toMatch(/^warn: More than 1000 lines/)
  })

  test('an endless loop is stopped and the realm goes on', async () => {
    expect((await run('while (true) {}')).value?.text).toMatch(/a loop ran for 3 s/)
    expect(await value('1 + 1')).toBe('2')
  })
})

describe('the preview', () => {
  const frame = () => page.frameLocator('iframe[title^="Document at"]')
  const told = () => page.evaluate(() => window.realm.told())
  const open = (path: string) => page.evaluate((to) => window.realm.open(to), path)
  /** The frame may be gone before the click is over. */
  const lead = (target: Locator) => void target.click().catch(() => undefined)
  /** Lines that were told until all of these are among them. */
  const waitTold = async (wanted: readonly string[]): Promise<string[]> => {
    const lines: string[] = []
    await vi.waitFor(async () => {
      lines.push(...(await told()))
      for (const line of wanted) expect(lines).toContain(line)
    }, 10_000)
    return lines
  }

  test('shows a document with what it refers to, and runs its scripts', async () => {
    await open('/page')
    await frame().getByRole('heading', { name: 'Shop' }).waitFor()
    const colour = await frame()
      .getByRole('heading')
      .evaluate((heading) => getComputedStyle(heading).color)
    expect(colour).toBe('rgb(1, 2, 3)')
    expect(
      await frame()
        .getByRole('img')
        .evaluate((img: HTMLImageElement) => img.naturalWidth),
    ).toBe(3)
    expect(await waitTold(['log: hello there'])).toEqual([
      'loading GET https://app.shop.test/page',
      'omitted The document in an <iframe> is shown as a picture: its scripts do not run, and its links lead nowhere.',
      'shown https://app.shop.test/page',
      'log: ran https://app.shop.test/page',
      'log: hello there',
    ])
  })

  test('follows links and forms', async () => {
    await open('/page')
    lead(frame().getByRole('link', { name: 'on' }))
    await frame().getByText('a < b').waitFor()
    await open('/page')
    await told()
    lead(frame().getByRole('button', { name: 'go' }))
    await frame().getByText('{"found": []}').waitFor()
    expect(await told()).toContain('loading POST https://app.shop.test/search')
  })

  test('a script that sets location leads on, at once or later', async () => {
    await open('/moves')
    await frame().getByText('a < b').waitFor()
    expect(await told()).toContain('loading GET https://app.shop.test/next?x=2')
  })

  test('scripts of a document see where it stands', async () => {
    await open('/where')
    expect(await waitTold(['log: https://app.shop.test/where /where'])).toContain('log: #x')
  })

  test('a document in a document is shown, without its scripts', async () => {
    await open('/holds')
    const inner = frame().frameLocator('iframe')
    await inner.getByRole('heading', { name: 'Inner', includeHidden: true }).waitFor()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect((await told()).filter((line) => line.startsWith('log'))).toEqual([])
  })

  test('a link within the document stays in it', async () => {
    await open('/page')
    await told()
    await frame().getByRole('link', { name: 'here' }).click()
    expect((await told()).filter((line) => line.startsWith('loading'))).toEqual([])
  })

  test('a document that leaves by itself is replaced, and nothing goes out', async () => {
    const out: string[] = []
    page.on('request', (request) => out.push(request.url()))
    await open('/leaves?now')
    await waitTold([LEFT])
    await frame().getByText('The document left').waitFor()
    expect(out.filter((url) => !/^(?:about|data|blob):/.test(url))).toEqual([])
  })
})
