// Which URLs a source list of a Content-Security-Policy lets through (CSP3 6.7.2), where Chromium is stricter as Chromium does.
// Knows nothing of directives and of requests.
import { DEFAULT_PORTS, portOf } from './url'

const NETWORK: ReadonlySet<string> = new Set(['http', 'https', 'ws', 'wss'])

/** CSP3 2.3.1, "host-source"; an IPv6 address is none. */
const HOST_SOURCE =
  /^(?:([a-z][a-z\d+.-]*):\/\/)?(\*|(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?)(?::(\d+|\*))?(\/[^?#]*)?(?:[?#].*)?$/i

/** A URL as it is compared; a default port is written out. */
interface Target {
  readonly scheme: string
  readonly host: string
  /** Empty for schemes without ports. */
  readonly port: string
  readonly path: string
}

function targetOf(url: URL): Target {
  return { scheme: url.protocol.slice(0, -1), host: url.hostname, port: portOf(url), path: url.pathname }
}

/**
 * Whether a list lets a URL through.
 * @param sources  the directive's value, cut at its spaces
 * @param self  URL of the page
 * @param isRedirected  paths count only where nothing was redirected (CSP3 7.6)
 */
export function matchesSourceList(sources: readonly string[], url: URL, self: URL, isRedirected: boolean): boolean {
  const target = targetOf(url)
  const own = targetOf(self)
  return sources.some((source) => matchesSource(source, target, own, isRedirected))
}

function matchesSource(source: string, url: Target, self: Target, isRedirected: boolean): boolean {
  if (source === '*') return NETWORK.has(url.scheme) || url.scheme === self.scheme
  if (/^'self'$/i.test(source)) return isSelf(url, self)
  const scheme = /^([a-z][a-z\d+.-]*):$/i.exec(source)?.[1]
  if (scheme) return matchScheme(scheme.toLowerCase(), url.scheme) !== null
  const [, written, host, port, path] = HOST_SOURCE.exec(source) ?? []
  if (host === undefined) return false
  const asked = written?.toLowerCase() ?? self.scheme
  const byScheme = matchScheme(asked, url.scheme)
  if (byScheme === null || !matchHost(host.toLowerCase(), url.host)) return false
  if (!matchPort(port, asked, byScheme === 'upgrade', url)) return false
  return isRedirected || path === undefined || matchPath(path, url.path)
}

/** CSP3 6.7.2.8, step 4: the page's own origin, also more securely, and for WebSockets. */
function isSelf(url: Target, self: Target): boolean {
  if (url.host !== self.host) return false
  const isDefault = url.port === DEFAULT_PORTS[url.scheme] && self.port === DEFAULT_PORTS[self.scheme]
  if (url.port !== self.port && !isDefault) return false
  if (url.scheme === self.scheme) return true
  if (url.scheme === 'ws') return self.scheme === 'http'
  if (url.scheme === 'wss') return true
  // Chromium lets https do for http only where both have their default ports.
  return url.scheme === 'https' && self.scheme === 'http' && isDefault
}

/** CSP3 6.7.2.9, "scheme-part match"; but for WebSockets, which http and https don't stand for in Chromium. */
function matchScheme(asked: string, scheme: string): 'exact' | 'upgrade' | null {
  if (asked === scheme) return 'exact'
  return (asked === 'http' && scheme === 'https') || (asked === 'ws' && scheme === 'wss') ? 'upgrade' : null
}

/** CSP3 6.7.2.10, "host-part match". */
function matchHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

/** CSP3 6.7.2.11, "port-part match"; in Chromium a scheme that is upgraded needs a port that is upgraded with it. */
function matchPort(port: string | undefined, asked: string, isUpgraded: boolean, url: Target): boolean {
  if (port === '*') return true
  const meant = port ?? DEFAULT_PORTS[asked] ?? ''
  if (isUpgraded) return meant === '80' && url.port === '443'
  return meant === url.port
}

/** CSP3 6.7.2.12, "path-part match". */
function matchPath(pattern: string, path: string): boolean {
  if (pattern === '/') return true
  const [one, other] = [decode(pattern), decode(path)]
  return pattern.endsWith('/') ? other.startsWith(one) : other === one
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
