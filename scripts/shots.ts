// `npm run shots`: pictures of the running page, in sizes, themes and states, into `.peel/shots/`; and the README's picture.
// `npm run shots -- dark 390` takes those whose name holds all the words.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright'
import { ENDLESS, ONE_GET, PUT_BY_PAGE, RAISES, SHOP, SYNTAX_ERROR, WITH_COOKIE } from '../e2e/content/programs'
import { App, waitForText } from '../e2e/fixtures/app-page'
import { BROWSER_FLAGS, findBrowser } from '../e2e/fixtures/find-browser'
import { servePage } from '../e2e/fixtures/serve'
import { PREPARED, ROOT } from './lib/paths.mjs'

const FOLDER = join(PREPARED, 'shots')
const PICTURE = join(ROOT, 'docs', 'playground.png')

const SIZES = [
  [390, 844],
  [1280, 800],
  [1440, 900],
  [1920, 1080],
] as const
const THEMES = ['light', 'dark', 'contrast'] as const

const runSource = async (app: App, source: string) => {
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.openFile('main.py')
  await app.type(source)
  await app.runButton.click()
}

const writeShop = async (app: App) => {
  await app.openFile('requests.http')
  await app.type(PUT_BY_PAGE)
  await app.openFile('main.py')
  await app.type(SHOP)
}

const openTab = async (app: App, name: string) => {
  await app.showPane('Result')
  await app.page.getByRole('tab', { name }).click()
}

/** What is on screen when the picture is taken. */
const STATES: Readonly<Record<string, (app: App) => Promise<void>>> = {
  first: () => Promise.resolve(),
  run: async (app) => {
    await app.runButton.click()
    await waitForText(app.laneStatus, 'service worker')
    await app.waitReady()
  },
  blocked: async (app) => {
    await app.runAsItIs()
    await app.showPane('Onion')
    await app.page.getByRole('tab', { name: /blocked/ }).click()
  },
  browser: async (app) => {
    await app.openFile('main.py')
    await app.type(WITH_COOKIE)
    await app.openFile('requests.http')
    await app.type(PUT_BY_PAGE)
    await app.openFile('main.py')
    await app.runAsItIs()
    await app.showPane('Onion')
    await app.page.getByRole('tab', { name: /^PUT/ }).click()
    await app.page.getByRole('button', { name: 'Why' }).click()
  },
  script: async (app) => {
    await writeShop(app)
    await openTab(app, 'JavaScript')
    const prompt = app.page.getByRole('textbox', { name: 'JavaScript to run on the page' })
    const log = app.page.getByRole('log', { name: 'JavaScript console' })
    for (const [source, answer] of [
      ["const r = await fetch('http://localhost:8000/items'); await r.json()", /\(3\)|\[1, 2, 3\]/],
      ["await fetch('http://localhost:8000/items', { method: 'DELETE' })", 'Failed to fetch'],
    ] as const) {
      await prompt.fill(source)
      await prompt.press('Enter')
      await waitForText(log, answer)
    }
  },
  preview: (app) => openTab(app, 'Preview'),
  docs: async (app) => {
    await writeShop(app)
    await openTab(app, 'Preview')
    const address = app.page.getByRole('textbox', { name: 'Address' })
    await address.fill('/docs')
    await address.press('Enter')
    const frame = app.page.frameLocator('iframe[title^="Document at"]')
    await frame.getByRole('heading', { name: /FastAPI/ }).waitFor()
  },
  syntax: (app) => runSource(app, SYNTAX_ERROR),
  error: (app) => runSource(app, RAISES),
  stopped: (app) => runSource(app, ENDLESS),
}

/** States whose picture is taken at every size and in every theme. */
const EVERYWHERE: ReadonlySet<string> = new Set(['first', 'run', 'blocked', 'browser', 'script', 'preview', 'docs'])

const words = process.argv.slice(2)
const isWanted = (name: string) => words.every((word) => name.includes(word))

async function shoot(browser: Browser, url: string, width: number, height: number, theme: string, state: string) {
  const name = `${state}-${theme}-${width}`
  if (!isWanted(name)) return
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme === 'dark' ? 'dark' : 'light',
    reducedMotion: 'reduce',
  })
  try {
    const app = new App(await context.newPage())
    await app.page.goto(url)
    await app.waitReady()
    if (theme === 'contrast') await app.setTheme(theme)
    await STATES[state]?.(app)
    // Fonts and the last transition: nothing on screen says that they are done.
    await app.page.waitForTimeout(800)
    await app.page.screenshot({ path: join(FOLDER, `${name}.png`) })
    if (state === 'run' && theme === 'light' && width === 1440) await app.page.screenshot({ path: PICTURE })
    console.log(`  ✓ ${name}${app.problems.length > 0 ? ` (console: ${app.problems[0] ?? ''})` : ''}`)
  } catch (error) {
    console.log(`  ✗ ${name}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`)
    process.exitCode = 1
  } finally {
    await context.close()
  }
}

for (const folder of [FOLDER, join(ROOT, 'docs')]) mkdirSync(folder, { recursive: true })
const served = await servePage()
const browser = await chromium.launch({ executablePath: await findBrowser(), args: BROWSER_FLAGS })
try {
  for (const [width, height] of SIZES)
    for (const theme of THEMES)
      // The mistakes look alike in every size, but for the phone.
      for (const state of Object.keys(STATES))
        if (EVERYWHERE.has(state) || (theme !== 'contrast' && (width === 1440 || width === 390)))
          await shoot(browser, served.url, width, height, theme, state)
} finally {
  await browser.close()
  await served.close()
}
