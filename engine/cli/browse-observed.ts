// What was seen of a page's request at both ends, in the words of the recorded cases. Pure.
import type { AskKind, BrowserState, Exchange, FetchView, HeaderList, StoredCookie } from '../protocol'
import { fromBodyText } from '../requests'

/** Every key is there; null where nothing was seen. */
export interface Observed {
  readonly preflight: boolean
  readonly preflightCount: number
  /** Of the last one, where there were several. */
  readonly preflightStatus: number | null
  readonly preflightRequestHeaders: HeaderList | null
  /** Whether a request other than a preflight reached a server. */
  readonly actualSent: boolean
  /** Of the last hop. */
  readonly serverStatus: number | null
  readonly serverSawHeaders: HeaderList | null
  /** Null while the page still waits, too. */
  readonly outcome: Exclude<FetchView['outcome'], 'pending'> | null
  readonly category: string | null
  readonly status: number | null
  readonly readableHeaders: HeaderList | null
  readonly url: string | null
  readonly redirected: boolean | null
  readonly responseType: string | null
  /** At most its first 600 characters. */
  readonly body: string | null
  readonly cookiesAfter: readonly ObservedCookie[]
}

export interface ObservedCookie {
  readonly name: string
  readonly value: string
  /** With a leading dot where it goes to subdomains too. */
  readonly domain: string
  readonly path: string
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: 'Strict' | 'Lax' | 'None'
}

/**
 * @param view  null when the server had stopped before
 * @param exchanges  all of the session
 */
export function observe(view: FetchView | null, exchanges: readonly Exchange[], browser: BrowserState): Observed {
  const own = (view?.exchanges ?? []).flatMap((index) => exchanges[index] ?? [])
  const preflights = own.filter(({ role }) => role === 'preflight')
  const requests = own.filter(({ role }) => role !== 'preflight')
  const [preflight, request] = [preflights.at(-1), requests.at(-1)]
  return {
    preflight: preflights.length > 0,
    preflightCount: preflights.length,
    preflightStatus: preflight?.response?.status ?? null,
    preflightRequestHeaders: preflight ? asgiHeaders(preflight.request.headers) : null,
    actualSent: requests.length > 0,
    serverStatus: request?.response?.status ?? null,
    serverSawHeaders: request ? asgiHeaders(request.request.headers) : null,
    ...verdictOf(view),
    ...whatPageSees(view, request),
    cookiesAfter: browser.cookies.map(writeCookie),
  }
}

const LOADS: ReadonlySet<AskKind> = new Set(['img', 'script', 'css'])

/** What `sendBeacon()` answers with false, or an exception. */
const REFUSED: ReadonlySet<string> = new Set(['NotAllowedByFetchAPI', 'KeepaliveLimit'])

function verdictOf(view: FetchView | null): Pick<Observed, 'outcome' | 'category'> {
  if (!view || view.outcome === 'pending') return { outcome: null, category: null }
  // A beacon that was taken is all that its page ever learns.
  const isTaken = view.kind === 'beacon' && !REFUSED.has(view.category ?? '')
  if (isTaken) return { outcome: 'opaque', category: null }
  // An element fires `load` whether or not a script may look into what it loaded.
  const isLoaded = view.outcome === 'opaque' && LOADS.has(view.kind)
  return { outcome: isLoaded ? 'ok' : view.outcome, category: view.category }
}

type PageSide = Pick<Observed, 'status' | 'readableHeaders' | 'url' | 'redirected' | 'responseType' | 'body'>

const NOTHING: PageSide = {
  ...{ status: null, readableHeaders: null, url: null, redirected: null, responseType: null, body: null },
}

/** What a script can learn, by the way in which it asked: an element or a beacon tells nothing of the response. */
function whatPageSees(view: FetchView | null, request: Exchange | undefined): PageSide {
  if (!view) return NOTHING
  const { kind, outcome, category, response } = view
  const isReadable = outcome === 'ok' && response !== null
  switch (kind) {
    case 'fetch':
      if (!response || outcome === 'blocked') return NOTHING
      return {
        status: response.status,
        readableHeaders: withoutDate(response.headers),
        url: response.url,
        redirected: response.redirected,
        responseType: response.type,
        body: isReadable && !response.bodyError ? textOf(response.body) : null,
      }
    case 'xhr':
      // A request that could not even be opened has no status.
      if (!isReadable) return category === 'NotAllowedByFetchAPI' ? NOTHING : { ...NOTHING, status: 0 }
      return {
        ...NOTHING,
        status: response.status,
        readableHeaders: withoutDate(response.headers),
        body: response.bodyError ? null : textOf(response.body),
      }
    case 'eventsource':
      return { ...NOTHING, body: isReadable ? firstEvent(textOf(response.body)) : null }
    case 'websocket': {
      const first = request?.socket?.messages.find(({ from }) => from === 'server')
      return { ...NOTHING, body: first && outcome === 'ok' ? textOf(first.data) : null }
    }
    default:
      return NOTHING
  }
}

/** As an app finds them in its scope (ASGI 3.0): names in lower case. */
function asgiHeaders(headers: HeaderList): HeaderList {
  return headers.map(([name, value]) => [name.toLowerCase(), value])
}

/** The date is when it was recorded, and says nothing. */
function withoutDate(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => name !== 'date')
}

/** Characters of a body that were recorded. */
const MOST_BODY = 600

/** `Response.text()`: bytes that are no UTF-8 become U+FFFD, and a byte order mark goes. The beginning is enough. */
function textOf(body: Parameters<typeof fromBodyText>[0]): string {
  return new TextDecoder().decode(fromBodyText(body)).slice(0, MOST_BODY)
}

/** The data of the first `message` in a stream (HTML 9.2.6); null when there was none. */
function firstEvent(stream: string): string | null {
  for (const block of stream.split(/(?:\r\n|\n|\r){2}/).slice(0, -1)) {
    const lines = block.split(/\r\n|\n|\r/)
    const data = lines.flatMap((line) => /^data(?:: ?|$)(.*)$/s.exec(line)?.[1] ?? [])
    const name = lines.flatMap((line) => /^event: ?(.*)$/s.exec(line)?.[1] ?? []).at(-1)
    if (data.length > 0 && (name ?? 'message') === 'message') return data.join('\n')
  }
  return null
}

/** As Chromium tells of its jar: a cookie without SameSite is kept as Lax. */
function writeCookie(cookie: StoredCookie): ObservedCookie {
  const { name, value, domain, hostOnly, path, httpOnly, secure, sameSite } = cookie
  return {
    ...{ name, value, domain: hostOnly ? domain : `.${domain}`, path, httpOnly, secure },
    sameSite: ({ strict: 'Strict', none: 'None', lax: 'Lax', unspecified: 'Lax' } as const)[sameSite],
  }
}
