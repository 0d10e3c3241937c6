// Whether one site may put another's answers into its page: Cross-Origin-Resource-Policy, opaque response blocking and
// what keeps a document out of frames. Judges heads and first bytes alone.
import type { HeaderList, Page, RuleNote } from '../protocol'
import { getHeader, headerValues } from './headers'
import { essenceOf } from './request-headers'
import { isSchemelesslySameSite } from './sites'
import { isSameOrigin, OPAQUE, originOf, parseUrl } from './url'

/** Why an answer is kept from the page, with Chromium's name of the network error and its console line, if any. */
export interface Kept {
  readonly error: string
  readonly note: RuleNote
  readonly console: readonly string[]
}

/** Cross-Origin-Resource-Policy of an answer without CORS (Fetch 3.7). */
export function judgeResourcePolicy(headers: HeaderList, origin: string, url: URL): Kept | null {
  const policy = getHeader(headers, 'cross-origin-resource-policy')
  if (policy !== 'same-origin' && policy !== 'same-site') return null
  if (isSameOrigin(origin, originOf(url))) return null
  const isSafe = origin.startsWith('https:') || url.protocol !== 'https:'
  const isSite = origin !== OPAQUE && isSchemelesslySameSite(origin, url.href) && isSafe
  if (policy === 'same-site' && isSite) return null
  return {
    error: `net::ERR_BLOCKED_BY_RESPONSE.${policy === 'same-origin' ? 'NotSameOrigin' : 'NotSameSite'}`,
    console: [],
    note: {
      rule: 'resource-policy',
      source: 'Fetch 3.7, "cross-origin resource policy check"',
      text: `\`Cross-Origin-Resource-Policy: ${policy}\` keeps the answer from a page of ${origin}.`,
      fix: 'Send `Cross-Origin-Resource-Policy: cross-origin` where other sites may put this into their pages.',
    },
  }
}

/** Types that scripts, style sheets and images have by right. */
const SAFE_TYPE = /^(?:text|application)\/(?:x-)?(?:java|ecma)script$|^text\/css$|^image\/svg\+xml$/
const DATA_TYPE = /^text\/html$|^text\/xml$|^application\/xml$|[+/]json$|\+xml$|^text\/json$/
/** How data looks like from its first bytes. */
const LOOKS = [
  [
    'HTML',
    /^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|script|html|head|iframe|h1|div|font|table|a|style|title|b|body|br|p)[\s>]/i,
  ],
  ['XML', /^\s*<\?xml/i],
  ['JSON', /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:|^\)\]\}'/],
] as const

/**
 * Opaque response blocking (Fetch 3.6) as Chromium does it: what looks like data never reaches a page that asked for an
 * image or a script of another origin without CORS.
 */
export function judgeOpaque(headers: HeaderList, body: string): Kept | null {
  const essence = essenceOf(getHeader(headers, 'content-type') ?? '') ?? ''
  if (SAFE_TYPE.test(essence)) return null
  const isStrict = isNosniff(headers) && (DATA_TYPE.test(essence) || essence === 'text/plain')
  const look = LOOKS.find(([, pattern]) => pattern.test(body))?.[0]
  if (!isStrict && look === undefined) return null
  return {
    error: 'net::ERR_BLOCKED_BY_ORB',
    console: [],
    note: {
      rule: 'opaque-response-blocking',
      source: 'Fetch 3.6, "opaque-response-safelist check"',
      text:
        look === undefined
          ? `The answer is \`${essence}\` and says \`nosniff\`: as an image or a script it never reaches the page.`
          : `The answer looks like ${look}: as an image or a script it never reaches a page of another origin.`,
      fix: 'Send it with the Content-Type that it is, or let the page ask with CORS.',
    },
  }
}

export function isNosniff(headers: HeaderList): boolean {
  return /^nosniff\s*(?:,|$)/i.test(getHeader(headers, 'x-content-type-options') ?? '')
}

/** Whether a document may be shown in a frame: frame-ancestors goes before X-Frame-Options (CSP 6.4.2, HTML 7.4.4). */
export function judgeFraming(headers: HeaderList, page: Page, url: URL): Kept | null {
  const source = 'HTML 7.4.4, "X-Frame-Options"'
  const error = 'net::ERR_BLOCKED_BY_RESPONSE'
  const top = `${originOf(url)}/`
  const isSame = !page.sandboxed && isSameOrigin(originOf(page.url), originOf(url))
  const ancestors = headerValues(headers, 'content-security-policy')
    .flatMap((value) => value.split(/[,;]/))
    .map((directive) => directive.trim())
    .find((directive) => /^frame-ancestors(?:\s|$)/i.test(directive))
  if (ancestors !== undefined) {
    if (allowsAncestor(ancestors, page, isSame)) return null
    return {
      error,
      console: [
        `Framing '${top}' violates the following Content Security Policy directive: "${ancestors}". The request has been blocked.\n`,
      ],
      note: {
        rule: 'frame-ancestors',
        source: 'CSP 6.4.2, "frame-ancestors"',
        text: `The document says \`${ancestors}\`, so this page may not show it in a frame.`,
        fix: "Name the page's origin in `frame-ancestors`.",
      },
    }
  }
  const option = (getHeader(headers, 'x-frame-options') ?? '').trim().toLowerCase()
  if (option === 'deny' || (option === 'sameorigin' && !isSame)) {
    return {
      error,
      console: [`Refused to display '${top}' in a frame because it set 'X-Frame-Options' to '${option}'.`],
      note: {
        rule: 'frame-options',
        source,
        text: `The document says \`X-Frame-Options: ${option}\`, so this page may not show it in a frame.`,
        fix: "Send `Content-Security-Policy: frame-ancestors` with the page's origin instead.",
      },
    }
  }
  return null
}

/** What Chromium writes of an X-Frame-Options that it can't read, and so leaves alone. */
export function framingLines(headers: HeaderList, url: URL): string[] {
  const option = (getHeader(headers, 'x-frame-options') ?? '').trim()
  const isOverruled = /frame-ancestors/i.test(getHeader(headers, 'content-security-policy') ?? '')
  if (isOverruled || option === '' || /^(?:deny|sameorigin|allowall)$/i.test(option)) return []
  return [
    `Invalid 'X-Frame-Options' header encountered when loading '${originOf(url)}/': '${option}' is not a recognized ` +
      'directive. The header will be ignored.',
  ]
}

/** CSP 6.4.2, for the sources that servers send: 'none', 'self', *, schemes, and hosts with wildcards. */
function allowsAncestor(directive: string, page: Page, isSame: boolean): boolean {
  const { protocol, hostname, host } = new URL(page.url)
  return directive
    .split(/\s+/)
    .slice(1)
    .some((text) => {
      const source = text.toLowerCase()
      if (source === "'self'") return isSame
      if (page.sandboxed || source === "'none'") return false
      if (source === '*') return true
      if (/^[a-z][a-z0-9+.-]*:$/.test(source)) return protocol === source
      const [, scheme, name = ''] = /^(?:([a-z]+:)\/\/)?([^/]+)/.exec(source) ?? []
      if (scheme !== undefined && scheme !== protocol) return false
      if (name.startsWith('*.')) return hostname.endsWith(name.slice(1).replace(/:.*$/, ''))
      return name === host || parseUrl(`${protocol}//${name}`)?.host === host
    })
}
