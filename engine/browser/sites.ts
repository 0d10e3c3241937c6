// Which hosts belong together: sites, with and without their scheme (HTML, "Sites"). Knows no cookies and no requests.
import { getDomain } from 'tldts'

/**
 * The site of a URL or of a serialised origin, e.g. `https://shop.test` for `https://api.shop.test:8444/x`: scheme and
 * registrable domain, or the whole host where there is none (an IP address, `localhost`, a public suffix). `ws` and
 * `wss` count as `http` and `https` (Chromium, SchemefulSite). Null for what has no host, such as the origin `null`:
 * an opaque origin is same-site with nothing but itself.
 */
export function siteOf(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, hostname } = new URL(url)
  if (hostname === '') return null
  return `${protocol.replace(/^ws/, 'http')}//${registrableDomain(hostname) ?? hostname}`
}

/** Whether two URLs or serialised origins are same site (HTML, "same site"): equal schemes and registrable domains. */
export function isSameSite(a: string, b: string): boolean {
  const site = siteOf(a)
  return site !== null && site === siteOf(b)
}

/** Whether two URLs or serialised origins differ in no more than scheme and subdomain (HTML, "schemelessly same site"). */
export function isSchemelesslySameSite(a: string, b: string): boolean {
  const [one, other] = [siteOf(a), siteOf(b)]
  return one !== null && other !== null && withoutScheme(one) === withoutScheme(other)
}

/**
 * The registrable domain ("eTLD+1") of a host as a WHATWG URL writes it, by the Public Suffix List with its private
 * part, as Chromium counts it. A top level that the list doesn't know (`.test`) is a public suffix. Null for IP
 * addresses, for one label (`localhost`) and for public suffixes (`co.uk`, `github.io`).
 */
export function registrableDomain(host: string): string | null {
  // tldts drops the dot of a fully qualified name; for a browser `shop.test.` is another site than `shop.test`.
  const dot = host.endsWith('.') ? '.' : ''
  const domain = getDomain(host.replace(/^\[|\]$/g, ''), { allowPrivateDomains: true })
  return domain === null ? null : domain + dot
}

/** Whether a host is this machine (Secure Contexts 3.1): `localhost` and below, 127.0.0.0/8, `::1`. */
export function isLoopback(host: string): boolean {
  return /^(?:.+\.)?localhost\.?$|^127(?:\.\d{1,3}){3}$|^\[::1\]$/.test(host)
}

/** Whether a host is an IP address rather than a name. */
export function isAddress(host: string): boolean {
  return /^(?:\d{1,3}\.){3}\d{1,3}$|^\[/.test(host)
}

/**
 * Whether no name server has an address for a host: reserved for that (RFC 6761 6.4, RFC 7686 2), or no name of DNS at all
 * (RFC 1035 2.3.4: an empty label, one of more than 63 octets, more than 253 together). What ends in `.test` is somebody's
 * here however it is written, as it was for the Chromium that the cases were recorded with.
 */
export function isNobodysName(host: string): boolean {
  if (isAddress(host)) return false
  const labels = host.replace(/\.$/, '').split('.')
  const last = labels.at(-1) ?? ''
  if (last === 'test') return false
  return (
    last === 'invalid' || last === 'onion' || host.length > 253 || labels.some((one) => one === '' || one.length > 63)
  )
}

/** Whether what comes from there can't have been changed on its way (Secure Contexts 3.1). */
export function isTrustworthy(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || protocol === 'wss:' || isLoopback(hostname)
}

const withoutScheme = (site: string): string => site.slice(site.indexOf('//'))
