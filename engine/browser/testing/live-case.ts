// A case that a real Chromium and the modelled browser both do: who asks for what, and what the far end answers.
// URLs are without ports.
import type {
  CacheMode,
  CredentialsMode,
  FetchOutcome,
  HeaderList,
  Ms,
  RedirectMode,
  ReferrerPolicy,
  RequestMode,
} from '../../protocol'
import type { CaseRequest } from '../cases/to-page-request'
import type { SeenRequest } from './far-end'
import type { LoadSeen } from './in-page'

/** One request and what it is answered with. In headers `{http +60}` is a date so many seconds from now; see `answers.ts`. */
export interface Hop {
  readonly url: string
  readonly headers: HeaderList
  /** Where it isn't said 302, of the last hop 200. */
  readonly status?: number
  /** What a preflight gets; without it the same as the request. */
  readonly preflight?: { readonly status: number; readonly headers: HeaderList }
  /** A small page where it isn't said. */
  readonly body?: string
  /** Headers of the 304 that a conditional request gets. */
  readonly unchanged?: HeaderList
}

/** What a script gives to `fetch()`. */
export interface FetchInit {
  readonly method?: string
  readonly mode?: RequestMode
  readonly credentials?: CredentialsMode
  readonly cache?: CacheMode
  readonly redirect?: RedirectMode
  readonly referrerPolicy?: ReferrerPolicy
  readonly body?: string
  readonly headers?: HeaderList
}

/**
 * `goto` types an address, `link` and `form` (POST) leave the page, `fetch`, `iframe` and `sandbox` (a fetch in a sandboxed
 * frame) stay on it; `request` is any kind of ask as recorded cases write it. Hops after the first are redirected to.
 */
export interface AskStep {
  readonly by: 'goto' | 'link' | 'form' | 'fetch' | 'iframe' | 'sandbox' | 'request'
  readonly hops: readonly Hop[]
  /** For `fetch` and `sandbox`. */
  readonly init?: FetchInit
  /** For `request`. */
  readonly request?: Omit<CaseRequest, 'url'>
  readonly sandboxed?: boolean
}

/** What a script on the page does with `document.cookie`: sets it, or reads it. */
export interface ScriptStep {
  readonly by: 'write' | 'read'
  readonly text: string
}

export interface LiveCase {
  /** Chromium's preference: off, it refuses cookies of third parties. */
  readonly thirdPartyCookies: boolean
  readonly steps: readonly (AskStep | ScriptStep)[]
}

/** What a script saw of a response; or the exception's text. */
export type FetchSeen =
  | {
      readonly type: string
      readonly status: number
      readonly url: string
      readonly redirected: boolean
      readonly headers: HeaderList
      /** With Chromium's text where reading it failed. */
      readonly body: string
    }
  | { readonly error: string }

export interface FetchFate {
  readonly outcome: FetchOutcome
  /** As `FetchView.category`. */
  readonly category: string | null
  readonly console: readonly string[]
}

/** What one step was seen to do. */
export interface StepSeen {
  /** Real ms since the case began. */
  readonly atMs: Ms
  readonly asked: readonly SeenRequest[]
  /** What `fetch()` gave; null for other steps. */
  readonly got: FetchSeen | null
  /** What a script saw that asked by other means. */
  readonly seen: LoadSeen | null
  /** What became of a fetch, why it failed in Chromium's terms, and what the console said of it. Null where nobody looked. */
  readonly fate: FetchFate | null
  /** What `document.cookie` said; null where the step isn't about it. */
  readonly text: string | null
  /** Cookies that were not taken: the line with Chromium's reasons. Null where DevTools can't tell. */
  readonly notTaken: readonly string[] | null
  /** Cookies that stayed in the jar: name with Chromium's reasons. Null where DevTools can't tell. */
  readonly notSent: readonly string[] | null
}

export interface JarCookie {
  readonly name: string
  readonly value: string
  /** With a leading dot where it isn't host-only. */
  readonly domain: string
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: string
  readonly partition: string | null
  /** Ms since the case began. */
  readonly expiresMs: Ms | null
}

export interface CaseSeen {
  readonly steps: readonly StepSeen[]
  readonly jar: readonly JarCookie[]
}

export const isAsk = (step: AskStep | ScriptStep): step is AskStep => 'hops' in step

export const NOTHING_SEEN: Omit<StepSeen, 'atMs'> = {
  asked: [],
  got: null,
  seen: null,
  fate: null,
  text: null,
  notTaken: null,
  notSent: null,
}
