import { expect, test } from 'vitest'
import type { HeaderList } from '../protocol'
import { documentOf, exchangeOf, LAYERS, TraceScript } from './fixtures/script'
import { foldExchange } from './fold'
import { headerTable, thinTable } from './table'
import { viewExchange } from './view'

/** The table of a response whose headers a layer replaces by others. */
function tableOf(inside: HeaderList, by: string, outside: HeaderList) {
  const script = new TraceScript().browser().server()
  const ids = LAYERS.map(({ id }) => id)
  for (const id of ids) script.enter(id)
  script.enter('endpoint').start('endpoint', 200, inside)
  let isOut = false
  for (const id of ids.toReversed()) {
    isOut ||= id === by
    script.start(id, 200, isOut ? outside : inside)
  }
  const document = documentOf(script.events, [exchangeOf(200, outside)])
  return headerTable(foldExchange(viewExchange(document, 0), { folding: 'none' }), 'response')
}

const told = (table: ReturnType<typeof tableOf>) =>
  table.lines.map(({ name, value, addedBy, changedBy, removed }) => [name, value, addedBy, changedBy.join(), removed])

test('a second cookie in front of the first is added, and the first one stays', () => {
  const table = tableOf([['set-cookie', 'a=1']], 'timing', [
    ['set-cookie', 'b=2'],
    ['set-cookie', 'a=1'],
  ])
  expect(told(table)).toEqual([
    ['set-cookie', 'a=1', 'endpoint', '', false],
    ['set-cookie', 'b=2', 'timing', '', false],
  ])
})

test('of three values one is changed and one removed', () => {
  const table = tableOf(
    [
      ['vary', 'A'],
      ['vary', 'B'],
      ['vary', 'C'],
    ],
    'timing',
    [
      ['Vary', 'C'],
      ['vary', 'D'],
    ],
  )
  expect(told(table)).toEqual([
    ['vary', 'D', 'endpoint', 'timing', false],
    ['vary', 'B', 'endpoint', 'timing', true],
    ['vary', 'C', 'endpoint', '', false],
  ])
})

test('a header that goes and comes again has one line', () => {
  const table = tableOf([['x-a', '1']], 'timing', [])
  expect(told(table)).toEqual([['x-a', '1', 'endpoint', 'timing', true]])
})

test('columns that did nothing are left out where there are many, but for the ends and the one in view', () => {
  const table = tableOf([['x-a', '1']], 'timing', [['x-a', '2']])
  expect(table.columns.length).toBeGreaterThan(8)
  const row = table.columns.find(({ name }) => name === 'CORSMiddleware')?.row
  const thin = thinTable(table, 8, row)
  expect(thin.columns.map(({ name }) => name)).toEqual(['endpoint', 'timing', 'CORSMiddleware', 'Browser'])
  for (const line of thin.lines) expect(line.cells).toHaveLength(4)
})
