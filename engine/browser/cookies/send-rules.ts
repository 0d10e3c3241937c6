// Whether a stored cookie goes along with a request (RFC 6265bis 5.7.3, as Chromium does it). Changes nothing.
import { domainMatch, pathMatch } from 'tough-cookie'
import type { BrowserSettings, Ms, StoredCookie } from '../../protocol'
import { isTrustworthy } from '../sites'
import { isThirdParty, partitionOf, sameSiteLevel, type CookieContext } from './context'
import type { SendReason } from './reasons'

/** For so long a cookie that says nothing of SameSite goes with POST navigations from elsewhere (Chromium, "Lax + POST"). */
const LAX_ALLOWS_UNSAFE_MS = 2 * 60_000

export interface SendQuestion {
  readonly context: CookieContext
  readonly settings: BrowserSettings
  readonly nowMs: Ms
  /** `document.cookie` asks, not a request. */
  readonly isScript: boolean
}

/** Every reason against sending it, in Chromium's order; empty if it is sent. */
export function whyNotSent(cookie: StoredCookie, { context, settings, nowMs, isScript }: SendQuestion): SendReason[] {
  const url = new URL(context.url)
  const reasons: SendReason[] = []
  if (cookie.partition !== null && cookie.partition !== partitionOf(context)) reasons.push('OtherPartition')
  if (isScript && cookie.httpOnly) reasons.push('HttpOnly')
  if (cookie.secure && !isTrustworthy(context.url)) reasons.push('SecureOnly')
  if (!(cookie.hostOnly ? cookie.domain === url.hostname : domainMatch(url.hostname, cookie.domain, false)))
    reasons.push('DomainMismatch')
  if (!pathMatch(url.pathname, cookie.path)) reasons.push('NotOnPath')
  const sameSite = sameSiteReason(cookie, context, nowMs)
  if (sameSite) reasons.push(sameSite)
  if (cookie.sameSite === 'none' && !cookie.secure) reasons.push('SameSiteNoneInsecure')
  if (cookie.partition === null && !settings.thirdPartyCookies && isThirdParty(context)) reasons.push('UserPreferences')
  return reasons
}

function sameSiteReason(cookie: StoredCookie, context: CookieContext, nowMs: Ms): SendReason | null {
  const level = sameSiteLevel(context)
  if (cookie.sameSite === 'none' || level === 'strict') return null
  if (cookie.sameSite === 'strict') return 'SchemefulSameSiteStrict'
  if (level === 'lax') return null
  if (cookie.sameSite === 'lax') return 'SchemefulSameSiteLax'
  const isYoung = nowMs - cookie.createdMs <= LAX_ALLOWS_UNSAFE_MS
  return level === 'lax-unsafe' && isYoung ? null : 'SchemefulSameSiteUnspecifiedTreatedAsLax'
}
