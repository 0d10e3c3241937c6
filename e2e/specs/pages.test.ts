// Requests of pages: choose one, see what the browser makes of the answer and why, change its jar, send again.
import { expect } from 'vitest'
import type { Locator } from 'playwright'
import { ONE_GET, PUT_BY_PAGE, WITH_COOKIE } from '../content/programs'
import { findViolations } from '../fixtures/axe'
import { test, waitFor, waitForText, type App } from '../fixtures/app'

const panelOf = (app: App): Locator => app.page.getByRole('region', { name: 'Browser', exact: true })
const verdictOf = (app: App): Locator => app.page.getByText(/^(The server answered|Nothing is sent|No answer)/).first()
const openTab = async (app: App, name: RegExp) => app.page.getByRole('tab', { name }).click()

async function write(app: App, requests: string): Promise<void> {
  await app.type(WITH_COOKIE)
  await app.openFile('requests.http')
  await app.type(requests)
}

test('a page is chosen, blocked, changed, and reads the answer; the file says the same', async ({ open }) => {
  const app = await open()
  await write(app, ONE_GET)
  await openTab(app, /^Browser/)
  const panel = panelOf(app)
  await panel.getByRole('combobox', { name: 'Page' }).selectOption({ label: 'http://localhost:3000' })
  await waitFor(async () => (await app.editorText()).includes('# @page http://localhost:3000'))
  await app.runAsItIs()

  await waitForText(verdictOf(app), 'The server answered 200; the page sees a TypeError.')
  expect((await app.layers())[0]).toMatch(/^Browser: .*blocked: the page gets an error$/)
  await waitForText(panel, 'MissingAllowOriginHeader')
  await waitForText(panel, 'Access-Control-Allow-Origin: http://localhost:3000')
  expect(await app.page.getByRole('tab', { name: /GET \/hello.*blocked/ }).count()).toBe(1)
  await waitForText(await app.openConsole(), /blocked by CORS policy/)
  await waitForText(await app.openResponse(), 'not shown to the page')

  await openTab(app, /^Browser/)
  await panel.getByRole('combobox', { name: 'Page' }).selectOption({ label: 'https://app.shop.test' })
  await panel.getByRole('button', { name: 'Send' }).click()
  await waitForText(verdictOf(app), /the page reads it/)
  await openTab(app, /^History/)
  expect(await panel.getByRole('row').count()).toBe(3)
  await panel.getByRole('button', { name: 'GET localhost:8000/hello' }).first().click()
  await waitForText(verdictOf(app), 'the page sees a TypeError')
})

test('a cookie is stored, changed by hand, and sent; a Run begins with a fresh jar, unless it is kept', async ({
  open,
}) => {
  const app = await open()
  await write(app, PUT_BY_PAGE)
  await app.runAsItIs()
  await openTab(app, /^PUT \/hello/)
  await waitForText(await app.openResponse(), '{"came":null}')
  expect(await app.page.getByRole('tab', { name: /^OPTIONS \/hello, preflight of PUT \/hello/ }).count()).toBe(1)

  await openTab(app, /^Browser/)
  await openTab(app, /^Cookies/)
  const panel = panelOf(app)
  await waitForText(panel, 'taste=sweet')
  await panel.getByRole('button', { name: 'Edit taste' }).click()
  await panel.getByRole('textbox', { name: 'Value' }).fill('bitter')
  await app.page.keyboard.press('Enter')
  await waitForText(panel, 'taste=bitter')
  await panel.getByRole('button', { name: 'Send' }).click()
  await waitForText(await app.openResponse(), '{"came":"bitter"}')

  await openTab(app, /^Browser/)
  await panel.getByRole('checkbox', { name: /^Keep cookies/ }).check()
  await app.runAsItIs()
  await openTab(app, /^PUT \/hello/)
  await waitForText(await app.openResponse(), '{"came":"bitter"}')
  await openTab(app, /^Browser/)
  await panel.getByRole('checkbox', { name: /^Keep cookies/ }).uncheck()
  await app.runAsItIs()
  await openTab(app, /^PUT \/hello/)
  await waitForText(await app.openResponse(), '{"came":null}')

  await openTab(app, /^Browser/)
  await openTab(app, /^Caches/)
  await waitForText(panel, /PUT.*min left/)
  await panel.getByRole('button', { name: 'Empty: Preflight cache' }).click()
  await waitForText(panel, 'No answer to a preflight is remembered.')
})

