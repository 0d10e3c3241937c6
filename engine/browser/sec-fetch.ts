// Fetch Metadata: what a request says of where it comes from and what it is for.
import type { HeaderList, RequestMode } from '../protocol'
import type { Destination } from './kinds'
import { isSameSite, isTrustworthy } from './sites'
import { originOf } from './url'

type SecFetchSite = 'none' | 'same-origin' | 'same-site' | 'cross-site'

/**
 * Sec-Fetch-Site (Fetch Metadata 2.3): how far apart the page and all URLs of a redirect chain are, the farthest counts.
 * @param origin  of the page; `null` where it is opaque
 */
export function secFetchSite(origin: string, urls: readonly URL[]): SecFetchSite {
  if (urls.every((url) => originOf(url) === origin)) return 'same-origin'
  return urls.every((url) => isSameSite(url.href, origin)) ? 'same-site' : 'cross-site'
}

/**
 * The Sec-Fetch fields of a request. They go to trustworthy URLs alone; in Chromium a preflight has its mode in any case.
 * @returns in Chromium's order, which is another one for preflights
 */
export function secFetchFields(ask: {
  readonly site: SecFetchSite
  readonly mode: RequestMode | 'websocket'
  readonly destination: Destination
  readonly url: URL
  readonly isPreflight: boolean
  readonly isByUser: boolean
}): HeaderList {
  const site = ['Sec-Fetch-Site', ask.site] as const
  const mode = ['Sec-Fetch-Mode', ask.mode] as const
  const dest = ['Sec-Fetch-Dest', ask.destination || 'empty'] as const
  if (!isTrustworthy(ask.url.href)) return ask.isPreflight ? [mode] : []
  if (ask.isPreflight) return [mode, site, dest]
  return ask.isByUser ? [site, mode, ['Sec-Fetch-User', '?1'], dest] : [site, mode, dest]
}
