// The CORS-preflight cache: answers of servers that need no second asking.
// Follows Chromium, which keeps one answer for each origin and URL; the standard keeps methods and headers one by one.
import type { CachedPreflight, HeaderList, Ms } from '../protocol'
import { getHeader } from './headers'
import { judgeHeaders, judgeMethod, type Allowed } from './preflight-answer'

/** Fetch 4.8: how long an answer without Access-Control-Max-Age counts. */
const DEFAULT_MS: Ms = 5000
/** Chromium's limit; the standard leaves it to the browser. */
const LONGEST_MS: Ms = 7_200_000

export interface PreflightKey {
  /** Serialised; nothing is kept for opaque origins. */
  readonly origin: string
  /** With query and fragment. */
  readonly url: string
  /** Site of the top-level page: Chromium keeps the caches of sites apart. */
  readonly partition: string
}

export class PreflightCache {
  #entries: readonly CachedPreflight[]

  constructor(entries: readonly CachedPreflight[]) {
    this.#entries = entries
  }

  get entries(): readonly CachedPreflight[] {
    return this.#entries
  }

  /**
   * Looks for an answer that covers a request.
   * @returns the answer, or in words why there is none; null where nothing was ever kept for it
   */
  find(
    key: PreflightKey,
    ask: { readonly method: string; readonly headers: readonly string[]; readonly isCredentialed: boolean },
    nowMs: Ms,
  ): { readonly entry: CachedPreflight } | { readonly why: string } | null {
    const entry = this.#entries.find((one) => isFor(one, key))
    if (!entry) return null
    const seconds = (entry.untilMs - entry.storedMs) / 1000
    if (nowMs >= entry.untilMs) {
      this.#entries = this.#entries.filter((one) => one !== entry)
      return { why: `the answer that was kept for it counted for ${seconds} s, and they are over` }
    }
    if (ask.isCredentialed && !entry.credentials) {
      return { why: 'the answer that was kept was for a request without credentials' }
    }
    if (!judgeMethod(entry, ask.method, ask.isCredentialed).ok) {
      return { why: `the answer that was kept does not allow ${ask.method}` }
    }
    const missing = judgeHeaders(entry, ask.headers, ask.isCredentialed)
    if (!missing.ok) return { why: `the answer that was kept does not allow the header \`${missing.header}\`` }
    return { entry }
  }

  /** Keeps an answer in place of an older one for the same origin and URL; one without time is not kept. */
  keep(key: PreflightKey, allowed: Allowed, isCredentialed: boolean, lifeMs: Ms, nowMs: Ms): void {
    this.#entries = this.#entries.filter((one) => !isFor(one, key))
    if (lifeMs <= 0) return
    const { methods, headers } = allowed
    const entry = { ...key, credentials: isCredentialed, methods, headers, storedMs: nowMs, untilMs: nowMs + lifeMs }
    this.#entries = [...this.#entries, entry]
  }
}

function isFor(entry: CachedPreflight, key: PreflightKey): boolean {
  return entry.origin === key.origin && entry.url === key.url && entry.partition === key.partition
}

/** How long an answer counts: Access-Control-Max-Age, capped; a negative one is 0, an unreadable one the default. */
export function readMaxAge(headers: HeaderList): { readonly lifeMs: Ms; readonly text: string } {
  const value = getHeader(headers, 'access-control-max-age')
  if (value === null) return { lifeMs: DEFAULT_MS, text: '5 s, as it has no `Access-Control-Max-Age`' }
  if (!/^[+-]?\d+$/.test(value)) return { lifeMs: DEFAULT_MS, text: `5 s, as \`${value}\` is no number of seconds` }
  const asked = Number(value) * 1000
  if (asked > LONGEST_MS) {
    return {
      lifeMs: LONGEST_MS,
      text: `${LONGEST_MS / 1000} s: Chromium keeps none longer, the server said ${value} s`,
    }
  }
  return { lifeMs: Math.max(asked, 0), text: asked > 0 ? `${asked / 1000} s` : 'no time at all' }
}
