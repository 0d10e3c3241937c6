// Builds what the page's fetch is called with. The exact request does not travel in it: it is looked up by the exchange
// id, so a header that a page may not set is left out without loss.
import { isPageRequest } from '../protocol'
import type { PageRequest, WireRequest } from '../protocol'
import { bodyBytes } from './body-bytes'
import { pretendUrl } from './pretend-url'
import type { PageAddress } from './pretend-url'
import { EXCHANGE_HEADER } from './worker/messages'

/** Whether a page's fetch can stand for the request: it talks over no socket, sends no pieces at set times, never hangs up. */
export function canFetch(request: WireRequest | PageRequest): request is WireRequest {
  return !isPageRequest(request) && !request.socket && !request.pieces && request.hangUpMs === undefined
}

/** The two arguments of `fetch` for a request, marked with its exchange id. */
export function fetchArguments(
  request: WireRequest,
  exchange: string,
  page: PageAddress,
): { readonly url: string; readonly init: RequestInit } {
  const { url, method } = pretendUrl(request, page)
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
    // The redirect, the cookies and the cache that a learner sees are the simulated browser's.
    redirect: 'manual',
    credentials: 'omit',
    cache: 'no-store',
  }
  if (request.body.text !== '') init.body = bodyBytes(request.body)
  return { url, init }
}
