// `npm run bench`: measures boot, requests, a step of the cursor, edit to onion, and bytes over the wire, in one run, and prints ratios.
// Times depend on the machine; ratios within one run are what counts. `--quick` takes fewer samples.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type CDPSession } from 'playwright'
import { App, waitFor } from '../e2e/fixtures/app-page'
import { ONE_GET, withHeader } from '../e2e/content/programs'
import { BROWSER_FLAGS, findBrowser } from '../e2e/fixtures/find-browser'
import { servePage, serveSource } from '../e2e/fixtures/serve'
import { groupRequests } from '../engine/browser'
import { spawnNodeWorker } from '../engine/cli/spawn'
import { EngineHost, Session, type Program } from '../engine/host'
import type { RequestGroup } from '../engine/protocol'
import { parseHttpFile } from '../engine/requests'
import type { BenchPage, BootFigures } from './bench/page'
import { measureDoors } from './bench/doors'
import { measureEngine } from './bench/engine'
import { median, percentile, round, table } from './bench/figures'
import { measureViews } from './bench/views'
import { ROOT } from './lib/paths.mjs'

const isQuick = process.argv.includes('--quick')
const BOOTS = isQuick ? 2 : 5
const ROUNDS = isQuick ? 6 : 20
const EDITS = isQuick ? 10 : 40
const SETTLE_MS = 1500

/** What is booted and asked: CORS, a body that Pydantic reads, and one layer of each kind of the learner's own. */
const PROGRAM: Program = {
  files: { 'main.py': readFileSync(join(ROOT, 'lessons/sample/start/main.py'), 'utf8') },
  entry: 'main.py',
  app: null,
}
const requestsOf = (text: string): readonly RequestGroup[] =>
  groupRequests(parseHttpFile(text, { file: 'bench.http', readFile: () => null }).requests)
const FIRST = requestsOf('GET /breads/rye\nOrigin: https://shop.example\n')

const say = (text: string) => void process.stderr.write(`  … ${text}\n`)

async function bootInChromium(browser: Browser): Promise<Record<'plain' | 'snapshot', BootFigures[]>> {
  const served = await serveSource('scripts/bench', '.peel/bench', 4890)
  const figures: Record<'plain' | 'snapshot', BootFigures[]> = { plain: [], snapshot: [] }
  try {
    for (let i = 0; i < BOOTS; i++) {
      // By turns, so that a slow moment of the machine hits both.
      for (const way of ['plain', 'snapshot'] as const) {
        const context = await browser.newContext()
        const page = await context.newPage()
        await page.goto(served.url)
        // The end of the last browser context and the beginning of this one belong to neither way.
        await page.waitForTimeout(SETTLE_MS)
        const boot = () =>
          page.evaluate(
            ([bootWay, program, groups]) =>
              (globalThis as unknown as { peelBench: BenchPage }).peelBench.boot(bootWay, program, groups),
            [way, PROGRAM, FIRST] as const,
          )
        figures[way].push(await boot())
        await context.close()
      }
    }
  } finally {
    await served.close()
  }
  return figures
}

async function bootUnderNode(way: 'plain' | 'snapshot'): Promise<number> {
  const started = performance.now()
  const host = new EngineHost(spawnNodeWorker({ way }), { spare: false })
  try {
    const session = new Session(host, PROGRAM)
    await session.open()
    for (const group of FIRST) await session.send(group)
    if (session.document.exchanges[0]?.response?.status !== 200)
      throw new Error('The bench’s first request was not answered.')
    return performance.now() - started
  } finally {
    host.dispose()
  }
}

/** Bytes that came over the wire so far, by the browser's own count. */
async function countBytes(session: CDPSession): Promise<() => number> {
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await session.send('Network.enable')
  return () => bytes
}

async function measurePage(browser: Browser, url: string) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  // tsx keeps names of functions by a helper, which functions that are sent into the page would miss there.
  await context.addInitScript('globalThis.__name ??= (it) => it')
  const app = new App(await context.newPage())
  const bytes = await countBytes(await context.newCDPSession(app.page))
  const started = performance.now()
  await app.page.goto(url, { waitUntil: 'commit' })
  await waitFor(async () => (await app.layers()).length > 6, { timeout: 30_000 })
  const firstOnionMs = performance.now() - started
  const beforeOnion = bytes()
  await app.waitReady()
  const readyMs = performance.now() - started
  await app.page.waitForLoadState('networkidle')
  const inAll = bytes()

  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.openFile('main.py')
  const edits: number[] = []
  for (let i = 0; i < EDITS; i++) {
    const name = `layer_${i}`
    await app.type(withHeader(name, 'x-bench'))
    await app.waitReady()
    edits.push(await app.pressRunAndWaitFor(name))
  }
  await context.close()
  return { firstOnionMs, readyMs, beforeOnion, inAll, edits }
}

