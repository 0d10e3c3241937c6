// The header lines that go out, in Chromium's order. Values that need deciding are decided elsewhere.
import type { CacheMode, HeaderList } from '../protocol'
import { hasHeader, withoutHeaders } from './headers'
import { isTrustworthy } from './sites'

const MAJOR = '156'
const USER_AGENT = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${MAJOR}.0.0.0 Safari/537.36`
type Line = readonly [name: string, value: string]

/** Client hints that go to every trustworthy URL; navigations have them in another order. */
const HINTS: readonly [brands: Line, mobile: Line, platform: Line] = [
  ['sec-ch-ua', `"Not:A-Brand";v="8", "Chromium";v="${MAJOR}"`],
  ['sec-ch-ua-mobile', '?0'],
  ['sec-ch-ua-platform', '"Linux"'],
]
/** Headers of a script's that stand where the browser's own would. */
const PLACED: ReadonlySet<string> = new Set(['accept', 'accept-language', 'content-type', 'range'])
const LANGUAGES = 'en-US,en;q=0.9'

/**
 * The key of every handshake: RFC 6455's own example. A server only proves with it that it speaks the protocol, and a
 * random one would make each run another.
 */
export const SOCKET_KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

export interface Fields {
  readonly url: URL
  /** The script's, with the Content-Type that the body brings along; forbidden ones are already gone. */
  readonly script: HeaderList
  readonly accept: string
  /** Bytes of the body; null where no Content-Length is sent. */
  readonly contentLength: number | null
  readonly cache: CacheMode
  readonly origin: string | null
  readonly referer: string | null
  readonly secFetch: HeaderList
  readonly cookie: string | null
  /** Whether the browser tells its brand and platform: where the first URL was trustworthy and all since. */
  readonly hasHints: boolean
  /** A document is asked for; it would rather have it over https. */
  readonly isNavigation: boolean
  /** Elements put Origin before Accept, scripts after. */
  readonly isElement: boolean
  /** Redirected or not. */
  readonly isFormPost: boolean
  /** What third-party cookies there could be, on requests of other sites that carry credentials; null elsewhere. */
  readonly storageAccess: 'none' | 'inactive' | 'active' | null
}

/** Lines of an ordinary request. The script's own stand between those of the browser. */
export function requestLines(fields: Fields): HeaderList {
  const { script, url, isElement, hasHints, secFetch, isNavigation } = fields
  const isOwn = (name: string): boolean => hasHeader(script, name)
  const line = (name: string, value: string | null): HeaderList => {
    const own = script.find(([other]) => other.toLowerCase() === name.toLowerCase())
    return own ? [own] : value !== null ? [[name, value]] : []
  }
  const caching = fields.isFormPost ? ([['Cache-Control', 'max-age=0']] as const) : cacheLines(fields.cache)
  const origin = line('Origin', fields.origin)
  const accept = line('Accept', fields.accept)
  const type = line('Content-Type', null)
  const agent = ['User-Agent', USER_AGENT] as const
  const [brands, mobile, platform] = hasHints ? HINTS : []
  const hints = (...some: (Line | undefined)[]): HeaderList => some.filter((one) => one !== undefined)
  return [
    ['Host', url.host],
    ['Connection', 'keep-alive'],
    ...(fields.contentLength === null ? [] : [['Content-Length', String(fields.contentLength)] as const]),
    ...caching.filter(([name]) => !isOwn(name.toLowerCase())),
    ...(isNavigation
      ? [...hints(brands, mobile, platform), ['Upgrade-Insecure-Requests', '1'] as const, ...type, agent]
      : [...hints(platform), agent, ...hints(brands), ...type]),
    ...withoutHeaders(script, PLACED),
    ...(isNavigation ? [] : hints(mobile)),
    ...(isElement ? [...origin, ...accept] : [...accept, ...origin]),
    ...secFetch,
    ...(fields.storageAccess ? [['Sec-Fetch-Storage-Access', fields.storageAccess] as const] : []),
    ...line('Referer', fields.referer),
    ['Accept-Encoding', isOwn('range') ? 'identity' : encodingsFor(url)],
    ...line('Accept-Language', LANGUAGES),
    ...line('Range', null),
    ...line('Cookie', fields.cookie),
  ]
}

/** Lines of a preflight, which never carries cookies or a script's own headers. */
export function preflightLines(
  fields: Pick<Fields, 'url' | 'referer' | 'secFetch' | 'cache'> & {
    readonly asks: HeaderList
    readonly origin: string
  },
): HeaderList {
  const { url, asks, origin, secFetch, referer } = fields
  return [
    ['Host', url.host],
    ['Connection', 'keep-alive'],
    ...cacheLines(fields.cache),
    ['Accept', '*/*'],
    ...asks,
    ['Origin', origin],
    ['User-Agent', USER_AGENT],
    ...secFetch,
    ...(referer === null ? [] : [['Referer', referer] as const]),
    ['Accept-Encoding', encodingsFor(url)],
    ['Accept-Language', LANGUAGES],
  ]
}

/** Lines of a WebSocket's handshake (RFC 6455 4.1). */
export function handshakeLines(
  fields: Pick<Fields, 'url' | 'cookie'> & { readonly origin: string; readonly protocols: string | null },
): HeaderList {
  const { url, origin, cookie, protocols } = fields
  return [
    ['Host', url.host],
    ['Connection', 'Upgrade'],
    ['Pragma', 'no-cache'],
    ['Cache-Control', 'no-cache'],
    ['User-Agent', USER_AGENT],
    ['Upgrade', 'websocket'],
    ['Origin', origin],
    ['Sec-WebSocket-Version', '13'],
    ['Accept-Encoding', encodingsFor(url)],
    ['Accept-Language', LANGUAGES],
    ...(cookie === null ? [] : [['Cookie', cookie] as const]),
    ['Sec-WebSocket-Key', SOCKET_KEY],
    ['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits'],
    ...(protocols === null ? [] : [['Sec-WebSocket-Protocol', protocols] as const]),
  ]
}

/** Fetch 4.6: what a request says to caches on its way. */
function cacheLines(cache: CacheMode): HeaderList {
  if (cache === 'no-store' || cache === 'reload') {
    return [
      ['Pragma', 'no-cache'],
      ['Cache-Control', 'no-cache'],
    ]
  }
  return cache === 'no-cache' ? [['Cache-Control', 'max-age=0']] : []
}

/** Chromium offers br and zstd only where nothing between could be confused by them. */
function encodingsFor(url: URL): string {
  return isTrustworthy(url.href) ? 'gzip, deflate, br, zstd' : 'gzip, deflate'
}
