// Redirects: where one leads, what changes on the way, and what is not followed (Fetch 4.4, "HTTP-redirect fetch").
import type { HeaderList } from '../protocol'
import { headerValues } from './headers'
import { parseUrl } from './url'

/** Fetch 4.4: how many redirects are followed. */
export const MOST_REDIRECTS = 20

const STATUSES = new Set([301, 302, 303, 307, 308])

/** Headers that speak of a body, and go with it (Fetch 2.2.2, "request-body-header name"). */
export const BODY_HEADERS: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
])

/**
 * Where a response leads. An empty Location leads nowhere in Chromium, where the standard has it lead to the same URL again.
 * @returns null where it is no redirect; `url` null where its Location is no URL
 */
export function redirectTarget(
  response: { readonly status: number; readonly headers: HeaderList },
  from: URL,
): { readonly url: URL | null; readonly location: string } | null {
  // Where it is repeated all say the same: see `refuseHead`.
  const [location = ''] = headerValues(response.headers, 'location')
  if (!STATUSES.has(response.status) || location === '') return null
  const url = parseUrl(readLocation(location), from.href)
  if (url && url.hash === '') url.hash = from.hash
  return { url, location }
}

/** Whether a status is one that `manual` hides, also where no Location says where to go (Fetch 4.3, "HTTP fetch"). */
export function isRedirectStatus(status: number): boolean {
  return STATUSES.has(status)
}

/** Location's bytes as text: UTF-8 where they are that, else each byte for itself (Chromium). */
function readLocation(location: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(location, (byte) => byte.charCodeAt(0)))
  } catch {
    return location.replaceAll(/[^\x00-\x7f]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
  }
}

/** Fetch 4.4, step 12: a POST that was moved, and what is to be seen elsewhere, become a GET without a body. */
export function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}
