// What an interface refuses or changes before anything is sent (Fetch 5.4 and its kin), in Chromium's order and words.
import {
  REFERRER_POLICIES,
  type AskKind,
  type HeaderList,
  type PageRequest,
  type ReferrerPolicy,
  type RuleNote,
} from '../protocol'
import { hasHeader, isToken, trimValue } from './headers'
import { kindOf } from './kinds'
import {
  isForbiddenMethod,
  isNoCorsSafelisted,
  isSafelistedMethod,
  normaliseMethod,
  whyForbidden,
} from './request-headers'
import { parseUrl } from './url'

/** A request as the browser understands it. */
export interface Constructed {
  readonly method: string
  readonly url: URL
  /** The script's headers that are left, each name once, and the Content-Type that the body brings along. */
  readonly headers: HeaderList
  readonly hasBody: boolean
  readonly policy: ReferrerPolicy | null
}

/** The exception that the script gets. */
export interface Refusal {
  readonly name: string
  readonly message: string
  readonly note: RuleNote
}

const NO_BYTE_STRING = 'String contains non ISO-8859-1 code point.'

function isByteString(text: string): boolean {
  return /^[\x00-\xff]*$/.test(text)
}

/** Told what was changed, and what Chromium writes into its console of it. */
export type Tell = (note: RuleNote, console?: string) => void

/** Builds a request, or says which exception the script gets. */
export function constructRequest(ask: PageRequest, tell: Tell): Constructed | Refusal {
  const { page } = ask
  const { kind, cache, referrerPolicy } = page
  const { mode } = kindOf(page)
  const isFetch = kind === 'fetch'
  const isNoCors = isFetch && mode === 'no-cors'
  // Web IDL, "ByteString": looked at before anything else.
  if (!isByteString(ask.method)) {
    const why = isFetch ? `Failed to read the 'method' property from 'RequestInit': ${NO_BYTE_STRING}` : NO_BYTE_STRING
    return refuse(kind, why, `\`${ask.method}\` cannot be a method.`)
  }
  const wide = ask.headers.find(([name, value]) => !isByteString(name) || !isByteString(value))
  if (wide) {
    const why = isFetch ? `Failed to read the 'headers' property from 'RequestInit': ${NO_BYTE_STRING}` : NO_BYTE_STRING
    const text = `\`${wide.join(': ')}\` has a character beyond Latin-1, which no header can carry.`
    return kind === 'xhr' ? ofHeader(refuse(kind, why, text)) : refuse(kind, why, text)
  }
  const url = parseUrl(ask.url, page.url)
  if (!url) return refuseUrl(kind, ask.url)
  if (kind === 'beacon' && url.protocol !== 'http:' && url.protocol !== 'https:') {
    return refuse(
      kind,
      'Beacons are only supported over HTTP(S).',
      `A beacon goes to servers, not to \`${url.protocol}\`.`,
    )
  }
  if (isFetch) {
    if (url.username !== '' || url.password !== '') {
      return refuse(
        kind,
        `Request cannot be constructed from a URL that includes credentials: ${ask.url}`,
        'A URL with a user name or password in it cannot be fetched.',
      )
    }
    const referrer = page.referrer ?? ''
    if (!parseUrl(referrer, page.url)) {
      return refuse(kind, `Referrer '${referrer}' is not a valid URL.`, `The referrer \`${referrer}\` is no URL.`)
    }
    if (mode === 'navigate') {
      return refuse(
        kind,
        "Cannot construct a Request with a RequestInit whose mode member is set as 'navigate'.",
        'Only the browser itself navigates; a script may not ask with the mode `navigate`.',
      )
    }
  }
  const policy = REFERRER_POLICIES.find((known) => known === referrerPolicy) ?? null
  if (referrerPolicy && policy === null) {
    return refuse(
      kind,
      `Failed to read the 'referrerPolicy' property from 'RequestInit': The provided value '${referrerPolicy}' is not ` +
        'a valid enum value of type ReferrerPolicy.',
      `There is no referrer policy \`${referrerPolicy}\`.`,
    )
  }
  if (cache === 'only-if-cached' && mode !== 'same-origin') {
    return refuse(
      kind,
      "'only-if-cached' can be set only with 'same-origin' mode",
      'The cache mode `only-if-cached` could tell what other sites have put into the cache, so it needs `same-origin`.',
    )
  }
  const method = takeMethod(ask, isNoCors, tell)
  if (typeof method !== 'string') return method
  const headers = takeHeaders(ask, isNoCors, tell)
  if ('message' in headers) return headers
  const isBodiless = method === 'GET' || method === 'HEAD'
  // HTML 4.10.21.3, "mutate action URL".
  if (kind === 'form' && method === 'GET') url.search = `?${ask.body.text}`
  if (page.hasBody && isBodiless && isFetch) {
    return refuse(kind, 'Request with GET/HEAD method cannot have body.', `A ${method} request has no body.`)
  }
  if (page.hasBody && page.isStream && isNoCors) {
    return refuse(
      kind,
      'If request is made from ReadableStream, mode should be"same-origin" or "cors"',
      'A stream may need a preflight, which the mode `no-cors` rules out.',
    )
  }
  if (page.keepalive && page.isStream) {
    return refuse(
      kind,
      'Keepalive request cannot have a ReadableStream body.',
      'A request that outlives its page has no stream as its body.',
    )
  }
  // XMLHttpRequest 3.5, "send": the body of a GET or HEAD is left out without a word.
  const hasBody = page.hasBody && !isBodiless
  return { method, url, headers: hasBody ? withBodyType(headers, page, isNoCors) : headers, hasBody, policy }
}

