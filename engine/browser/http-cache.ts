// The HTTP cache of a browser, which is private to its user (RFC 9111; Fetch 4.6, "HTTP-network-or-cache fetch").
// The npm package http-cache-semantics was looked at and left: it flattens header lists, keeps one clock for all, and
// Chromium, whose user this is, differs from it: one answer per URL whatever Vary says, ETags asked across a Vary that
// doesn't fit, redirects without a word that last for ever.
import type { BodyText, CachedResponse, CacheMode, HeaderList, Ms, RuleNote } from '../protocol'
import { ageOf, directivesOf, freshnessOf } from './freshness'
import { getHeader, hasHeader, headerValues, withoutHeaders } from './headers'

/** Characters of bodies in all, and in one. Chromium's limit hangs on the disk; this one on the memory of a page. */
const MOST_CHARS = 16 * 1024 * 1024
const MOST_CHARS_OF_ONE = MOST_CHARS / 8

/** With one of these the script does its own revalidation, and the cache stands aside (Fetch 4.6, step 8.17). */
const CONDITIONS = ['if-modified-since', 'if-none-match', 'if-unmodified-since', 'if-match', 'if-range']
/** Never kept: they belong to one exchange (RFC 9111 3.1), and cookies have been taken in already. */
const PASSING = new Set([
  ...['connection', 'proxy-connection', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['set-cookie', 'set-cookie2', 'www-authenticate', 'proxy-authenticate', 'strict-transport-security'],
])
/** A 304 has no say in what describes the stored body (RFC 9111 3.2). */
const OF_THE_BODY = new Set(['content-length', 'content-encoding', 'content-range', 'content-md5', 'etag'])

/** A request as the cache sees it. */
export interface CacheQuestion {
  /** Without fragment. */
  readonly url: string
  readonly method: string
  /** As it would go out, cookies and all, without the cache's own conditions: Vary looks at it. */
  readonly headers: HeaderList
  readonly mode: CacheMode
  /** Site of the page at the top; null for frames of opaque origin, for which nothing is kept (Chromium). */
  readonly partition: string | null
}

/** `stored`: no request is made. `miss`: none may be made, and there is nothing (`net::ERR_CACHE_MISS`). */
export type CacheAnswer =
  | { readonly kind: 'stored'; readonly response: CachedResponse; readonly note: RuleNote }
  | { readonly kind: 'network'; readonly conditions: HeaderList; readonly note: RuleNote | null }
  | { readonly kind: 'miss'; readonly note: RuleNote }

export interface NetworkResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: HeaderList
  /** As it came, before content decoding. */
  readonly body: BodyText
  readonly isCut: boolean
}

export class HttpCache {
  /** The one that came first, first. */
  #entries: readonly CachedResponse[]

  constructor(entries: readonly CachedResponse[]) {
    this.#entries = entries
  }

  get entries(): readonly CachedResponse[] {
    return this.#entries
  }

  /** What the cache has for a request, and whether it may be used. Changes nothing. */
  ask(question: CacheQuestion, nowMs: Ms): CacheAnswer {
    const { mode } = question
    const entry = isAside(question) || isPassedOver(question) ? undefined : this.#find(question)
    const onward = (conditions: HeaderList, note: RuleNote | null): CacheAnswer => ({
      kind: 'network',
      conditions,
      note,
    })
    if (!entry) return mode === 'only-if-cached' ? { kind: 'miss', note: missNote(question) } : onward([], null)
    const differs = differingHeader(entry, question.headers)
    if (differs === null && (mode === 'force-cache' || mode === 'only-if-cached')) {
      return { kind: 'stored', response: entry, note: storedNote(entry, nowMs, `the mode is \`${mode}\``) }
    }
    if (mode === 'only-if-cached') return { kind: 'miss', note: missNote(question) }
    const { lifeMs, why } = freshnessOf(entry.status, entry.headers, entry.storedMs)
    const isFresh = ageOf(entry.headers, entry.storedMs, nowMs) < lifeMs
    if (differs === null && isFresh && mode === 'default' && !says(question.headers, 'max-age=0')) {
      return { kind: 'stored', response: entry, note: storedNote(entry, nowMs, `it is fresh: ${why}`) }
    }
    const reason =
      differs !== null
        ? `\`${differs}\` is another than then, and Vary names it`
        : isFresh
          ? 'the request asks for a new one'
          : `it is not fresh any more: ${why}`
    const conditions = conditionsFor(entry, differs !== null)
    const text = `There is a stored answer, but ${reason}. ${
      conditions.length > 0 ? 'The browser asks whether it is still the same.' : 'The browser asks anew.'
    }`
    return onward(conditions, { rule: 'cache-stale', source: 'RFC 9111 4.2', text, added: conditions })
  }

