// What `new Request()` refuses or changes before anything is sent (Fetch 5.4), in Chromium's order and words.
import { REFERRER_POLICIES, type HeaderList, type PageRequest, type RuleNote } from '../protocol'
import { hasHeader, isToken, trimValue } from './headers'
import { kindOf } from './kinds'
import type { ReferrerPolicy } from './referrer'
import {
  isForbiddenMethod,
  isNoCorsSafelisted,
  isSafelistedMethod,
  normaliseMethod,
  whyForbidden,
} from './request-headers'
import { parseUrl } from './url'

const SOURCE = 'Fetch 5.4, "Request class"'

export interface Constructed {
  readonly method: string
  readonly url: URL
  /** The script's headers that are left, and the Content-Type that the body brings along. */
  readonly headers: HeaderList
  readonly policy: ReferrerPolicy | null
}

const NO_BYTE_STRING = 'String contains non ISO-8859-1 code point.'

function isByteString(text: string): boolean {
  return /^[\x00-\xff]*$/.test(text)
}

/** A refusal: the exception that the script gets. */
export interface Refusal {
  readonly name: string
  readonly message: string
  readonly note: RuleNote
}

/**
 * Builds a request as the browser understands it.
 * @param tell  is told what was changed
 */
export function constructRequest(ask: PageRequest, tell: (note: RuleNote) => void): Constructed | Refusal {
  const { page } = ask
  const { mode } = kindOf(page)
  const isFetch = page.kind === 'fetch'
  // The guard is for scripts: beacons and handshakes bring headers of their own.
  const isNoCors = isFetch && mode === 'no-cors'
  // Web IDL, "ByteString": looked at before anything else.
  if (!isByteString(ask.method)) {
    const why = isFetch ? `Failed to read the 'method' property from 'RequestInit': ${NO_BYTE_STRING}` : NO_BYTE_STRING
    return refuse(page, why, `\`${ask.method}\` cannot be a method.`)
  }
  const wide = ask.headers.find(([name, value]) => !isByteString(name) || !isByteString(value))
  if (wide) {
    const why = isFetch ? `Failed to read the 'headers' property from 'RequestInit': ${NO_BYTE_STRING}` : NO_BYTE_STRING
    return refuse(page, why, `\`${wide.join(': ')}\` has a character beyond Latin-1, which no header can carry.`)
  }
  const url = parseUrl(ask.url, page.url)
  if (!url) {
    return refuse(page, `Failed to parse URL from ${ask.url}`, `\`${ask.url}\` is no URL.`)
  }
  if (isFetch && (url.username !== '' || url.password !== '')) {
    return refuse(
      page,
      `Request cannot be constructed from a URL that includes credentials: ${ask.url}`,
      'A URL with a user name or password in it cannot be fetched.',
    )
  }
  if (isFetch && mode === 'navigate') {
    return refuse(
      page,
      "Cannot construct a Request with a RequestInit whose mode member is set as 'navigate'.",
      'Only the browser itself navigates; a script may not ask with the mode `navigate`.',
    )
  }
  if (page.cache === 'only-if-cached' && mode !== 'same-origin') {
    return refuse(
      page,
      "'only-if-cached' can be set only with 'same-origin' mode",
      'The cache mode `only-if-cached` could tell what other sites have put into the cache, so it needs `same-origin`.',
    )
  }
  const policy = REFERRER_POLICIES.find((known) => known === page.referrerPolicy) ?? null
  if (page.referrerPolicy && policy === null) {
    return refuse(
      page,
      `Failed to read the 'referrerPolicy' property from 'RequestInit': The provided value '${page.referrerPolicy}' ` +
        'is not a valid enum value of type ReferrerPolicy.',
      `There is no referrer policy \`${page.referrerPolicy}\`.`,
    )
  }
  if (!isToken(ask.method)) {
    return refuse(page, `'${ask.method}' is not a valid HTTP method.`, `\`${ask.method}\` cannot be a method.`)
  }
  if (isForbiddenMethod(ask.method)) {
    return refuse(
      page,
      `'${ask.method}' HTTP method is unsupported.`,
      `No script may send ${ask.method.toUpperCase()}: it could be used against the servers in between.`,
    )
  }
  const method = normaliseMethod(ask.method)
  if (method !== ask.method) {
    tell({
      rule: 'method-normalised',
      source: 'Fetch 2.2.1, "normalize a method"',
      text: `\`${ask.method}\` becomes \`${method}\`. Only delete, get, head, options, post and put are changed so.`,
    })
  }
  if (isNoCors && !isSafelistedMethod(method)) {
    return refuse(
      page,
      `'${method}' is unsupported in no-cors mode.`,
      'A request with the mode `no-cors` is GET, HEAD or POST.',
    )
  }
  const headers = takeHeaders(ask, isNoCors, tell)
  if ('message' in headers) return headers
  if (page.hasBody && (method === 'GET' || method === 'HEAD')) {
    return refuse(page, 'Request with GET/HEAD method cannot have body.', `A ${method} request has no body.`)
  }
  if (page.keepalive && page.isStream) {
    return refuse(
      page,
      'Keepalive request cannot have a ReadableStream body.',
      'A request that outlives its page has no stream as its body.',
    )
  }
  return { method, url, headers: withBodyType(headers, page, isNoCors), policy }
}

