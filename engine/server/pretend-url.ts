// Where the page's fetch for a request goes: to the very URL the learner wrote where a page may call it, else to a path
// of our own origin that shows it. Knows no service worker; what is not fetchable as it is must only stay recognisable.
import type { WireRequest } from '../protocol'

/** URL and method by which a page can really fetch, for the browser's Network panel. */
export interface FetchTarget {
  readonly url: string
  readonly method: string
}

export interface PageAddress {
  /** Origin of the page. */
  readonly origin: string
  /** Path of the service worker's scope, with slashes at both ends. */
  readonly scope: string
  /** Name of this page's door, so that two tabs can be told apart. */
  readonly door: string
}

/** A page gets a TypeError for these, as the Fetch standard's "forbidden method" says. */
const FORBIDDEN_METHODS = new Set(['TRACE', 'TRACK', 'CONNECT'])
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const LOOPBACK = new Set(['http://localhost:8000', 'http://127.0.0.1:8000'])
/** Ports that no browser blocks (the Fetch standard's "bad port" list has none of them), and the default one. */
const PLAIN_PORT = /^(|8\d{3}|9\d{3})$/

/**
 * Gives the URL and the method for a page's fetch of a request.
 * @returns the request's own URL for `https://*.test`, `http://localhost:8000` and `http://127.0.0.1:8000` (http to any
 *   other host would be blocked as mixed content), else `<scope>srv/~<door>/<host>/<path>` on the page's origin, with
 *   POST in place of a method that cannot be fetched with a body and GET in place of one that cannot be fetched at all
 */
export function pretendUrl(request: Pick<WireRequest, 'method' | 'url' | 'body'>, page: PageAddress): FetchTarget {
  const hasBody = request.body.text !== ''
  const name = request.method.toUpperCase()
  const canBeFetched = TOKEN.test(request.method) && !FORBIDDEN_METHODS.has(name)
  const bodyFits = !hasBody || (name !== 'GET' && name !== 'HEAD')
  const url = URL.canParse(request.url) ? new URL(request.url) : null

  if (url && canBeFetched && bodyFits && isPretend(url) && url.origin !== page.origin) {
    // A fetch to a URL with a password in it is a TypeError.
    url.username = ''
    url.password = ''
    return { url: url.href, method: request.method }
  }
  const path = url ? `${url.host}${url.pathname}${url.search}` : ''
  const method = canBeFetched && bodyFits ? request.method : hasBody ? 'POST' : 'GET'
  return { url: `${page.origin}${page.scope}srv/~${page.door}/${path}`, method }
}

function isPretend(url: URL): boolean {
  if (LOOPBACK.has(url.origin)) return true
  return url.protocol === 'https:' && url.hostname.endsWith('.test') && PLAIN_PORT.test(url.port)
}