  /**
   * Takes an answer of the network in, and forgets what it makes untrue.
   * @param conditions  those that `ask` gave, if they were sent
   * @returns with a 304 on them, the stored response, renewed; else null for "use the answer as it came"
   */
  take(
    question: CacheQuestion,
    conditions: HeaderList,
    answer: NetworkResponse,
    nowMs: Ms,
  ): { readonly response: CachedResponse | null; readonly note: RuleNote | null } {
    const entry = this.#find(question)
    const { method, mode } = question
    if (/^(?:POST|PUT|DELETE|PATCH)$/.test(method)) {
      // Chromium: `no-store` leaves the cache as it is.
      if (!entry || mode === 'no-store') return { response: null, note: null }
      // Chromium: one that passes the cache over takes the place of what is in it, whatever comes, but for POST.
      const takesPlace = method !== 'POST' && isPassedOver(question)
      if (answer.status >= 400 && !takesPlace) return { response: null, note: null }
      this.#drop(entry)
      const text = `${method} may have changed what is there: the stored answer is thrown away.`
      return { response: null, note: { rule: 'cache-invalidate', source: 'RFC 9111 4.4', text } }
    }
    if (isAside(question)) return { response: null, note: null }
    if (entry && answer.status === 304 && conditions.length > 0) return this.#renew(entry, question, answer, nowMs)
    // Chromium: a HEAD that was sent past the cache says nothing about what is in it.
    if (entry && !(method === 'HEAD' && isPassedOver(question))) this.#drop(entry)
    if (method !== 'GET') return { response: null, note: null }
    const refusal = whyNotKept(answer)
    if (refusal !== null) return { response: null, note: refusal === '' ? null : notKeptNote(refusal) }
    this.#keep({
      url: question.url,
      partition: question.partition ?? '',
      requestHeaders: variedHeaders(answer.headers, question.headers),
      status: answer.status,
      statusText: answer.statusText,
      headers: withoutHeaders(answer.headers, new Set([...PASSING, ...transientNames(answer.headers)])),
      body: answer.body,
      storedMs: nowMs,
    })
    const { lifeMs, why } = freshnessOf(answer.status, answer.headers, nowMs)
    if (lifeMs === 0) return { response: null, note: null }
    const text = `The browser keeps the answer, fresh for ${secondsText(lifeMs)}: ${why}.`
    return { response: null, note: { rule: 'cache-stored', source: 'RFC 9111 3', text } }
  }

  #find({ url, partition }: CacheQuestion): CachedResponse | undefined {
    return this.#entries.find((one) => one.url === url && one.partition === partition)
  }

  #renew(
    entry: CachedResponse,
    question: CacheQuestion,
    answer: NetworkResponse,
    nowMs: Ms,
  ): { response: CachedResponse; note: RuleNote } {
    const news = withoutHeaders(answer.headers, new Set([...PASSING, ...OF_THE_BODY]))
    const renewed = {
      ...entry,
      headers: [...withoutHeaders(entry.headers, new Set(news.map(([name]) => name.toLowerCase()))), ...news],
      storedMs: nowMs,
    }
    const response = { ...renewed, requestHeaders: variedHeaders(renewed.headers, question.headers) }
    this.#drop(entry)
    this.#keep(response)
    const text = '304: the stored answer is still the same. The page gets it, with the headers that the 304 brought.'
    return { response, note: { rule: 'cache-revalidated', source: 'RFC 9111 4.3.4', text } }
  }

  #keep(entry: CachedResponse): void {
    const all = [...this.#entries, entry]
    let chars = all.reduce((sum, { body }) => sum + body.text.length, 0)
    let gone = 0
    for (; chars > MOST_CHARS; gone++) chars -= all[gone]?.body.text.length ?? 0
    this.#entries = all.slice(gone)
  }

  #drop(entry: CachedResponse): void {
    this.#entries = this.#entries.filter((one) => one !== entry)
  }
}