const executablePath = await findBrowser()
const browser = await chromium.launch({ executablePath, args: BROWSER_FLAGS })
try {
  say('Moving the cursor through 10,000 events, and weighing 100,000')
  const shown = await serveSource('scripts/bench/views', '.peel/bench-views', 4891)
  const views = await measureViews(browser, shown.url, isQuick ? 2 : 6)
  await shown.close()
  say(`Booting in Chromium, ${BOOTS} times each way`)
  const boots = await bootInChromium(browser)
  say('Booting under Node')
  const node = { plain: [] as number[], snapshot: [] as number[] }
  for (let i = 0; i < BOOTS; i++)
    for (const way of ['plain', 'snapshot'] as const) node[way].push(await bootUnderNode(way))
  say('Sending requests with and without a trace, and in every order')
  const engine = await measureEngine(ROUNDS)
  say('Fetching through the service worker and directly')
  const doors = await measureDoors(browser, ROUNDS * 10)
  say(`Editing and running, ${EDITS} times`)
  const served = await servePage()
  const page = await measurePage(browser, served.url)
  await served.close()

  const first = (way: 'plain' | 'snapshot') => median(boots[way].map((it) => it.firstResponseMs))
  const ready = (way: 'plain' | 'snapshot') => median(boots[way].map((it) => it.readyMs))
  const figures = {
    bootInChromium: {
      plainMs: round(first('plain')),
      snapshotMs: round(first('snapshot')),
      ratio: round(first('plain') / first('snapshot'), 2),
      readyAfterMs: { plain: round(ready('plain')), snapshot: round(ready('snapshot')) },
    },
    bootUnderNode: {
      plainMs: round(median(node.plain)),
      snapshotMs: round(median(node.snapshot)),
      ratio: round(median(node.plain) / median(node.snapshot), 2),
    },
    engine,
    doors,
    editToOnion: {
      p50Ms: round(percentile(page.edits, 50)),
      p95Ms: round(percentile(page.edits, 95)),
      samples: page.edits.length,
    },
    views,
    page: { firstOnionMs: round(page.firstOnionMs), readyMs: round(page.readyMs) },
    bytes: { beforeFirstOnion: page.beforeOnion, inAll: page.inAll },
  }
  console.log(JSON.stringify(figures, null, 2))
  console.log(
    `\n${table([
      ['', 'plain', 'snapshot', 'ratio', 'goal'],
      [
        'boot to first traced response, Chromium',
        `${figures.bootInChromium.plainMs} ms`,
        `${figures.bootInChromium.snapshotMs} ms`,
        `${figures.bootInChromium.ratio} ×`,
        '8 ×',
      ],
      [
        'boot to first traced response, Node',
        `${figures.bootUnderNode.plainMs} ms`,
        `${figures.bootUnderNode.snapshotMs} ms`,
        `${figures.bootUnderNode.ratio} ×`,
        '',
      ],
    ])}\n\n${table([
      ['', 'figure', 'goal'],
      ['requests per second, traced, 8 layers', String(engine.requestsPerSecond), '300'],
      [
        'request traced / untraced',
        `${engine.later.tracedMs} / ${engine.later.untracedMs} ms = ${engine.later.ratio} ×`,
        '1.5 ×',
      ],
      ['the same, first 20 of a session', `${engine.first.tracedMs} / ${engine.first.untracedMs} ms`, ''],
      ['events per second', String(engine.eventsPerSecond), ''],
      ['events per request, bytes per event', `${engine.eventsPerRequest}, ${engine.bytesPerEvent} B`, ''],
      ['fresh session', `${engine.freshSessionMs} ms`, '15 ms'],
      ['120 orders × 3 requests', `${engine.ordersMs} ms`, '2000 ms'],
      ['a fetch: service worker / direct', `${doors.workerMs} / ${doors.directMs} ms`, ''],
      ['what the service worker adds', `${doors.addedMs} ms`, '5 ms'],
      ['Run to onion, p50', `${figures.editToOnion.p50Ms} ms`, ''],
      ['Run to onion, p95', `${figures.editToOnion.p95Ms} ms`, '100 ms'],
      ['script of a step, 10,000 events, p50 / p95', `${views.step.p50Ms} / ${views.step.p95Ms} ms`, '8 ms'],
      ['script of a line, p50 / p95', `${views.line.p50Ms} / ${views.line.p95Ms} ms`, '8 ms'],
      ['script of a step with lanes, p50 / p95', `${views.lanesStep.p50Ms} / ${views.lanesStep.p95Ms} ms`, '8 ms'],
      ['script of a row in the table, p50 / p95', `${views.row.p50Ms} / ${views.row.p95Ms} ms`, '8 ms'],
      ['first drawing of 10,000 events', `${views.firstDrawingMs} ms`, '100 ms'],
      [`memory of ${views.memory.events} events`, `${views.memory.addedMb} MB`, '150 MB'],
      ['page to first onion', `${figures.page.firstOnionMs} ms`, ''],
      ['page to engine ready', `${figures.page.readyMs} ms`, ''],
      ['over the wire before the first onion', `${round(figures.bytes.beforeFirstOnion / 1e6, 2)} MB`, '1 MB'],
      ['over the wire in all', `${round(figures.bytes.inAll / 1e6, 2)} MB`, ''],
    ])}`,
  )
} finally {
  await browser.close()
}
