// The lanes, by keyboard alone: waits, lanes, the table of events, and one cursor with the onion.
import { expect } from 'vitest'
import { AT_ONCE, FIFTY_AT_ONCE, THREE_AT_ONCE } from '../content/at-once'
import { ONE_GET } from '../content/programs'
import { type App, test, waitFor, waitForText } from '../fixtures/app'
import { findViolations } from '../fixtures/axe'

async function runAtOnce(app: App, requests: string): Promise<void> {
  await app.openFile('main.py')
  await app.type(AT_ONCE)
  await app.openFile('requests.http')
  await app.type(requests)
  await app.runAsItIs()
  await app.showPane('Onion')
}

/** Opens the lanes as keys do: through the menu of what can be done with a run. */
async function openLanes(app: App): Promise<void> {
  await app.page.getByRole('button', { name: 'What to do with this run' }).focus()
  await app.page.keyboard.press('Enter')
  await app.page.getByRole('menu').waitFor()
  await app.page.keyboard.type('Show as')
  await app.page.keyboard.press('Enter')
  await tableOf(app).waitFor()
}

const tableOf = (app: App) => app.page.getByRole('table', { name: 'What happened, in order' })
const rowNow = (app: App) => tableOf(app).locator('[role=row][aria-current=step]')
const sentence = (app: App) => app.page.getByRole('complementary', { name: 'This moment' }).locator('p').first()
const lane = (app: App, letter: string) => app.page.getByRole('button', { name: new RegExp(`^${letter}, GET`) })

test('keys go from wait to wait, and each is said', async ({ open }) => {
  const app = await open()
  await runAtOnce(app, THREE_AT_ONCE)
  await openLanes(app)
  await lane(app, 'A').focus()
  await app.page.keyboard.press('Enter')
  // Its beginning is the first moment of all, and the next wait is its own nap.
  await app.page.keyboard.press(']')
  for (const said of [
    'At 0 ms A waits in asyncio.sleep(0.4) until 400 ms, and leaves the loop to others.',
    'At 100 ms B sits in time.sleep(0.5) and holds the loop until 600 ms. A waits until 400 ms.',
    'At 150 ms the bytes of C are there, but B sits in time.sleep(0.5) and holds the loop until 600 ms.',
    'At 400 ms A could go on, but B sits in time.sleep(0.5) and holds the loop until 600 ms. C could go on',
    'At 600 ms a thread takes up thread for C, until 900 ms. The loop is free.',
  ]) {
    await waitForText(sentence(app), said)
    await app.page.keyboard.press(']')
  }
  await app.page.keyboard.press('[')
  await waitForText(sentence(app), 'At 400 ms A could go on')
  expect(await lane(app, 'A').getAttribute('aria-pressed')).toBe('true')
  expect(await lane(app, 'B').getAttribute('aria-label')).toBe(
    'B, GET /block: from 100 ms to 600 ms, 200; holds the loop from 100 ms to 600 ms',
  )
})

test('keys move in the table, Enter takes the cursor along, and the onion has it too', async ({ open }) => {
  const app = await open()
  await runAtOnce(app, THREE_AT_ONCE)
  await openLanes(app)
  await lane(app, 'B').focus()
  await app.page.keyboard.press('Enter')
  await app.page.keyboard.press('ArrowRight')
  await app.page.keyboard.press('ArrowRight')
  await waitForText(rowNow(app), 'server')
  await rowNow(app).focus()
  const first = Number(await rowNow(app).getAttribute('aria-rowindex'))
  await app.page.keyboard.press('ArrowDown')
  await app.page.keyboard.press('ArrowDown')
  await waitFor(async () => (await focusedRow(app)) === first + 2)
  await app.page.keyboard.press('End')
  const count = Number(await tableOf(app).getAttribute('aria-rowcount'))
  await waitFor(async () => (await focusedRow(app)) === count)
  await app.page.keyboard.press('Home')
  await waitFor(async () => (await focusedRow(app)) === 2)
  // Only what blocks: the clock of B.
  await app.page.getByRole('combobox', { name: 'Kind' }).selectOption('time, tasks and threads')
  await app.page.getByRole('combobox', { name: 'Request' }).selectOption('B GET /block')
  await app.page.getByRole('combobox', { name: 'Layer' }).selectOption('endpoint')
  await waitFor(async () => (await tableOf(app).getAttribute('aria-rowcount')) === '2')
  await tableOf(app).locator('[data-row="0"]').focus()
  await app.page.keyboard.press('Enter')
  await waitForText(rowNow(app), '600')
  await app.page.keyboard.press('Escape')
  await waitFor(() => app.onion.isVisible())
  await waitForText(app.page.getByRole('tab', { selected: true }).filter({ hasText: 'block' }), '/block')
  expect(await app.slider.getAttribute('aria-valuetext')).toContain('block')
})

async function focusedRow(app: App): Promise<number> {
  return Number(await app.page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex') ?? 0))
}

test('where no time goes by, the events themselves are the axis; zoom and axis are buttons', async ({ open }) => {
  const app = await open()
  await runAtOnce(app, ONE_GET)
  await openLanes(app)
  const pressed = (name: string) => app.page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed')
  expect(await pressed('Events')).toBe('true')
  const width = () => app.page.locator('.seq-lanes__inner').evaluate((element) => element.clientWidth)
  const fit = await width()
  await app.page.getByRole('button', { name: 'Zoom in' }).press('Enter')
  await waitFor(async () => (await width()) > fit * 1.5)
  await app.page.getByRole('button', { name: 'Fit' }).press('Enter')
  await waitFor(async () => (await width()) === fit)
  await app.page.getByRole('button', { name: 'Time', exact: true }).press('Enter')
  expect(await pressed('Time')).toBe('true')
})

test('of thousands of events only those in sight are there', async ({ open }) => {
  const app = await open()
  await runAtOnce(app, FIFTY_AT_ONCE)
  await openLanes(app)
  const count = Number(await tableOf(app).getAttribute('aria-rowcount'))
  expect(count).toBeGreaterThan(2000)
  await rowNow(app).focus()
  await app.page.keyboard.press('End')
  await waitFor(async () => (await focusedRow(app)) === count)
  expect(await tableOf(app).getByRole('row').count()).toBeLessThan(80)
})

test.for(['light', 'dark', 'contrast'] as const)('nobody is shut out of the lanes, %s', async (theme, { open }) => {
  const app = await open({ colorScheme: theme === 'dark' ? 'dark' : 'light' })
  await runAtOnce(app, THREE_AT_ONCE)
  if (theme === 'contrast') await app.setTheme('contrast')
  await openLanes(app)
  expect(await findViolations(app.page)).toEqual([])
})

test('on a phone the sentence comes first, and nothing sticks out', async ({ open }) => {
  const app = await open({ viewport: { width: 390, height: 844 } })
  await runAtOnce(app, THREE_AT_ONCE)
  await openLanes(app)
  const overflow = await app.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBeLessThanOrEqual(0)
  const y = async (name: string) =>
    (await app.page.getByRole('region', { name }).boundingBox())?.y ?? Number.NEGATIVE_INFINITY
  const said = (await sentence(app).boundingBox())?.y ?? Infinity
  expect(said).toBeLessThan(await y('Lanes'))
  expect(await y('Lanes')).toBeLessThan(await y('Events'))
  expect(await findViolations(app.page)).toEqual([])
})
