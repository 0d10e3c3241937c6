// Which URLs the service worker answers, and where the page's fetch for a request goes: to the very URL the learner wrote
// where a page may call it, else to a path of our own origin that shows it. Knows no service worker.
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

/** What a path of our own origin stands for. */
export interface OwnPath {
  /** Name of the door whose page is to answer; null where the path names none. */
  readonly door: string | null
  /** The URL that is meant; null where the path names no host. */
  readonly url: string | null
}

type Asked = Pick<WireRequest, 'method' | 'url' | 'body'>

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
export function pretendUrl(request: Asked, page: PageAddress): FetchTarget {
  const hasBody = request.body.text !== ''
  const name = request.method.toUpperCase()
  const canBeFetched = TOKEN.test(request.method) && !FORBIDDEN_METHODS.has(name)
  const bodyFits = !hasBody || (name !== 'GET' && name !== 'HEAD')
  const url = URL.canParse(request.url) ? new URL(request.url) : null

  if (url && canBeFetched && bodyFits && isPretend(url) && PLAIN_PORT.test(url.port) && url.origin !== page.origin) {
    // A fetch to a URL with a password in it is a TypeError.
    url.username = ''
    url.password = ''
    return { url: url.href, method: request.method }
  }
  const path = url ? `${url.host}${url.pathname}${url.search}` : ''
  const method = canBeFetched && bodyFits ? request.method : hasBody ? 'POST' : 'GET'
  return { url: `${page.origin}${page.scope}srv/~${page.door}/${path}`, method }
}

/** Whether the URL is of a server that only exists in Peel: `https://*.test` and the FastAPI tutorial's own address. */
export function isPretend({ origin, protocol, hostname }: URL): boolean {
  return LOOPBACK.has(origin) || (protocol === 'https:' && hostname.endsWith('.test'))
}

/**
 * Reads `<scope>srv/~<door>/<host>/<path>`, and the same without a door.
 * @returns null for any other URL; https is meant, except for the FastAPI tutorial's own address
 */
export function readOwnPath(url: URL, { origin, scope }: Pick<PageAddress, 'origin' | 'scope'>): OwnPath | null {
  if (url.origin !== origin || !url.pathname.startsWith(`${scope}srv/`)) return null
  const [, door = null, host, path] =
    /^(?:~(\w+)(?:\/|$))?([^/]*)(.*)$/.exec(url.pathname.slice(scope.length + 4)) ?? []
  const scheme = LOOPBACK.has(`http://${host}`) ? 'http' : 'https'
  const meant = `${scheme}://${host}${path || '/'}${url.search}`
  return { door, url: host && URL.canParse(meant) ? new URL(meant).href : null }
}
