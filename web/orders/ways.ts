// What the groups of orders did, request by request, in words. Pure.
import type { Exchange, FetchView, HeaderList, OrderGroup, OrdersResult } from '../../engine/protocol'
import { describeRule, explainOrders } from '../../engine/search'
import { blockWords, dropSuffix, originWords, targetOf } from '../../engine/trace'

/** What a client got of one request. */
export interface Seen {
  /** `200`, or why there is no status. */
  readonly status: string
  readonly tone: 'read' | 'hidden' | 'plain' | 'error'
  /** What the page may do with it; for a plain client the reason phrase. */
  readonly say: string
  /** How it differs from the way the program is written now, in a few words; empty where it does not. */
  readonly differs: readonly string[]
}

export interface RequestRow {
  readonly id: string
  readonly title: string
  /** Who asks: a page's origin, or nothing for a plain client. */
  readonly from: string
}

export interface Way {
  readonly orders: readonly (readonly number[])[]
  /** The constraint that its orders keep and no others do, e.g. `CORS outside of Auth`. */
  readonly rule: string
  readonly headline: string
  /** Why nothing was answered; null where something was. */
  readonly trouble: string | null
  /** One a row. */
  readonly seen: readonly Seen[]
  /** Every page got what it asked for; null where no page asked. */
  readonly isReadable: boolean | null
}

export interface Ways {
  readonly count: number
  readonly names: readonly string[]
  /** One or two letters for each name, no two alike. */
  readonly letters: readonly string[]
  readonly rows: readonly RequestRow[]
  readonly ways: readonly Way[]
}

/** Reads a result for showing. The first way is that of the order as it is written. */
export function readWays({ names: given, groups }: OrdersResult): Ways {
  const names = given.map(dropSuffix)
  const rules = explainOrders(groups.map(({ orders }) => orders))
  const asked = groups.map(asksOf)
  const rows = asked.reduce((most, one) => (one.length > most.length ? one : most), [])
  const ways = groups.map((group, at): Way => {
    const first = asked[0] ?? []
    const seen = rows.map((_, row) => seenOf(asked[at]?.[row], at === 0 ? undefined : first[row]))
    const pages = group.fetches ?? []
    return {
      orders: group.orders,
      rule: describeRule(rules[at] ?? null, names),
      headline: headlineOf(group, seen, at === 0 ? null : first.map((one) => seenOf(one, undefined))),
      trouble: group.error?.text ?? group.stop?.text ?? null,
      seen,
      isReadable: pages.length === 0 ? null : pages.every(({ outcome }) => outcome !== 'blocked'),
    }
  })
  return {
    count: groups.reduce((sum, { orders }) => sum + orders.length, 0),
    names,
    letters: lettersOf(names),
    rows: rows.map(({ id, title, from }) => ({ id, title, from })),
    ways,
  }
}

interface Asked extends RequestRow {
  readonly exchange: Exchange | undefined
  readonly fetch: FetchView | undefined
}

/** What a client asked, in order: each fetch of a page with its preflights, and each plain request. */
function asksOf({ exchanges, fetches = [] }: OrderGroup): Asked[] {
  const pages = fetches.map((fetch, at): Asked => ({
    id: `f${at}`,
    title: `${fetch.method} ${targetOf(fetch.url)}`,
    from: fetch.page.url === '' ? '' : `by ${originWords(fetch.page.url)}`,
    exchange: exchanges[fetch.exchanges.at(-1) ?? -1],
    fetch,
  }))
  const plain = exchanges.flatMap((exchange, at): Asked[] =>
    exchange.fetch === undefined
      ? [
          {
            id: `e${at}`,
            title: `${exchange.request.method} ${targetOf(exchange.request.url)}`,
            from: '',
            exchange,
            fetch: undefined,
          },
        ]
      : [],
  )
  const begun = ({ fetch, exchange }: Asked) => fetch?.startedAt ?? exchange?.startedAt ?? 0
  return [...pages, ...plain].sort((a, b) => begun(a) - begun(b))
}

