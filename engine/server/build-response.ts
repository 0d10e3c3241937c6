// Turns what the engine tells into the responses that fetches get: of an exchange as it was on the wire for a plain
// request, of what a page may see for a page's.
import type { Exchange, FetchView, HeaderList, PageRequest, SendResult, WireRequest } from '../protocol'
import { isPageRequest } from '../protocol'
import { fromBodyText } from '../requests'

/** Statuses with which a Response may not have a body, by the Fetch standard. */
const NULL_BODY = new Set([204, 205, 304])
/** A page never sees these; named here because not every Response constructor drops them by itself. */
const FORBIDDEN_HEADERS = new Set(['set-cookie', 'set-cookie2'])
const DECODABLE: Readonly<Record<string, CompressionFormat>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
}

interface Head {
  /** Of the request. */
  readonly method: string
  readonly status: number
  readonly statusText: string
  readonly headers: HeaderList
}

/**
 * Finds what became of each request: for a plain one its first exchange on the wire, for a page's what the page got.
 * Requests may share their place in the file (`# @times`), and one request may lead to several exchanges.
 * @returns one entry a request, in their order; undefined where nothing is known of it
 */
export function pairAnswers(
  requests: readonly (WireRequest | PageRequest)[],
  { exchanges, fetches = [] }: Pick<SendResult, 'exchanges' | 'fetches'>,
): readonly (Exchange | FetchView | undefined)[] {
  const free = { exchanges: exchanges.filter(({ fetch }) => fetch === undefined), fetches: [...fetches] }
  return requests.map((request) => {
    if (isPageRequest(request)) return takeFirst(free.fetches, ({ from }) => from === request.from)
    const { from, method, url } = request
    return takeFirst(
      free.exchanges,
      (one) => one.from === from && one.request.method === method && one.request.url === url,
    )
  })
}

function takeFirst<T>(list: T[], isMeant: (one: T) => boolean): T | undefined {
  const at = list.findIndex(isMeant)
  return at < 0 ? undefined : list.splice(at, 1)[0]
}

/**
 * Builds the response that a fetch can be given for an exchange, or for what a page got.
 * @returns null where there is none to give: no complete head came, its status is not from 200 to 599, or the page's
 *   script gave up
 */
export async function buildResponse(answer: Exchange | FetchView): Promise<Response | null> {
  if ('outcome' in answer) {
    const seen = answer.response ?? answer.used
    return pageResponse(answer, seen ? wholeBody(seen) : null)
  }
  const { response, request } = answer
  if (!response || response.status < 200 || response.status > 599) return null
  const bytes = fromBodyText({ text: response.body, encoding: response.bodyEncoding })
  const { status, reason: statusText, headers } = response
  return makeResponse({ method: request.method, status, statusText, headers }, await decode(bytes, headers))
}

/**
 * Builds the response of a page's fetch: what its script may read, or what the browser itself makes use of.
 * @param body  what of the body there is for it, decoded
 * @returns a network error where the browser keeps the answer from the page; null where the page's script gave up, or
 *   nothing was answered
 */
export function pageResponse(view: FetchView, body: BodyInit | null): Response | null {
  const { method, outcome, exception, used } = view
  const response = view.response ?? used
  if (outcome === 'blocked') return exception?.name === 'AbortError' ? null : Response.error()
  if (outcome === 'pending') return null
  // The browser makes the empty response of a redirect that is not followed, with a Location that nobody can read.
  if (outcome === 'opaqueredirect')
    return makeResponse({ method, status: 302, statusText: '', headers: [['location', '/']] }, null)
  // A worker's answer cannot be opaque: its status of 0 is no status that a Response may have.
  if (!response || response.type === 'opaque')
    return makeResponse({ method, status: 200, statusText: '', headers: [] }, body)
  const { status, statusText, headers } = response
  return makeResponse({ method, status, statusText, headers }, body)
}

function makeResponse({ method, status, statusText, headers }: Head, body: BodyInit | null): Response {
  const given = new Headers()
  for (const [name, value] of headers) {
    if (FORBIDDEN_HEADERS.has(name.toLowerCase())) continue
    try {
      given.append(name, value)
    } catch {
      // Not a header by the Fetch standard.
    }
  }
  const isEmpty = NULL_BODY.has(status) || method.toUpperCase() === 'HEAD'
  const init = { status, headers: given }
  try {
    return new Response(isEmpty ? null : body, { ...init, statusText })
  } catch {
    // A reason phrase with characters that a page may not have.
    return new Response(isEmpty ? null : body, init)
  }
}

/** A body that is known whole; reading one that broke off ends in its error. */
function wholeBody({ body, bodyError }: NonNullable<FetchView['response']>): BodyInit {
  const bytes = fromBodyText(body)
  if (!bodyError) return bytes
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes)
    },
    pull(controller) {
      controller.error(new TypeError(bodyError.message))
    },
  })
}

/** Browsers do not decode what a service worker answers, so the Network panel would show compressed bytes. */
async function decode(bytes: Uint8Array<ArrayBuffer>, headers: HeaderList): Promise<Uint8Array<ArrayBuffer>> {
  const coding = headers
    .find(([name]) => name.toLowerCase() === 'content-encoding')?.[1]
    .trim()
    .toLowerCase()
  const format = coding === undefined ? undefined : DECODABLE[coding]
  if (!format) return bytes
  try {
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format))
    return new Uint8Array(await new Response(plain).arrayBuffer())
  } catch {
    return bytes
  }
}
