// Makes requests out of a file's: for a plain client ready for the wire (Host, Content-Length, a WebSocket's handshake,
// chunked bodies), for a page as its browser is asked; and says which share the stage.
// Refuses to know how bytes are written and what an app is.
import type { HeaderList, PageRequest, RequestGroup, WireRequest } from '../protocol'
import { bodyBytes, encodeText, fromBodyText, joinBytes, toBodyText, type HttpRequest } from '../requests'
import { SOCKET_KEY } from './wire-headers'

/**
 * Makes a request ready for the wire. Host comes first if the file has none (RFC 9110 7.2: "a user agent SHOULD send
 * Host as the first field"), Content-Length last if there is a body and the file has none (RFC 9110 8.6), except
 * beside Transfer-Encoding (RFC 9112 6.2: "MUST NOT"), which `# @chunked` adds. A WebSocket gets the fields of its
 * handshake (RFC 6455 4.1). Nothing else is added.
 */
export function prepareRequest(request: HttpRequest, from: number): WireRequest {
  const headers: (readonly [string, string])[] = [...request.headers]
  const added: string[] = []
  const add = (name: string, value: string, place: 'push' | 'unshift' = 'push'): void => {
    if (hasHeader(headers, name.toLowerCase())) return
    headers[place]([name, value])
    added.push(name.toLowerCase())
  }
  const { chunked, messages } = request
  add('Host', hostOf(request.url), 'unshift')
  if (messages) {
    add('Connection', 'Upgrade')
    add('Upgrade', 'websocket')
    add('Sec-WebSocket-Version', '13')
    add('Sec-WebSocket-Key', SOCKET_KEY)
  }
  if (chunked) add('Transfer-Encoding', 'chunked')
  const length = bodyBytes(request.body)
  if (length > 0 && !hasHeader(headers, 'transfer-encoding')) add('Content-Length', String(length))
  return {
    from,
    title: request.title,
    // RFC 6455 4.1: the handshake's method is GET.
    method: messages ? 'GET' : request.method,
    url: request.url,
    target: request.target,
    headers,
    added,
    body: request.body,
    atMs: request.atMs ?? 0,
    ...(chunked && { pieces: chunkBody(fromBodyText(request.body), chunked) }),
    ...(request.disconnectMs !== null && { hangUpMs: request.disconnectMs }),
    ...(messages && { socket: { messages } }),
  }
}

/**
 * What a page asks for. A text body is a string as a script would write it, and brings its Content-Type along unless
 * the file names one (Fetch 5.2, "extract a body"); other bytes bring none. A `# @chunked` body is a stream.
 */
function preparePageRequest(request: HttpRequest, page: NonNullable<HttpRequest['page']>, from: number): PageRequest {
  const { body, messages, chunked, disconnectMs } = request
  const hasBody = bodyBytes(body) > 0
  return {
    from,
    title: request.title,
    method: messages ? 'GET' : request.method,
    url: request.url,
    headers: request.headers,
    body,
    atMs: request.atMs ?? 0,
    ...(disconnectMs !== null && { hangUpMs: disconnectMs }),
    ...(messages && { socket: { messages } }),
    page: {
      ...page,
      hasBody,
      bodyType: hasBody && body.encoding === 'utf8' && !chunked ? typeOfText(page.kind) : null,
      ...(chunked && { isStream: true }),
    },
  }
}

/** What a text body is called: a form's fields (HTML 4.10.21), a script's string (Fetch 5.2). */
function typeOfText(kind: PageRequest['page']['kind']): string {
  return kind === 'form' ? 'application/x-www-form-urlencoded' : 'text/plain;charset=UTF-8'
}

/** Cuts a body into pieces of nearly the same size and gives each the chunked coding (RFC 9112 7.1). */
function chunkBody(
  body: Uint8Array,
  { pieces, everyMs }: NonNullable<HttpRequest['chunked']>,
): NonNullable<WireRequest['pieces']> {
  const count = Math.max(1, Math.min(pieces, body.length))
  return Array.from({ length: count }, (_, index) => {
    const part = body.subarray(
      Math.floor((index * body.length) / count),
      Math.floor(((index + 1) * body.length) / count),
    )
    const isLast = index === count - 1
    const coded = part.length > 0 ? [encodeText(`${part.length.toString(16)}\r\n`), part, encodeText('\r\n')] : []
    const bytes = joinBytes([...coded, ...(isLast ? [encodeText('0\r\n\r\n')] : [])])
    return { bytes: toBodyText(bytes), atMs: Math.round(index * everyMs * 1e3) / 1e3 }
  })
}

/**
 * Says which requests may overlap. Each is a group of its own, so that it starts when the one before has ended; those
 * that follow one another with an `@at` share a group and start at their times; `@times` repeats a request within its
 * group, all at the same time. A `@wait` begins a new group and stands before it.
 */
export function groupRequests(requests: readonly HttpRequest[]): RequestGroup[] {
  const groups: { waitMs: number; isOpen: boolean; requests: (WireRequest | PageRequest)[] }[] = []
  for (const request of requests) {
    const { page, index } = request
    const ready = page ? preparePageRequest(request, page, index) : prepareRequest(request, index)
    const copies = Array.from({ length: request.times }, () => ready)
    const last = groups.at(-1)
    if (request.atMs !== null && last?.isOpen && request.waitMs === 0) last.requests.push(...copies)
    else groups.push({ waitMs: request.waitMs, isOpen: request.atMs !== null, requests: copies })
  }
  return groups.map(({ waitMs, requests: members }) => ({ waitMs, requests: members }))
}

function hasHeader(headers: HeaderList, name: string): boolean {
  return headers.some(([other]) => other.toLowerCase() === name)
}

/** What a Host header says for a URL: no user name, no default port (WHATWG URL, "host serializing"; RFC 9110 4.2). */
function hostOf(url: string): string {
  const [, scheme = '', authority = ''] = /^([^:]+):\/\/([^/?]*)/.exec(url) ?? []
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return host.replace(/^(https|wss)$/.test(scheme) ? /:(443)?$/ : /:(80)?$/, '')
}