function seenOf(asked: Asked | undefined, first: Asked | undefined): Seen {
  if (!asked) return { status: '–', tone: 'error', say: 'not asked', differs: [] }
  const { exchange, fetch } = asked
  const status = exchange?.response
    ? String(exchange.response.status)
    : fetch?.exchanges.length === 0
      ? 'not sent'
      : 'no answer'
  const differs = first ? differencesOf(asked, first) : []
  if (!fetch) {
    const tone = exchange?.response ? 'plain' : 'error'
    return { status, tone, say: exchange?.response?.reason ?? '', differs }
  }
  if (fetch.outcome === 'blocked') {
    const isPreflight = exchange?.role === 'preflight'
    return {
      status: isPreflight ? `preflight ${status}` : status,
      tone: 'hidden',
      say: `hidden from page: ${blockWords(fetch.category)}`,
      differs,
    }
  }
  if (fetch.outcome === 'ok') return { status, tone: 'read', say: 'page reads it', differs }
  return {
    status,
    tone: 'plain',
    say: fetch.response?.type.startsWith('opaque') ? 'opaque to the page' : fetch.outcome,
    differs,
  }
}

/** What a client sees otherwise than in the first way: status aside, which is told anyway. */
function differencesOf(asked: Asked, first: Asked): string[] {
  const [now, was] = [headersOf(asked), headersOf(first)]
  if (!now || !was) return []
  const said: string[] = []
  const names = [...new Set([...was.keys(), ...now.keys()])]
  for (const name of names) {
    const [before, after] = [was.get(name), now.get(name)]
    if (before === after) continue
    said.push(after === undefined ? `no ${name}` : before === undefined ? `${name} is there` : `${name}: ${after}`)
  }
  if (bodyOf(asked) !== bodyOf(first) && asked.exchange?.response?.status === first.exchange?.response?.status)
    said.push(bodyWords(bodyOf(asked)))
  return said
}

/** What the client may read: a page not all that was sent. `content-length` says no more than the body does. */
function headersOf({ fetch, exchange }: Asked): Map<string, string> | null {
  const headers: HeaderList | undefined = fetch ? fetch.response?.headers : exchange?.response?.headers
  if (!headers) return null
  const values = new Map<string, string>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    if (key !== 'content-length') values.set(key, values.has(key) ? `${values.get(key)}, ${value}` : value)
  }
  return values
}

function bodyOf({ fetch, exchange }: Asked): string | undefined {
  return fetch ? fetch.response?.body.text : exchange?.response?.body
}

/** A short body is told whole. */
function bodyWords(body: string | undefined): string {
  return body !== undefined && body !== '' && body.length <= SHORT_BODY && !body.includes('\n') ? body : 'another body'
}

const SHORT_BODY = 60

/** In few words what is other than in the first way; null stands for that way itself. */
function headlineOf({ error, stop }: OrderGroup, seen: readonly Seen[], first: readonly Seen[] | null): string {
  if (error) return 'Does not start'
  if (stop) return 'Is stopped'
  if (!first) return 'As it is written'
  const turned = (tone: Seen['tone']) => seen.filter((one, at) => one.tone === tone && first[at]?.tone !== tone).length
  const [hidden, read] = [turned('hidden'), turned('read')]
  if (hidden > 0) return `${hidden} of ${seen.length} no longer readable`
  if (read > 0) return `${read} of ${seen.length} more readable`
  const other = seen.filter(({ status, differs }, at) => differs.length > 0 || status !== first[at]?.status).length
  return other > 0 ? `${other} of ${seen.length} answered otherwise` : 'Answered otherwise'
}

/** The shortest beginnings that tell names apart, in capitals; numbers where names are alike. */
export function lettersOf(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name, at) => {
    const bare = name.replaceAll(/[^A-Za-z0-9]/g, '')
    const own = bare.toUpperCase().split('')
    const letter = own.find((one) => !taken.has(one)) ?? String(at + 1)
    taken.add(letter)
    return letter
  })
}

/** `1`, `2`, `6`, `24`, … */
export function factorial(count: number): number {
  return count < 2 ? 1 : count * factorial(count - 1)
}
