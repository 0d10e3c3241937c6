// How long a stored response may be used without asking again (RFC 9111 4.2, as Chromium computes it).
import { parseDate } from 'tough-cookie'
import type { HeaderList, Ms } from '../protocol'
import { toVirtualMs } from './clock'
import { getHeader, headerValues } from './headers'

/** Of the time since Last-Modified, so much is taken for granted (RFC 9111 4.2.2). */
const HEURISTIC_SHARE = 0.1
/** Chromium: these stay for ever, where nothing else is said. */
const LASTING = new Set([300, 301, 308, 410])
/** Chromium guesses for these alone. */
const GUESSED = new Set([200, 203, 206])

export interface Freshness {
  /** From its making on; 0 for "ask each time". */
  readonly lifeMs: Ms
  /** Where the number comes from, as a clause: "Cache-Control says max-age=60". */
  readonly why: string
}

/** @param storedMs  when the response came in */
export function freshnessOf(status: number, headers: HeaderList, storedMs: Ms): Freshness {
  const has = (directive: string): boolean => directivesOf(headers).some((one) => one.toLowerCase() === directive)
  if (getHeader(headers, 'vary')?.includes('*')) return { lifeMs: 0, why: '`Vary: *` fits no request' }
  for (const directive of ['no-cache', 'no-store']) {
    if (has(directive)) return { lifeMs: 0, why: `Cache-Control says ${directive}` }
  }
  if (/(?:^|,)\s*no-cache\s*(?:,|$)/i.test(getHeader(headers, 'pragma') ?? '')) {
    return { lifeMs: 0, why: 'Pragma says no-cache' }
  }
  const maxAge = directivesOf(headers)
    .map((one) => /^max-age=(\d+)$/i.exec(one)?.[1])
    .find((seconds) => seconds !== undefined)
  if (maxAge !== undefined) return { lifeMs: Number(maxAge) * 1000, why: `Cache-Control says max-age=${maxAge}` }

  const madeMs = dateIn(headers, 'date') ?? storedMs
  const expires = headerValues(headers, 'expires')[0]
  if (expires === '0') return { lifeMs: 0, why: 'Expires says 0' }
  const expiresMs = dateIn(headers, 'expires')
  if (expiresMs !== null) return { lifeMs: Math.max(0, expiresMs - madeMs), why: `Expires says ${expires}` }

  const changedMs = dateIn(headers, 'last-modified')
  if (GUESSED.has(status) && changedMs !== null && changedMs <= madeMs && !has('must-revalidate')) {
    const why = 'nothing is said, so a tenth of the time since Last-Modified is taken'
    return { lifeMs: (madeMs - changedMs) * HEURISTIC_SHARE, why }
  }
  if (LASTING.has(status)) return { lifeMs: Infinity, why: `a ${status} lasts where nothing else is said` }
  return { lifeMs: 0, why: 'nothing is said about how long it may be used' }
}

/** How old a stored response is (RFC 9111 4.2.3); answers take no time on their way here. */
export function ageOf(headers: HeaderList, storedMs: Ms, nowMs: Ms): Ms {
  const age = headerValues(headers, 'age')[0] ?? ''
  const madeMs = dateIn(headers, 'date') ?? storedMs
  const initialMs = Math.max(0, storedMs - madeMs, /^\d+$/.test(age) ? Number(age) * 1000 : 0)
  return initialMs + nowMs - storedMs
}

/** Members of Cache-Control, trimmed, as written. */
export function directivesOf(headers: HeaderList): readonly string[] {
  return headerValues(headers, 'cache-control').flatMap((value) => value.split(',').map((one) => one.trim()))
}

function dateIn(headers: HeaderList, name: string): Ms | null {
  const date = parseDate(headerValues(headers, name)[0] ?? '')
  return date ? toVirtualMs(date.getTime()) : null
}
