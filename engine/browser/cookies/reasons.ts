// Why a cookie was not stored or not sent: Chromium's name of each reason, in a learner's words, and what would help.
// Decides nothing.
import type { StoredCookie } from '../../protocol'
import { siteOf } from '../sites'
import { isSchemeTheProblem, type CookieContext } from './context'
import type { ParsedCookie } from './parse-set-cookie'

/**
 * Names as DevTools' protocol has them. Of its two sets for SameSite Chromium 156 uses the one with "Schemeful" always.
 * `HttpOnly`, `OverwriteHttpOnly`, `InvalidPartitioned`, `AmbiguousPair` and `OtherPartition` have no name there.
 */
type SharedReason =
  | 'SecureOnly'
  | 'SchemefulSameSiteStrict'
  | 'SchemefulSameSiteLax'
  | 'SchemefulSameSiteUnspecifiedTreatedAsLax'
  | 'SameSiteNoneInsecure'
  | 'UserPreferences'
  | 'HttpOnly'
export type SendReason = SharedReason | 'DomainMismatch' | 'NotOnPath' | 'OtherPartition'
export type SetCookieReason =
  | SharedReason
  | 'NoCookieContent'
  | 'NameValuePairExceedsMaxSize'
  | 'DisallowedCharacter'
  | 'AmbiguousPair'
  | 'InvalidDomain'
  | 'InvalidPrefix'
  | 'InvalidPartitioned'
  | 'OverwriteSecure'
  | 'OverwriteHttpOnly'

export interface Explanation {
  /** Where the rule stands. */
  readonly source: string
  /** One clause that goes on from "because". */
  readonly because: string
  /** A sentence. */
  readonly fix: string
}

/** Why a stored cookie doesn't go along with a request. */
export function explainNotSent(reason: SendReason, cookie: StoredCookie, context: CookieContext): Explanation {
  const { hostname, pathname } = new URL(context.url)
  switch (reason) {
    case 'DomainMismatch':
      return {
        source: 'RFC 6265bis 5.1.3',
        because: cookie.hostOnly
          ? `it has no Domain attribute, so it belongs to ${cookie.domain} alone, not to ${hostname}`
          : `${hostname} is neither ${cookie.domain} nor below it`,
        fix: `Set it with Domain=${commonDomain(cookie.domain, hostname)} if both hosts are to get it.`,
      }
    case 'NotOnPath':
      return {
        source: 'RFC 6265bis 5.1.4',
        because: `its path is ${cookie.path}, and ${pathname} doesn't lie there`,
        fix: 'Set it with Path=/ if the whole host is to get it.',
      }
    case 'OtherPartition':
      return {
        source: 'CHIPS 2.3',
        because: `it is Partitioned and belongs to pages of ${cookie.partition ?? 'no site'}, not to this one`,
        fix: 'Set it without Partitioned if pages of other sites are to share it.',
      }
    case 'HttpOnly':
      return {
        source: 'RFC 6265bis 5.7.3',
        because: 'it is HttpOnly: scripts never see it',
        fix: 'Set it without HttpOnly only if a script really has to read it.',
      }
    default:
      return explainShared(reason, context, 'sent')
  }
}

/** Why what a Set-Cookie line (or a script) asks for isn't kept. */
export function explainNotStored(
  reason: SetCookieReason,
  cookie: ParsedCookie | null,
  context: CookieContext,
): Explanation {
  const { hostname } = new URL(context.url)
  switch (reason) {
    case 'NoCookieContent':
      return {
        source: 'RFC 6265bis 5.6',
        because: 'it has neither a name nor a value',
        fix: 'Write name=value before the first semicolon.',
      }
    case 'NameValuePairExceedsMaxSize':
      return {
        source: 'RFC 6265bis 5.6',
        because: 'its name and value together are longer than 4096 bytes',
        fix: 'Keep the data on the server, and put only an id into the cookie.',
      }
    case 'DisallowedCharacter':
      return {
        source: 'RFC 6265bis 5.6',
        because: 'there is a control character in it',
        fix: 'Encode the value, for example with Base64 or percent-encoding.',
      }
    case 'AmbiguousPair':
      return {
        source: 'Chromium',
        because: 'it has no name, and with the = in its value it would look like another cookie',
        fix: 'Give it a name.',
      }
    case 'InvalidDomain':
      return {
        source: 'RFC 6265bis 5.7',
        because: `Domain=${cookie?.domain ?? ''} is not ${hostname} or a domain above it that one owner has`,
        fix: 'Leave Domain out, or name the host itself or a parent that is no public suffix.',
      }
    case 'InvalidPrefix':
      return {
        source: 'RFC 6265bis 4.1.3',
        because: `its name promises more than its attributes keep${promiseOf(cookie?.name || cookie?.value || '')}`,
        fix: 'Set what the prefix asks for, over https, or choose another name.',
      }
    case 'InvalidPartitioned':
      return {
        source: 'CHIPS 2.3',
        because: 'it is Partitioned without being Secure and set over https',
        fix: 'Add Secure, and serve over https.',
      }
    case 'OverwriteSecure':
      return {
        source: 'RFC 6265bis 5.7',
        because: 'there is a Secure cookie of this name that http may not replace or hide',
        fix: 'Set it over https.',
      }
    case 'OverwriteHttpOnly':
      return {
        source: 'RFC 6265bis 5.7',
        because: 'there is an HttpOnly cookie of this name that a script may not replace',
        fix: 'Let the server change it, or take another name.',
      }
    case 'HttpOnly':
      return {
        source: 'RFC 6265bis 5.7',
        because: 'a script may not set HttpOnly cookies',
        fix: 'Let the server set it.',
      }
    default:
      return explainShared(reason, context, 'stored')
  }
}

