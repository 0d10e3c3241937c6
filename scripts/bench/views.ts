// The bench's measures of the views, with the real views and no engine: a step of the cursor, the first drawing, and the memory of a trace.
import type { Browser, CDPSession } from 'playwright'
import { App, waitFor } from '../../e2e/fixtures/app-page'
import { groupRequests } from '../../engine/browser'
import { spawnNodeWorker } from '../../engine/cli/spawn'
import { EngineHost, Session } from '../../engine/host'
import type { RunDocument } from '../../engine/protocol'
import { parseHttpFile } from '../../engine/requests'
import { percentile, round } from './figures'
import type { ViewsPage } from './views/page'

const LAYERS = 12

/** Twelve layers of the learner's around an endpoint that runs as many lines as it is asked for. */
const LONG_RUN = `from fastapi import FastAPI

app = FastAPI()


class Layer:
    def __init__(self, app, number):
        self.app, self.number = app, number

    async def __call__(self, scope, receive, send):
        async def marked(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-layer", b"%d" % self.number))
            await send(message)

        await self.app(scope, receive, marked)


for number in range(${LAYERS}):
    app.add_middleware(Layer, number=number)


@app.get("/{lines}")
async def work(lines: int):
    total = 0
    for number in range(lines // 2):
        total += number
    return {"total": total}
`

const FILES = { 'main.py': LONG_RUN, 'requests.http': 'GET /9600\n' }

/** A session whose requests make ten thousand events each. */
async function record(requests: number): Promise<RunDocument> {
  const host = new EngineHost(spawnNodeWorker(), { spare: false })
  try {
    const program = { files: FILES, entry: 'main.py', app: null }
    const session = new Session(host, program, { limits: { wallMs: 120_000 } })
    await session.open()
    const text = Array.from({ length: requests }, (_, i) => `GET /${9600 + 2 * i}\n`).join('\n###\n')
    for (const group of groupRequests(parseHttpFile(text, { file: 'bench.http' }).requests)) await session.send(group)
    const { document } = session
    if (document.exchanges.some((exchange) => exchange.response?.status !== 200))
      throw new Error('A request of the bench was not answered.')
    return document
  } finally {
    host.dispose()
  }
}

interface Pace {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly samples: number
}

/** Times are ms of script, with all that goes with a move: onion, tape, sentence, inspector, marks in the editor. */
export interface ViewFigures {
  readonly events: number
  /** From crossing to crossing on the tape. */
  readonly step: Pace
  /** From line to line. */
  readonly line: Pace
  /** From crossing to crossing, with the lanes open. */
  readonly lanesStep: Pace
  /** From row to row in the table below the lanes. */
  readonly row: Pace
  /** All work of the page's thread, from being given a run to its onion painted. */
  readonly firstDrawingMs: number
  readonly memory: { readonly events: number; readonly emptyMb: number; readonly addedMb: number }
}

interface Opened {
  readonly app: App
  readonly session: CDPSession
  /** Work of the page's thread, in ms, from giving it the run to its first onion. */
  readonly drawnMs: number
}

/** Opens the views and shows them this run. */
async function openWith(browser: Browser, url: string, document: RunDocument): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  await context.addInitScript('globalThis.__name ??= (it) => it')
  const app = new App(await context.newPage())
  await app.page.route('**/bench-run.json', (route) => route.fulfill({ json: document }))
  const session = await context.newCDPSession(app.page)
  // Time of the page's own thread: what else the machine does is not counted.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await app.page.goto(url)
  await app.editor.getByRole('textbox').first().waitFor({ state: 'attached', timeout: 60_000 })
  await app.page.evaluate(
    (files) => (globalThis as unknown as { peelViews: ViewsPage }).peelViews.load(files, '/bench-run.json'),
    FILES,
  )
  await app.page.waitForTimeout(SETTLE_MS)
  const before = await metricMs(session, 'TaskDuration')
  await app.page.evaluate(() => (globalThis as unknown as { peelViews: ViewsPage }).peelViews.show())
  await twoFrames(app)
  const drawnMs = (await metricMs(session, 'TaskDuration')) - before
  await waitFor(async () => (await app.layers()).length > 2)
  return { app, session, drawnMs }
}