test('the panel is worked from the keyboard, and nobody is shut out of it', async ({ open }) => {
  const app = await open()
  await write(app, PUT_BY_PAGE.replace('https://app.shop.test', 'https://elsewhere.test'))
  await app.openFile('main.py')
  await app.runAsItIs()
  await waitForText(verdictOf(app), 'the page sees a TypeError')
  await app.page.getByRole('button', { name: 'Why' }).focus()
  await app.page.keyboard.press('Enter')
  const panel = panelOf(app)
  await waitForText(panel, 'What would change it.')
  await panel.getByRole('tab', { name: 'Verdict' }).focus()
  for (const part of ['the page may see', 'Cookie jar', 'Preflight cache', 'asked for']) {
    await app.page.keyboard.press('ArrowRight')
    await waitForText(panel, part)
    expect(await findViolations(app.page, 'Browser')).toEqual([])
  }
  await openTab(app, /^Requests/)
  expect(await findViolations(app.page, 'Requests')).toEqual([])
})

test('on a phone the verdict, the panel and the form have room', async ({ open }) => {
  const app = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const overflow = () =>
    app.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  // The sample has a request of a page that the server does not know.
  await app.runAsItIs()
  await app.page.getByRole('button', { name: 'Onion', exact: true }).tap()
  await app.page.getByRole('tab', { name: /blocked/ }).tap()
  await waitForText(verdictOf(app), 'the page sees a TypeError')
  await app.page.getByRole('button', { name: 'Why' }).tap()
  for (const name of [/^Verdict/, /^Page and wire/, /^Cookies/, /^Caches/, /^History/]) {
    await openTab(app, name)
    expect(await overflow()).toBeLessThanOrEqual(0)
    expect(await findViolations(app.page)).toEqual([])
  }
  await openTab(app, /^Requests/)
  expect(await overflow()).toBeLessThanOrEqual(0)
})

test('requests are copied for other tools and pasted from curl', async ({ open }) => {
  const app = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
  await write(app, PUT_BY_PAGE)
  await openTab(app, /^Requests/)
  await app.page.getByRole('button', { name: 'Copy as' }).click()
  await app.page.getByRole('menuitem', { name: 'fetch, JavaScript' }).click()
  await waitForText(app.page.locator('body'), 'Copied as fetch, JavaScript.')
  const copied = await app.page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toMatch(/fetch\("https:\/\/shop\.test\/hello".*method: "PUT".*credentials: "include"/s)

  await app.page.getByRole('button', { name: 'Paste curl' }).click()
  const field = app.page.getByRole('textbox', { name: 'curl command line' })
  await field.fill('wget http://localhost:8000/')
  await app.page.getByRole('button', { name: 'Add to requests.http' }).click()
  await waitForText(app.page.getByRole('alert'), /no curl command/)
  await field.fill("curl 'http://localhost:8000/hello' -H 'X-Pasted: yes'")
  await app.page.getByRole('button', { name: 'Add to requests.http' }).click()
  await waitFor(async () => (await app.editorText()).includes('X-Pasted: yes'))
})

test('the page itself keeps a request from being sent: by where it came from, and by its policy', async ({ open }) => {
  const app = await open()
  await write(app, '# @page https://app.shop.test\nGET http://localhost:8000/hello\n')
  await app.page.getByRole('tab', { name: /^Requests/ }).click()
  const fields = app.page.locator('.document-fields')
  await fields.getByText('The page itself').click()
  await fields.getByRole('combobox', { name: 'It came' }).selectOption({ label: 'from the public internet' })
  await waitFor(async () => (await app.editorText()).includes('# @page-address-space public'))
  expect(await findViolations(app.page)).toEqual([])
  await app.runAsItIs()
  await waitForText(await app.openConsole(), /Permission was denied for this request to access the `loopback`/)

  await app.page.getByRole('tab', { name: /^Requests/ }).click()
  await fields.getByRole('combobox', { name: 'It came' }).selectOption({ index: 2 })
  await fields.getByRole('textbox', { name: 'Its Content-Security-Policy' }).pressSequentially("connect-src 'self'")
  await waitFor(async () => (await app.editorText()).includes("# @page-csp connect-src 'self'"))
  await app.runAsItIs()
  await waitForText(await app.openConsole(), /violates the following Content Security Policy directive/)
})
