// Which headers a script may set, and which it may set without asking first (Fetch 2.2.2).
import type { HeaderList } from '../protocol'
import { trimValue } from './headers'

/** Fetch 2.2.2, "forbidden request-header". */
const FORBIDDEN = new Set([
  ...['accept-charset', 'accept-encoding', 'access-control-request-headers', 'access-control-request-method'],
  ...['connection', 'content-length', 'cookie', 'cookie2', 'date', 'dnt', 'expect', 'host', 'keep-alive', 'origin'],
  ...['referer', 'set-cookie', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'via'],
])

/** Chromium keeps its own User-Agent; the standard lets a script set it. */
const CHROMIUM_ONLY = new Set(['user-agent'])

/** Headers that override the method, and the methods that they may not name. */
const OVERRIDES = new Set(['x-http-method', 'x-http-method-override', 'x-method-override'])
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK'])

/**
 * Client hints, and Intervention: Chromium takes them as harmless where their values are what they should be; the
 * standard would ask first. By trial with Chromium 156.
 */
const CLIENT_HINTS: ReadonlyMap<string, RegExp> = new Map([
  ['device-memory', /^\d+(?:\.\d+)?$/],
  ['dpr', /^\d+(?:\.\d+)?$/],
  ['downlink', /^\d+(?:\.\d+)?$/],
  ['ect', /^(?:slow-2g|2g|3g|4g)$/],
  ['intervention', /^/],
  ['rtt', /^\d+$/],
  ['save-data', /^on$/i],
  ['viewport-width', /^\d+$/],
  ['width', /^\d+$/],
])

/** Those that Chromium takes away where a redirect leads to another origin than the page's, also from a script's own. */
export const OWN_HINTS: ReadonlySet<string> = new Set(
  [...CLIENT_HINTS.keys()].filter((name) => name !== 'save-data' && name !== 'intervention'),
)

/** Why a script's header is dropped: by the standard, by Chromium alone, or not at all. */
export function whyForbidden(name: string, value: string): 'standard' | 'chromium' | null {
  const lower = name.toLowerCase()
  if (FORBIDDEN.has(lower) || lower.startsWith('proxy-') || lower.startsWith('sec-')) return 'standard'
  if (OVERRIDES.has(lower)) {
    const names = value.split(',').map((method) => trimValue(method).toUpperCase())
    if (names.some((method) => FORBIDDEN_METHODS.has(method))) return 'standard'
  }
  return CHROMIUM_ONLY.has(lower) ? 'chromium' : null
}

export function isForbiddenMethod(method: string): boolean {
  return FORBIDDEN_METHODS.has(method.toUpperCase())
}

/** Fetch 2.2.1, "normalize": six methods become upper case, `patch` and all others stay as written. */
export function normaliseMethod(method: string): string {
  return /^(?:delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method
}

/** Fetch 2.2.1, "CORS-safelisted method". */
export function isSafelistedMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'POST'
}

/** The part of a media type before its parameters, in lower case; null where it is malformed (MIME Sniffing 4.4). */
export function essenceOf(contentType: string): string | null {
  const [, essence] = /^\s*([!#$%&'*+\-.^_`|~\w]+\/[!#$%&'*+\-.^_`|~\w]+)\s*(?:;|$)/.exec(contentType) ?? []
  return essence?.toLowerCase() ?? null
}

const SAFE_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
/** Fetch 2.2.2, "CORS-unsafe request-header byte". */
const UNSAFE_BYTE = /[\x00-\x08\x0a-\x1f"():<>?@[\\\]{}\x7f]/
const MOST_VALUE_BYTES = 128
const MOST_BYTES = 1024

/**
 * Why a header is not CORS-safelisted (Fetch 2.2.2, "CORS-safelisted request-header").
 * @returns the end of a sentence that begins with the header's name; null where it is safelisted
 */
export function whyUnsafe(name: string, value: string): string | null {
  const lower = name.toLowerCase()
  const hint = CLIENT_HINTS.get(lower)
  if (!hint && !isSafelistedName(lower)) return 'is not on the safelist'
  if (value.length > MOST_VALUE_BYTES) {
    return `has a value of ${value.length} bytes, and only ${MOST_VALUE_BYTES} are safelisted`
  }
  if (hint) return hint.test(value) ? null : `has the value \`${value}\`, which is none for it`
  switch (lower) {
    case 'accept':
      return UNSAFE_BYTE.test(value) ? `has a value with an unsafe byte (${unsafeByte(value)})` : null
    case 'accept-language':
    case 'content-language':
      return /^[0-9A-Za-z *,\-.;=]*$/.test(value) ? null : 'has a value with bytes that are not safelisted for it'
    case 'content-type': {
      if (UNSAFE_BYTE.test(value)) return `has a value with an unsafe byte (${unsafeByte(value)})`
      const essence = essenceOf(value)
      return essence !== null && SAFE_TYPES.has(essence)
        ? null
        : `is \`${value}\`, and only ${[...SAFE_TYPES].join(', ')} are safelisted`
    }
    default:
      return isSimpleRange(value) ? null : 'asks for something else than one plain range of bytes'
  }
}

function isSafelistedName(lower: string): boolean {
  return ['accept', 'accept-language', 'content-language', 'content-type', 'range'].includes(lower)
}

function unsafeByte(value: string): string {
  const byte = UNSAFE_BYTE.exec(value)?.[0] ?? ''
  return byte > ' ' && byte < '\x7f' ? byte : `0x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`
}

/** Fetch 2.2.2, "parse a single range header value", without white space, and with a start. */
function isSimpleRange(value: string): boolean {
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(value) ?? []
  if (start === undefined) return false
  return isOffset(start) && (end === '' || (isOffset(end ?? '') && Number(start) <= Number(end)))
}

/** Chromium reads offsets into 64 bits. */
const isOffset = (digits: string): boolean => BigInt(digits) < 2n ** 63n

/** A header that makes a preflight necessary. */
export interface UnsafeHeader {
  /** In lower case. */
  readonly name: string
  readonly why: string
}

/**
 * Fetch 2.2.2, "CORS-unsafe request-header names": sorted, each once. Safelisted ones become unsafe together when
 * their values have more than 1024 bytes.
 */
export function unsafeHeaders(headers: HeaderList): UnsafeHeader[] {
  const unsafe = new Map<string, string>()
  const safe: string[] = []
  let safeBytes = 0
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    const why = whyUnsafe(lower, value)
    if (why !== null) unsafe.set(lower, why)
    else {
      safe.push(lower)
      safeBytes += value.length
    }
  }
  if (safeBytes > MOST_BYTES) {
    for (const name of safe) {
      if (!unsafe.has(name))
        unsafe.set(name, `belongs to safelisted values of ${safeBytes} bytes, more than ${MOST_BYTES}`)
    }
  }
  return [...unsafe].map(([name, why]) => ({ name, why })).sort((one, other) => (one.name < other.name ? -1 : 1))
}

const NO_CORS_NAMES = new Set(['accept', 'accept-language', 'content-language', 'content-type'])

/** Fetch 2.2.2, "no-CORS-safelisted request-header": all that a `no-cors` request may carry. */
export function isNoCorsSafelisted(name: string, value: string): boolean {
  return NO_CORS_NAMES.has(name.toLowerCase()) && whyUnsafe(name, value) === null
}
