// What becomes of a Set-Cookie line (RFC 6265bis 5.7, "Storage Model", as Chromium does it). Changes nothing.
import { defaultPath, domainMatch, parseDate, pathMatch } from 'tough-cookie'
import type { BrowserSettings, Ms, StoredCookie } from '../../protocol'
import { toVirtualMs } from '../clock'
import { isAddress, isTrustworthy, registrableDomain } from '../sites'
import { isThirdParty, partitionOf, sameSiteLevel, type CookieContext } from './context'
import { parseSetCookie, type ParsedCookie } from './parse-set-cookie'
import type { SetCookieReason } from './reasons'

/** RFC 6265bis 5.5: no cookie lives longer. */
export const LONGEST_LIFE_MS = 400 * 86_400_000

export interface StoreQuestion {
  readonly context: CookieContext
  readonly settings: BrowserSettings
  readonly nowMs: Ms
  /** `document.cookie = …`, not a response. */
  readonly isScript: boolean
  /** The response's Date, by which Chromium sets `Expires` right; null where there is none. */
  readonly serverMs: Ms | null
}

export interface StoreAnswer {
  /** What the line says; null if it says nothing sensible. */
  readonly parsed: ParsedCookie | null
  /** What would be stored; null if it doesn't come so far. An `expiresMs` that is past means: remove it. */
  readonly cookie: StoredCookie | null
  /** Every reason against it that Chromium would name; those of `whyNotReplaced` come on top. */
  readonly reasons: readonly SetCookieReason[]
}

/** Decides on one line, all but what depends on the cookies that are there (`whyNotReplaced`). */
export function judgeSetCookie(line: string, question: StoreQuestion): StoreAnswer {
  const { context, settings, nowMs, isScript, serverMs } = question
  const parsed = parseSetCookie(line)
  if (typeof parsed === 'string') return { parsed: null, cookie: null, reasons: [parsed] }
  const url = new URL(context.url)

  const reasons: SetCookieReason[] = []
  const domain = cookieDomain(url.hostname, parsed.domain)
  if (domain === null) reasons.push('InvalidDomain')
  // Sent, it would look like a cookie with a name (Chromium).
  if (parsed.name === '' && parsed.value.includes('=')) reasons.push('AmbiguousPair')
  if (!keepsPrefix(parsed, url)) reasons.push('InvalidPrefix')
  if (parsed.partitioned && !(parsed.secure && isTrustworthy(context.url))) reasons.push('InvalidPartitioned')
  if (domain === null || reasons.length > 0) return { parsed, cookie: null, reasons }

  // Chromium asks the settings before it looks at SameSite and Secure, and names nothing else then.
  if (!parsed.partitioned && !settings.thirdPartyCookies && isThirdParty(context)) {
    return { parsed, cookie: null, reasons: ['UserPreferences'] }
  }
  if (parsed.secure && !isTrustworthy(context.url)) reasons.push('SecureOnly')
  if (isScript && parsed.httpOnly) reasons.push('HttpOnly')
  if (parsed.sameSite === 'none' && !parsed.secure) reasons.push('SameSiteNoneInsecure')
  const sameSite = sameSiteReason(parsed, context)
  if (sameSite) reasons.push(sameSite)

  return {
    parsed,
    reasons,
    cookie: {
      name: parsed.name,
      value: parsed.value,
      domain: domain.host,
      hostOnly: domain.hostOnly,
      path: parsed.path.startsWith('/') ? parsed.path : defaultPath(url.pathname),
      secure: parsed.secure,
      httpOnly: parsed.httpOnly,
      sameSite: parsed.sameSite,
      partition: parsed.partitioned ? partitionOf(context) : null,
      createdMs: nowMs,
      lastUsedMs: nowMs,
      expiresMs: expiryOf(parsed, nowMs, serverMs),
    },
  }
}