/** Checks the script's headers and drops those that it may not set. */
function takeHeaders(ask: PageRequest, isNoCors: boolean, tell: (note: RuleNote) => void): HeaderList | Refusal {
  const kept: (readonly [string, string])[] = []
  for (const [name, written] of ask.headers) {
    const value = trimValue(written)
    if (!isToken(name)) return refuse(ask.page, 'Invalid name', `\`${name}\` cannot be the name of a header.`)
    if (/[\0\n\r]/.test(value)) {
      return refuse(ask.page, 'Invalid value', `The value of \`${name}\` has a character that no header may have.`)
    }
    const why = isOwnField(ask.page.kind, name) ? null : whyForbidden(name, value)
    if (why !== null) {
      tell({
        rule: 'header-forbidden',
        source: why === 'standard' ? 'Fetch 2.2.2, "forbidden request-header"' : 'Chromium',
        text:
          why === 'standard'
            ? `\`${name}\` is dropped without a word: a script may not set it, it belongs to the browser.`
            : `\`${name}\` is dropped without a word. The standard lets a script set it, Chromium keeps its own.`,
      })
    } else if (isNoCors && !isNoCorsSafelisted(name, value)) {
      tell({
        rule: 'header-not-in-no-cors',
        source: 'Fetch 2.2.2, "no-CORS-safelisted request-header"',
        text: `\`${name}: ${value}\` is dropped: a \`no-cors\` request carries safelisted headers only.`,
      })
    } else {
      kept.push([name, value])
    }
  }
  return kept
}

/** Headers that come from the interface itself, not from a script's header list. */
function isOwnField(kind: PageRequest['page']['kind'], name: string): boolean {
  return kind === 'websocket' && name.toLowerCase() === 'sec-websocket-protocol'
}

/** Fetch 5.4: the body's kind brings a Content-Type, unless the script set one. */
function withBodyType(headers: HeaderList, page: PageRequest['page'], isNoCors: boolean): HeaderList {
  const { hasBody, bodyType } = page
  if (!hasBody || bodyType === null || hasHeader(headers, 'content-type')) return headers
  if (isNoCors && !isNoCorsSafelisted('content-type', bodyType)) return headers
  return [...headers, ['Content-Type', bodyType]]
}

function refuse({ kind }: PageRequest['page'], why: string, text: string): Refusal {
  const prefix = PREFIXES[kind] ?? PREFIXES.fetch
  return {
    name: 'TypeError',
    message: `${prefix}${why}`,
    note: { rule: 'request-constructor', source: SOURCE, text: `${text} Nothing is sent.` },
  }
}

const PREFIXES: Partial<Record<PageRequest['page']['kind'], string>> & { readonly fetch: string } = {
  fetch: "Failed to execute 'fetch' on 'Window': ",
  xhr: "Failed to execute 'open' on 'XMLHttpRequest': ",
  beacon: "Failed to execute 'sendBeacon' on 'Navigator': ",
  eventsource: "Failed to construct 'EventSource': ",
  websocket: "Failed to construct 'WebSocket': ",
}