function explainShared(
  reason: Exclude<SharedReason, 'HttpOnly'>,
  context: CookieContext,
  what: 'sent' | 'stored',
): Explanation {
  switch (reason) {
    case 'SecureOnly':
      return {
        source: 'RFC 6265bis 5.7',
        because: `it is Secure, and ${context.url} is not https`,
        fix: 'Use https (localhost counts as safe).',
      }
    case 'SameSiteNoneInsecure':
      return {
        source: 'RFC 6265bis 5.7',
        because: 'SameSite=None is only for Secure cookies',
        fix: 'Add Secure, and serve over https.',
      }
    case 'UserPreferences':
      return {
        source: 'Chromium',
        because: `${siteText(context.url)} is not the site of the page (${siteText(context.page?.url)}), and this browser blocks third-party cookies`,
        fix: 'Serve API and page from one site with one scheme, use a Partitioned; Secure; SameSite=None cookie, or send a token in a header.',
      }
    case 'SchemefulSameSiteStrict':
      return {
        source: 'RFC 6265bis 5.6.7',
        because: `it is SameSite=Strict, and ${crossText(context)}`,
        fix:
          what === 'sent'
            ? 'Use SameSite=Lax for links from elsewhere, or SameSite=None; Secure for requests from other sites.'
            : 'Use SameSite=None; Secure, or set it while the site itself is at the top of the tab.',
      }
    case 'SchemefulSameSiteLax':
      return {
        source: 'RFC 6265bis 5.6.7',
        because: `it is SameSite=Lax, and ${crossText(context)}`,
        fix: 'Use SameSite=None; Secure if requests from other sites are to carry it.',
      }
    case 'SchemefulSameSiteUnspecifiedTreatedAsLax':
      return {
        source: 'RFC 6265bis 5.6.7',
        because: `it says nothing of SameSite, which counts as Lax, and ${crossText(context)}`,
        fix: 'Use SameSite=None; Secure if requests from other sites are to carry it.',
      }
  }
}

/** What makes a request cross-site, e.g. "the request goes from https://shop.test to https://other.test". */
function crossText(context: CookieContext): string {
  const { page, url, method, isTopNavigation } = context
  if (page?.sandboxed === true) return 'the request comes from a sandboxed frame, whose origin is nobody’s'
  const what = isTopNavigation ? `this ${method} navigation` : 'the request'
  const scheme = isSchemeTheProblem(context) ? ', and http and https make two sites' : ''
  return `${what} goes from ${siteText(page?.url)} to ${siteText(url)}${scheme}`
}

const siteText = (url: string | undefined): string => (url === undefined ? 'nowhere' : (siteOf(url) ?? url))

/** The longest domain that two hosts of one site share. */
function commonDomain(a: string, b: string): string {
  const [one, other] = [a.split('.').reverse(), b.split('.').reverse()]
  const differs = one.findIndex((label, index) => label !== other[index])
  return (differs < 0 ? one : one.slice(0, differs)).reverse().join('.')
}

/** What a name's prefix asks for, as the end of a sentence; empty for a name without one. */
function promiseOf(name: string): string {
  const prefix = /^__(?:Host-Http|Host|Secure|Http)-/i.exec(name.trimStart())?.[0].toLowerCase()
  const asks = {
    '__host-http-': 'Secure, HttpOnly, Path=/, no Domain',
    '__host-': 'Secure, Path=/, no Domain',
    '__http-': 'Secure and HttpOnly',
    '__secure-': 'Secure',
  }
  // Case does not count; it is named as the standard writes it.
  const named = prefix?.replaceAll(/[a-z]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1))
  return prefix === undefined || !(prefix in asks)
    ? ''
    : `: ${named} asks for ${asks[prefix as keyof typeof asks]}, over https`
}
