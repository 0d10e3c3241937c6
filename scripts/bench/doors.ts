// The bench's measure of the two doors: one request to a running server, as a real fetch through the service worker and
// directly.
import type { Browser } from 'playwright'
import { serveEnginePage } from '../../e2e/fixtures/engine-site'
import type { Program } from '../../engine/host'
import type { PageRequest } from '../../engine/protocol'
import { median, round } from './figures'

const PROGRAM: Program = {
  entry: 'main.py',
  app: null,
  files: {
    'main.py':
      'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/")\nasync def root():\n    return {"ok": True}\n',
  },
}
const ASK: PageRequest = {
  from: -1,
  title: 'GET /',
  method: 'GET',
  url: 'https://app.shop.test/',
  headers: [],
  body: { text: '', encoding: 'utf8' },
  atMs: 0,
  page: { url: 'https://app.shop.test/', sandboxed: false, kind: 'fetch', hasBody: false, bodyType: null },
}
/** The first ones meet everything for the first time. */
const WARM_UP = 10

export interface DoorFigures {
  readonly directMs: number
  readonly workerMs: number
  /** Difference of the medians. */
  readonly addedMs: number
}

/** Measures both doors by turns, so that a slow moment of the machine hits both. */
export async function measureDoors(browser: Browser, rounds: number): Promise<DoorFigures> {
  const served = await serveEnginePage()
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(served.url)
    await page.waitForFunction(() => document.title === 'ready')
    const lane = await page.evaluate(() => enginePage.boot({ speed: Number.POSITIVE_INFINITY }))
    if (lane.kind !== 'service worker') throw new Error(`The bench needs the service worker. ${lane.why ?? ''}`)
    await page.evaluate((program) => enginePage.run(program), PROGRAM)
    const measure = (count: number) =>
      page.evaluate(([ask, times]) => enginePage.compareDoors(ask, times), [ASK, count] as const)
    await measure(WARM_UP)
    const { direct, worker } = await measure(rounds)
    const [directMs, workerMs] = [median(direct), median(worker)]
    return { directMs: round(directMs, 2), workerMs: round(workerMs, 2), addedMs: round(workerMs - directMs, 2) }
  } finally {
    await context.close()
    await served.close()
  }
}
