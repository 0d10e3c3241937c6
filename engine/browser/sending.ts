// Makes what goes onto the wire: an ordinary request, a preflight, a handshake.
import type { ExchangeRole, HeaderList, WireRequest } from '../protocol'
import { bodyBytes } from '../requests'
import { cacheMode, isCredentialed, serialOrigin, takeNotes, type Flight, type Sending } from './flight'
import { getHeader } from './headers'
import { isNavigation, isTopLevel } from './kinds'
import { preflightFields } from './preflight'
import { refererFor } from './referrer'
import { secFetchFields, secFetchSite } from './sec-fetch'
import { isSameSite, isTrustworthy } from './sites'
import { isSameOrigin, OPAQUE, originOf, withoutFragment } from './url'
import { handshakeLines, preflightLines, requestLines } from './wire-headers'

/** Header lines of the request itself. */
export function requestHeaders(flight: Flight, cookie: string | null): HeaderList {
  const { ask, kind, url, headers } = flight
  return requestLines({
    url,
    script: headers,
    accept: kind.accept,
    contentLength: contentLength(flight),
    cache: cacheMode(flight),
    origin: originField(flight),
    referer: referer(flight),
    secFetch: secFetch(flight, false),
    cookie,
    hasHints: flight.hasHints,
    isNavigation: isNavigation(ask.page.kind),
    isElement: kind.destination !== '',
    isFormPost: ask.page.kind === 'form' && ask.method.toUpperCase() === 'POST',
    storageAccess: storageAccess(flight),
  })
}

/** The request itself. */
export function sendRequest(flight: Flight, headers: HeaderList): Sending {
  return toSending(flight, 'request', flight.method, headers, flight.body ?? { text: '', encoding: 'utf8' })
}

/** The OPTIONS request that asks for it. */
export function sendPreflight(flight: Flight, names: readonly string[]): Sending {
  const { url, method } = flight
  const lines = preflightLines({
    url,
    asks: preflightFields(method, names),
    cache: cacheMode(flight),
    origin: serialOrigin(flight),
    referer: referer(flight),
    secFetch: secFetch(flight, true),
  })
  return toSending(flight, 'preflight', 'OPTIONS', lines, { text: '', encoding: 'utf8' })
}

/** The handshake of a WebSocket. */
export function sendHandshake(flight: Flight, cookie: string | null): Sending {
  const protocols = getHeader(flight.headers, 'sec-websocket-protocol')
  const lines = handshakeLines({ url: flight.url, cookie, origin: flight.origin, protocols })
  return toSending(flight, 'request', 'GET', lines, { text: '', encoding: 'utf8' })
}

function toSending(
  flight: Flight,
  role: ExchangeRole,
  method: string,
  headers: HeaderList,
  body: WireRequest['body'],
): Sending {
  const { ask, url } = flight
  const set = new Set(role === 'request' ? ask.headers.map(([name]) => name.toLowerCase()) : [])
  const added = headers.map(([name]) => name.toLowerCase()).filter((name) => !set.has(name))
  return {
    notes: takeNotes(flight),
    wire: {
      role,
      from: ask.from,
      title: ask.title,
      method,
      url: withoutFragment(url),
      target: `${url.pathname}${url.search}`,
      headers,
      added,
      body,
      atMs: 0,
      ...(role === 'request' && ask.socket && { socket: ask.socket }),
    },
  }
}

/** Fetch 4.1, step 8: what was cut off once stays cut off in later hops. */
function referer(flight: Flight): string | null {
  flight.referrer = refererFor(flight.referrer, flight.url, flight.policy)
  return flight.referrer
}

/** Fetch 4.6: what a body has, and 0 for a POST or PUT without one. */
function contentLength({ body, method }: Flight): number | null {
  if (body !== null) return bodyBytes(body)
  return method === 'POST' || method === 'PUT' ? 0 : null
}

/** Fetch 3.1, "append a request Origin header", as Chromium does it. */
function originField(flight: Flight): string | null {
  const { method, policy, url, origin, kind, ask } = flight
  if (flight.tainting === 'cors') return serialOrigin(flight)
  const isElement = kind.destination !== ''
  // Chromium: elements that ask with CORS name their origin to it.
  if ((isElement && kind.mode === 'cors') || isSandboxTold(flight)) return serialOrigin(flight)
  if (method === 'GET' || method === 'HEAD') return null
  // Chromium: whoever has it redirected to another origin must not pass for the page.
  if (hasLeftOrigin(flight)) return OPAQUE
  if (isNavigation(ask.page.kind) && hidesOrigin(policy, origin, url)) return OPAQUE
  return serialOrigin(flight)
}

function hasLeftOrigin({ urls }: Flight): boolean {
  return new Set(urls.map(originOf)).size > 1
}

/**
 * By trial with Chromium 156: a sandboxed frame says `null` with credentials, where a request begins within the site of the
 * page around it, and wherever redirects lead from there. Where third-party cookies are allowed it doesn't, nor
 * where redirects made a GET of it.
 */
function isSandboxTold({ ask, kind, origin, urls, url, memory }: Flight): boolean {
  if (memory.settings.thirdPartyCookies || !/^(?:get|head)$/i.test(ask.method)) return false
  const isAsked = kind.mode !== 'cors' && kind.credentials === 'include'
  return origin === OPAQUE && isAsked && isSameSite(ask.page.url, (urls[0] ?? url).href)
}

/** Whether the referrer policy keeps the origin from a navigation; Chromium lets scripts' requests have it. */
function hidesOrigin(policy: Flight['policy'], origin: string, url: URL): boolean {
  switch (policy) {
    case 'no-referrer':
      return true
    case 'no-referrer-when-downgrade':
    case 'strict-origin':
    case 'strict-origin-when-cross-origin':
      return origin.startsWith('https:') && url.protocol !== 'https:'
    case 'same-origin':
      return !isSameOrigin(origin, originOf(url))
    default:
      return false
  }
}

function secFetch(flight: Flight, isPreflight: boolean): HeaderList {
  const { ask, kind, url, urls, origin } = flight
  return secFetchFields({
    site: secFetchSite(origin, urls),
    mode: kind.mode,
    destination: kind.destination,
    url,
    isPreflight,
    isByUser: isTopLevel(ask.page.kind),
  })
}

/** Chromium: whether third-party cookies could be had, on requests of other sites that carry credentials. */
function storageAccess(flight: Flight): 'none' | 'inactive' | 'active' | null {
  const { url, memory, ask } = flight
  if (!isTrustworthy(url.href) || !isCredentialed(flight) || isTopLevel(ask.page.kind)) return null
  // Where a redirect leads back to the page's own site, nobody is a third party any more, whatever Sec-Fetch-Site says.
  const isOwn = isSameSite(ask.page.url, url.href)
  if (isOwn && !ask.page.sandboxed) return null
  if (memory.settings.thirdPartyCookies) return 'active'
  return isOwn ? 'inactive' : 'none'
}
