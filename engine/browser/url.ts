// URLs as the browser reads and writes them. Knows nothing of requests; which hosts belong together is in sites.ts.

/** What an opaque origin serialises to. */
export const OPAQUE = 'null'

/** Resolves a URL, perhaps against a page's (WHATWG URL, "URL parsing"); null where that fails. */
export function parseUrl(text: string, base?: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null
}

/** Scheme, host and port (HTML, "origin"), e.g. `https://a.test:8443`; `null` for schemes without hosts. */
export function originOf(url: URL | string): string {
  const { protocol, origin, host } = new URL(url)
  // Not every runtime's URL has origins for WebSockets.
  return protocol === 'ws:' || protocol === 'wss:' ? `${protocol}//${host}` : origin
}

/** WHATWG URL, "special scheme". */
export const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443' }

/** A URL's port, also where it is the default one; empty for schemes without ports. */
export function portOf({ port, protocol }: URL): string {
  return port || (DEFAULT_PORTS[protocol.slice(0, -1)] ?? '')
}

/** Whether two serialised origins are the same; an opaque one is the same as none (HTML, "same origin"). */
export function isSameOrigin(one: string, other: string): boolean {
  return one !== OPAQUE && one === other
}

/** A URL without its fragment, which is never sent. */
export function withoutFragment(url: URL): string {
  const copy = new URL(url)
  copy.hash = ''
  return copy.href
}