/** What a cookie that is there has against being replaced or hidden by a new one; null for nothing. */
export function whyNotReplaced(
  there: StoredCookie,
  cookie: StoredCookie,
  { context, isScript }: Pick<StoreQuestion, 'context' | 'isScript'>,
): SetCookieReason | null {
  if (there.partition !== cookie.partition || there.name !== cookie.name) return null
  // RFC 6265bis 5.7, "leave secure cookies alone": domains that match either way, and the new path on the old one.
  const isNear = domainMatch(there.domain, cookie.domain, false) || domainMatch(cookie.domain, there.domain, false)
  if (there.secure && !isTrustworthy(context.url) && isNear && pathMatch(cookie.path, there.path)) {
    return 'OverwriteSecure'
  }
  return isScript && there.httpOnly && isSameCookie(there, cookie) ? 'OverwriteHttpOnly' : null
}

/** Whether one takes the other's place (RFC 6265bis 5.7: name, domain, host-only, path; CHIPS: partition). */
export function isSameCookie(a: StoredCookie, b: StoredCookie): boolean {
  return (
    a.name === b.name &&
    a.path === b.path &&
    a.domain === b.domain &&
    a.hostOnly === b.hostOnly &&
    a.partition === b.partition
  )
}

/** Whose cookie it is, by its Domain attribute; null if this host may not set it. */
function cookieDomain(host: string, attribute: string): { host: string; hostOnly: boolean } | null {
  const wanted = attribute.replace(/^\./, '').toLowerCase()
  if (attribute === '') return { host, hostOnly: true }
  const own = registrableDomain(host)
  // Addresses, single labels and public suffixes: only themselves, as if there were no Domain (RFC 6265bis 5.7).
  if (own === null) return wanted === host ? { host, hostOnly: true } : null
  const canonical = canonicalHost(wanted)
  if (canonical === null || registrableDomain(canonical) !== own) return null
  return domainMatch(host, canonical, false) ? { host: canonical, hostOnly: false } : null
}

/** A host as a URL would write it; null if it can't be one. */
function canonicalHost(host: string): string | null {
  if (/[%/?#@:\\]|[^\u0000-\u007f]/.test(host) || !URL.canParse(`http://${host}`)) return null
  return new URL(`http://${host}`).hostname
}

/** RFC 6265bis 4.1.3 and "Cookie Prefixes": names that promise something. Chromium reads them in any case. */
function keepsPrefix({ name, value, secure, httpOnly, domain, path }: ParsedCookie, url: URL): boolean {
  // A nameless cookie is sent as its value alone: `=__Host-a=b` would look like one with the prefix.
  if (name === '') return !/^[ \t]*__(?:host|secure|http)-/i.test(value)
  // Chromium: localhost will do.
  const isSecure = secure && isTrustworthy(url.href)
  // Chromium: a Domain that is the address itself is none.
  const isAlone = domain === '' || (isAddress(url.hostname) && domain === url.hostname)
  const isHost = isSecure && path === '/' && isAlone
  if (/^__host-http-/i.test(name)) return isHost && httpOnly
  if (/^__host-/i.test(name)) return isHost
  if (/^__http-/i.test(name)) return isSecure && httpOnly
  return !/^__secure-/i.test(name) || isSecure
}

function sameSiteReason({ sameSite }: ParsedCookie, context: CookieContext): SetCookieReason | null {
  // A navigation of the tab may always set them, wherever the link stood.
  if (sameSite === 'none' || context.isTopNavigation || sameSiteLevel(context) !== 'cross-site') return null
  if (sameSite === 'strict') return 'SchemefulSameSiteStrict'
  return sameSite === 'lax' ? 'SchemefulSameSiteLax' : 'SchemefulSameSiteUnspecifiedTreatedAsLax'
}

/** Max-Age before Expires, neither beyond 400 days; null for a session cookie (RFC 6265bis 5.7). */
function expiryOf({ maxAge, expires }: ParsedCookie, nowMs: Ms, serverMs: Ms | null): Ms | null {
  const latest = nowMs + LONGEST_LIFE_MS
  // Chromium takes a plus sign too.
  if (/^[-+]?\d+$/.test(maxAge)) return Number(maxAge) <= 0 ? nowMs : Math.min(nowMs + Number(maxAge) * 1000, latest)
  const date = parseDate(expires)
  if (!date) return null
  return Math.min(toVirtualMs(date.getTime()) + (serverMs === null ? 0 : nowMs - serverMs), latest)
}
