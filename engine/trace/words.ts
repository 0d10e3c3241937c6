// Small words that sentences, labels and notes share. No markup, no layout.
import type { AskKind, Page, SocketView } from '../protocol'
import type { BrowserPart } from './page-view'
import type { ExchangeView, HeaderChange, RingView, Row, ShownExchange } from './model'

const NUMBERS = [
  'No',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
  'Twelve',
]

/** `Three`; above twelve in digits. */
export function numberWord(count: number): string {
  return NUMBERS[count] ?? String(count)
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? ''
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** Cuts a value in the middle so that both of its ends can be read. */
export function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text
  const head = Math.ceil((limit - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (limit - 1 - head))}`
}

/** A class name without its last word where that is only `Middleware`. */
export function dropSuffix(name: string): string {
  return name.length > 'Middleware'.length && name.endsWith('Middleware') ? name.slice(0, -'Middleware'.length) : name
}

export function ringsOfRow(shown: ShownExchange, row: Row): RingView[] {
  return row.rings.flatMap((index) => shown.view.rings[index] ?? [])
}

/** `framework` where all of the run are the framework's, else empty. */
function sharedOrigin(rings: readonly RingView[]): string {
  const origin = rings[0]?.origin
  return origin && rings.every((ring) => ring.origin === origin) ? origin : ''
}

/** The name of a row as the onion writes it: the ring's own, or `3 framework layers`. */
export function rowName(shown: ShownExchange, row: Row): string {
  const rings = ringsOfRow(shown, row)
  if (row.apart === 'inside') return `app at ${/\/[^/]*$/.exec(rings[0]?.mountedAt ?? '')?.[0] ?? '/'}`
  if (row.apart === 'around') return 'the app around it'
  if (!row.folded) return rings[0]?.name ?? ''
  const origin = sharedOrigin(rings)
  return `${rings.length} ${origin === 'framework' ? 'framework ' : origin === 'library' ? 'library ' : ''}layers`
}

/** The name of a row as a table heads a column with it. */
export function rowShortName(shown: ShownExchange, row: Row): string {
  const rings = ringsOfRow(shown, row)
  if (row.folded) return sharedOrigin(rings) === 'framework' ? 'fw' : `${rings.length} layers`
  const ring = rings[0]
  if (!ring) return ''
  return ring.role === 'endpoint'
    ? 'endpoint'
    : ring.role === 'browser'
      ? shown.view.browser
        ? 'browser'
        : 'client'
      : dropSuffix(ring.name)
}

/** The subject of a sentence: `Three framework layers`, `The browser`, `timing`. */
export function subjectOf(shown: ShownExchange, row: Row): string {
  const rings = ringsOfRow(shown, row)
  if (row.folded) return `${numberWord(rings.length)} ${sharedOrigin(rings) === 'framework' ? 'framework ' : ''}layers`
  return rings[0]?.role === 'browser' ? 'The browser' : (rings[0]?.name ?? '')
}

/** Names by kind of change, each name once. */
export function namesByKind(changes: readonly HeaderChange[]): Record<HeaderChange['kind'], string[]> {
  const names: Record<HeaderChange['kind'], string[]> = { added: [], changed: [], removed: [] }
  for (const { kind, name } of changes) if (!names[kind].includes(name)) names[kind].push(name)
  return names
}

/** How a WebSocket ended: `closed by the server with 4001, "too bad"`. */
export function closeWords(close: SocketView['close']): string {
  if (!close) return 'cut off without a closing frame'
  return `closed by the ${close.by} with ${close.code}${close.reason ? `, "${close.reason}"` : ''}`
}

/** Where a page stands, in few words: `https://app.shop.test`, or that its frame is sandboxed. */
export function pageWords({ url, sandboxed }: Page): string {
  return sandboxed ? `a sandboxed frame of ${originWords(url)}` : originWords(url)
}

/**
 * Path with query of a URL; what is no URL stays as it is.
 * @param none  what to say where there is none: `*` stands for the whole server in a request line (RFC 9112 3.2.4)
 */
export function targetOf(url: string, none: '/' | '*' = '/'): string {
  return url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '') || none
}

/** `https://app.shop.test` of `https://app.shop.test/cart`; what is no URL stays as it is. */
export function originWords(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0] ?? url
}

/**
 * What the page sees of an exchange, in one sentence: `The server answered 200; the page sees a TypeError.`
 * Null for a plain client, and as long as nothing came.
 */
export function verdictSentence(view: ExchangeView): string | null {
  const { browser, outcome } = view
  if (!browser) return null
  const isSent = browser.role !== null
  const said = !isSent
    ? browser.verdict?.fromCache
      ? 'The browser’s cache answers'
      : 'Nothing is sent'
    : outcome.status === null
      ? 'No answer comes'
      : `The server answered ${outcome.status}`
  switch (outcome.kind) {
    case 'read':
      return `${said}; ${readWords(browser)}.`
    case 'blocked':
      return `${said}; the page sees ${errorWords(browser)}.`
    case 'opaque':
      return `${said}; ${usedWords(browser.kind)}.`
    case 'kept':
      return browser.role === 'preflight'
        ? `${said} to the preflight; the browser lets the ${browser.method} follow.`
        : `${said}; the browser follows the redirect, and the page does not see it.`
    case 'nothing':
      return browser.verdict ? 'No answer comes; the page still waits.' : null
    case 'stopped':
    case 'pending':
      return null
  }
}

