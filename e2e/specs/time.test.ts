// Going through a run by keyboard alone: steps, lines, breakpoints, and what the code shows of it.
import { describe, expect } from 'vitest'
import { findViolations } from '../fixtures/axe'
import { test, waitFor, waitForText, type App } from '../fixtures/app'

const said = (app: App) => app.slider.getAttribute('aria-valuetext')
/** Number of the line that is marked as the one in view; empty for none. */
const lineNow = (app: App) =>
  app.editor
    .locator('.code-margin--now-number')
    .first()
    .textContent({ timeout: 1000 })
    .catch(() => '')
const isLine = (app: App, line: number) =>
  waitFor(async () => (await lineNow(app))?.trim() === String(line), {
    what: async () => `line ${(await lineNow(app)) ?? ''} is in view, and it says: ${(await said(app)) ?? ''}`,
  })
const isSaid = (app: App, what: string | RegExp) =>
  waitFor(async () => ((await said(app)) ?? '').search(what) >= 0, {
    what: async () => `it says: ${(await said(app)) ?? ''}`,
  })
/** Puts the caret on a line, with keys. */
const goToLine = async (app: App, line: number) => {
  const input = app.editor.getByRole('textbox').first()
  await input.waitFor({ state: 'attached' })
  await input.focus()
  await app.page.keyboard.press('ControlOrMeta+Home')
  for (let at = 1; at < line; at++) await app.page.keyboard.press('ArrowDown')
}
const monaco = (app: App) => app.editor.locator('.monaco-editor').first().waitFor()

describe('code in step', () => {
  test('lines are stepped through from the run pane, values beside them', async ({ open }) => {
    const app = await open()
    await monaco(app)
    await app.slider.focus()
    await app.page.keyboard.press('Home')
    // NoSniff runs first: its function, then its call of the app inside.
    await app.page.keyboard.press('.')
    await isLine(app, 48)
    await app.page.keyboard.press('Alt+ArrowRight')
    await isLine(app, 54)
    await app.page.keyboard.press('.')
    await isLine(app, 33)
    await isSaid(app, 'In dispatch of Tickets, line 33 of main.py comes next')
    await app.page.keyboard.press(',')
    await isLine(app, 54)
    for (let turn = 0; turn < 40 && (await lineNow(app))?.trim() !== '20'; turn++) await app.page.keyboard.press('.')
    await isSaid(app, 'took is 0.1')
    await waitForText(app.editor, /took\s=\s0\.1/)
    // A whole step again: the onion, the tape and the sentence go on from there.
    await app.page.keyboard.press('ArrowRight')
    await isSaid(app, 'timing gets the response back and adds x-took: 0.1 s')
    await isLine(app, 21)
  })

  test('a line asked for by key shows where it ran, again and again, and says so where it did not', async ({
    open,
  }) => {
    const app = await open()
    await monaco(app)
    await goToLine(app, 49)
    await app.page.keyboard.press('Alt+Enter')
    await isSaid(app, 'line 49 of main.py comes next; message is .*http.response.start')
    await app.page.keyboard.press('Alt+Enter')
    await isSaid(app, 'line 49 of main.py comes next; message is .*http.response.body')
    await goToLine(app, 68)
    await app.page.keyboard.press('Alt+Enter')
    await waitForText(app.editor, 'Line 68 did not run in this request.')
  })

  test('a line whose number is clicked shows where it ran', async ({ open }) => {
    const app = await open()
    await monaco(app)
    await app.editor.locator('.line-numbers', { hasText: /^19$/ }).click()
    await isSaid(app, 'In timing, line 19 of main.py comes next')
  })

  test('once the text is another one, its lines are not marked, and that is said once', async ({ open }) => {
    const app = await open()
    await monaco(app)
    await isLine(app, 21)
    await goToLine(app, 2)
    await app.page.keyboard.type('# new')
    await waitFor(
      async () => (await app.editor.locator('.code-margin--ran, .code-margin--now, .code-value').count()) === 0,
    )
    const words = app.page.getByText('This recording is of the one before')
    expect(await words.count()).toBe(1)
    await app.page.keyboard.press('Alt+Enter')
    await waitForText(app.editor, 'The code changed since this run.')
  })
})

