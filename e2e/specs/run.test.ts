// The main job: change the middleware, press Run, see that very run.
import { expect } from 'vitest'
import { ONE_GET, withHeader } from '../content/programs'
import { test, waitFor, waitForText } from '../fixtures/app'

test('Run shows the layer and the header that were just written', async ({ open }) => {
  const app = await open()
  await app.type(withHeader('perfume', 'x-scent'))
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.run({ in: app.onion, text: 'perfume' })

  const layers = await app.layers()
  const at = (name: string) => layers.findIndex((label) => label.startsWith(name))
  expect(layers.some((label) => label.includes('ServerErrorMiddleware'))).toBe(true)
  expect(at('perfume')).toBeGreaterThan(0)
  expect(at('hello')).toBeGreaterThan(at('perfume'))
  expect(layers.join('\n')).not.toMatch(/CORSMiddleware/)
  await waitForText(await app.openResponse(), 'x-scent')
  await waitForText(app.response, '200')
  await waitForText(await app.openConsole(), 'perfume was here')
})

test('a second Run forgets the first', async ({ open }) => {
  const app = await open()
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.openFile('main.py')
  await app.type(withHeader('first', 'x-first'))
  await app.run({ in: app.onion, text: 'first' })
  await app.type(withHeader('second', 'x-second'))
  await app.run({ in: app.onion, text: 'second' })
  const response = await app.openResponse()
  await waitForText(response, 'x-second')
  expect(await response.textContent()).not.toContain('x-first')
  expect((await app.layers()).some((label) => label.startsWith('first'))).toBe(false)
})

test('everything works from the keyboard: run, step, read', async ({ open }) => {
  const app = await open()
  await app.type(withHeader('keys', 'x-keys'))
  await app.page.keyboard.press('ControlOrMeta+Enter')
  await waitForText(app.onion, 'keys', 20_000)

  await app.slider.focus()
  const said = new Set<string | null>()
  await app.page.keyboard.press('Home')
  const first = await app.slider.getAttribute('aria-valuetext')
  for (let i = 0; i < 5; i++) {
    said.add(await app.slider.getAttribute('aria-valuetext'))
    await app.page.keyboard.press('ArrowRight')
  }
  expect(said.size).toBeGreaterThan(3)
  expect([...said].every((text) => text && text.length > 10)).toBe(true)
  await app.page.keyboard.press('Home')
  expect(await app.slider.getAttribute('aria-valuetext')).toBe(first)
  await app.page.keyboard.press('End')
  expect(await app.slider.getAttribute('aria-valuenow')).toBe(await app.slider.getAttribute('aria-valuemax'))
})

test('Run is reached by Tab alone and starts by Enter', async ({ open }) => {
  const app = await open()
  const isRun = () => app.runButton.evaluate((element) => element === document.activeElement)
  for (let i = 0; i < 40 && !(await isRun()); i++) await app.page.keyboard.press('Tab')
  expect(await isRun()).toBe(true)
  await app.page.keyboard.press('Enter')
  await waitForText(app.page.locator('body'), 'server is running', 20_000)
})

test('the onion’s list names each layer once, outermost first, and its drawing is not read aloud', async ({ open }) => {
  const app = await open()
  await app.runAsItIs()
  await waitFor(async () => (await app.layers()).length > 6)
  const layers = await app.layers()
  expect(layers[0]).toMatch(/^Browser/i)
  expect(layers[1]).toMatch(/uvicorn|server/i)
  expect(await app.onion.getByRole('list').count()).toBe(1)
  expect(await app.onion.locator('svg:not([aria-hidden="true"]):not([aria-hidden="true"] *)').count()).toBe(0)
})
