// The browser ring, for now as thin as can be: Host, Content-Length, and which requests share the stage.
// Refuses to know how bytes are written and what an app is.
import type { HeaderList, RequestGroup, WireRequest } from '../protocol'
import { bodyBytes, type HttpRequest } from '../requests'

/**
 * Makes a request ready for the wire. Host comes first if the file has none (RFC 9110 7.2: "a user agent SHOULD send
 * Host as the first field"), Content-Length last if there is a body and the file has none (RFC 9110 8.6), except
 * beside Transfer-Encoding (RFC 9112 6.2: "MUST NOT"). Nothing else is added.
 */
export function prepareRequest(request: HttpRequest, from: number): WireRequest {
  const headers: (readonly [string, string])[] = [...request.headers]
  const added: string[] = []
  if (!hasHeader(headers, 'host')) {
    headers.unshift(['Host', hostOf(request.url)])
    added.push('host')
  }
  const length = bodyBytes(request.body)
  if (length > 0 && !hasHeader(headers, 'content-length') && !hasHeader(headers, 'transfer-encoding')) {
    headers.push(['Content-Length', String(length)])
    added.push('content-length')
  }
  return {
    from,
    title: request.title,
    method: request.method,
    url: request.url,
    target: request.target,
    headers,
    added,
    body: request.body,
    atMs: request.atMs ?? 0,
  }
}

/**
 * Says which requests may overlap. Each is a group of its own, so that it starts when the one before has ended; those
 * that follow one another with an `@at` share a group and start at their times; `@times` repeats a request within its
 * group, all at the same time. A `@wait` begins a new group and stands before it.
 */
export function groupRequests(requests: readonly HttpRequest[]): RequestGroup[] {
  const groups: { waitMs: number; isOpen: boolean; requests: WireRequest[] }[] = []
  for (const request of requests) {
    const wire = prepareRequest(request, request.index)
    const copies = Array.from({ length: request.times }, () => wire)
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
  return host.replace(scheme === 'https' ? /:(443)?$/ : /:(80)?$/, '')
}
