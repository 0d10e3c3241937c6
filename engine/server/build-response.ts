// Turns an exchange of the engine into the response that the page's fetch gets. It is for the browser's Network panel
// only: what the lab shows is drawn from the trace.
import type { Exchange, HeaderList, WireRequest } from '../protocol'
import { bodyBytes } from './body-bytes'

/** Statuses with which a Response may not have a body, by the Fetch standard. */
const NULL_BODY = new Set([204, 205, 304])
/** A page never sees these; named here because not every Response constructor drops them by itself. */
const FORBIDDEN_HEADERS = new Set(['set-cookie', 'set-cookie2'])
const DECODABLE: Readonly<Record<string, CompressionFormat>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
}

/**
 * Finds each request's first exchange on the wire. Requests may share their place in the file (`# @times`), and one
 * request may lead to several exchanges.
 * @returns one entry a request, in their order; undefined where a request led to no exchange
 */
export function pairExchanges(
  requests: readonly WireRequest[],
  exchanges: readonly Exchange[],
): readonly (Exchange | undefined)[] {
  const free = [...exchanges]
  return requests.map(({ from, method, url }) => {
    const same = free.findIndex((one) => one.from === from && one.request.method === method && one.request.url === url)
    return same < 0 ? undefined : free.splice(same, 1)[0]
  })
}

/**
 * Builds the response that a page can be given for an exchange.
 * @returns null where no page could be given one: no complete head came, or its status is not from 200 to 599
 */
export async function buildResponse(exchange: Exchange): Promise<Response | null> {
  const { response, request } = exchange
  if (!response || response.status < 200 || response.status > 599) return null
  const headers = new Headers()
  for (const [name, value] of response.headers) {
    if (FORBIDDEN_HEADERS.has(name.toLowerCase())) continue
    try {
      headers.append(name, value)
    } catch {
      // Not a header by the Fetch standard.
    }
  }
  const isEmpty = NULL_BODY.has(response.status) || request.method.toUpperCase() === 'HEAD'
  const bytes = isEmpty ? null : bodyBytes({ text: response.body, encoding: response.bodyEncoding })
  const body = bytes && (await decode(bytes, response.headers))
  const init = { status: response.status, headers }
  try {
    return new Response(body, { ...init, statusText: response.reason })
  } catch {
    // A reason phrase with characters that a page may not have.
    return new Response(body, init)
  }
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
