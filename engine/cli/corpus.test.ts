// The corpus: beside CPython with a real uvicorn on a real socket, with and without probes, again, and told in words.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCorpus, type CorpusApp } from '../corpus/read-corpus'
import { EngineHost } from '../host'
import type { RunDocument } from '../protocol'
import {
  foldExchange,
  listMoments,
  sentenceText,
  tellStory,
  viewExchange,
  type ExchangeView,
  type Sentence,
} from '../trace'
import { spawnNodeWorker } from './spawn'
import type { CPythonReport } from './testing/cpython'
import { askCPython, askPeel, seenByBoth, seenByPeel } from './testing/reference'

/** Part of a name, to run a few of them while working on one. */
const only = process.env['PEEL_CORPUS']
const apps = readCorpus().filter((app) => !only || app.name.includes(only))
const named = apps.map((app) => [app.name, app] as const)

/** Booting plainly takes seconds; tracebacks are what differs most easily where the libraries' files are on disk. */
const BOOTED_PLAINLY = 'errors/handlers'

let host: EngineHost
let reports: Map<CorpusApp, Promise<CPythonReport>>
const documents = new Map<CorpusApp, RunDocument>()

beforeAll(() => {
  host = new EngineHost(spawnNodeWorker())
  reports = new Map(
    apps.map((app) => [app, askCPython({ ...app, app: null }, app.groups, { patienceMs: app.patienceMs })]),
  )
  // A report that is not there fails its own test, when it is asked for.
  for (const report of reports.values()) report.catch(() => undefined)
})
afterAll(() => {
  host.dispose()
  const requests = apps.flatMap((app) => app.groups.flatMap((group) => group.requests)).length
  console.log(`Compared: ${documents.size} apps with ${requests} requests, with CPython, without probes, and again`)
})

function run(app: CorpusApp, on = host, trace = true): Promise<RunDocument> {
  return askPeel(on, { files: app.files, entry: app.entry, app: null }, app.groups, { trace })
}

/** The run with probes, as it went the first time. */
async function firstRun(app: CorpusApp): Promise<RunDocument> {
  const document = documents.get(app) ?? (await run(app))
  documents.set(app, document)
  return document
}

describe('the same as uvicorn on CPython', () => {
  test.for(named)('%s', { timeout: 60_000 }, async ([, app]) => {
    const report = await reports.get(app)
    if (!report) throw new Error('not asked')
    const { peel, cpython } = seenByBoth(await firstRun(app), report, app.masks)
    expect(peel).toEqual(cpython)
  })
})

describe('probes change nothing', () => {
  test.for(named)('%s', { timeout: 60_000 }, async ([, app]) => {
    const untraced = await run(app, host, false)
    expect(untraced.events.filter((event) => event.kind === 'enter' || event.kind === 'line')).toEqual([])
    const { layers, ...seen } = seenByPeel(untraced, [])
    expect(seenByPeel(await firstRun(app), [])).toEqual({ ...seen, layers: expect.anything() as typeof layers })
  })
})

describe('the same bytes again', () => {
  test('in the same worker', { timeout: 120_000 }, async () => {
    const parted = await findParted(apps, host)
    expect(parted?.again).toEqual(parted?.first)
    expect(parted).toBeNull()
  })

  test('in a fresh worker, in another order', { timeout: 120_000 }, async () => {
    const fresh = new EngineHost(spawnNodeWorker(), { spare: false })
    const parted = await findParted(apps.toReversed(), fresh).finally(() => fresh.dispose())
    expect(parted?.again).toEqual(parted?.first)
    expect(parted).toBeNull()
  })

  test('after a plain boot', { timeout: 120_000 }, async () => {
    const plain = new EngineHost(spawnNodeWorker({ way: 'plain' }), { spare: false })
    const chosen = apps.filter(({ name }) => name === BOOTED_PLAINLY)
    const parted = await findParted(chosen, plain).finally(() => plain.dispose())
    expect(parted?.again).toEqual(parted?.first)
    expect(parted).toBeNull()
  })
})

describe('told in plain sentences', () => {
  test.for(named)('%s', { timeout: 60_000 }, async ([, app]) => {
    const document = await firstRun(app)
    const faults: string[] = []
    for (const [index] of document.exchanges.entries()) {
      const view = viewExchange(document, index)
      const moments = listMoments(document, index, view)
      for (const folding of ['none', 'quiet'] as const) {
        for (const { sentence, standing } of tellStory(foldExchange(view, { folding }), moments, true)) {
          const fault = faultOf(sentence, view, document)
          if (fault) faults.push(`${fault}: ${sentenceText(sentence)} (exchange ${index}, ${JSON.stringify(standing)})`)
        }
      }
    }
    expect(faults).toEqual([])
  })
})

/** Two lines of the page's narrowest size, three at the smaller face. */
const MOST_CHARS = 230

/** What is wrong with a sentence; null where nothing is. Names in bold are those of rings and of functions in the trace. */
function faultOf(sentence: Sentence, view: ExchangeView, document: RunDocument): string | null {
  const text = sentenceText(sentence)
  if (text === '') return 'no sentence'
  if (text.length > MOST_CHARS) return 'too long'
  if (!/^[\p{Lu}\d_a-z]/u.test(text) || !/[^.][.?]$/.test(text)) return 'no sentence by its ends'
  const words = sentence.filter(({ kind }) => kind === 'text').map((part) => part.text)
  if (words.some((word) => /undefined|\bnull\b|NaN|\[object| {2}/.test(word))) return 'a value that is none'
  const functions = document.events.flatMap((event) =>
    'function' in event ? [event.function] : 'name' in event ? [event.name] : [],
  )
  const known = new Set([...view.rings.map(({ name }) => name), ...functions, 'The browser', 'The program', 'uvicorn'])
  const isKnown = (name: string) =>
    known.has(name) || /^(\w+|\d+) (framework |library )?layers$/.test(name) || /^\d{3}( |$)/.test(name)
  const stranger = sentence.find(({ kind, text: name }) => kind === 'strong' && !isKnown(name))
  return stranger ? `nobody is called ${stranger.text}` : null
}

/** Runs apps once more, and gives the first whose document is not the same text as before. */
async function findParted(
  some: readonly CorpusApp[],
  on: EngineHost,
): Promise<{ app: string; first: RunDocument; again: RunDocument } | null> {
  for (const app of some) {
    const [first, again] = [await firstRun(app), await run(app, on)]
    if (JSON.stringify(again) !== JSON.stringify(first)) return { app: app.name, first, again }
  }
  return null
}
