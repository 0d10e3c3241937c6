// Which part of the page's URL a server gets to see in Referer (Referrer Policy 8.3).
import { REFERRER_POLICIES, type ReferrerPolicy } from '../protocol'
import { isTrustworthy } from './sites'
import { originOf } from './url'

/** What counts where neither page nor request says anything. */
export const DEFAULT_POLICY: ReferrerPolicy = 'strict-origin-when-cross-origin'

/** Referrer Policy 8.3: a longer referrer is cut down to its origin. */
const MOST_CHARACTERS = 4096

/**
 * The value of Referer.
 * @param source  the URL to speak of; null where there is none to be told (an opaque origin, `referrer: ""`)
 * @param target  where the request goes
 * @returns null where none is sent
 */
export function refererFor(source: string | null, target: URL, policy: ReferrerPolicy): string | null {
  if (source === null || policy === 'no-referrer') return null
  const whole = stripUrl(source)
  const origin = `${originOf(source)}/`
  const full = whole.length > MOST_CHARACTERS ? origin : whole
  const isSame = originOf(source) === originOf(target)
  const isDowngrade = isTrustworthy(source) && !isTrustworthy(target.href)
  switch (policy) {
    case 'unsafe-url':
      return full
    case 'origin':
      return origin
    case 'same-origin':
      return isSame ? full : null
    case 'origin-when-cross-origin':
      return isSame ? full : origin
    case 'no-referrer-when-downgrade':
      return isDowngrade ? null : full
    case 'strict-origin':
      return isDowngrade ? null : origin
    case 'strict-origin-when-cross-origin':
      if (isSame) return full
      return isDowngrade ? null : origin
  }
}

/** The last policy of a Referrer-Policy header that is known; null with none (Referrer Policy 8.1). */
export function parsePolicy(value: string | null): ReferrerPolicy | null {
  const known = (value ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .map((part) => REFERRER_POLICIES.find((policy) => policy === part))
  return known.findLast((policy) => policy !== undefined) ?? null
}

/** Referrer Policy 8.4: without user name, password and fragment. */
function stripUrl(text: string): string {
  const url = new URL(text)
  url.username = ''
  url.password = ''
  url.hash = ''
  return url.href
}
