// Builds what the page's fetch is called with. The exact request does not travel in it: it is looked up by the exchange
// id, so a header that a page may not set is left out without loss.
import { isPageRequest } from '../protocol'
import type { PageRequest, WireRequest } from '../protocol'
import { fromBodyText } from '../requests'
import { pretendUrl } from './pretend-url'
import type { PageAddress } from './pretend-url'
import { EXCHANGE_HEADER } from './worker/messages'

/** Asked for without a request that a page's fetch could stand for. */
const NO_FETCH = new Set(['websocket', 'document.cookie'])

/**
 * Whether a page's fetch can stand for the request: it talks over no socket, sends no pieces at set times, and hangs up
 * only where it is a page's, which aborts.
 */
export function canFetch(request: WireRequest | PageRequest): boolean {
  if (isPageRequest(request)) return !request.socket && !NO_FETCH.has(request.page.kind)
  return !request.socket && !request.pieces && request.hangUpMs === undefined
}

/** The two arguments of `fetch` for a request, marked with its exchange id. */
export function fetchArguments(
  request: WireRequest | PageRequest,
  exchange: string,
  page: PageAddress,
): { readonly url: string; readonly init: RequestInit } {
  const { url, method } = pretendUrl(isPageRequest(request) ? withWholeUrl(request) : request, page)
  const headers = new Headers()
  for (const [name, value] of request.headers) {
    try {
      headers.append(name, value)
    } catch {
      // Not a header by the Fetch standard. The server still gets it as it was written.
    }
  }
  headers.set(EXCHANGE_HEADER, exchange)
  const init: RequestInit = {
    method,
    headers,
    mode: 'cors',
    // The redirect, the cookies and the cache that a learner sees are the modelled browser's.
    redirect: 'manual',
    credentials: 'omit',
    cache: 'no-store',
  }
  if (request.body.text !== '') init.body = fromBodyText(request.body)
  return { url, init }
}

/** A page may ask for something relative to itself. */
function withWholeUrl(request: PageRequest): PageRequest {
  const { url, page } = request
  return URL.canParse(url, page.url) ? { ...request, url: new URL(url, page.url).href } : request
}
