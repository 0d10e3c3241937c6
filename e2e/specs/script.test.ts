// The JavaScript console and the preview, with the real engine behind them.
import { expect } from 'vitest'
import { PUT_BY_PAGE, SHOP } from '../content/programs'
import { test, waitForText, type App } from '../fixtures/app'

/** Python starts a server first, on a machine that may be busy. */
const WAIT_MS = 30_000

/** The console of the shop; it stands on the page of the file's requests, https://app.shop.test. */
const openConsole = async (app: App) => {
  await app.openFile('requests.http')
  await app.type(PUT_BY_PAGE)
  await app.openFile('main.py')
  await app.type(SHOP)
  await app.page.getByRole('tab', { name: 'JavaScript' }).click()
  const prompt = app.page.getByRole('textbox', { name: 'JavaScript to run on the page' })
  const log = app.page.getByRole('log', { name: 'JavaScript console' })
  return {
    log,
    enter: async (source: string, expected: string | RegExp) => {
      await prompt.fill(source)
      await prompt.press('Enter')
      await waitForText(log, expected, WAIT_MS)
    },
  }
}

test('what is typed reaches the app, and is drawn', async ({ open }) => {
  const app = await open()
  const { enter, log } = await openConsole(app)
  await enter("const r = await fetch('http://localhost:8000/items'); (await r.json()).join('+')", '1+2+3')
  await waitForText(app.onion, 'CORSMiddleware', WAIT_MS)
  await enter('[r.type, r.headers.get("x-total")].join()', 'cors,')
  await enter(
    "fetch('http://localhost:8000/items', { method: 'DELETE' }).catch((e) => String(e))",
    /blocked by CORS policy/,
  )
  expect(await log.textContent()).toContain('Add "DELETE" to allow_methods')
  await enter(
    "await fetch('http://localhost:8000/items', { method: 'DELETE' }).catch((e) => e.message)",
    'Failed to fetch',
  )
})

test('a stream arrives piece by piece, and a WebSocket talks', async ({ open }) => {
  const app = await open()
  const { enter } = await openConsole(app)
  await enter(
    `const s = new EventSource('http://localhost:8000/ticks'); let n = 0;
s.onmessage = (e) => { console.log('tick', e.data); if (++n === 3) { s.close(); console.log('closed') } }`,
    'closed',
  )
  await enter(
    `const w = new WebSocket('ws://localhost:8000/echo'); w.onopen = () => w.send('hello');
w.onmessage = (e) => { console.log(e.data); w.close() }; w.onclose = (e) => console.log('code', e.code)`,
    /HELLO[^]*code/,
  )
})

test('another page is another origin', async ({ open }) => {
  const app = await open()
  const { enter } = await openConsole(app)
  await app.page.getByRole('combobox', { name: 'Page' }).selectOption('http://localhost:3000')
  await enter('origin', 'http://localhost:3000')
  await enter(
    "await fetch('http://localhost:8000/items').catch((e) => e.name)",
    /No 'Access-Control-Allow-Origin' header/,
  )
  await app.page.getByRole('tab', { name: 'Browser' }).click()
  await app.page.getByRole('button', { name: 'Let them follow the request' }).click()
  await app.page.getByRole('tab', { name: 'JavaScript' }).click()
  await enter('origin', 'https://app.shop.test')
})

test('the preview shows documents, follows links and forms, and /docs', async ({ open }) => {
  const app = await open()
  await app.type(SHOP)
  await app.page.getByRole('tab', { name: 'Preview' }).click()
  const address = app.page.getByRole('textbox', { name: 'Address' })
  const frame = app.page.frameLocator('iframe[title^="Document at"]')
  await address.fill('/page')
  await address.press('Enter')
  await frame.getByRole('heading', { name: 'Shop' }).waitFor({ timeout: WAIT_MS })
  // The frame goes away with the click.
  void frame
    .getByRole('button', { name: 'go' })
    .click()
    .catch(() => undefined)
  await frame.getByText('{"q":"tea"}').waitFor({ timeout: WAIT_MS })
  await address.fill('/docs')
  await address.press('Enter')
  await frame.getByRole('heading', { name: /FastAPI/ }).waitFor({ timeout: WAIT_MS })
  await frame
    .getByRole('button', { name: /GET.*\/items/i })
    .first()
    .click()
  await frame.getByRole('button', { name: 'Try it out' }).click()
  await frame.getByRole('button', { name: 'Execute' }).click()
  const answer = frame.locator('.live-responses-table')
  await answer.waitFor({ timeout: WAIT_MS })
  expect(await answer.textContent()).toContain('content-length: 7')
  expect(await frame.locator('.request-url').textContent()).toContain('http://localhost:8000/items')
  await address.fill('/redoc')
  await address.press('Enter')
  await frame.getByText('Redoc is not part of Peel').waitFor({ timeout: WAIT_MS })
  await app.page.getByRole('button', { name: 'Back' }).click()
  await frame.getByRole('heading', { name: /FastAPI/ }).waitFor({ timeout: WAIT_MS })
  await app.page.getByRole('button', { name: 'Back' }).click()
  await frame.getByText('{"q":"tea"}').waitFor({ timeout: WAIT_MS })
})

/** An image that the document's own policy does not let it have, and one that it may have. */
const STRICT = `from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

app = FastAPI()


@app.get("/strict", response_class=HTMLResponse)
def strict():
    page = '<h1>Strict</h1><img src="http://127.0.0.1:8000/dot.svg"><img src="/dot.svg" alt="dot">'
    return HTMLResponse(page, headers={"Content-Security-Policy": "img-src 'self'", "Referrer-Policy": "no-referrer"})


@app.get("/dot.svg")
def dot():
    return Response('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"/>', media_type="image/svg+xml")
`

test('a document in the preview is asked for by the policies that it came with', async ({ open }) => {
  const app = await open()
  await app.type(STRICT)
  await app.page.getByRole('tab', { name: 'Preview' }).click()
  const address = app.page.getByRole('textbox', { name: 'Address' })
  await address.fill('/strict')
  await address.press('Enter')
  const frame = app.page.frameLocator('iframe[title^="Document at"]')
  await frame.getByRole('img', { name: 'dot' }).waitFor({ timeout: WAIT_MS })
  await app.page.getByRole('tab', { name: 'JavaScript' }).click()
  const log = app.page.getByRole('log', { name: 'JavaScript console' })
  await waitForText(log, /Loading the image 'http:\/\/127\.0\.0\.1:8000\/dot\.svg' violates/, WAIT_MS)
  expect(await log.textContent()).not.toContain("'http://localhost:8000/dot.svg'")
})
