// The layer inspector: by mouse and by key alone, with what it says of a layer.
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { findViolations } from '../fixtures/axe'
import { test, waitFor, waitForText, type App } from '../fixtures/app'

const fileOf = (file: string) => readFileSync(new URL(`../content/scenes/shop/${file}`, import.meta.url), 'utf8')

/** The shop's program has run, and its GET is in view. */
async function shop(app: App): Promise<void> {
  await app.openFile('requests.http')
  await app.type(fileOf('requests.http'))
  await app.openFile('main.py')
  await app.type(fileOf('main.py'))
  await app.runButton.click()
  await app.showPane('Onion')
  const tab = app.page.getByRole('tab', { name: /^GET \/orders\/7 200/ })
  await tab.waitFor({ timeout: 30_000 })
  await tab.click()
}

const panel = (app: App) => app.page.getByRole('tabpanel', { name: 'Layer' })

test('a click on a ring tells of it from all sides', async ({ open }) => {
  const app = await open({ reducedMotion: 'reduce' })
  await shop(app)
  await app.onion.locator('.on-name', { hasText: 'timing' }).click()
  const layer = panel(app)
  await waitForText(layer, 'adds x-process-time to the response')
  const response = layer.getByRole('region', { name: 'Response' })
  expect(await response.getByRole('row', { name: /added x-process-time 0\.1200/ }).count()).toBe(1)
  await waitForText(layer.getByRole('region', { name: 'Request' }), 'It went on as it came in.')
  await waitForText(layer.getByRole('region', { name: 'Time' }), '120 ms from the request to its end: 0 ms its own')
  const code = layer.getByRole('region', { name: 'Code' })
  expect(await code.locator('.inspect__ran').count()).toBe(5)
  expect(await app.slider.getAttribute('aria-valuetext')).toMatch(/^timing passes the request on/)
  expect(await findViolations(app.page)).toEqual([])

  // Away from the ring the inspector goes with the cursor again.
  await app.slider.press('ArrowRight')
  await waitFor(async () => (await layer.getByRole('heading', { level: 3 }).textContent()) !== 'timing')
})

test('by keys alone: choose a layer, look outwards, unfold a run, take the whole column', async ({ open }) => {
  const app = await open({ reducedMotion: 'reduce' })
  await shop(app)
  const { keyboard } = app.page
  const name = () => panel(app).getByRole('heading', { level: 3 }).textContent()
  await app.onion.getByRole('listitem').first().getByRole('button').first().focus()
  for (let i = 0; i < 4; i++) await keyboard.press('ArrowDown')
  await keyboard.press('Enter')
  await waitFor(async () => (await name()) === 'AuthMiddleware', { what: async () => `it is about ${await name()}` })

  const outwards = panel(app).getByRole('button', { name: 'Next layer outwards' })
  await outwards.press('Enter')
  await waitFor(async () => (await name()) === 'CORSMiddleware')
  await waitForText(panel(app), 'access-control-allow-origin')

  const rows = () => app.onion.getByRole('listitem').count()
  const folded = await rows()
  const run = app.onion.getByRole('listitem').nth(2).getByRole('button').first()
  await run.focus()
  await keyboard.press('ArrowRight')
  await waitFor(async () => (await rows()) === folded + 2)
  await keyboard.press('ArrowLeft')
  await waitFor(async () => (await rows()) === folded)

  const height = async () => (await app.onion.locator('.on-frame').boundingBox())?.height ?? 0
  const usual = await height()
  await app.slider.press('f')
  await waitFor(async () => (await height()) > usual + 100)
  expect(await app.page.getByRole('tablist', { name: 'Inspector' }).count()).toBe(0)
  await app.slider.press('f')
  await waitFor(async () => (await height()) === usual)
})

test('a layer that the request never reached can be chosen too, on a phone as well', async ({ open }) => {
  const app = await open({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' })
  await shop(app)
  await app.page.getByRole('tab', { name: /401/ }).click()
  const before = await app.slider.getAttribute('aria-valuetext')
  await app.onion.locator('.on-name', { hasText: 'timing' }).click()
  await waitForText(panel(app), 'Not reached.')
  expect(await app.slider.getAttribute('aria-valuetext')).toBe(before)
  const overflow = await app.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBeLessThanOrEqual(0)
  expect(await findViolations(app.page)).toEqual([])
})
