// What is taken along from a run, by keyboard alone: pictures, diagram, command, JSON, comic strip, and the project with tests.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright'
import { expect } from 'vitest'
import { VENV_PYTHON } from '../../engine/cli/testing/cpython'
import type { App } from '../fixtures/app'
import { test, waitFor, waitForText } from '../fixtures/app'
import { findViolations } from '../fixtures/axe'

const LAYERS = ['Browser', 'uvicorn', 'CORSMiddleware', 'NoSniff', 'Tickets', 'timing', 'read_bread']

/** Opens the menu of the run and takes an entry of it, by keys only. */
async function take(app: App, entry: string): Promise<void> {
  await app.page.getByRole('button', { name: 'What to do with this run' }).focus()
  await app.page.keyboard.press('Enter')
  const item = app.page.getByRole('menuitem', { name: entry })
  await item.waitFor()
  for (let presses = 0; presses < 30; presses++) {
    if (await item.evaluate((element) => element === document.activeElement)) break
    await app.page.keyboard.press('ArrowDown')
  }
  await app.page.keyboard.press('Enter')
}

async function save(app: App, entry: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([app.page.waitForEvent('download'), take(app, entry)])
  return { name: download.suggestedFilename(), bytes: await buffer(await download.createReadStream()) }
}

async function copy(app: App, entry: string): Promise<string> {
  await app.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await take(app, entry)
  await waitForText(app.page.locator('body'), 'Copied the')
  return app.page.evaluate(() => navigator.clipboard.readText())
}

/** How far two pictures are apart on average, 0 to 1, the second laid over the first at the same size. */
function distance(page: Page, one: Buffer, other: Buffer): Promise<{ apart: number; width: number; ink: number }> {
  return page.evaluate(
    async ([first, second]) => {
      const read = async (base64: string, size?: { width: number; height: number }) => {
        const image = new Image()
        image.src = `data:image/png;base64,${base64}`
        await image.decode()
        const { width, height } = size ?? image
        const canvas = new OffscreenCanvas(width, height)
        const context = canvas.getContext('2d')
        context?.drawImage(image, 0, 0, width, height)
        return { width, height, data: context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray() }
      }
      const a = await read(first)
      const b = await read(second, a)
      let sum = 0
      let ink = 0
      for (let i = 0; i < a.data.length; i++) {
        sum += Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0))
        if (i % 4 < 3 && (b.data[i] ?? 255) < 100) ink++
      }
      return { apart: sum / a.data.length / 255, width: a.width, ink: ink / b.data.length }
    },
    [one.toString('base64'), other.toString('base64')] as const,
  )
}

/** The onion as it is on screen, with the edge that a picture of it has. */
async function liveOnion(app: App): Promise<Buffer> {
  const box = await app.page.locator('.instrument .on-svg').boundingBox()
  if (!box) throw new Error('no onion')
  const clip = { x: box.x - 8, y: box.y - 8, width: box.width + 16, height: box.height + 16 }
  return app.page.screenshot({ clip, animations: 'disabled' })
}

