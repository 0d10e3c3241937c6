// What the orders of a stack do, in text. Pure.
import type { Exchange, FetchView, HeaderList, OrderGroup, OrdersResult } from '../protocol'
import { describeRule, explainOrders } from '../search'

/** Orders of one way that are listed; the rest is counted. */
const LISTED = 6
const BODY_CHARACTERS = 120

/** Describes each way: its rule, what the client saw (whole for the first way, else what differs from it), its orders. */
export function describeOrders({ names, groups }: OrdersResult): string {
  const rules = explainOrders(groups.map(({ orders }) => orders))
  const count = groups.reduce((sum, { orders }) => sum + orders.length, 0)
  const [first] = groups
  return [
    `${plural(count, 'order')} of ${plural(names.length, 'middleware')} ${count === 1 ? 'behaves' : 'behave'} in ${plural(groups.length, 'way')}. Orders are told from the outermost layer inwards.`,
    ...groups.flatMap((group, index) => [
      '',
      `${index + 1}. ${plural(group.orders.length, 'order')}${index === 0 ? ', as registered among them' : ''}: ${describeRule(rules[index] ?? null, names)}`,
      ...describeSeen(group, index === 0 ? null : (first ?? null)),
      ...group.orders
        .slice(0, LISTED)
        .map((order) => `   ${order.map((at) => names[at]).join(' > ') || '(no middleware)'}`),
      ...(group.orders.length > LISTED ? [`   and ${group.orders.length - LISTED} more`] : []),
    ]),
  ].join('\n')
}

function describeSeen({ exchanges, fetches = [], error, stop }: OrderGroup, first: OrderGroup | null): string[] {
  return [
    ...(error ? [`   does not start: ${error.text}`] : []),
    ...exchanges.flatMap((exchange, index) => describeExchange(exchange, first?.exchanges[index] ?? null)),
    ...fetches.map(describePage),
    ...(stop ? [`   ${stop.text}`] : []),
  ]
}

function describeExchange({ request, response }: Exchange, first: Exchange | null): string[] {
  const answer = response ? `${response.status} ${response.reason}`.trim() : 'no response'
  const head = `   ${request.method} ${request.url} → ${answer}`
  if (!response) return [head]
  const before = first?.response
  const headers = before
    ? [...without(before.headers, response.headers, '−'), ...without(response.headers, before.headers, '+')]
    : response.headers.map(([name, value]) => `${name}: ${value}`)
  const isBodyNew = !before || before.body !== response.body || before.bodyEncoding !== response.bodyEncoding
  const body = !isBodyNew || response.body === '' ? [] : [shorten(response.body, response.bodyEncoding)]
  return [head, ...[...headers, ...body].map((line) => `       ${line}`)]
}

function describePage({ method, url, outcome, category, text }: FetchView): string {
  return `   page: ${method} ${url} → ${outcome}${category === null ? '' : ` (${category})`}: ${text}`
}

/** Headers of the first list that the second has not, or not so often. */
function without(all: HeaderList, others: HeaderList, sign: string): string[] {
  const rest = others.map(([name, value]) => `${name.toLowerCase()}: ${value}`)
  return all.flatMap(([name, value]) => {
    const at = rest.indexOf(`${name.toLowerCase()}: ${value}`)
    if (at >= 0) rest.splice(at, 1)
    return at >= 0 ? [] : [`${sign}${name}: ${value}`]
  })
}

function shorten(body: string, encoding: 'utf8' | 'base64'): string {
  if (encoding === 'base64') return `(${body.length} characters of base64)`
  const line = body.replaceAll(/\s+/g, ' ')
  return line.length > BODY_CHARACTERS ? `${line.slice(0, BODY_CHARACTERS)}…` : line
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
