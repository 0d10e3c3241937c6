// The cookie jar: what is kept, for how long, and what goes along with a request. Rules are next door; this keeps and tells.
import { parseDate } from 'tough-cookie'
import type { BrowserSettings, HeaderList, Ms, Page, RuleNote, StoredCookie } from '../../protocol'
import { formatMoment, toVirtualMs } from '../clock'
import { registrableDomain } from '../sites'
import type { CookieContext } from './context'
import { explainNotSent, explainNotStored, type SendReason, type SetCookieReason } from './reasons'
import { whyNotSent } from './send-rules'
import { isSameCookie, judgeSetCookie, LONGEST_LIFE_MS, whyNotReplaced, type StoreQuestion } from './store-rules'

/** Chromium's numbers: cookies of one registrable domain, and how many are left after it has cleared up. */
const MOST_OF_SITE = 180
const LEFT_OF_SITE = 150
/** Bytes of names and values of one registrable domain in one partition (Chromium, CHIPS). */
const MOST_PARTITION_BYTES = 10_240
/** Cookies in all, of which those unused for 30 days may go (Chromium). */
const MOST_OF_ALL = 3300
const LEFT_OF_ALL = 3000
const SAFE_MS = 30 * 86_400_000
/** Chromium notes a use again only after so long. */
const USE_STEP_MS = 60_000

/** What becomes of one stored cookie with one request. */
export interface SendVerdict {
  readonly cookie: StoredCookie
  /** Empty if it is sent; else in Chromium's order. */
  readonly reasons: readonly SendReason[]
  /** For people: why it is or isn't sent, and what would have to change. */
  readonly note: RuleNote
}

/** What became of one Set-Cookie line. */
export interface SetVerdict {
  readonly line: string
  /** What is stored now; null if nothing is (refused, or it expired at once). */
  readonly cookie: StoredCookie | null
  readonly reasons: readonly SetCookieReason[]
  readonly note: RuleNote
}

export class CookieJar {
  /** By registrable domain (or host where there is none), each in the order of their coming. */
  readonly #sites = new Map<string, StoredCookie[]>()
  readonly #settings: BrowserSettings
  #count = 0
  /** No cookie was used before: saves looking at all of them after each insertion. */
  #firstUseMs: Ms = Infinity

  constructor(cookies: readonly StoredCookie[], settings: BrowserSettings) {
    this.#settings = settings
    for (const cookie of cookies) this.put(cookie)
  }

  /** All that are kept and not expired, for `BrowserState.cookies`. */
  list(nowMs: Ms): readonly StoredCookie[] {
    return [...this.#sites.values()].flat().filter((cookie) => !isExpired(cookie, nowMs))
  }

  /** Keeps a cookie as it is, in place of the same one: for a person who edits the jar. No rule is asked. */
  put(cookie: StoredCookie): void {
    this.remove(cookie)
    this.#insert(cookie)
  }

  /** Keeps a cookie as it is and clears up behind it, as Chromium does with one that its driver gives it. */
  give(cookie: StoredCookie, nowMs: Ms): void {
    this.put(cookie)
    this.#clearUp(keyOf(cookie.domain), cookie.partition, nowMs)
  }

  /** Forgets a cookie (same name, domain, path and partition). */
  remove(cookie: StoredCookie): void {
    const key = keyOf(cookie.domain)
    this.#keep(
      key,
      this.#of(key).filter((there) => !isSameCookie(there, cookie)),
    )
  }

  /**
   * The cookies for a request, and notes on each of its site that stays at home. Marks those that go as used.
   * @returns `header` is the value of Cookie, null for none
   */
  send(context: CookieContext, nowMs: Ms): { header: string | null; notes: readonly RuleNote[] } {
    const verdicts = this.explain(context, nowMs)
    const sent = verdicts.filter(({ reasons }) => reasons.length === 0).map(({ cookie }) => cookie)
    this.#markUsed(sent, nowMs)
    const header = sent.length > 0 ? cookieLine(sent) : null
    return {
      header,
      notes: [
        ...(header === null
          ? []
          : [
              {
                rule: 'cookies-sent',
                source: 'RFC 6265bis 5.7.3',
                text: `The jar holds ${sent.length === 1 ? 'a cookie' : `${sent.length} cookies`} for this request: ${sent.map(({ name }) => name || '(nameless)').join(', ')}.`,
                added: [['Cookie', header] as const],
              },
            ]),
        ...verdicts.filter(({ reasons }) => reasons.length > 0).map(({ note }) => note),
      ],
    }
  }

  /** For each cookie of the request's site, in the order of sending: would it be sent, and why (not)? Changes nothing. */
  explain(context: CookieContext, nowMs: Ms): readonly SendVerdict[] {
    return this.#ask(context, nowMs, false)
  }

