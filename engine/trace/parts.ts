// A run as a list of what was asked for: plain exchanges, and fetches of pages, each with the exchanges that it took. Pure.
import type { Exchange, FetchView, RunDocument } from '../protocol'

/** What an exchange is for its fetch. A `redirect` was answered with another address, and the browser went there. */
export type HopRole = 'preflight' | 'redirect' | 'request'

export interface Hop {
  /** Index of the exchange. */
  readonly exchange: number
  readonly role: HopRole
}

/** One line of the list. */
export type RunPart =
  | { readonly kind: 'exchange'; readonly exchange: number }
  /** `hops` is empty where nothing was sent: refused by the browser, or answered by its cache. */
  | { readonly kind: 'fetch'; readonly fetch: number; readonly hops: readonly Hop[] }

/** What of a run the list is made of. */
export type Listable = Pick<RunDocument, 'exchanges' | 'fetches'>

/** Exchanges of a fetch in order, each with its role. */
export function hopsOf(doc: Listable, fetch: FetchView): Hop[] {
  return fetch.exchanges.map((exchange, at) => ({
    exchange,
    role: roleOf(doc.exchanges[exchange], at === fetch.exchanges.length - 1),
  }))
}

function roleOf(exchange: Exchange | undefined, isLast: boolean): HopRole {
  if (exchange?.role === 'preflight') return 'preflight'
  const status = exchange?.response?.status ?? 0
  return !isLast && status >= 300 && status < 400 ? 'redirect' : 'request'
}

/** The list, in the order in which things began. Exchanges of one fetch stand together, also where others ran between them. */
export function listParts(doc: Listable): RunPart[] {
  const { exchanges, fetches = [] } = doc
  const parts: RunPart[] = []
  const told = new Set<number>()
  const tell = (number: number) => {
    const fetch = fetches[number]
    if (!fetch || told.has(number)) return
    told.add(number)
    parts.push({ kind: 'fetch', fetch: number, hops: hopsOf(doc, fetch) })
  }
  const unsent = fetches.flatMap((fetch, number) => (fetch.exchanges.length === 0 ? [{ fetch, number }] : []))
  for (const [index, exchange] of exchanges.entries()) {
    for (const { fetch, number } of unsent) if (isBefore(fetch, number, exchange)) tell(number)
    if (exchange.fetch === undefined) parts.push({ kind: 'exchange', exchange: index })
    else tell(exchange.fetch)
  }
  for (const { number } of unsent) tell(number)
  return parts
}

/** Fetches are numbered as they begin; beside a plain exchange of the same virtual time the order of the file decides. */
function isBefore(fetch: FetchView, number: number, exchange: Exchange): boolean {
  if (exchange.fetch !== undefined) return number < exchange.fetch
  return fetch.startedAt < exchange.startedAt || (fetch.startedAt === exchange.startedAt && fetch.from < exchange.from)
}
