// Changing the program from the picture, by keyboard alone: order, a layer less, all orders, spellings.
import type { Page } from 'playwright'
import { expect } from 'vitest'
import { findViolations } from '../fixtures/axe'
import { test, waitFor, waitForText, type App } from '../fixtures/app'

/** Goes on by Tab until what is focused has this name. */
async function tabTo(page: Page, name: RegExp, most = 120): Promise<void> {
  for (let i = 0; i < most; i++) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      return element?.getAttribute('aria-label') ?? element?.textContent ?? ''
    })
    if (name.test(focused)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never came to ${String(name)}.`)
}

/** Names of the layers between browser and endpoint, from the outside in; framework layers left out. */
const own = async (app: App) =>
  (await app.layers())
    .filter((label) => /^(CORSMiddleware|NoSniff|Tickets|timing|Timing), /.test(label))
    .map((label) => /^\w+/.exec(label)?.[0])

const waitForStack = async (app: App, stack: readonly string[]) =>
  waitFor(async () => String(await own(app)) === String(stack), {
    timeout: 20_000,
    what: async () => `The layers stand so: ${String(await own(app))}`,
  })

/** Takes an entry of the menu at the end of the bar with the requests. */
async function takeTool(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'What to do with this run' }).focus()
  await page.keyboard.press('Enter')
  const item = page.getByRole('menuitem', { name })
  await item.waitFor()
  for (let i = 0; i < 20 && !(await item.evaluate((element) => element === document.activeElement)); i++)
    await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
}

/** The tab of a file that is not as the place came with it. */
const CHANGED = /^main\.py\s*, changed$/
const START = ['CORSMiddleware', 'NoSniff', 'Tickets', 'timing']

test('Space lifts a layer, arrows move it, and the code moves with it; undo brings both back', async ({ open }) => {
  const app = await open()
  const { page } = app
  await app.runAsItIs()
  await waitForStack(app, START)
  // The editor keeps Tab to itself; from the bar with the requests on it goes through the page.
  await page.getByRole('tab', { name: /^GET/ }).first().focus()
  await tabTo(page, /^Browser: /)
  // A ring of nobody's code says why it stays.
  await page.keyboard.press(' ')
  await waitForText(app.onion.getByRole('status'), 'This ring is no layer of the app')
  while (!(await page.evaluate(() => document.activeElement?.textContent?.startsWith('NoSniff, '))))
    await page.keyboard.press('ArrowDown')
  await page.keyboard.press(' ')
  await waitForText(
    app.onion.getByRole('status'),
    'NoSniff is lifted, 2 of 4 from the outside, inside of CORSMiddleware',
  )
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Escape')
  await waitForStack(app, START)
  await page.keyboard.press(' ')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await waitForText(app.onion.getByRole('status'), 'NoSniff: 4 of 4 from the outside, inside of timing')
  await page.keyboard.press(' ')
  const moved = ['CORSMiddleware', 'Tickets', 'timing', 'NoSniff']
  await waitForText(page.locator('body'), 'NoSniff now stands inside of timing.')
  await waitForStack(app, moved)
  const undo = page.getByRole('button', { name: 'Undo' })
  await undo.focus()
  await page.keyboard.press('Enter')
  await waitForStack(app, START)
  expect(await page.getByRole('tab', { name: CHANGED }).count()).toBe(0)

  // Once more, and back by the editor's own undo: it is one edit.
  await app.waitReady()
  await app.onion.getByRole('button', { name: /^timing, / }).focus()
  await page.keyboard.press(' ')
  await waitForText(app.onion.getByRole('status'), 'timing is lifted, 4 of 4 from the outside')
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await waitForStack(app, ['timing', 'CORSMiddleware', 'NoSniff', 'Tickets'])
  expect(await page.getByRole('tab', { name: CHANGED }).count()).toBe(1)
  await app.editor.getByRole('textbox').first().focus()
  await page.keyboard.press('ControlOrMeta+z')
  await waitFor(async () => (await page.getByRole('tab', { name: CHANGED }).count()) === 0)
})

test('a ring is dragged to another place', async ({ open }) => {
  const app = await open()
  const { page } = app
  await app.runAsItIs()
  await waitForStack(app, START)
  const middle = async (name: string) => {
    const box = await app.onion.locator('.on-name', { hasText: name }).boundingBox()
    if (!box) throw new Error(`${name} is not drawn`)
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  }
  const [from, to] = [await middle('Tickets'), await middle('CORSMiddleware')]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps: 8 })
  await page.mouse.up()
  await waitForStack(app, ['Tickets', 'CORSMiddleware', 'NoSniff', 'timing'])
  await waitForText(page.locator('body'), 'Tickets now stands outside of CORSMiddleware.')
})

test('a finger on the grip drags a ring, and the page does not scroll', async ({ open }) => {
  const app = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const { page } = app
  await app.runButton.tap()
  await app.showPane('Onion')
  await waitForStack(app, START)
  const grip = await app.onion.locator('.on-name', { hasText: 'Tickets' }).locator('.on-grip').boundingBox()
  const target = await app.onion.locator('.on-name', { hasText: 'timing' }).boundingBox()
  if (!grip || !target) throw new Error('nothing to take hold of')
  const x = grip.x + grip.width / 2
  const [from, to] = [grip.y + grip.height / 2, target.y + target.height / 2]
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y: from }] })
  for (let i = 1; i <= 6; i++)
    await cdp.send('Input.dispatchTouchEvent', {
      type: 'touchMove',
      touchPoints: [{ x, y: from + ((to - from) * i) / 6 }],
    })
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await waitForStack(app, ['CORSMiddleware', 'NoSniff', 'timing', 'Tickets'])
})

test('Delete runs the program without a layer, and the code stays', async ({ open }) => {
  const app = await open()
  const { page } = app
  await app.runAsItIs()
  await app.onion.getByRole('button', { name: /^NoSniff, / }).focus()
  await page.keyboard.press('Delete')
  await page.getByRole('heading', { name: 'Two runs side by side' }).waitFor({ timeout: 20_000 })
  const onions = page.getByRole('region', { name: 'Onion' }).filter({ visible: true })
  await waitFor(async () => (await onions.count()) === 2)
  const [left, right] = await onions.evaluateAll((all) =>
    all.map((one) => [...one.querySelectorAll('li')].map((item) => item.getAttribute('aria-label') ?? '')),
  )
  expect(left?.some((label) => label.startsWith('NoSniff, '))).toBe(true)
  expect(right?.some((label) => label.startsWith('NoSniff, '))).toBe(false)
  await page.keyboard.press('Escape')
  await waitForStack(app, START)
  expect(await page.getByRole('tab', { name: CHANGED }).count()).toBe(0)
})

test('all orders are tried, told in ways, run and written', async ({ open }) => {
  const app = await open()
  const { page } = app
  await app.runAsItIs()
  await takeTool(page, /^Try all orders/)
  await waitForText(page.locator('body'), 'These 24 orders behave in 2 ways.', 40_000)
  await waitForText(page.getByRole('table'), 'Tickets outside of CORS')
  expect(await findViolations(page, 'All orders')).toEqual([])
  await tabTo(page, /^Run NoSniff, Tickets, CORS, timing$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Two runs side by side' }).waitFor({ timeout: 20_000 })
  await page.keyboard.press('Escape')
  await takeTool(page, /^Try all orders/)
  await waitForText(page.locator('body'), 'These 24 orders behave in 2 ways.', 40_000)
  await tabTo(page, /^Write NoSniff, Tickets, CORS, timing into the code$/)
  await page.keyboard.press('Enter')
  await waitForStack(app, ['NoSniff', 'Tickets', 'CORSMiddleware', 'timing'])
})

test('one press shows the clock in another spelling', async ({ open }) => {
  const app = await open()
  const { page } = app
  await app.runAsItIs()
  await takeTool(page, /^Three spellings/)
  await page.getByRole('heading', { name: 'Pure ASGI' }).waitFor()
  expect(await findViolations(page, 'One layer, three spellings')).toEqual([])
  await tabTo(page, /^Compare\s*with BaseHTTPMiddleware/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Two runs side by side' }).waitFor({ timeout: 20_000 })
  await page.keyboard.press('Escape')
  await takeTool(page, /^Three spellings/)
  await tabTo(page, /^Use it\s*: Pure ASGI/)
  await page.keyboard.press('Enter')
  await waitForStack(app, ['CORSMiddleware', 'NoSniff', 'Tickets', 'Timing'])
  expect(await page.getByRole('tab', { name: CHANGED }).count()).toBe(1)
})

test('the bench with its handles is readable by everybody', async ({ open }) => {
  const app = await open()
  await app.runAsItIs()
  await app.onion.getByRole('button', { name: 'Layers as a list' }).click()
  for (const theme of ['light', 'dark', 'contrast'] as const) {
    await app.setTheme(theme)
    expect(await findViolations(app.page, 'Onion')).toEqual([])
  }
})