  /** Takes what a response sets. Lines are looked at in order; each gives a verdict with its note. */
  receive(headers: HeaderList, context: CookieContext, nowMs: Ms): readonly SetVerdict[] {
    const date = parseDate(headers.find(([name]) => name.toLowerCase() === 'date')?.[1] ?? '')
    const serverMs = date ? toVirtualMs(date.getTime()) : null
    return headers
      .filter(([name]) => name.toLowerCase() === 'set-cookie')
      .map(([, line]) => this.#store(line, { context, settings: this.#settings, nowMs, isScript: false, serverMs }))
  }

  /** What `document.cookie` reads on a page (HTML, "Cookies"; RFC 6265bis 5.7.3 for a "non-HTTP" API). */
  readScript(page: Page, nowMs: Ms): string {
    const verdicts = this.#ask(scriptContext(page), nowMs, true)
    const seen = verdicts.filter(({ reasons }) => reasons.length === 0).map(({ cookie }) => cookie)
    this.#markUsed(seen, nowMs)
    return fromBytes(cookieLine(seen))
  }

  /** What `document.cookie = text` does on a page. */
  writeScript(page: Page, text: string, nowMs: Ms): SetVerdict {
    const question = { context: scriptContext(page), settings: this.#settings, nowMs, isScript: true, serverMs: null }
    return this.#store(toBytes(text), question)
  }

  #ask(context: CookieContext, nowMs: Ms, isScript: boolean): SendVerdict[] {
    const key = keyOf(new URL(context.url).hostname)
    this.#keep(
      key,
      this.#of(key).filter((cookie) => !isExpired(cookie, nowMs)),
    )
    const question = { context, settings: this.#settings, nowMs, isScript }
    // RFC 6265bis 5.7.3: longer paths first, then the older ones; equal ones stay in the order of their coming.
    return this.#of(key)
      .toSorted((a, b) => b.path.length - a.path.length || a.createdMs - b.createdMs)
      .map((cookie) => {
        const reasons = whyNotSent(cookie, question)
        return { cookie, reasons, note: sendNote(cookie, reasons, context) }
      })
  }

  #store(line: string, question: StoreQuestion): SetVerdict {
    const { context, nowMs } = question
    const { parsed, cookie, reasons } = judgeSetCookie(line, question)
    const title = `\`${parsed?.name || parsed?.value.slice(0, 40) || line.slice(0, 40)}\``
    const refuse = (against: readonly SetCookieReason[]): SetVerdict => {
      const [first = 'NoCookieContent'] = against
      const { source, because, fix } = explainNotStored(first, parsed, context)
      const text = `The cookie ${title} is not stored, because ${because} (${against.join(', ')}).`
      return { line, cookie: null, reasons: against, note: { rule: 'cookie-not-stored', source, text, fix } }
    }
    if (!cookie) return refuse(reasons)

    const key = keyOf(cookie.domain)
    const there = this.#of(key)
    const clashes = new Set(there.flatMap((other) => whyNotReplaced(other, cookie, question) ?? []))
    if (reasons.length + clashes.size > 0) return refuse([...reasons, ...clashes])

    const before = there.find((other) => isSameCookie(other, cookie))
    const source = 'RFC 6265bis 5.7'
    if (isExpired(cookie, nowMs)) {
      if (before) this.remove(before)
      const what = before ? `removes \`${cookie.name}\` from the jar` : 'removes nothing: there is no such cookie'
      const text = `The cookie ${title} has expired already, so it ${what}.`
      return { line, cookie: null, reasons: [], note: { rule: 'cookie-removed', source, text } }
    }
    // Chromium: only with the same value it keeps the age of the one it replaces (the RFC: always).
    const kept = before?.value === cookie.value ? { ...cookie, createdMs: before.createdMs } : cookie
    if (before && kept !== cookie) this.#replace(key, before, kept)
    else this.put(kept)
    const evicted = this.#clearUp(key, kept.partition, nowMs)
    const text = `The cookie ${title} is ${before ? 'stored in place of the one before' : 'stored'}: ${describe(kept, nowMs)}.${
      evicted > 0 ? ` There were too many: the ${evicted} that were unused for longest are gone.` : ''
    }`
    return { line, cookie: kept, reasons: [], note: { rule: 'cookie-stored', source, text } }
  }

