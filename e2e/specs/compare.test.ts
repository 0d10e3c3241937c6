// Two runs side by side: pinned or on another version, with one cursor, by keyboard alone.
import { expect } from 'vitest'
import { ONE_GET, withHeader } from '../content/programs'
import { findViolations } from '../fixtures/axe'
import { test, waitFor, waitForText, type App } from '../fixtures/app'

/** Opens the menu at the end of the run's bar by key and takes an entry of it. */
async function takeTool(app: App, name: string): Promise<void> {
  await app.page.getByRole('button', { name: 'What to do with this run' }).focus()
  await app.page.keyboard.press('Enter')
  const item = app.page.getByRole('menuitem', { name })
  await item.waitFor()
  for (let i = 0; i < 20; i++) {
    if (await item.evaluate((element) => element === document.activeElement)) break
    await app.page.keyboard.press('ArrowDown')
  }
  await app.page.keyboard.press('Enter')
}

async function runOne(app: App, source: string): Promise<void> {
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.openFile('main.py')
  await app.type(source)
  await app.runAsItIs()
}

const sideOf = (app: App, name: string) => app.page.getByRole('region', { name, exact: true })

test('a pinned run is laid beside the next one, and the cursor stands where they part', async ({ open }) => {
  const app = await open()
  await runOne(app, withHeader('stamp', 'x-first'))
  await takeTool(app, 'Pin this run')
  await app.type(withHeader('stamp', 'x-second'))
  await app.runAsItIs()
  await takeTool(app, 'Compare with another run')

  await waitForText(app.page.locator('body'), /The client gets other headers: .*x-first: yes only in the pinned run/)
  await waitForText(sideOf(app, 'the pinned run'), 'adds x-first: yes')
  await waitForText(sideOf(app, 'this run'), 'adds x-second: yes')
  expect(await app.page.getByRole('row', { name: /^x-first yes absent/ }).count()).toBe(1)

  const slider = app.page.getByRole('slider', { name: 'Step of both runs' })
  await slider.focus()
  const parted = await slider.inputValue()
  expect(await slider.getAttribute('aria-valuetext')).toContain('they part here')
  await app.page.keyboard.press('Home')
  await waitFor(async () => (await slider.getAttribute('aria-valuetext'))?.includes('both do the same') ?? false)
  await app.page.keyboard.press(']')
  await waitFor(async () => (await slider.inputValue()) === parted)
  expect(await findViolations(app.page)).toEqual([])

  await app.page.keyboard.press('Escape')
  await app.runButton.waitFor()
})

test('a program is run on another version beside the chosen one, which stays chosen', async ({ open }) => {
  const app = await open()
  await runOne(app, withHeader('stamp', 'x-first'))
  await takeTool(app, 'Compare with another run')
  await waitForText(app.page.locator('body'), 'There is no second run yet')
  await app.page.getByRole('button', { name: 'Run on another version' }).focus()
  await app.page.keyboard.press('Enter')
  await app.page.getByRole('menuitem', { name: /^FastAPI 0\.158/ }).press('Enter')
  await waitForText(app.page.locator('body'), 'layers that the other lacks', 60_000)
  await waitForText(app.page.getByRole('table'), 'AppBodyLimitMiddleware')
  await app.page.getByRole('button', { name: /^Runs on FastAPI 0\.165/ }).waitFor()
})
