// A fetch on its way: what is known of it between two sendings. Changed by the steps of fetch-steps.ts alone.
import type {
  BodyText,
  CacheMode,
  Exchange,
  ExchangeRole,
  FetchView,
  HeaderList,
  Ms,
  PageRequest,
  ReferrerPolicy,
  RuleNote,
  WireRequest,
} from '../protocol'
import type { Constructed } from './construct'
import { kindOf, type Kind } from './kinds'
import type { Memory } from './memory'
import { DEFAULT_POLICY, parsePolicy } from './referrer'
import { unsafeHeaders } from './request-headers'
import { isTrustworthy, siteOf } from './sites'
import { isSameOrigin, OPAQUE, originOf, parseUrl } from './url'

/**
 * What came back: an exchange as far as it came, or why there is nothing of one: Chromium's name of what went wrong on the
 * network, or `aborted` where the script went away. With `head` the body is still coming: what needs no body is decided, and
 * where the page has its response by then, the whole exchange follows.
 */
export type Reply = Exchange | { readonly failed: string } | { readonly head: Exchange }

/** What is to be sent, with what was decided before it. */
export interface Sending {
  readonly notes: readonly RuleNote[]
  readonly wire: WireRequest & { readonly role: ExchangeRole }
}

export type Done = Omit<FetchView, 'exchanges' | 'startedAt' | 'endedAt'>

/** The end of a fetch, with what was decided since the last sending. */
export interface Finished {
  readonly notes: readonly RuleNote[]
  readonly done: Done
}

/** What the page has with the head of its response, while the body is still coming. */
export interface Opened extends Finished {
  readonly isOpen: true
}

/** The head is good for nothing alone: the whole exchange is to follow. */
export interface Waiting {
  readonly notes: readonly RuleNote[]
  readonly isWaiting: true
}

export interface Resumed {
  readonly reply: Reply
  readonly nowMs: Ms
}

export type Steps<T> = Generator<Sending | Opened | Waiting, T, Resumed>

export interface Flight {
  readonly ask: PageRequest
  readonly kind: Kind
  readonly memory: Memory
  /** The page's; `null` for a sandboxed one. */
  readonly origin: string
  readonly startedMs: Ms
  /** What Referer says, once the policy has been applied to it; null for nothing. */
  referrer: string | null
  nowMs: Ms
  notes: RuleNote[]
  /** Lines for the console, so far. */
  readonly console: string[]
  method: string
  /** All URLs so far; the last one is where it goes now. */
  readonly urls: URL[]
  url: URL
  /** The script's, with the body's Content-Type. */
  headers: HeaderList
  body: BodyText | null
  policy: ReferrerPolicy
  /** A redirect led from one foreign origin to another: nobody is told who asked any more (Fetch 2.2.5, "redirect-taint"). */
  isTainted: boolean
  /** Fetch 2.2.5, "response tainting". */
  tainting: 'basic' | 'cors' | 'opaque'
  /** Whether brand and platform are told: so since the first URL, while all are trustworthy. */
  hasHints: boolean
  /** Of the answer in hand only the head is there. */
  isComing: boolean
  /** The answer in hand was never on the wire. */
  isStored: boolean
  /** The script took the request back before the end of the answer in hand. */
  isAborted: boolean
}

export function startFlight(
  ask: PageRequest,
  built: Constructed,
  memory: Memory,
  { notes, console }: { readonly notes: RuleNote[]; readonly console: string[] },
  nowMs: Ms,
): Flight {
  const { page } = ask
  return {
    ask,
    kind: asBeacon(page.kind, kindOf(page), built.headers),
    memory,
    origin: page.sandboxed ? OPAQUE : originOf(page.url),
    startedMs: nowMs,
    referrer: referrerOf(page),
    nowMs,
    notes,
    console,
    method: built.method,
    urls: [built.url],
    url: built.url,
    headers: built.headers,
    body: built.hasBody ? ask.body : null,
    policy: built.policy ?? parsePolicy(page.document?.referrerPolicy ?? null) ?? DEFAULT_POLICY,
    isTainted: false,
    tainting: 'basic',
    hasHints: isTrustworthy(built.url.href),
    isComing: false,
    isAborted: false,
    isStored: false,
  }
}

/** Beacon 3.1: one whose Content-Type is not safelisted asks with CORS. */
function asBeacon(kind: PageRequest['page']['kind'], usual: Kind, headers: HeaderList): Kind {
  return kind === 'beacon' && unsafeHeaders(headers).length > 0 ? { ...usual, mode: 'cors' } : usual
}

/** Fetch 5.4 and Referrer Policy 8.3: a script may name another URL of its own origin, or none; an opaque origin has none. */
function referrerOf(page: PageRequest['page']): string | null {
  if (page.sandboxed || page.referrer === '') return null
  if (page.referrer === undefined || page.referrer === 'about:client') return page.url
  const asked = parseUrl(page.referrer, page.url)
  return asked && isSameOrigin(originOf(asked), originOf(page.url)) ? asked.href : page.url
}

/** What Origin says, and what the CORS check compares with. */
export function serialOrigin(flight: Flight): string {
  return flight.isTainted ? OPAQUE : flight.origin
}

/**
 * Whether cookies and the like go along (Fetch 4.5): always, or within the origin. A `no-cors` request that began there takes
 * them along wherever redirects lead: so Chromium 156, by trial; the standard asks anew after each redirect.
 */
export function isCredentialed({ kind, tainting, origin, urls, url }: Flight): boolean {
  if (kind.credentials !== 'same-origin') return kind.credentials === 'include'
  return kind.mode === 'no-cors' ? isSameOrigin(origin, originOf(urls[0] ?? url)) : tainting === 'basic'
}

/** The key under which Chromium keeps what it remembers for the pages of one site. */
export function partitionOf({ ask }: Flight): string {
  return siteOf(ask.page.url) ?? OPAQUE
}

/** Takes the notes since the last time. */
export function takeNotes(flight: Flight): readonly RuleNote[] {
  const { notes } = flight
  flight.notes = []
  return notes
}

/** Headers by which a script asks for itself whether what it has still counts (RFC 9110 13.1). */
const CONDITIONS = /^if-(?:match|modified-since|none-match|range|unmodified-since)$/i

/**
 * An EventSource never wants an answer from a cache (HTML 9.2.2). A script that sets conditions by itself asks past the cache:
 * Chromium as `no-cache` does, the standard (Fetch 4.6) as `no-store`.
 */
export function cacheMode({ ask: { page, headers } }: Flight): CacheMode {
  if (page.kind === 'eventsource') return 'no-store'
  const mode = page.cache ?? 'default'
  return mode === 'default' && headers.some(([name]) => CONDITIONS.test(name)) ? 'no-cache' : mode
}
