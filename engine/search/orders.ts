// Orders of a stack and what a client can tell of them. Pure; knows results, not how they came about.
import type { Exchange, FetchView, HeaderList, OrderGroup, SessionError, StopView } from '../protocol'

/** Middlewares from the outermost to the innermost, each as its index in the order as registered. */
export type Order = readonly number[]

/** What one order did. */
export interface Outcome {
  readonly order: Order
  readonly exchanges: readonly Exchange[]
  /** What pages got, where there are pages. */
  readonly fetches?: readonly FetchView[]
  readonly error: SessionError | null
  readonly stop: StopView | null
}

/** Every order of so many middlewares, that as registered first, then as a dictionary would list them. */
export function listOrders(count: number): Order[] {
  const extend = (chosen: Order): Order[] =>
    chosen.length === count
      ? [chosen]
      : Array.from({ length: count }, (_, index) => index)
          .filter((index) => !chosen.includes(index))
          .flatMap((index) => extend([...chosen, index]))
  return extend([])
}

/**
 * Puts orders together that no client can tell apart: by status, headers and body of each response, by requests that got
 * none, and by how the start failed. What only the server sees, such as an exception behind a 500, and how long an answer
 * takes do not count; nor does the order of headers of different names, else every two layers that add one would differ.
 * A page is told apart by what it got of its fetch: neither preflights nor headers that it may not read are its to see.
 * @returns groups and the orders in them as they came; the exchanges of a group are those of its first order
 */
export function groupOrders(outcomes: readonly Outcome[]): OrderGroup[] {
  const groups = new Map<string, { first: Outcome; orders: Order[] }>()
  for (const outcome of outcomes) {
    const seen = JSON.stringify(observe(outcome))
    const group = groups.get(seen)
    if (group) group.orders.push(outcome.order)
    else groups.set(seen, { first: outcome, orders: [outcome.order] })
  }
  return [...groups.values()].map(({ first: { exchanges, fetches, error, stop }, orders }) => ({
    orders,
    exchanges,
    ...(fetches ? { fetches } : {}),
    error,
    stop,
  }))
}

function observe({ exchanges, fetches = [], error, stop }: Outcome): unknown {
  const plain = exchanges.filter(({ fetch }) => fetch === undefined)
  return [
    error && [error.phase, error.type, error.message],
    stop && stop.reason,
    fetches.map(observePage),
    plain.map(({ request, response, socket }) => [
      request.method,
      request.url,
      response && [
        response.status,
        response.reason,
        sortHeaders(response.headers),
        response.bodyEncoding,
        response.body,
      ],
      socket && [socket.messages.map(({ from, frame, data }) => [from, frame, data]), socket.close],
    ]),
  ]
}

function observePage({ kind, method, url, outcome, category, exception, response }: FetchView): unknown {
  return [
    kind,
    method,
    url,
    outcome,
    category,
    exception,
    response && [
      response.type,
      response.status,
      response.statusText,
      response.url,
      response.redirected,
      response.headers,
      response.body,
      response.bodyError ?? null,
    ],
  ]
}

/** Headers by name, those of one name in the order in which they came. @see RFC 9110, section 5.3 */
function sortHeaders(headers: HeaderList): HeaderList {
  const named = headers.map(([name, value]) => [name.toLowerCase(), value] as const)
  return named.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}