function takeMethod({ method: written, page: { kind } }: PageRequest, isNoCors: boolean, tell: Tell): string | Refusal {
  if (!isToken(written)) {
    return refuse(kind, `'${written}' is not a valid HTTP method.`, `\`${written}\` cannot be a method.`, 'SyntaxError')
  }
  if (isForbiddenMethod(written)) {
    return refuse(
      kind,
      `'${written}' HTTP method is unsupported.`,
      `No script may send ${written.toUpperCase()}: it could be used against the servers in between.`,
      'SecurityError',
    )
  }
  const method = normaliseMethod(written)
  if (method !== written) {
    tell({
      rule: 'method-normalised',
      source: 'Fetch 2.2.1, "normalize a method"',
      text: `\`${written}\` becomes \`${method}\`. Only delete, get, head, options, post and put are changed so.`,
    })
  }
  if (isNoCors && !isSafelistedMethod(method)) {
    return refuse(
      kind,
      `'${method}' is unsupported in no-cors mode.`,
      'A request with the mode `no-cors` is GET, HEAD or POST.',
    )
  }
  return method
}

/** Checks the script's headers, drops those that it may not set, and joins those of one name. */
function takeHeaders(ask: PageRequest, isNoCors: boolean, tell: Tell): HeaderList | Refusal {
  const { kind } = ask.page
  const kept = new Map<string, readonly [name: string, value: string]>()
  for (const [name, written] of ask.headers) {
    const value = trimValue(written)
    if (!isToken(name)) return refuseHeader(kind, name, 'name')
    if (/[\0\n\r]/.test(value)) return refuseHeader(kind, value, 'value')
    const why = isOwnField(kind, name) ? null : whyForbidden(name, value)
    if (why !== null) {
      tell(
        {
          rule: 'header-forbidden',
          source: why === 'standard' ? 'Fetch 2.2.2, "forbidden request-header"' : 'Chromium',
          text:
            why === 'standard'
              ? `\`${name}\` is dropped without a word: a script may not set it, it belongs to the browser.`
              : `\`${name}\` is dropped without a word. The standard lets a script set it, Chromium keeps its own.`,
        },
        kind === 'xhr' && why === 'standard' ? `Refused to set unsafe header "${name}"` : undefined,
      )
    } else if (isNoCors && !isNoCorsSafelisted(name, value)) {
      tell({
        rule: 'header-not-in-no-cors',
        source: 'Fetch 2.2.2, "no-CORS-safelisted request-header"',
        text: `\`${name}: ${value}\` is dropped: a \`no-cors\` request carries safelisted headers only.`,
      })
    } else {
      const lower = name.toLowerCase()
      const before = kept.get(lower)
      kept.set(lower, before ? [before[0], `${before[1]}, ${value}`] : [name, value])
    }
  }
  return [...kept.values()]
}