describe('breakpoints', () => {
  test('are set by key, stop playing, and are found in both directions', async ({ open }) => {
    const app = await open({ reducedMotion: 'reduce' })
    await monaco(app)
    await goToLine(app, 35)
    await app.page.keyboard.press('F9')
    await waitFor(async () => (await app.editor.locator('.code-break').count()) === 1)
    await app.slider.focus()
    await app.page.keyboard.press('End')
    await app.page.keyboard.press('B')
    await isLine(app, 35)
    await app.page.keyboard.press('b')
    await waitForText(app.page.locator('body'), 'No breakpoint comes after this.')
    await app.page.keyboard.press('Home')
    await app.page.keyboard.press(' ')
    await waitFor(async () => (await lineNow(app))?.trim() === '35', { timeout: 20_000 })
    await waitFor(() => app.page.getByRole('button', { name: 'Play', exact: true }).isVisible())
    expect(await findViolations(app.page)).toEqual([])

    // They are kept, and move with the text.
    await app.page.reload()
    await app.waitReady()
    await monaco(app)
    await goToLine(app, 35)
    await waitFor(async () => (await app.editor.locator('.code-break').count()) === 1)
    await goToLine(app, 1)
    await app.page.keyboard.press('End')
    await app.page.keyboard.press('Enter')
    await app.runAsItIs()
    await app.slider.focus()
    await app.page.keyboard.press('End')
    await app.page.keyboard.press('B')
    await isLine(app, 36)
    await goToLine(app, 36)
    await app.page.keyboard.press('F9')
    await waitFor(async () => (await app.editor.locator('.code-break').count()) === 0)
  })
})

describe('ways to move', () => {
  test('? lists the keys, and everything there can be pressed', async ({ open }) => {
    const app = await open()
    await app.slider.focus()
    await app.page.keyboard.press('?')
    const panel = app.page.getByRole('dialog', { name: 'Ways to move, and their keys' })
    await panel.waitFor()
    expect(await findViolations(app.page)).toEqual([])
    await panel.getByRole('button', { name: 'Last step' }).press('Enter')
    await isSaid(app, 'The page reads 200 OK')
    await panel.getByRole('button', { name: 'A line of yours' }).press('Enter')
    await panel.getByRole('button', { name: 'Slow' }).press('Enter')
    await app.page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await app.slider.focus()
    await app.page.keyboard.press('Home')
    await app.page.keyboard.press('ArrowRight')
    await isSaid(app, 'line 48 of main.py comes next')
    await app.page.getByRole('button', { name: 'Next line' }).press('Enter')
    await isSaid(app, 'line 54 of main.py comes next')
  })

  test('exceptions are found; keys do nothing while somebody types', async ({ open }) => {
    const app = await open()
    await app.page.getByRole('tab', { name: /bagel/ }).press('Enter')
    await app.slider.focus()
    await app.page.keyboard.press('Home')
    await app.page.keyboard.press('e')
    await isSaid(app, 'read_bread raises HTTPException')
    await app.page.keyboard.press('e')
    await isSaid(app, 'The exception handler http_exception_handler makes a 404 of HTTPException')
    await app.page.keyboard.press('e')
    await waitForText(app.page.locator('body'), 'No exception comes after this.')
    await app.page.keyboard.press('E')
    await isSaid(app, 'read_bread raises HTTPException')
    const before = await said(app)
    await goToLine(app, 2)
    await app.page.keyboard.type('# .e[]b')
    expect(await said(app)).toBe(before)
  })
})

