// Redirects: where one leads, what changes on the way, and what is not followed (Fetch 4.4, "HTTP-redirect fetch").
import type { HeaderList } from '../protocol'
import { getHeader, headerValues } from './headers'
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
 * Where a response leads.
 * @returns null where it is no redirect; `url` null where its Location is no URL
 */
export function redirectTarget(
  response: { readonly status: number; readonly headers: HeaderList },
  from: URL,
): { readonly url: URL | null; readonly location: string } | null {
  if (!STATUSES.has(response.status) || getHeader(response.headers, 'location') === null) return null
  // A repeated Location is one only where all say the same; the last counts in Chromium's answer to the rest.
  const location = headerValues(response.headers, 'location').at(-1) ?? ''
  const url = parseUrl(location, from.href)
  if (url && url.hash === '') url.hash = from.hash
  return { url, location }
}

/** Fetch 4.4, step 12: a POST that was moved, and what is to be seen elsewhere, become a GET without a body. */
export function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}
