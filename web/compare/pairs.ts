// What the comparison shows: exchanges of two runs that answer each other, and what differs between them. Pure.
import type { HeaderList, RunDocument, TraceEvent } from '../../engine/protocol'
import { compareRuns, diffHeaders, matchExchanges, targetOf, type MatchedExchange } from '../../engine/trace'

/** Two runs; `left` is named first in sentences. */
export interface Pair {
  readonly left: RunDocument
  readonly right: RunDocument
  readonly names: { readonly a: string; readonly b: string }
}

/** A tab above the onions. */
export interface PairTab extends MatchedExchange {
  readonly key: string
  readonly label: string
  /** `200`, or `200 and 404` where they differ. */
  readonly status: string
  readonly differs: boolean
}

/** A line of the table of differences. */
export interface DifferenceRow {
  readonly what: string
  readonly isCode: boolean
  readonly left: string | null
  readonly right: string | null
}

/** Lines are the code's own affair: after an edit they stand elsewhere, and what crosses the layers may still be the same. */
const OF_THE_CODE: ReadonlySet<TraceEvent['kind']> = new Set(['line', 'return'])

/** Compares one exchange of both, with all that is before it left out. */
function compareOne({ left, right, names }: Pair, match: MatchedExchange) {
  return compareRuns(cutOut(left, match.left), cutOut(right, match.right), names)
}

function cutOut(document: RunDocument, index: number | null): RunDocument {
  const { layers } = document
  const events = document.events.filter(({ exchange, kind }) => exchange === index && !OF_THE_CODE.has(kind))
  const exchange = index === null ? undefined : document.exchanges[index]
  return {
    ...document,
    layers,
    error: null,
    exchanges: exchange ? [exchange] : [],
    events: events.map((event) => ({ ...event, exchange: 0 })),
  }
}

/** The requests of both runs, in order. `at` puts two side by side that were asked for otherwise. */
export function pairTabs(pair: Pair, at?: { readonly left: number; readonly right: number }): PairTab[] {
  const matches: MatchedExchange[] = at ? [at] : matchExchanges(pair.left, pair.right)
  return matches.map((match) => {
    const [left, right] = [pick(pair.left, match.left), pick(pair.right, match.right)]
    const [a, b] = [statusOf(left), statusOf(right)]
    const { same } = compareOne(pair, match)
    return {
      ...match,
      key: `${match.left ?? ''}-${match.right ?? ''}`,
      label: labelOf(left ?? right),
      status: a === b ? a : `${a} and ${b}`,
      differs: !left || !right || !same,
    }
  })
}

function pick({ exchanges }: RunDocument, index: number | null) {
  return index === null ? undefined : exchanges[index]
}

type OneExchange = RunDocument['exchanges'][number]

function statusOf(exchange: OneExchange | undefined): string {
  if (!exchange) return 'not sent'
  return exchange.response ? String(exchange.response.status) : 'no response'
}

function labelOf(exchange: OneExchange | undefined): string {
  if (!exchange) return ''
  return `${exchange.request.method} ${targetOf(exchange.request.url, '*')}`
}

/** In one sentence, what the client notices, else where the traces part. */
export function differenceSentence(pair: Pair, match: MatchedExchange): string {
  const { a, b } = pair.names
  if (match.left === null) return upper(`${b} sends this request, ${a} does not.`)
  if (match.right === null) return upper(`${a} sends this request, ${b} does not.`)
  const { clientDifference, firstDifference } = compareOne(pair, match)
  if (clientDifference) return upper(clientDifference.what)
  if (firstDifference) return `The client cannot tell them apart. ${upper(firstDifference.what)}`
  return 'Whatever crosses a layer is the same in both.'
}

/** Sentences begin with a run's name where it is the subject. */
function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What differs on the wire and in the stack, each with both values; null stands for absent. */
export function differenceRows(pair: Pair, match: MatchedExchange): DifferenceRow[] {
  const [left, right] = [pick(pair.left, match.left), pick(pair.right, match.right)]
  const rows: DifferenceRow[] = []
  const add = (what: string, a: string | null, b: string | null, isCode = false) => {
    if (a !== b) rows.push({ what, isCode, left: a, right: b })
  }
  if (left && right) {
    add('status', statusOf(left), statusOf(right))
    for (const { name, before, after } of headerRows(left, right)) add(name, before, after, true)
    add('body', bodyOf(left), bodyOf(right))
    add('virtual time', timeOf(left), timeOf(right))
  }
  const { layersOnlyIn } = compareOne(pair, match)
  const names = (ids: readonly string[]) => (ids.length > 0 ? ids.join(', ') : null)
  add('layers that the other lacks', names(layersOnlyIn.a), names(layersOnlyIn.b))
  if (layersOnlyIn.a.length + layersOnlyIn.b.length === 0)
    add('order of layers', orderOf(pair.left), orderOf(pair.right))
  return rows
}

function headerRows(left: OneExchange, right: OneExchange) {
  const of = (exchange: OneExchange): HeaderList => exchange.response?.headers ?? []
  return diffHeaders(of(left), of(right))
}

const BODY_CHARS = 120

function bodyOf({ response }: OneExchange): string | null {
  if (!response) return null
  const { body, bodyEncoding } = response
  if (bodyEncoding === 'base64') return `${atob(body).length} bytes`
  return body.length > BODY_CHARS ? `${body.slice(0, BODY_CHARS)}…` : body
}

function timeOf({ startedAt, endedAt }: OneExchange): string {
  return `${Math.round((endedAt - startedAt) * 10) / 10} ms`
}

function orderOf({ layers }: RunDocument): string {
  return layers.map(({ name }) => name).join(' › ')
}
