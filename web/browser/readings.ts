// What the panel shows of a run: rules of a fetch in order, history, cookies that stayed at home, page beside wire. Pure.
import type { BodyText, FetchView, HeaderList, RunDocument } from '../../engine/protocol'
import { bodyBytes } from '../../engine/requests'
import { isShown, targetOf, tellingFirst, type BrowserPart, type BrowserRule } from '../../engine/trace'

export interface RuleGroup {
  /** `OPTIONS /orders/7`; null for what was decided without an exchange. */
  readonly title: string | null
  readonly rules: readonly BrowserRule[]
}

/** Everything that the browser decided for a fetch, by the exchange that it was about. */
export function fetchRules({ events, exchanges }: RunDocument, fetch: number): RuleGroup[] {
  const groups: { exchange: number | null; title: string | null; rules: BrowserRule[] }[] = []
  for (const event of events) {
    if (event.kind !== 'rule' || event.fetch !== fetch) continue
    const { seq, rule, source = null, fix = null, added, exchange } = event
    const text = rule === ADDED ? addedWords(added.map(([name]) => name)) : event.text
    let group = groups.at(-1)
    if (!group || group.exchange !== exchange) {
      const request = exchange === null ? undefined : exchanges[exchange]?.request
      const title = request ? `${request.method} ${targetOf(request.url)}` : null
      groups.push((group = { exchange, title, rules: [] }))
    }
    group.rules.push({ seq, rule, text, source, fix, added })
  }
  return groups
}

/** The rule that tells of every header that the browser itself put into a request. */
const ADDED = 'added-headers'

/** `The browser adds Origin, Cookie and 12 more headers.` */
function addedWords(names: readonly string[]): string {
  const [first, second, ...rest] = tellingFirst(names.map((name) => ({ name: name.toLowerCase(), as: name })))
  if (!first) return 'The browser adds no header.'
  if (!second) return `The browser adds \`${first.as}\`.`
  if (rest.length === 0) return `The browser adds \`${first.as}\` and \`${second.as}\`.`
  return `The browser adds \`${first.as}\`, \`${second.as}\` and ${rest.length} more headers.`
}

export interface HistoryLine {
  readonly fetch: number
  readonly what: string
  /** `blocked`, `200`, `200 from the cache`. */
  readonly verdict: string
  readonly tone: 'ok' | 'bad' | 'plain'
  readonly page: FetchView['page']
}

/** Every fetch of the session. */
export function historyLines({ fetches = [], exchanges }: RunDocument): HistoryLine[] {
  return fetches.map((fetch, number) => {
    const { method, url, kind, page, outcome, response, fromCache } = fetch
    const last = fetch.exchanges.at(-1)
    const status = (last === undefined ? undefined : exchanges[last]?.response?.status) ?? response?.status
    const said = status === undefined ? (last === undefined ? 'not sent' : 'no answer') : String(status)
    const verdicts = {
      ok: fromCache ? `${said} from the cache` : said,
      blocked: `${said}, ${fetch.category === 'network:net::ERR_ABORTED' ? 'given up' : 'blocked'}`,
      opaque: isShown(kind) ? `${said}, shown` : `${said}, opaque`,
      opaqueredirect: `${said}, opaque`,
      pending: 'still waits',
    }
    const tone = outcome === 'blocked' ? 'bad' : outcome === 'ok' ? 'ok' : 'plain'
    const by = kind === 'fetch' ? '' : `${kind}: `
    return { fetch: number, what: `${by}${method} ${shortUrl(url)}`, verdict: verdicts[outcome], tone, page }
  })
}

export interface CookieNote extends BrowserRule {
  /** The request that it was about. */
  readonly title: string
}

/** Cookies that were not stored or not sent, and why; the newest first. */
export function cookieNotes(document: RunDocument): CookieNote[] {
  return document.events
    .flatMap((event): CookieNote[] => {
      if (event.kind !== 'rule' || !event.rule.startsWith('cookie-not-')) return []
      const { seq, rule, text, source = null, fix = null, added, exchange, fetch } = event
      const request = exchange === null ? document.fetches?.[fetch ?? -1] : document.exchanges[exchange]?.request
      return [
        { seq, rule, text, source, fix, added, title: request ? `${request.method} ${targetOf(request.url)}` : '' },
      ]
    })
    .reverse()
}

/** One line of the comparison; null where that side has nothing. */
export interface WireLine {
  readonly name: string
  readonly wire: string | null
  readonly page: string | null
  readonly why: string
}

export interface WireView {
  readonly status: WireLine
  readonly headers: readonly WireLine[]
  readonly wireBody: BodyText | null
  readonly pageBody: BodyText | null
  /** Bytes of the body as it came, and after decoding; equal without a Content-Encoding. */
  readonly wireBytes: number
  readonly pageBytes: number | null
  readonly coding: string | null
}

/** Lays the response as it was on the wire beside what the page has of it; null where neither is there. */
export function compareWithWire(
  response: RunDocument['exchanges'][number]['response'],
  browser: BrowserPart,
): WireView | null {
  const seen = browser.response
  if (!response && !seen) return null
  const { verdict } = browser
  const isHidden = verdict?.outcome !== 'ok' || !seen
  const headers = browser.headers.map(({ name, said, seen: value, why }) => ({
    name,
    wire: said.join(', '),
    page: value,
    why,
  }))
  const known = new Set(headers.map(({ name }) => name))
  const others = (seen?.headers ?? [])
    .filter(([name]) => !known.has(name))
    .map(([name, value]) => ({ name, wire: null, page: value, why: 'It is in the browser’s cache.' }))
  const body = response ? { text: response.body, encoding: response.bodyEncoding } : null
  return {
    status: {
      name: 'status',
      wire: response ? `${response.status} ${response.reason}`.trim() : null,
      page: seen ? (isHidden ? `${seen.status}` : `${seen.status} ${seen.statusText}`.trim()) : null,
      why: isHidden ? 'The page does not learn the status.' : 'The page reads the status.',
    },
    headers: [...headers, ...others],
    wireBody: body,
    pageBody: isHidden ? null : seen.body,
    wireBytes: body ? bodyBytes(body) : 0,
    pageBytes: isHidden ? null : seen.decodedBytes,
    coding: headerOf(response?.headers ?? [], 'content-encoding'),
  }
}

function headerOf(headers: HeaderList, name: string): string | null {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? null
}

/** Without the scheme: hosts are what differs. */
function shortUrl(url: string): string {
  return url.replace(/^https?:\/\//, '')
}
