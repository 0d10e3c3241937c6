// Twelve moments of the onion, each a real run in the built page, beside the pictures that were kept of them.
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContextOptions } from 'playwright'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { App, waitFor } from '../fixtures/app-page'
import { connectBrowser } from '../fixtures/connect-browser'
import { comparePicture } from '../fixtures/pictures'

interface Scene {
  readonly name: string
  /** Folder in `e2e/content/scenes`. */
  readonly program: string
  /** What the tab of its exchange says. */
  readonly tab: RegExp
  /** What the sentence says there: the picture is of this moment and no other. */
  readonly says: RegExp
  /** Goes to the first step that says so; without it the page's own choice for a fresh run has to. */
  readonly isSought?: boolean
  readonly options?: BrowserContextOptions
  /** Gives the onion the whole column, and unfolds every run of layers. */
  readonly isOpen?: boolean
}

const SCENES: readonly Scene[] = [
  { name: 'plain', program: 'shop', tab: /^GET \/orders\/7 200/, says: /^timing gets the response back/ },
  { name: 'short-circuit', program: 'shop', tab: /401/, says: /^AuthMiddleware answers 401 itself/ },
  { name: 'exception-500', program: 'shop', tab: /500$/, says: /^ServerErrorMiddleware turns/, isSought: true },
  { name: 'blocked', program: 'shop', tab: /500 blocked/, says: /Access-Control-Allow-Origin/, isSought: true },
  { name: 'preflight', program: 'shop', tab: /^OPTIONS.*200/, says: /^CORSMiddleware answers 200 itself/ },
  { name: 'exception-answered', program: 'answered', tab: /\/wrong/, says: /^net turns ValueError/, isSought: true },
  { name: 'mounted', program: 'mounted', tab: /^GET \/admin\/users/, says: /^admin_only gets the response back/ },
  { name: 'websocket', program: 'chat', tab: /chat/, says: /^Upper passes message 2 of 5/, isSought: true },
  { name: 'stream', program: 'export', tab: /export/, says: /^Clock lets message 1 of 3/, isSought: true },
  { name: 'stopped', program: 'endless', tab: /orders/, says: /^Stopped in timing/ },
  { name: 'twenty-layers', program: 'tall', tab: /deep/, says: /^layer_3 gets the response back/, isOpen: true },
  {
    name: 'phone',
    program: 'shop',
    tab: /^GET \/orders\/7 200/,
    says: /^timing gets the response back/,
    options: { viewport: { width: 390, height: 844 } },
  },
]

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }
let browser: Browser
/** One page for all scenes of a size: a program is run once, however many scenes it has. */
const pages = new Map<BrowserContextOptions, { app: App; program: string }>()

beforeAll(async () => {
  browser = await connectBrowser()
})

afterAll(async () => {
  const problems = [...pages.values()].flatMap(({ app }) => app.problems)
  for (const { app } of pages.values()) await app.page.context().close()
  expect(problems).toEqual([])
})

async function pageFor(options: BrowserContextOptions): Promise<{ app: App; program: string }> {
  const known = pages.get(options)
  if (known) return known
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce', colorScheme: 'light' })
  const app = new App(await context.newPage())
  const entry = { app, program: '' }
  pages.set(options, entry)
  await app.page.goto(inject('pageUrl'))
  await app.waitReady()
  return entry
}

const fileOf = (program: string, file: string) =>
  readFileSync(new URL(`../content/scenes/${program}/${file}`, import.meta.url), 'utf8')

async function show({ program, tab, says, isSought, isOpen, options = DESK }: Scene): Promise<App> {
  const page = await pageFor(options)
  const { app } = page
  if (page.program !== program) {
    await app.openFile('requests.http')
    await app.type(fileOf(program, 'requests.http'))
    await app.openFile('main.py')
    await app.type(fileOf(program, 'main.py'))
    await app.runButton.click()
    page.program = program
  }
  await app.showPane('Onion')
  const tabs = app.page.getByRole('tablist', { name: 'Requests of this run' })
  const wanted = tabs.getByRole('tab', { name: tab }).first()
  await wanted.waitFor({ timeout: 30_000 })
  await app.waitReady()
  await wanted.click()
  if (isOpen) {
    await app.slider.press('f')
    const folded = app.onion.getByRole('button', { name: /^Show the \d+ layers/ })
    while ((await folded.count()) > 0) await folded.first().press('Enter')
  }
  const most = Number(await app.slider.getAttribute('max'))
  const isThere = async () => says.test((await app.slider.getAttribute('aria-valuetext')) ?? '')
  for (let step = 1; isSought && step <= most; step++) {
    await app.slider.fill(String(step))
    if (await isThere()) break
  }
  return app
}

test.for(SCENES.map((scene) => [scene.name, scene] as const))('%s looks as it was kept', async ([name, scene]) => {
  const app = await show(scene)
  const said = () => app.slider.getAttribute('aria-valuetext')
  await waitFor(async () => scene.says.test((await said()) ?? ''), {
    timeout: 5000,
    what: async () => `The sentence is: ${await said()}`,
  })
  // Nothing under the pointer, and every face there.
  await app.page.mouse.move(0, 0)
  await app.page.evaluate(async () => void (await document.fonts.ready))
  const screenshot = await app.onion.locator('.on-frame').screenshot({ animations: 'disabled' })
  expect(comparePicture(name, screenshot)).toBeNull()
})