describe('the story', () => {
  test('tells the whole run, follows the cursor, leads to each moment, and can be copied', async ({ open }) => {
    const app = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await app.page.getByRole('tab', { name: 'Story' }).press('Enter')
    const story = app.page.getByRole('list', { name: 'What happened' })
    const now = story.locator('[aria-current="step"]')
    await waitForText(now, 'timing gets the response back')
    await app.slider.focus()
    await app.page.keyboard.press('ArrowRight')
    await waitForText(now, 'Tickets gets the response back')
    await story.getByRole('button', { name: "Tickets sets request.state.ticket to 'B1'." }).press('Enter')
    await isSaid(app, "Tickets sets request.state.ticket to 'B1'")
    await app.page.getByRole('checkbox', { name: 'with lines' }).press(' ')
    await story.getByRole('button', { name: /^In timing, line 20 of/ }).press('Enter')
    await isLine(app, 20)
    expect(await findViolations(app.page)).toEqual([])
    await app.page.getByRole('button', { name: 'Copy text' }).press('Enter')
    await waitForText(app.page.locator('body'), 'Copied as text.')
    const text = await app.page.evaluate(() => navigator.clipboard.readText())
    expect(text).toMatch(/^One rye, please\n\nA page at https:\/\/shop\.example asks for/)
    await app.page.getByRole('button', { name: 'Copy Markdown' }).press('Enter')
    await waitForText(app.page.locator('body'), 'Copied as Markdown.')
    expect(await app.page.evaluate(() => navigator.clipboard.readText())).toContain('- **timing** gets the response')
  })
})

const ZIPPED = `from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware

app = FastAPI()


@app.middleware("http")
async def shout(request: Request, call_next):
    response = await call_next(request)
    pieces = response.body_iterator

    async def louder():
        async for piece in pieces:
            yield piece.upper()

    response.body_iterator = louder()
    response.headers["vary"] = "Accept"
    response.headers.append("set-cookie", "a=1")
    response.headers.append("set-cookie", "basket=" + "rye" * 12)
    return response


app.add_middleware(GZipMiddleware, minimum_size=10)


@app.post("/poem")
async def poem(request: Request):
    await request.json()
    return {"poem": "crumbs " * 9}
`
const POEM = 'POST /poem\nContent-Type: application/json\nAccept-Encoding: gzip\n\n{"kind": "bread"}\n'

describe('headers and body', () => {
  test('tell who changed what, with the values before and after', async ({ open }) => {
    const app = await open()
    await app.openFile('requests.http')
    await app.type(POEM)
    await app.openFile('main.py')
    await app.type(ZIPPED)
    await app.runAsItIs()
    await app.slider.focus()
    await app.page.keyboard.press('End')

    await app.page.getByRole('tab', { name: 'Headers', exact: true }).press('Enter')
    const headers = app.page.getByRole('table', { name: /^Response headers, from/ })
    const changed = headers.getByRole('button', { name: 'changed from Accept to Accept, Accept-Encoding' })
    await changed.focus()
    expect(await headers.getByRole('rowheader', { name: 'set-cookie' }).count()).toBe(2)
    const long = headers.getByRole('button', { name: /^basket=rye/ })
    await long.press('Enter')
    expect(await long.getAttribute('aria-expanded')).toBe('true')
    expect(await findViolations(app.page)).toEqual([])
    await changed.press('Enter')
    await isSaid(app, 'GZipMiddleware gets the response back')

    await app.page.getByRole('tab', { name: 'Body', exact: true }).press('Enter')
    const body = app.page.getByRole('table', { name: /^The response’s body/ })
    const line = async (name: string) => body.getByRole('row').filter({ hasText: name }).innerText()
    expect(await line('poem')).toMatch(/made here/)
    expect(await line('shout')).toMatch(/changed here/)
    expect(await line('GZipMiddleware')).toMatch(/gzip\s+changed here/)
    const text = app.page.getByLabel('Body', { exact: true }).last()
    await waitForText(text, '"POEM": "CRUMBS')
    await app.page.getByRole('button', { name: 'As gzip' }).press('Enter')
    await waitForText(app.page.getByRole('table', { name: 'Bytes of the body' }), '1f 8b 08')
    expect(await findViolations(app.page)).toEqual([])
    await body.getByRole('button', { name: 'poem' }).press('Enter')
    await waitForText(text, '"poem": "crumbs')
    await app.page.getByRole('button', { name: 'Hex' }).press('Enter')
    await waitForText(app.page.getByRole('table', { name: 'Bytes of the body' }), '7b 22 70 6f 65 6d')
    await app.page.getByRole('button', { name: 'Request', exact: true }).press('Enter')
    await waitForText(app.page.getByRole('table', { name: /^The request’s body/ }), 'sent from here')
  })
})