  /** Removes what is too much after an insertion, least recently used first. @returns how many went */
  #clearUp(key: string, partition: string | null, nowMs: Ms): number {
    const before = this.#count
    const all = this.#of(key)
    const group = all.filter((cookie) => cookie.partition === partition)
    const isPartition = partition !== null
    if (group.length > MOST_OF_SITE || (isPartition && bytesOf(group) > MOST_PARTITION_BYTES)) {
      const live = oldestUseFirst(group.filter((cookie) => !isExpired(cookie, nowMs)))
      const gone = new Set(group.filter((cookie) => isExpired(cookie, nowMs)))
      if (isPartition) {
        while (live.length > MOST_OF_SITE || bytesOf(live) > MOST_PARTITION_BYTES) {
          const oldest = live.shift()
          if (oldest) gone.add(oldest)
        }
      } else if (live.length > MOST_OF_SITE) {
        // What is not Secure goes first.
        const order = [...live.filter(({ secure }) => !secure), ...live.filter(({ secure }) => secure)]
        for (const cookie of order.slice(0, live.length - LEFT_OF_SITE)) gone.add(cookie)
      }
      this.#keep(
        key,
        all.filter((cookie) => !gone.has(cookie)),
      )
    }
    if (this.#count > MOST_OF_ALL && nowMs - this.#firstUseMs > SAFE_MS) this.#clearUpAll(nowMs)
    return before - this.#count
  }

  #clearUpAll(nowMs: Ms): void {
    const live = this.list(nowMs)
    const old = oldestUseFirst(live.filter(({ lastUsedMs }) => nowMs - lastUsedMs > SAFE_MS))
    const gone = new Set(live.length > MOST_OF_ALL ? old.slice(0, live.length - LEFT_OF_ALL) : [])
    for (const [key, cookies] of this.#sites) {
      this.#keep(
        key,
        cookies.filter((cookie) => !gone.has(cookie) && !isExpired(cookie, nowMs)),
      )
    }
    this.#firstUseMs = this.list(nowMs).reduce((first, { lastUsedMs }) => Math.min(first, lastUsedMs), Infinity)
  }

  #markUsed(cookies: readonly StoredCookie[], nowMs: Ms): void {
    for (const cookie of cookies) {
      if (nowMs - cookie.lastUsedMs < USE_STEP_MS) continue
      this.#replace(keyOf(cookie.domain), cookie, { ...cookie, lastUsedMs: nowMs })
    }
  }

  #of(key: string): readonly StoredCookie[] {
    return this.#sites.get(key) ?? []
  }

  #insert(cookie: StoredCookie): void {
    const key = keyOf(cookie.domain)
    const there = this.#sites.get(key)
    if (there) there.push(cookie)
    else this.#sites.set(key, [cookie])
    this.#count++
    this.#firstUseMs = Math.min(this.#firstUseMs, cookie.lastUsedMs)
  }

  #replace(key: string, before: StoredCookie, cookie: StoredCookie): void {
    this.#keep(
      key,
      this.#of(key).map((there) => (there === before ? cookie : there)),
    )
  }

  #keep(key: string, cookies: StoredCookie[]): void {
    this.#count += cookies.length - this.#of(key).length
    if (cookies.length > 0) this.#sites.set(key, cookies)
    else this.#sites.delete(key)
  }
}

/** The line that goes out (RFC 6265bis 5.7.3, step 4): a nameless cookie is its value alone. */
function cookieLine(cookies: readonly StoredCookie[]): string {
  return cookies.map(({ name, value }) => (name === '' ? value : `${name}=${value}`)).join('; ')
}

function sendNote(cookie: StoredCookie, reasons: readonly SendReason[], context: CookieContext): RuleNote {
  const title = `\`${cookie.name || cookie.value.slice(0, 40)}\` of ${cookie.domain}`
  const [first] = reasons
  if (first === undefined) {
    return {
      rule: 'cookie-sent',
      source: 'RFC 6265bis 5.7.3',
      text: `The cookie ${title} is sent: host, path, scheme and site fit.`,
    }
  }
  const { source, because, fix } = explainNotSent(first, cookie, context)
  const text = `The cookie ${title} is not sent, because ${because} (${reasons.join(', ')}).`
  return { rule: 'cookie-not-sent', source, text, fix }
}

/** A stored cookie in words, e.g. "for api.shop.test alone, path /, until the browser closes, HttpOnly". */
function describe(cookie: StoredCookie, nowMs: Ms): string {
  const { domain, hostOnly, path, expiresMs, secure, httpOnly, sameSite, partition } = cookie
  const isCapped = expiresMs === nowMs + LONGEST_LIFE_MS
  return [
    `for ${domain}${hostOnly ? ' alone' : ' and what lies below'}`,
    `path ${path}`,
    expiresMs === null
      ? 'until the browser closes'
      : `until ${formatMoment(expiresMs)}${isCapped ? ' (no cookie lives longer than 400 days)' : ''}`,
    sameSite === 'unspecified' ? 'SameSite not said, so Lax' : `SameSite=${sameSite}`,
    ...(secure ? ['Secure'] : []),
    ...(httpOnly ? ['HttpOnly'] : []),
    ...(partition === null ? [] : [`only on pages of ${partition}`]),
  ].join(', ')
}

const scriptContext = (page: Page): CookieContext => ({ url: page.url, method: 'GET', page, isTopNavigation: false })
const keyOf = (host: string): string => registrableDomain(host) ?? host
const isExpired = ({ expiresMs }: StoredCookie, nowMs: Ms): boolean => expiresMs !== null && expiresMs <= nowMs
const bytesOf = (cookies: readonly StoredCookie[]): number =>
  cookies.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
const oldestUseFirst = (cookies: readonly StoredCookie[]): StoredCookie[] =>
  cookies.toSorted((a, b) => a.lastUsedMs - b.lastUsedMs || a.createdMs - b.createdMs)

/** Scripts have text, the wire has bytes: UTF-8 (Chromium), one character a byte, as in headers. */
const toBytes = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
/** Chromium reads nothing at all where a single byte is no UTF-8. */
function fromBytes(bytes: string): string {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return decoder.decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)))
  } catch {
    return ''
  }
}
