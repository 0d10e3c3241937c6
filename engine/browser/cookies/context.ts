// Who asks for what, as far as cookies care: RFC 6265bis 5.2 ("Same-site and cross-site requests") as Chromium computes it.
import type { Page } from '../../protocol'
import { isSameSite, isSchemelesslySameSite, siteOf } from '../sites'

/** A request, or a script's look at `document.cookie`. */
export interface CookieContext {
  /** Absolute URL that is asked for: this hop's, after redirects. For `document.cookie` the page's own. */
  readonly url: string
  /** Of this hop. */
  readonly method: string
  /** Where the asking script or the link stands; null for an address that a person typed. */
  readonly page: Page | null
  /** The answer becomes the page at the top of the tab: a link, a form, a typed address; not an iframe. */
  readonly isTopNavigation: boolean
}

/** How much of same-site a request is; SameSite=Strict needs `strict`, Lax at least `lax`. */
export type SameSiteLevel = 'cross-site' | 'lax-unsafe' | 'lax' | 'strict'

/** RFC 9110 9.2.1. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** The level of a request (RFC 6265bis 5.2), counting schemes or not. */
export function sameSiteLevel(context: CookieContext, compare: typeof isSameSite = isSameSite): SameSiteLevel {
  const { url, page, isTopNavigation, method } = context
  const top = siteForCookies(context)
  if (top === null || !compare(top, url)) return 'cross-site'
  const isSameSiteAsker = page === null || (!page.sandboxed && compare(page.url, url))
  if (isSameSiteAsker) return 'strict'
  // Only a navigation of the whole tab may come from elsewhere and still be "lax" (RFC 6265bis 5.6.7.1).
  if (!isTopNavigation) return 'cross-site'
  return SAFE_METHODS.has(method) ? 'lax' : 'lax-unsafe'
}

/** Whether only the scheme makes it cross-site: http beside https of one site (Chromium, "schemeful same-site"). */
export function isSchemeTheProblem(context: CookieContext): boolean {
  return sameSiteLevel(context) !== 'strict' && sameSiteLevel(context, isSchemelesslySameSite) === 'strict'
}

/** Whether Chromium counts the request's cookies as third-party ones. */
export function isThirdParty(context: CookieContext): boolean {
  const top = siteForCookies(context)
  return top === null || !isSameSite(top, context.url)
}

/**
 * The key of `Partitioned` cookies: the site of the page at the top. Chromium keeps apart what the site itself sets and what
 * is set from within something foreign; both are possible for one host only where the page's domain is its own (http beside
 * https, a sandboxed frame), so only there the key says so: `http://shop.test, embedded`. Null where there is no site.
 */
export function partitionOf(context: CookieContext): string | null {
  const top = siteOf(topUrl(context))
  if (top === null) return null
  return isThirdParty(context) && isSchemelesslySameSite(top, context.url) ? `${top}, embedded` : top
}

/**
 * The page whose site decides what is same-site (RFC 6265bis 5.2.1). None for a sandboxed frame: its opaque origin
 * stands between the request and the top.
 */
function siteForCookies(context: CookieContext): string | null {
  return !context.isTopNavigation && context.page?.sandboxed === true ? null : siteOf(topUrl(context))
}

const topUrl = ({ isTopNavigation, url, page }: CookieContext): string => (isTopNavigation || !page ? url : page.url)
