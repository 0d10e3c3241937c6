// Four mistakes everyone makes: each has its message, its line is marked, and nothing that was typed is lost.
import { expect } from 'vitest'
import {
  ENDLESS,
  ENDLESS_IN_C,
  MISSING_AWAIT,
  ONE_GET,
  RAISES,
  RAISES_LINE,
  SYNTAX_ERROR,
  SYNTAX_ERROR_LINE,
  withHeader,
} from '../content/programs'
import { type App, test, waitFor, waitForText } from '../fixtures/app'

/** A 500 that the page fetched is an error for the browser's console; here it is the point. */
const FAILED_FETCH = /Failed to load resource|net::ERR_FAILED/

async function load(app: App, source: string): Promise<void> {
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.openFile('main.py')
  await app.type(source)
}

const body = (app: App) => app.page.locator('body')

test('a syntax error names its line, marks it, and what was typed survives a reload', async ({ open }) => {
  const app = await open()
  await load(app, SYNTAX_ERROR)
  await app.runButton.click()
  await waitForText(body(app), new RegExp(`line ${SYNTAX_ERROR_LINE}\\b`))
  await waitFor(() => app.hasMarkedLine(SYNTAX_ERROR_LINE), { what: () => app.editorText() })

  await app.page.reload()
  await waitFor(async () => (await app.editorText()).includes('def broken()'), { timeout: 20_000 })
  await app.waitReady()
  await app.type(withHeader('mended', 'x-mended'))
  await app.run({ in: app.onion, text: 'mended' })
  expect(await app.hasMarkedLine(SYNTAX_ERROR_LINE)).toBe(false)
})

test('an exception in a middleware gives the 500, the traceback and the marked line', async ({ open }) => {
  const app = await open()
  app.expectConsoleError(FAILED_FETCH)
  await load(app, RAISES)
  await app.run({ in: app.onion, text: 'clumsy' })
  await waitForText(await app.openResponse(), '500')
  const output = await app.openConsole()
  await waitForText(output, 'ValueError')
  await waitForText(output, 'dropped the tray')
  await waitFor(() => app.hasMarkedLine(RAISES_LINE), { what: () => app.editorText() })
})

test('a missing await is explained', async ({ open }) => {
  const app = await open()
  app.expectConsoleError(FAILED_FETCH)
  await load(app, MISSING_AWAIT)
  await app.run({ in: app.onion, text: 'hasty' })
  await waitForText(await app.openResponse(), '500')
  await waitForText(await app.openConsole(), /AttributeError: 'coroutine' object has no attribute 'headers'/)
  await waitForText(body(app), /await/)
})

test.for([
  ['a loop without end', ENDLESS],
  ['a loop without end inside C', ENDLESS_IN_C],
] as const)('%s is stopped, its partial trace stays, and the next Run works at once', async ([, source], { open }) => {
  const app = await open()
  app.expectConsoleError(FAILED_FETCH)
  await load(app, source)
  await app.runButton.click()
  await waitForText(body(app), /[Ss]topped/, 30_000)
  await waitForText(app.onion, 'dizzy')

  await app.type(withHeader('sober', 'x-sober'))
  await app.waitReady()
  const started = Date.now()
  await app.run({ in: app.onion, text: 'sober' })
  // The goal is 300 ms; a busy machine gets more, but not the seconds that a new boot would take.
  expect(Date.now() - started).toBeLessThan(2000)
})

test('a line of requests.http that cannot be read is named', async ({ open }) => {
  const app = await open()
  await app.openFile('requests.http')
  await app.type('### Ask\nGET /hello\nthis is no header\n')
  await app.runButton.click()
  await waitForText(body(app), /requests\.http.*line 3/)
})

test('a module without an app says so', async ({ open }) => {
  const app = await open()
  await app.type('print("no app here")\n')
  await app.runButton.click()
  await waitForText(body(app), /no `?app`?/i)
})