describe('a link to a moment', () => {
  /** Copies a link by keys alone, and gives its fragment. */
  const copyLink = async (app: App) => {
    await app.slider.focus()
    await app.page.keyboard.press('?')
    await app.page.getByRole('button', { name: 'Copy a link to this moment' }).press('Enter')
    await waitForText(app.page.locator('body'), 'Link copied.')
    const url = await app.page.evaluate(() => navigator.clipboard.readText())
    expect(url.length).toBeLessThan(8192)
    return new URL(url).hash
  }
  const permissions = ['clipboard-read', 'clipboard-write']

  test('opens the request and the line that it was made at', async ({ open }) => {
    const app = await open({ permissions })
    await app.page.getByRole('tab', { name: /OPTIONS/ }).press('Enter')
    await app.page.getByRole('tab', { name: /bagel/ }).press('Enter')
    await app.slider.focus()
    await app.page.keyboard.press('Home')
    for (let turn = 0; turn < 4; turn++) await app.page.keyboard.press('.')
    const before = (await said(app)) ?? ''
    expect(before).toMatch(/line \d+ of main\.py/)
    const hash = await copyLink(app)

    const there = await open({ path: hash })
    await isSaid(there, before.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    expect(await there.page.getByRole('tab', { name: /bagel/ }).getAttribute('aria-selected')).toBe('true')
    // It is opened once: the address is the page's own again.
    expect(there.page.url()).not.toContain('#')
  })

  test('brings the program along and runs it when it is told to; what was there can be had back', async ({ open }) => {
    const app = await open({ permissions })
    await app.openFile('requests.http')
    await app.type('GET /moon\n')
    await app.openFile('main.py')
    await app.type(
      'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/moon")\nasync def moon():\n    far = 384_400\n    return far\n',
    )
    await app.runAsItIs()
    await app.slider.focus()
    await app.page.keyboard.press('Home')
    await app.page.keyboard.press('.')
    await app.page.keyboard.press('.')
    await isSaid(app, 'In moon, line 9 of main.py comes next; far is 384400')
    const hash = await copyLink(app)

    const there = await open()
    await there.openFile('main.py')
    await there.type('# mine\n')
    await there.page.evaluate((next) => void (location.hash = next), hash)
    await waitForText(there.page.locator('body'), 'This link brought its own files.')
    expect(await there.layers()).not.toContainEqual(expect.stringMatching(/^moon/))
    await there.page.getByRole('button', { name: 'Run it' }).press('Enter')
    await isSaid(there, 'In moon, line 9 of main.py comes next; far is 384400')
    expect(await findViolations(there.page)).toEqual([])
    await there.page.getByRole('button', { name: 'Bring mine back' }).press('Enter')
    await waitFor(async () => (await there.editorText()).includes('# mine'))
  })

  test.for([
    ['#moment=AAAA', 'This link is damaged'],
    ['#moment=', 'This link is damaged'],
  ] as const)('%s says in a sentence what is wrong', async ([hash, words], { open }) => {
    const app = await open({ path: hash })
    await waitForText(app.page.locator('body'), words)
    expect(await app.layers()).not.toEqual([])
  })

  test('a program that is too long for a link is said to be', async ({ open }) => {
    const app = await open({ permissions })
    const noise = Array.from(
      { length: 700 },
      (_, at) => `# ${(at * 2_654_435_761).toString(36)}${(at ** 5).toString(36)}`,
    )
    await app.type(`from fastapi import FastAPI\n\napp = FastAPI()\n${noise.join('\n')}\n`)
    await app.runAsItIs()
    await app.slider.focus()
    await app.page.keyboard.press('?')
    await app.page.getByRole('button', { name: 'Copy a link to this moment' }).press('Enter')
    await waitForText(app.page.locator('body'), /the link would have \d+\.\d kB/)
  })
})