test('the onion as SVG stands alone, and looks as on the page', async ({ open }) => {
  const app = await open({ deviceScaleFactor: 2, reducedMotion: 'reduce' })
  await app.runAsItIs()
  const live = await liveOnion(app)
  const { name, bytes } = await save(app, 'Save the onion as SVG')
  expect(name).toBe('one-rye-please.svg')
  const text = bytes.toString()
  expect(text).not.toMatch(/var\(|class=|style=|<script|href=/)
  const bare = await app.page.context().newPage()
  await bare.setContent(`<body style="margin:0">${text}</body>`)
  const parsed = await bare.evaluate((source) => {
    const xml = new DOMParser().parseFromString(source, 'image/svg+xml')
    return {
      faults: xml.querySelectorAll('parsererror').length,
      title: xml.querySelector('title')?.textContent ?? '',
      description: xml.querySelector('desc')?.textContent ?? '',
      texts: [...xml.querySelectorAll('text')].map((one) => one.textContent ?? ''),
    }
  }, text)
  expect(parsed.faults).toBe(0)
  expect(parsed.title).toBe('GET /breads/rye')
  expect(parsed.description).toContain('timing gets the response back and adds x-took')
  expect(parsed.texts).toEqual(expect.arrayContaining(LAYERS))
  // Other faces, same widths: letters differ, nothing else.
  const seen = await distance(app.page, live, await bare.locator('svg').screenshot())
  expect(seen.apart).toBeLessThan(0.04)
  expect(seen.ink).toBeGreaterThan(0.005)
  await bare.close()
})

test('the onion as PNG has twice the pixels and the page’s faces', async ({ open }) => {
  const app = await open({ deviceScaleFactor: 2, reducedMotion: 'reduce' })
  await app.runAsItIs()
  const live = await liveOnion(app)
  const { name, bytes } = await save(app, 'Save the onion as PNG')
  expect(name).toBe('one-rye-please.png')
  const seen = await distance(app.page, bytes, live)
  const box = await app.page.locator('.instrument .on-svg').boundingBox()
  expect(seen.width).toBe(Math.round(((box?.width ?? 0) + 16) * 2))
  expect(seen.apart).toBeLessThan(0.015)
})

test('the diagram is drawn by Mermaid, with every layer', async ({ open }) => {
  const app = await open()
  const text = await copy(app, 'Copy as Mermaid diagram')
  expect(text).toMatch(/^sequenceDiagram\n/)
  const bare = await app.page.context().newPage()
  await bare.setContent('<body></body>')
  await bare.addScriptTag({ path: createRequire(import.meta.url).resolve('mermaid/dist/mermaid.min.js') })
  const drawn = await bare.evaluate(async (source) => {
    const { mermaid } = globalThis as unknown as {
      mermaid: { render: (id: string, source: string) => Promise<{ svg: string }> }
    }
    return new DOMParser().parseFromString((await mermaid.render('it', source)).svg, 'text/html').body.textContent ?? ''
  }, text)
  for (const layer of LAYERS) expect(drawn).toContain(layer)
  expect(drawn).toContain('x-took: 0.1 s')
  await bare.close()
})

test('the command comes with its answer, and without a clipboard stands there to be copied', async ({ open }) => {
  const app = await open()
  const text = await copy(app, 'Copy as curl, with response')
  expect(text).toMatch(/^curl http:\/\/localhost:8000\/breads\/rye/)
  expect(text).toContain('\n# HTTP/1.1 200 OK\n')
  expect(text).toContain('# {"bread":"rye","left":4,"ticket":"B1"}')
  await app.page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
  await take(app, 'Copy as curl, with response')
  const field = app.page.getByRole('textbox', { name: 'curl command' })
  await field.waitFor()
  expect(await field.inputValue()).toBe(text)
})

test('the run as JSON follows the schema that the page publishes', async ({ open }) => {
  const app = await open()
  await app.runAsItIs()
  const { name, bytes } = await save(app, 'Save the run as JSON')
  expect(name).toBe('one-rye-please.json')
  const run = JSON.parse(bytes.toString()) as { $schema: string; exchanges: unknown[] }
  const schema = await app.page.evaluate(async (url) => (await fetch(url)).json() as Promise<object>, run.$schema)
  const validate = new Ajv2020().compile(schema)
  expect(validate(run) ? null : validate.errors).toBeNull()
  expect(run.exchanges).toHaveLength(5)
  expect(validate({ ...run, more: 1 })).toBe(false)
})

test(
  'the comic strip is one sheet of paper, and of the page only the strip is printed',
  { timeout: 120_000 },
  async ({ open }) => {
    const app = await open({ reducedMotion: 'reduce' })
    await take(app, 'Comic strip for print')
    const strip = app.page.getByRole('article', { name: 'Comic strip of One rye, please' })
    await strip.waitFor()
    expect(await strip.getByRole('listitem').count()).toBe(12)
    expect(await strip.textContent()).toContain('timing gets the response back and adds x-took: 0.1 s.')
    expect(await findViolations(app.page, 'Comic strip of the run')).toEqual([])
    for (const format of ['A4', 'Letter'] as const) {
      const pdf = (await app.page.pdf({ format })).toString('latin1')
      expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1)
    }
    await app.page.emulateMedia({ media: 'print' })
    expect(await strip.isVisible()).toBe(true)
    expect(await app.page.getByRole('button').count()).toBe(0)
    await app.page.emulateMedia({ media: 'screen' })
    await app.page.evaluate(() => Object.assign(globalThis, { print: () => (document.title = 'printed') }))
    await app.page.keyboard.press('Tab')
    await app.page.keyboard.press('Enter')
    await waitFor(async () => (await app.page.title()) === 'printed', { what: async () => 'Print was not asked for' })
    await app.page.keyboard.press('Escape')
    await waitFor(() => app.onion.isVisible())
  },
)

test('the project’s tests pass outside, and the page goes on as before', { timeout: 120_000 }, async ({ open }) => {
  const app = await open()
  await app.runAsItIs()
  const { name, bytes } = await save(app, 'Save the project with tests')
  expect(name).toBe('a-bakery-behind-four-layers.zip')
  const files = unzipSync(bytes)
  expect(Object.keys(files).sort()).toEqual([
    ...['README.md', 'main.py', 'requests.http', 'requirements.txt', 'test_requests.py'],
  ])
  const folder = mkdtempSync(join(tmpdir(), 'peel-project-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
    const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'test_requests.py']
    const { stdout } = await promisify(execFile)(VENV_PYTHON, args, { cwd: folder, timeout: 90_000 })
    expect(stdout).toMatch(/^5 passed/m)
  } finally {
    rmSync(folder, { recursive: true })
  }
  // The run on another day left nothing behind.
  await app.runAsItIs()
  expect((await app.layers()).join()).not.toContain('another')
})
