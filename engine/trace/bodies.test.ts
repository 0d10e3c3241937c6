import { expect, test } from 'vitest'
import type { HeaderList, RunDocument } from '../protocol'
import { hexRows, joinPieces, readBodies } from './bodies'
import { exception, happyPath } from './fixtures/scenes'
import { documentOf, exchangeOf, LAYERS, TraceScript } from './fixtures/script'
import { foldExchange } from './fold'
import { viewExchange } from './view'

const shownOf = (document: RunDocument) => foldExchange(viewExchange(document, 0), { folding: 'none' })
const HEAD: HeaderList = [['content-type', 'text/plain']]

/** The endpoint sends pieces, and one layer sends others in their place. */
function streamed(by: string, pieces: readonly string[]): RunDocument {
  const script = new TraceScript().browser().server()
  const ids = LAYERS.map(({ id }) => id)
  for (const id of ids) script.enter(id)
  script.enter('endpoint').start('endpoint', 200, HEAD).body('endpoint', 'ab', true).body('endpoint', 'cd')
  let outside = false
  for (const id of ids.toReversed()) {
    outside ||= id === by
    script.start(id, 200, HEAD)
    const out = outside ? pieces : ['ab', 'cd']
    for (const [at, text] of out.entries()) script.body(id, text, at < out.length - 1)
  }
  return documentOf(script.events, [exchangeOf(200, HEAD)])
}

const deeds = (document: RunDocument) =>
  Object.fromEntries(readBodies(document, 0, shownOf(document), 'response').map(({ name, deed }) => [name, deed]))

test('a body is told from the core outwards, and who does nothing to it does nothing', () => {
  const document = happyPath()
  const rows = readBodies(document, 0, shownOf(document), 'response')
  expect(rows[0]).toMatchObject({ name: 'read_order', deed: 'made', bytes: 8 })
  expect(rows.slice(1).map(({ deed }) => deed)).toEqual(rows.slice(1).map(() => 'same'))
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
})

test.for([
  [['abcd'], 'cut'],
  [['a', 'bcd'], 'cut'],
  [['AB', 'CD'], 'changed'],
  [['ab'], 'changed'],
  [['ab', 'cd'], 'same'],
] as const)('a layer that lets %j out has it %s', ([pieces, deed]) => {
  const told = deeds(streamed('timing', pieces))
  expect(told['timing']).toBe(deed)
  expect(told['AuthMiddleware']).toBe('same')
  expect(told['endpoint']).toBe('made')
})

test('a body in place of one that was thrown away is made, and not changed', () => {
  const told = deeds(exception())
  expect(told['ServerErrorMiddleware']).toBe('made')
})

test('of pieces too long to be kept only hashes tell a difference', () => {
  const long = (id: string, sha256: string | undefined, bytes = 9) => ({
    ...new TraceScript().body(id, 'x'.repeat(bytes)).events[0],
    kind: 'send' as const,
    message: {
      type: 'http.response.body',
      body: { bytes, text: null, encoding: 'utf8' as const, ...(sha256 && { sha256 }) },
    },
  })
  const told = (a: string | undefined, b: string | undefined) => {
    const base = happyPath()
    const events = base.events.filter((event) => event.kind !== 'send' || event.message.type !== 'http.response.body')
    const at = events.length
    const common = { at: 0, task: 1, exchange: 0 }
    const document = {
      ...base,
      events: [
        ...events.map((event, seq) => ({ ...event, seq })),
        { ...long('endpoint', a), ...common, seq: at, layer: 'endpoint' },
        { ...long('timing', b), ...common, seq: at + 1, layer: 'timing' },
      ],
    }
    return readBodies(document, 0, shownOf(document), 'response')
  }
  expect(told('1', '1').map(({ deed }) => deed)).toEqual(['made', 'same'])
  expect(told('1', '2').map(({ deed }) => deed)).toEqual(['made', 'changed'])
  expect(told(undefined, '2').map(({ deed }) => deed)).toEqual(['made', 'unknown'])
  expect(joinPieces(told('1', '1')[0]?.pieces ?? [])).toBeNull()
})

test('a request body is told from the browser inwards, as far as somebody read it', () => {
  const script = new TraceScript().browser().server()
  script.enter('timing').enter('endpoint')
  const body = { bytes: 2, text: '{}', encoding: 'utf8' as const }
  for (const id of ['timing', 'endpoint'])
    script.add(id, { kind: 'receive', message: { type: 'http.request', body, more: false } })
  const exchange = exchangeOf(200, HEAD)
  const document = documentOf(script.events, [{ ...exchange, request: { ...exchange.request, body: '{}' } }])
  const rows = readBodies(document, 0, shownOf(document), 'request')
  expect(rows.map(({ name, deed }) => [name, deed])).toEqual([
    ['Browser', 'made'],
    ['timing', 'same'],
    ['endpoint', 'same'],
  ])
  expect(readBodies(happyPath(), 0, shownOf(happyPath()), 'request')).toEqual([])
})

test('hexRows() writes offset, bytes and what can be read of them', () => {
  const bytes = new TextEncoder().encode('Grüße, 0\n')
  expect(hexRows(bytes, 8, 100)).toEqual([
    { offset: '000000', hex: '47 72 c3 bc c3 9f 65 2c', text: 'Gr....e,' },
    { offset: '000008', hex: '20 30 0a', text: ' 0.' },
  ])
  expect(hexRows(bytes, 8, 8)).toHaveLength(1)
})
