// The browser's memory for people: cookies and caches in words, and edited copies of the state. Pure.
import type { BrowserState, CachedPreflight, Ms, StoredCookie } from '../../engine/protocol'
import { timeWords } from '../app/words'

/** What a person can change of a cookie. */
export interface CookieDraft {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: StoredCookie['sameSite']
  /** Seconds of virtual time until it is gone, as typed; empty for a session cookie. */
  readonly seconds: string
}

export const NEW_COOKIE: CookieDraft = {
  name: '',
  value: '',
  domain: '',
  path: '/',
  secure: false,
  httpOnly: false,
  sameSite: 'unspecified',
  seconds: '',
}

export function draftOf(cookie: StoredCookie, nowMs: Ms): CookieDraft {
  const { name, value, domain, path, secure, httpOnly, sameSite, expiresMs } = cookie
  const seconds = expiresMs === null ? '' : String(Math.max(0, Math.round((expiresMs - nowMs) / 1000)))
  return { name, value, domain, path, secure, httpOnly, sameSite, seconds }
}

/** Why a draft cannot be stored; null when it can. The rules are those that any jar holds to (RFC 6265bis 4.1.1). */
export function refuseDraft(draft: CookieDraft): string | null {
  if (/[\x00-\x20;=,\x7f]/.test(draft.name) || draft.name === '')
    return 'The name needs at least one character, and no blank, comma, = or ;.'
  if (/[\x00-\x1f;\x7f]/.test(draft.value)) return 'The value cannot have ; or control characters in it.'
  if (!/^[A-Za-z0-9.-]+$/.test(draft.domain)) return 'The domain is a host such as shop.test, without port or path.'
  if (!draft.path.startsWith('/')) return 'The path begins with /.'
  if (draft.sameSite === 'none' && !draft.secure) return 'SameSite None needs Secure: a browser stores no other.'
  if (draft.seconds !== '' && !/^\d{1,10}$/.test(draft.seconds)) return 'The time left is a whole number of seconds.'
  return null
}

/**
 * The state with a cookie put in the place of another, or added.
 * @param before  null for a new one
 */
export function withCookie(
  state: BrowserState,
  before: StoredCookie | null,
  draft: CookieDraft,
  nowMs: Ms,
): BrowserState {
  const { seconds, ...rest } = draft
  const cookie: StoredCookie = {
    ...rest,
    hostOnly: before?.hostOnly ?? true,
    partition: before?.partition ?? null,
    createdMs: before?.createdMs ?? nowMs,
    lastUsedMs: nowMs,
    expiresMs: seconds === '' ? null : nowMs + Number(seconds) * 1000,
  }
  const others = state.cookies.filter((one) => one !== before && !isSameCookie(one, cookie))
  const at = before ? state.cookies.indexOf(before) : -1
  return { ...state, cookies: at < 0 ? [...others, cookie] : others.toSpliced(at, 0, cookie) }
}

/** RFC 6265bis 5.7: name, domain, host-only flag and path tell cookies apart, and the partition does. */
function isSameCookie(a: StoredCookie, b: StoredCookie): boolean {
  return (['name', 'domain', 'path', 'hostOnly', 'partition'] as const).every((key) => a[key] === b[key])
}

export function withoutCookie(state: BrowserState, cookie: StoredCookie): BrowserState {
  return { ...state, cookies: state.cookies.filter((one) => one !== cookie) }
}

const SAME_SITE: Readonly<Record<StoredCookie['sameSite'], string>> = {
  strict: 'SameSite Strict',
  lax: 'SameSite Lax',
  none: 'SameSite None',
  unspecified: 'no SameSite, so Lax',
}

/** Where a cookie goes and how long it stays: `shop.test and below, /, Secure, SameSite None, 59.0 s left`. */
export function cookieWords(cookie: StoredCookie, nowMs: Ms): string {
  const { domain, hostOnly, path, secure, httpOnly, sameSite, partition, expiresMs } = cookie
  return [
    hostOnly ? domain : `${domain} and hosts below`,
    path,
    ...(secure ? ['Secure'] : []),
    ...(httpOnly ? ['HttpOnly'] : []),
    SAME_SITE[sameSite],
    ...(partition === null ? [] : [`only on ${partition}`]),
    expiresMs === null ? 'until the browser closes' : leftWords(expiresMs, nowMs),
  ].join(', ')
}

/** `59.0 s left`, `over`. */
export function leftWords(untilMs: Ms, nowMs: Ms): string {
  if (untilMs <= nowMs) return 'over'
  const left = untilMs - nowMs
  if (left >= 2 * 86_400_000) return `${Math.round(left / 86_400_000)} days left`
  if (left >= 2 * 3_600_000) return `${Math.round(left / 3_600_000)} h left`
  if (left >= 120_000) return `${Math.round(left / 60_000)} min left`
  return `${timeWords(left)} left`
}

/** What the server said yes to, in words: `PUT, PATCH; x-token`. */
export function allowedWords({ methods, headers }: CachedPreflight): string {
  const lists = [methods, headers].map((names) => [...new Set(names)].join(', '))
  const parts = lists.filter((part) => part !== '')
  return parts.length === 0 ? 'safelisted methods and headers' : parts.join('; ')
}