/** What happens to an answer that no script reads. */
export function usedWords(kind: AskKind): string {
  if (isShown(kind)) return 'the browser shows it, and no script of the page reads it'
  if (kind === 'beacon') return 'the page learns nothing of it'
  return kind === 'fetch' || kind === 'xhr'
    ? 'the page sees only that something came'
    : 'the browser uses it, and no script reads it'
}

/** Asks for a document that somebody looks at. */
export function isShown(kind: AskKind): boolean {
  return kind === 'navigation' || kind === 'form' || kind === 'iframe'
}

function readWords({ kind, response, headers }: BrowserPart): string {
  if (isShown(kind)) return kind === 'iframe' ? 'the frame shows it' : 'the browser shows it as the next page'
  if (kind === 'websocket') return 'the socket is open'
  if (kind !== 'fetch' && kind !== 'xhr') return 'the page gets it'
  if (response?.bodyError) return 'the page reads the head, and the body breaks off'
  const hidden = headers.filter(({ fate }) => fate !== 'readable').length
  return hidden === 0 ? 'the page reads it' : `the page reads it, except for ${hidden} of its ${headers.length} headers`
}

function errorWords({ verdict, kind }: BrowserPart): string {
  if (verdict?.exception) return withArticle(verdict.exception.name)
  if (
    kind === 'img' ||
    kind === 'script' ||
    kind === 'module' ||
    kind === 'css' ||
    kind === 'font' ||
    kind === 'eventsource'
  )
    return 'an error event'
  return 'nothing'
}

function withArticle(name: string): string {
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}

/** Headers of which a learner wants to know first that the browser added them. */
const TELLING = ['origin', 'access-control-request-method', 'access-control-request-headers', 'cookie', 'referer']

/** Header names with the telling ones first. */
export function tellingFirst<T extends { readonly name: string }>(headers: readonly T[]): T[] {
  const rank = ({ name }: T) => (TELLING.includes(name) ? TELLING.indexOf(name) : TELLING.length)
  return [...headers].sort((a, b) => rank(a) - rank(b))
}

/** Why something is blocked, by Chromium's name for it, short enough for a margin. */
const BLOCKS: readonly (readonly [category: RegExp, words: string])[] = [
  [/^PreflightMissingAllowOrigin/, 'preflight: no allow-origin'],
  [/MissingAllowOrigin/, 'no allow-origin header'],
  [/WildcardOriginNotAllowed/, '* with credentials'],
  [/MultipleAllowOrigin/, 'two origins allowed'],
  [/InvalidAllowOriginValue/, 'allow-origin is no origin'],
  [/AllowOriginMismatch/, 'another origin is allowed'],
  [/InvalidAllowCredentials/, 'no allow-credentials'],
  [/PreflightInvalidStatus/, 'preflight is not 2xx'],
  [/PreflightDisallowedRedirect/, 'preflight redirects'],
  [/MethodDisallowed|InvalidAllowMethods/, 'method is not allowed'],
  [/HeaderDisallowed|InvalidAllowHeaders/, 'header is not allowed'],
  [/RedirectContainsCredentials/, 'redirect has a password'],
  [/ERR_CONNECTION_REFUSED/, 'nobody listens there'],
  [/ERR_TOO_MANY_REDIRECTS/, 'too many redirects'],
  [/ERR_NAME_NOT_RESOLVED/, 'nobody has that name'],
  [/ERR_CONTENT_DECODING_FAILED/, 'body is not so encoded'],
  [/ERR_BLOCKED_BY_RESPONSE\.Not/, 'its CORP keeps it'],
  [/ERR_BLOCKED_BY_RESPONSE/, 'it may not be framed'],
  [/ERR_BLOCKED_BY_ORB/, 'not what was asked for'],
  [/^csp$|ERR_BLOCKED_BY_CSP/, 'the page’s own policy'],
  [/LocalNetwork|LOCAL_NETWORK/, 'too near for this page'],
  [/^integrity$/, 'hash does not match'],
  [/^(?:Script|Style|EventSource)Type$/, 'of the wrong type'],
  [/ERR_ABORTED|abort/i, 'given up by the page'],
  [/mixed/i, 'https page, http request'],
  [/^origin$/, 'not allowed from this origin'],
  [/^NotAllowedByFetchAPI$/, 'not allowed in fetch()'],
  [/^DisallowedByMode$/, 'mode is same-origin'],
]

/** `no allow-origin header`; `blocked` where there is no shorter word than the sentence. */
export function blockWords(category: string | null): string {
  return BLOCKS.find(([name]) => category !== null && name.test(category))?.[1] ?? 'blocked'
}
