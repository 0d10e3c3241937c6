// How a request reaches the app: as a real fetch where a service worker can be had, else directly. And what is left of the
// page when the network is gone.
import { expect } from 'vitest'
import { ECHO_SOCKET, ONE_GET, withHeader } from '../content/programs'
import { test, waitFor, waitForText } from '../fixtures/app'

test('Run sends a real fetch that the service worker answers', async ({ open }) => {
  const app = await open()
  await app.type(withHeader('seen', 'x-seen'))
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  const answered = app.page.waitForResponse((response) => new URL(response.url()).pathname.endsWith('/hello'))
  await app.run({ in: app.onion, text: 'seen' })
  const response = await answered
  expect(response.fromServiceWorker()).toBe(true)
  expect(response.status()).toBe(200)
  expect(await response.json()).toEqual({ hello: 'world' })
  expect(response.headers()['x-seen']).toBe('yes')
  await waitForText(app.laneStatus, 'service worker')
})

test('a request that a page makes shows there as far as the page may see', async ({ open }) => {
  const app = await open()
  await app.type(withHeader('seen', 'x-seen'))
  await app.openFile('requests.http')
  await app.type(
    '# @page https://app.shop.test/\nGET https://app.shop.test/hello\n\n###\n' +
      '# @page https://app.shop.test/\nGET https://api.shop.test/hello\n',
  )
  const answered = app.page.waitForResponse('https://app.shop.test/hello')
  const kept = app.page.waitForEvent('requestfailed')
  await app.run({ in: app.onion, text: 'seen' })
  const response = await answered
  expect(response.fromServiceWorker()).toBe(true)
  expect(response.headers()['x-seen']).toBe('yes')
  const failed = await kept
  expect([failed.url(), failed.failure()?.errorText]).toEqual(['https://api.shop.test/hello', 'net::ERR_FAILED'])
  await waitForText(app.laneStatus, 'service worker')
})

test('what is typed into the browser’s own console is answered by the running server, or told that there is none', async ({
  open,
}) => {
  const app = await open()
  const typed = () => app.page.evaluate(() => fetch('https://app.shop.test/hello').then((it) => it.text(), String))
  app.expectConsoleError(/No server is running/)
  expect(await typed()).toBe('TypeError: Failed to fetch')
  await app.type(withHeader('typed', 'x-typed'))
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.run({ in: app.onion, text: 'typed' })
  const answered = app.page.waitForResponse('https://app.shop.test/hello')
  expect(await typed()).toBe('{"hello":"world"}')
  const response = await answered
  expect(response.fromServiceWorker()).toBe(true)
  expect(response.headers()['x-typed']).toBe('yes')
})

test('where service workers are blocked the direct lane takes over and the page says so', async ({ open }) => {
  const app = await open({ serviceWorkers: 'block' })
  app.expectConsoleError(/service ?worker/i)
  const requests: string[] = []
  app.page.on('request', (request) => requests.push(request.url()))
  await app.type(withHeader('straight', 'x-straight'))
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.run({ in: app.onion, text: 'straight' })
  await waitForText(app.laneStatus, 'direct')
  await waitForText(await app.openResponse(), 'x-straight')
  expect(requests.filter((url) => url.endsWith('/hello'))).toEqual([])
})

test('two pages at once each get the answers of their own program, and keep their own text', async ({ open }) => {
  const one = await open()
  const other = await open({ beside: one })
  for (const [app, name] of [
    [one, 'lefty'],
    [other, 'righty'],
  ] as const) {
    await app.page.bringToFront()
    await app.type(withHeader(name, `x-${name}`))
    await app.openFile('requests.http')
    await app.type(ONE_GET)
    await app.run({ in: app.onion, text: name })
  }
  await one.page.bringToFront()
  const again = one.page.waitForResponse((response) => response.url().endsWith('/hello'))
  await one.runButton.click()
  expect((await again).headers()['x-lefty']).toBe('yes')
  await waitFor(async () => (await one.layers()).some((label) => label.startsWith('lefty')))

  // The one that came later has heard of it.
  await waitForText(other.page.locator('body'), 'Another tab has changed this program too.')
  for (const [app, name] of [
    [one, 'lefty'],
    [other, 'righty'],
  ] as const) {
    await app.page.bringToFront()
    await app.page.reload()
    await app.openFile('main.py')
    await waitFor(async () => (await app.editorText()).includes(`async def ${name}`))
  }
})

test('a WebSocket talks past the service worker, and the form keeps its request', async ({ open }) => {
  const app = await open()
  await app.type(ECHO_SOCKET)
  await app.openFile('requests.http')
  await app.type('WEBSOCKET /ws\n\nhello\n=== wait-for-server\nbye\n')
  await app.run({ in: app.onion, text: 'echo' })
  const response = await app.openResponse()
  await waitForText(response, '101 Switching Protocols')
  await waitForText(response, 'closed by the client with 1000')
  const messages = response.getByRole('list', { name: 'Messages, in order' }).getByRole('listitem')
  expect((await messages.allTextContents()).map((line) => line.replace(/^.*ms/, ''))).toEqual([
    'clienthello',
    'serveryou said hello',
    'clientbye',
    'serveryou said bye',
  ])
  await waitForText(app.laneStatus, 'service worker')
  await app.page.getByRole('tab', { name: /^Requests/ }).click()
  const said = app.page.getByRole('textbox', { name: 'Messages' })
  expect(await said.inputValue()).toBe('hello\n=== wait-for-server\nbye')
  await said.fill('only this')
  await app.openFile('requests.http')
  await waitForText(app.page.locator('.monaco-editor').first(), 'only')
})

test('without a network the page runs and fetches on, and what it has not fetched yet says so and comes later', async ({
  open,
}) => {
  const app = await open()
  app.expectConsoleError(/ERR_INTERNET_DISCONNECTED/)
  const context = app.page.context()
  await context.setOffline(true)
  await app.type(withHeader('offline', 'x-offline'))
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.runAsItIs()
  expect(await app.laneStatus.textContent()).toMatch(/service worker/i)
  const fetched = () =>
    app.page.evaluate(async () => (await fetch('http://localhost:8000/hello', { mode: 'no-cors' })).status)
  expect(await fetched()).toBe(200)

  const choose = async (name: string) => {
    await app.page.getByRole('button', { name: 'What to do with this run' }).click()
    await app.page.getByRole('menuitem', { name }).click()
  }
  await choose('Guess before the run')
  const alert = app.page.getByRole('alert')
  await waitForText(alert, 'This view could not be fetched.')
  await app.page.getByRole('button', { name: 'Back', exact: true }).click()
  expect((await app.layers()).length).toBeGreaterThan(3)
  expect(await app.editorText()).toContain('GET')

  await choose('Guess before the run')
  await context.setOffline(false)
  await alert.getByRole('button', { name: 'Try again' }).click()
  const view = app.page.getByRole('region', { name: 'Guess before the run' })
  await waitFor(async () => (await view.getByRole('button').count()) > 1)
  const sheets = () => app.page.evaluate(() => [...document.styleSheets].map(({ href }) => href ?? '').join(' '))
  await waitFor(async () => /predict-/.test(await sheets()))
})