/** Whether the cache has no part in a request at all. */
function isAside({ mode, method, headers, partition }: CacheQuestion): boolean {
  return (
    partition === null ||
    mode === 'no-store' ||
    (method !== 'GET' && method !== 'HEAD') ||
    hasHeader(headers, 'range') ||
    CONDITIONS.some((name) => hasHeader(headers, name))
  )
}

/** Whether what is stored isn't looked at, though what comes may take its place. */
function isPassedOver({ mode, headers }: CacheQuestion): boolean {
  return mode === 'reload' || says(headers, 'no-cache')
}

/** Whether the script itself writes a directive (RFC 9111 5.2.1, 5.4): the modes `reload` and `no-cache` mean the same. */
function says(headers: HeaderList, directive: string): boolean {
  const values = [...directivesOf(headers), getHeader(headers, 'pragma') ?? '']
  return values.some((value) => value.toLowerCase() === directive)
}

/** The first header that Vary names and that is another now; `*` where it names all; null for none (RFC 9111 4.1). */
function differingHeader(entry: CachedResponse, headers: HeaderList): string | null {
  return (
    variedNames(entry.headers).find(
      (name) => name === '*' || getHeader(entry.requestHeaders, name) !== getHeader(headers, name),
    ) ?? null
  )
}

/** Of a request's headers those that a response's Vary names. */
function variedHeaders(response: HeaderList, request: HeaderList): HeaderList {
  const names = new Set(variedNames(response))
  return request.filter(([name]) => names.has(name.toLowerCase()))
}

const variedNames = (headers: HeaderList): string[] =>
  headerValues(headers, 'vary')
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')

/** Headers that `Cache-Control: no-cache="name"` keeps out (RFC 9111 5.2.2.4). */
function transientNames(headers: HeaderList): string[] {
  return headerValues(headers, 'cache-control')
    .flatMap((value) => [...value.matchAll(/\bno-cache="([^"]*)"/g)])
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim().toLowerCase()))
}

/** RFC 9111 4.3.1; Chromium asks so for 200 alone, and after a Vary that doesn't fit by ETag alone. */
function conditionsFor({ status, headers }: CachedResponse, isOther: boolean): HeaderList {
  if (status !== 200) return []
  const [etag] = headerValues(headers, 'etag')
  const [changed] = headerValues(headers, 'last-modified')
  return [
    ...(etag ? [['If-None-Match', etag] as const] : []),
    ...(changed && !isOther ? [['If-Modified-Since', changed] as const] : []),
  ]
}

/** Why an answer isn't kept, as a clause; empty for what nobody expects to be kept; null if it is (RFC 9111 3). */
function whyNotKept({ status, headers, body, isCut }: NetworkResponse): string | null {
  if (status === 206 || status === 304 || status < 200) return ''
  if (isCut) return 'it broke off'
  if (directivesOf(headers).some((one) => one.toLowerCase() === 'no-store')) return 'Cache-Control says no-store'
  return body.text.length > MOST_CHARS_OF_ONE ? 'it is too large' : null
}

function notKeptNote(reason: string): RuleNote {
  return { rule: 'cache-not-stored', source: 'RFC 9111 3', text: `The browser doesn't keep the answer: ${reason}.` }
}

function missNote({ url }: CacheQuestion): RuleNote {
  return {
    rule: 'cache-miss',
    source: 'Fetch 4.6, "HTTP-network-or-cache fetch"',
    text: `The mode is \`only-if-cached\`, and nothing is stored for ${url}: the fetch fails with net::ERR_CACHE_MISS.`,
  }
}

function storedNote(entry: CachedResponse, nowMs: Ms, reason: string): RuleNote {
  const origin = getHeader(entry.headers, 'access-control-allow-origin')
  const forgetsOrigin = origin !== null && origin !== '*' && !variedNames(entry.headers).includes('origin')
  return {
    rule: 'cache-hit',
    source: 'RFC 9111 4',
    text: `Nothing is sent: an answer of ${secondsText(nowMs - entry.storedMs)} ago is used, as ${reason}.`,
    ...(forgetsOrigin && {
      fix: `It allows ${origin}, and a page of another origin gets the same: add \`Vary: Origin\` where Access-Control-Allow-Origin hangs on who asks.`,
    }),
  }
}

const secondsText = (ms: Ms): string => (ms === Infinity ? 'ever' : `${Math.round(ms) / 1000} s`)