/** Headers that come from the interface itself, not from a script's header list. */
function isOwnField(kind: AskKind, name: string): boolean {
  return kind === 'websocket' && name.toLowerCase() === 'sec-websocket-protocol'
}

/** Fetch 5.4: the body's kind brings a Content-Type, unless the script set one. */
function withBodyType(headers: HeaderList, { bodyType }: PageRequest['page'], isNoCors: boolean): HeaderList {
  if (bodyType === null || hasHeader(headers, 'content-type')) return headers
  if (isNoCors && !isNoCorsSafelisted('content-type', bodyType)) return headers
  return [...headers, ['Content-Type', bodyType]]
}

/** What the exception's message begins with; elements and navigations throw none. */
const PREFIXES: Partial<Record<AskKind, string>> = {
  fetch: "Failed to execute 'fetch' on 'Window': ",
  xhr: "Failed to execute 'open' on 'XMLHttpRequest': ",
  beacon: "Failed to execute 'sendBeacon' on 'Navigator': ",
  eventsource: "Failed to construct 'EventSource': ",
  websocket: "Failed to construct 'WebSocket': ",
}

/**
 * @param xhrName  the exception's name where it is not `fetch` that throws, whose errors are all TypeErrors
 */
export function refuse(kind: AskKind, why: string, text: string, xhrName = 'TypeError'): Refusal {
  return {
    name: kind === 'fetch' || kind === 'beacon' ? 'TypeError' : xhrName,
    message: `${PREFIXES[kind] ?? ''}${why}`,
    note: {
      rule: 'request-constructor',
      source: SOURCES[kind] ?? 'Fetch 5.4, "Request class"',
      text: `${text} Nothing is sent.`,
    },
  }
}

const SOURCES: Partial<Record<AskKind, string>> = {
  xhr: 'XMLHttpRequest 3.5, "request"',
  beacon: 'Beacon 3.1',
  eventsource: 'HTML 9.2.2, "EventSource interface"',
  websocket: 'WebSockets 3, "WebSocket interface"',
}

function refuseUrl(kind: AskKind, url: string): Refusal {
  const words: Partial<Record<AskKind, string>> = {
    xhr: 'Invalid URL',
    beacon: 'The URL argument is ill-formed or unsupported.',
    eventsource: `Cannot open an EventSource to '${url}'. The URL is invalid.`,
    websocket: `The URL '${url}' is invalid.`,
  }
  return refuse(kind, words[kind] ?? `Failed to parse URL from ${url}`, `\`${url}\` is no URL.`, 'SyntaxError')
}

function refuseHeader(kind: AskKind, wrong: string, what: 'name' | 'value'): Refusal {
  const text =
    what === 'name'
      ? `\`${wrong}\` cannot be the name of a header.`
      : 'A header has a line break or a zero byte in its value.'
  if (kind !== 'xhr') return refuse(kind, `Invalid ${what}`, text)
  return ofHeader(refuse(kind, `'${wrong}' is not a valid HTTP header field ${what}.`, text, 'SyntaxError'))
}

/** An XMLHttpRequest takes its headers by another method than its URL. */
function ofHeader(refusal: Refusal): Refusal {
  return { ...refusal, message: refusal.message.replace("'open'", "'setRequestHeader'") }
}
