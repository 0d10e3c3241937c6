// What a preflight's answer allows. Judges lists alone; reading them from a response is the preflight's.
import { isSafelistedMethod } from './request-headers'

/** What a server allowed: methods as it wrote them, header names in lower case; `*` may be among both. */
export interface Allowed {
  readonly methods: readonly string[]
  readonly headers: readonly string[]
}

/** Fetch 4.8, step 7: whether a method may be used. Safelisted ones need no listing; `*` is a name with credentials. */
export function judgeMethod(
  { methods }: Allowed,
  method: string,
  isCredentialed: boolean,
): { readonly ok: true; readonly why: string } | { readonly ok: false } {
  if (methods.includes(method)) return { ok: true, why: `\`${method}\` is listed` }
  if (!isCredentialed && methods.includes('*')) return { ok: true, why: '`*` allows every method' }
  if (isSafelistedMethod(method)) return { ok: true, why: `\`${method}\` needs no listing` }
  return { ok: false }
}

/**
 * Fetch 4.8, step 7: whether headers may be sent. `*` covers all of them without credentials, in Chromium also
 * `Authorization`, which the standard wants named.
 * @param asked  in lower case
 */
export function judgeHeaders(
  { headers }: Allowed,
  asked: readonly string[],
  isCredentialed: boolean,
): { readonly ok: true; readonly why: string } | { readonly ok: false; readonly header: string } {
  if (asked.length === 0) return { ok: true, why: 'no header needs its consent' }
  if (!isCredentialed && headers.includes('*')) return { ok: true, why: '`*` allows every header' }
  const header = asked.find((name) => !headers.includes(name))
  if (header !== undefined) return { ok: false, header }
  return { ok: true, why: `${asked.map((name) => `\`${name}\``).join(', ')} ${asked.length > 1 ? 'are' : 'is'} listed` }
}
