// The published schema, beside real runs: every app of the corpus, the sample, and what is no run.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020'
import mermaid from 'mermaid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askPeel } from '../cli/testing/reference'
import { spawnNodeWorker } from '../cli/spawn'
import { readCorpus } from '../corpus/read-corpus'
import { EngineHost } from '../host'
import type { RunDocument } from '../protocol'
import { foldExchange, viewExchange } from '../trace'
import { TRACE_SCHEMA_FILE, writeMermaid, writeTrace } from '.'
import { schemaText } from './schema'

const root = join(import.meta.dirname, '..', '..')
const published = readFileSync(join(root, 'public', TRACE_SCHEMA_FILE), 'utf8')
const apps = readCorpus()

let host: EngineHost
let validate: ValidateFunction
const documents = new Map<string, RunDocument>()

beforeAll(async () => {
  validate = new Ajv2020({ allErrors: false }).compile(JSON.parse(published) as object)
  host = new EngineHost(spawnNodeWorker())
  for (const { name, files, entry, groups } of apps)
    documents.set(name, await askPeel(host, { files, entry, app: null }, groups))
}, 120_000)
afterAll(() => host.dispose())

/** What is wrong with a document as it is exported; null for nothing. */
function faultsOf(document: RunDocument, change: (file: Loose) => void = () => undefined): unknown {
  const file = JSON.parse(writeTrace(document, `https://peel.example/${TRACE_SCHEMA_FILE}`)) as Loose
  change(file)
  return validate(file) ? null : validate.errors
}

function documentOf(name: string): RunDocument {
  const document = documents.get(name)
  if (!document) throw new Error(`${name} was not run`)
  return document
}

/** A document's parts as a careless hand may change them. */
interface Loose {
  [key: string]: unknown
  stop?: unknown
  readonly layers: Record<string, unknown>[]
  readonly events: Record<string, unknown>[]
  readonly exchanges: {
    readonly request: { readonly headers: unknown[] }
    readonly response: Record<string, unknown>
  }[]
}

test('is what the code says; `npx tsx scripts/write-schema.ts` writes it anew', () => {
  expect(published).toBe(schemaText())
})

describe('holds for', () => {
  test.for(apps.map(({ name }) => name))('%s', (name) => {
    expect(faultsOf(documentOf(name))).toBeNull()
  })

  test('the recorded run of the sample, with its pages and its browser', () => {
    const recorded = readFileSync(join(root, 'lessons', 'sample', 'recorded.json'), 'utf8')
    const document = JSON.parse(recorded) as RunDocument
    expect(document.fetches?.length).toBeGreaterThan(0)
    expect(faultsOf(document)).toBeNull()
  })
})

describe('does not hold for', () => {
  test.for<[string, (file: Loose) => void]>([
    ['a key more at the top', (file) => (file['extra'] = 1)],
    ['a key more in an event', ({ events }) => Object.assign(events[0] ?? {}, { extra: 1 })],
    ['a key more in an exchange', ({ exchanges }) => Object.assign(exchanges[0]?.response ?? {}, { extra: 1 })],
    ['a key more in a layer', ({ layers }) => Object.assign(layers[0] ?? {}, { extra: 1 })],
    ['a key of another kind of event', ({ events }) => Object.assign(events[0] ?? {}, { awaited: true })],
    ['a kind that is none', ({ events }) => Object.assign(events[0] ?? {}, { kind: 'entered' })],
    ['a header that is no pair', ({ exchanges }) => exchanges[0]?.request.headers.push(['x'])],
    ['a key less', (file) => delete file.stop],
    ['another version', (file) => (file['version'] = 2)],
  ])('%s', ([, change]) => {
    expect(faultsOf(documentOf('cors/listed_origins'))).toBeNull()
    expect(faultsOf(documentOf('cors/listed_origins'), change)).not.toBeNull()
  })
})

test('Mermaid reads the diagram of every app’s last exchange', { timeout: 120_000 }, async () => {
  let read = 0
  for (const document of documents.values()) {
    const last = document.exchanges.length - 1
    if (last < 0) continue
    const text = writeMermaid(foldExchange(viewExchange(document, last)))
    await expect(mermaid.parse(text)).resolves.toMatchObject({ diagramType: 'sequence' })
    read++
  }
  expect(read).toBeGreaterThan(80)
})
