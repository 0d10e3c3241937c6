// What of a response a page may read (Fetch 2.2.6, "filtered response").
import type { HeaderList } from '../protocol'
import { getHeader, parseTokens, sortAndCombine, withoutHeaders } from './headers'

/** Fetch 2.2.2, "forbidden response-header name". */
const FORBIDDEN = new Set(['set-cookie', 'set-cookie2'])

/** Fetch 2.2.2, "CORS-safelisted response-header name". */
const SAFELISTED = new Set([
  ...['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma'],
])

/** All but cookies: what a page reads of its own origin's answers. */
export function basicHeaders(headers: HeaderList): HeaderList {
  return sortAndCombine(withoutHeaders(headers, FORBIDDEN))
}

/** What a page reads of another origin's answer: the safelisted, and those that the server exposes. */
export function corsHeaders(headers: HeaderList, isCredentialed: boolean): HeaderList {
  const exposed = exposedNames(headers, isCredentialed)
  return basicHeaders(headers).filter(([name]) => exposed === '*' || SAFELISTED.has(name) || exposed.has(name))
}

/** Fetch 2.2.6: names of Access-Control-Expose-Headers; `*` where that stands for all, which it does without credentials. */
function exposedNames(headers: HeaderList, isCredentialed: boolean): ReadonlySet<string> | '*' {
  const names = parseTokens(getHeader(headers, 'access-control-expose-headers') ?? '') ?? []
  if (names.includes('*') && !isCredentialed) return '*'
  return new Set(names.map((name) => name.toLowerCase()))
}
