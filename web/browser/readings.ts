// What the panel shows of a run: rules of a fetch in order, history, cookies that stayed at home, page beside wire. Pure.
import type { BodyText, FetchView, HeaderList, RunDocument } from '../../engine/protocol'
import { bodyBytes } from '../../engine/requests'
import { isShown, targetOf, tellingFirst, type BrowserPart, type BrowserRule } from '../../engine/trace'
import { readSetCookie, type SetCookieView } from './set-cookie-words'

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
  /** What came before: `preflight`, `2 redirects`. */
  readonly before: string
  /** Which cookies went and came: `sent sid, stored theme`. */
  readonly cookies: string
}

/** Every fetch of the session. */
export function historyLines({ fetches = [], exchanges, events }: RunDocument): HistoryLine[] {
  const stored = new Map<number, string[]>()
  for (const event of events) {
    if (event.kind !== 'rule' || event.rule !== 'cookie-stored' || typeof event.fetch !== 'number') continue
    const [, name] = /`([^`]+)`/.exec(event.text) ?? []
    if (name !== undefined) stored.set(event.fetch, [...(stored.get(event.fetch) ?? []), name])
  }
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
    const requests = fetch.exchanges.flatMap((index) => exchanges[index]?.request ?? [])
    const preflights = requests.filter((request) => isPreflight(request.headers)).length
    const redirects = requests.length - preflights - 1
    const before = [
      ...(preflights > 0 ? ['preflight'] : []),
      ...(redirects > 0 ? [redirects === 1 ? 'a redirect' : `${redirects} redirects`] : []),
    ].join(', ')
    const sent = [...new Set(requests.flatMap(({ headers }) => cookieNames(headerOf(headers, 'cookie'))))]
    const kept = stored.get(number) ?? []
    const cookies = [
      ...(sent.length > 0 ? [`sent ${sent.join(', ')}`] : []),
      ...(kept.length > 0 ? [`stored ${kept.join(', ')}`] : []),
    ].join('; ')
    const common = { fetch: number, before, cookies }
    return { ...common, what: `${by}${method} ${shortUrl(url)}`, verdict: verdicts[outcome], tone, page }
  })
}

function isPreflight(headers: HeaderList): boolean {
  return headerOf(headers, 'access-control-request-method') !== null
}

function cookieNames(header: string | null): string[] {
  return (header ?? '').split('; ').flatMap((pair) => pair.split('=')[0] || [])
}

/** Lines of the history in which a text stands, whatever its case. */
export function filterHistory(lines: readonly HistoryLine[], text: string): readonly HistoryLine[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return lines
  return lines.filter(({ what, verdict, before, cookies, page }) =>
    [what, verdict, before, cookies, page.url].join(' ').toLowerCase().includes(wanted),
  )
}

export interface SetCookieLine {
  readonly view: SetCookieView
  /** What the jar made of it; null where nothing tells. */
  readonly verdict: string | null
  readonly isStored: boolean
}

/** The Set-Cookie lines of an answer, each with the jar's word on it. */
export function setCookies({ events, exchanges }: RunDocument, exchange: number): SetCookieLine[] {
  const lines = (exchanges[exchange]?.response?.headers ?? []).flatMap(([name, value]) =>
    name.toLowerCase() === 'set-cookie' ? [value] : [],
  )
  const notes = events.flatMap((event) =>
    event.kind === 'rule' && event.exchange === exchange && /^cookie-(?:stored|not-stored|removed)$/.test(event.rule)
      ? [event]
      : [],
  )
  return lines.map((line, index) => {
    // The jar says one thing of each line; where the whole header is ignored, it says one thing of all.
    const note = notes.length === lines.length ? notes[index] : notes.length === 1 ? notes[0] : undefined
    return { view: readSetCookie(line), verdict: note?.text ?? null, isStored: note?.rule === 'cookie-stored' }
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
  /** As the server wrote them, a line each: a Set-Cookie can't be put together with another. */
  readonly wire: readonly string[] | null
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
    wire: said,
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
      wire: response ? [`${response.status} ${response.reason}`.trim()] : null,
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