/** Fonts, the editor's workers, and the effects of the first drawing. */
const SETTLE_MS = 1500

async function openLanes(app: App) {
  await app.page.getByRole('button', { name: 'What to do with this run' }).click()
  await app.page.getByRole('menuitem', { name: 'Show as lanes' }).click()
  const table = app.page.getByRole('table', { name: 'What happened, in order' })
  await table.waitFor()
  return table
}

/** Milliseconds of the page's thread so far, by the browser's own count. */
async function metricMs(session: CDPSession, metric: 'ScriptDuration' | 'TaskDuration'): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  const seconds = metrics.find(({ name }) => name === metric)?.value
  if (seconds === undefined) throw new Error(`The browser does not count ${metric}.`)
  return seconds * 1000
}

async function heapMb(session: CDPSession): Promise<number> {
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}

const twoFrames = (app: App) =>
  app.page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  )

/** Script of each of so many presses of a key, up to the frame in which they are painted. */
async function measurePresses(app: App, session: CDPSession, keys: readonly string[]): Promise<number[]> {
  const figures: number[] = []
  for (const key of keys) {
    const before = await metricMs(session, 'ScriptDuration')
    await app.page.keyboard.press(key)
    await twoFrames(app)
    figures.push((await metricMs(session, 'ScriptDuration')) - before)
  }
  return figures
}

function paceOf(figures: readonly number[]): Pace {
  return {
    p50Ms: round(percentile(figures, 50), 1),
    p95Ms: round(percentile(figures, 95), 1),
    samples: figures.length,
  }
}

const times = (key: string, count: number): string[] => Array.from({ length: count }, () => key)

/** Measures the views. `url` is where the bench's page of them is served. */
export async function measureViews(browser: Browser, url: string, rounds: number): Promise<ViewFigures> {
  const document = await record(2)
  const { app, session, drawnMs } = await openWith(browser, url, document)
  const step: number[] = []
  const line: number[] = []
  for (let i = 0; i < rounds; i++) {
    await app.slider.focus()
    await app.page.keyboard.press('Home')
    step.push(...(await measurePresses(app, session, times('ArrowRight', 20))))
    line.push(...(await measurePresses(app, session, times('.', 20))))
    step.push(...(await measurePresses(app, session, times('ArrowRight', 20))))
  }
  const table = await openLanes(app)
  const lanesStep: number[] = []
  const row: number[] = []
  for (let i = 0; i < rounds; i++) {
    await app.page.getByRole('button', { name: /^B, GET/ }).press('Enter')
    lanesStep.push(...(await measurePresses(app, session, times('ArrowRight', 20))))
    await table.locator('[role=row][aria-current=step]').focus()
    row.push(...(await measurePresses(app, session, times('ArrowDown', 20))))
  }
  await app.page.context().close()
  return {
    events: document.events.length,
    step: paceOf(step),
    line: paceOf(line),
    lanesStep: paceOf(lanesStep),
    row: paceOf(row),
    firstDrawingMs: round(drawnMs),
    memory: await measureMemory(browser, url),
  }
}

/** What ten long requests add to the page's heap, beside what one short one takes. */
async function measureMemory(browser: Browser, url: string): Promise<ViewFigures['memory']> {
  const document = await record(10)
  const short = { ...document, exchanges: document.exchanges.slice(0, 1), events: document.events.slice(0, 200) }
  const heaps: number[] = []
  for (const one of [short, document]) {
    const { app, session } = await openWith(browser, url, one)
    await app.slider.focus()
    await app.page.keyboard.press('ArrowRight')
    await openLanes(app)
    heaps.push(await heapMb(session))
    await app.page.context().close()
  }
  const [emptyMb = 0, fullMb = 0] = heaps
  return { events: document.events.length, emptyMb: round(emptyMb), addedMb: round(fullMb - emptyMb) }
}
