// What a page asks its browser for, what the browser makes of it, and what it remembers. All of it plain JSON: it crosses
// threads, is kept beside the moments of a session, and stands in documents.
import type { BodyText, HeaderList, Ms, SocketScript, WireRequest } from './request'

/** Where a script stands. */
export interface Page {
  /** Absolute URL of the document, e.g. `https://app.shop.test/cart`. */
  readonly url: string
  /** In a frame with `sandbox="allow-scripts"` inside that page: its origin is opaque and serialises to `null`. */
  readonly sandboxed: boolean
  /** What counts for everything that this document asks for; absent: nothing out of the ordinary. */
  readonly document?: PageDocument
}

/** How the page's own document came, and what it was told. */
export interface PageDocument {
  /** How near the server is that the page came from; absent: as near as any server it asks. */
  readonly addressSpace?: AddressSpace
  /** The user's answer to whether the page may reach the local network; absent: none, which is as good as no. */
  readonly localNetworkAccess?: 'granted' | 'denied'
  /** Headers that it came with, several of one name joined by commas. */
  readonly contentSecurityPolicy?: string
  readonly referrerPolicy?: string
}

/** Local Network Access 2.1: this machine, the network it stands in, anywhere. */
export const ADDRESS_SPACES = ['public', 'local', 'loopback'] as const

export type AddressSpace = (typeof ADDRESS_SPACES)[number]

/** What asks. `fetch` and `xhr` are scripts, `navigation` a link or an address typed, `form` a form that navigates. */
export type AskKind =
  | 'fetch'
  | 'xhr'
  | 'beacon'
  | 'eventsource'
  | 'websocket'
  | 'navigation'
  | 'form'
  | 'iframe'
  | 'img'
  | 'script'
  | 'module'
  | 'css'
  | 'font'
  | 'document.cookie'

export type RequestMode = 'cors' | 'no-cors' | 'same-origin' | 'navigate'
export type CredentialsMode = 'omit' | 'same-origin' | 'include'
export type RedirectMode = 'follow' | 'error' | 'manual'
export type CacheMode = 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached'

/** Referrer Policy 3, in the standard's order. */
export const REFERRER_POLICIES = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'same-origin',
  'origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
] as const

export type ReferrerPolicy = (typeof REFERRER_POLICIES)[number]

/** A request as a script (or a person) on a page asks for it, before the browser adds, changes or refuses anything. */
export interface PageRequest {
  /** As in `WireRequest`; −1 where a script asked by itself, and no file has it. */
  readonly from: number
  readonly title: string
  /** As written: the browser normalises it. */
  readonly method: string
  /** Absolute, or relative to the page. May be malformed: refusing it is the browser's. */
  readonly url: string
  /** What the script set, in order, as written. */
  readonly headers: HeaderList
  readonly body: BodyText
  readonly atMs: Ms
  /** Virtual ms after its start at which the script aborts. */
  readonly hangUpMs?: Ms
  readonly socket?: SocketScript
  readonly page: Page & {
    readonly kind: AskKind
    /** Absent: what the kind has by default (`cors` and `same-origin` for fetch). */
    readonly mode?: RequestMode
    readonly credentials?: CredentialsMode
    readonly redirect?: RedirectMode
    readonly cache?: CacheMode
    /** `RequestInit.referrer`: a URL of the page's origin, or empty for none. */
    readonly referrer?: string
    readonly referrerPolicy?: string
    readonly integrity?: string
    /** The bytes that a `blob:` URL of the page's own stands for; absent where it stands for none. */
    readonly blob?: { readonly type: string; readonly body: BodyText }
    /** `RequestInit.targetAddressSpace`: where the script says that the server is. */
    readonly targetAddressSpace?: AddressSpace
    readonly keepalive?: boolean
    /** Whether there is a body at all; an empty one is one. */
    readonly hasBody: boolean
    /** Content-Type that the body's kind brings along (Fetch, "extract a body"); null for bytes and streams. */
    readonly bodyType: string | null
    /** The body is a stream: its length is unknown, and it can't be sent again. */
    readonly isStream?: boolean
    /** An XMLHttpRequest somebody listens to the upload of, which always preflights. */
    readonly listensToUpload?: boolean
    /** The `crossorigin` attribute of an element; absent where it has none. */
    readonly crossorigin?: 'anonymous' | 'use-credentials'
    /** The value that `document.cookie` is set to; absent when it is read. */
    readonly cookie?: string
  }
}

/** Whether a request is a page's, and goes through the browser. */
export function isPageRequest(request: PageRequest | WireRequest): request is PageRequest {
  return 'page' in request
}

/**
 * What the page got. `opaqueredirect` is a redirect that `redirect: "manual"` stopped; `pending` is neither answered nor
 * refused: a live fetch goes on, or the server was stopped, or will never answer.
 */
export type FetchOutcome = 'ok' | 'blocked' | 'opaque' | 'opaqueredirect' | 'pending'

/** One thing that a page asked for, as the page saw it. Index in `RunDocument.fetches` is its number. */
export interface FetchView {
  readonly from: number
  readonly title: string
  readonly kind: AskKind
  readonly page: Omit<Page, 'document'>
  /** As the browser understood it: method normalised, URL absolute. */
  readonly method: string
  readonly url: string
  /** Indices of its exchanges: preflights, then the request, again for each redirect. Empty where nothing was sent. */
  readonly exchanges: readonly number[]
  readonly outcome: FetchOutcome
  /** Why it was blocked: Chromium's name (`MissingAllowOriginHeader`, `network:net::ERR_CONNECTION_REFUSED`); else null. */
  readonly category: string | null
  /** The sentence that explains the outcome, and what would have to change on the server; `fix` null where nothing has to. */
  readonly text: string
  readonly fix: string | null
  /** What Chromium writes into its console, and the message of the exception that the script gets; null for none. */
  readonly console: readonly string[]
  readonly exception: { readonly name: string; readonly message: string } | null
  /** What a script can read; null where there is no response for it. An opaque one has status 0 and nothing to read. */
  readonly response: PageResponse | null
  /**
   * What the browser itself makes use of while no script gets a response: a document shown, an image painted, a script
   * run. Absent for none, and for requests of scripts.
   */
  readonly used?: PageResponse
  /** Answered without the network, by the HTTP cache. */
  readonly fromCache: boolean
  readonly startedAt: Ms
  readonly endedAt: Ms
}

export interface PageResponse {
  readonly type: 'basic' | 'cors' | 'opaque' | 'opaqueredirect'
  readonly status: number
  readonly statusText: string
  readonly url: string
  readonly redirected: boolean
  /** Only what the page may read: names in lower case, sorted, values combined (Fetch, "sort and combine"). */
  readonly headers: HeaderList
  /** Content decoding done. */
  readonly body: BodyText
  /** Bytes on the wire before the decoding, and after. */
  readonly encodedBytes: number
  readonly decodedBytes: number
  /** The body broke off: what reading it throws, and Chromium's name of the error. */
  readonly bodyError?: { readonly message: string; readonly category: string }
}

/** A decision of the browser's, as it goes into the trace. */
export interface RuleNote {
  /** Name of the rule, e.g. `cors-check`, `preflight-needed`, `cookie-not-sent`. */
  readonly rule: string
  /** Where the rule stands, e.g. `Fetch 4.10`, `RFC 6265bis 5.6`, or `Chromium` where it leaves the standard. */
  readonly source: string
  /** One or two sentences for a learner: what was decided, on what grounds. */
  readonly text: string
  /** What would have to change on the server (or in the script) for another decision; absent where nothing is wrong. */
  readonly fix?: string
  /** Headers that it put into the request. */
  readonly added?: HeaderList
}

/** What the browser does next with a fetch: send something, or be done. */
export interface BrowserTurn {
  /** What it decided, in order. With `wire` these belong to the exchange that begins. */
  readonly notes: readonly RuleNote[]
  /** Sent at `wire.atMs` virtual ms from now. */
  readonly wire?: WireRequest & { readonly role: ExchangeRole }
  readonly done?: Omit<FetchView, 'exchanges' | 'startedAt' | 'endedAt'>
  /** With `done`: that is what the page has with the head of its response; the browser is asked again when the body is there. */
  readonly isOpen?: true
  /** With neither: a head was told, and nothing can be made of it before the body is there. */
  readonly isWaiting?: true
}

export type ExchangeRole = 'preflight' | 'request'

/** All that the browser remembers; giving it back continues where it was. */
export interface BrowserState {
  readonly settings: BrowserSettings
  readonly cookies: readonly StoredCookie[]
  readonly preflights: readonly CachedPreflight[]
  readonly hsts: readonly { readonly host: string; readonly subdomains: boolean; readonly untilMs: Ms }[]
  readonly cache: readonly CachedResponse[]
}

export interface BrowserSettings {
  /** Chromium's preference; false where it is unset, as in the recorded cases with `profile: incognito`. */
  readonly thirdPartyCookies: boolean
  /**
   * How near servers are, told by their ports as Chromium's `--ip-address-space-overrides` does; null is every other port.
   * The first that fits counts. Absent: what their hosts say.
   */
  readonly addressSpaces?: readonly { readonly port: number | null; readonly space: AddressSpace }[]
}

export interface StoredCookie {
  readonly name: string
  readonly value: string
  /** Without a leading dot. */
  readonly domain: string
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  /** `unspecified` is treated as Lax, with Chromium's exceptions. */
  readonly sameSite: 'strict' | 'lax' | 'none' | 'unspecified'
  /** The top-level site that a `Partitioned` cookie belongs to, e.g. `https://shop.test`; null without. */
  readonly partition: string | null
  readonly createdMs: Ms
  readonly lastUsedMs: Ms
  /** Virtual ms; null for a session cookie. */
  readonly expiresMs: Ms | null
}

/** A preflight's answer that is remembered. Chromium keeps one for each origin, URL and site of the top-level page. */
export interface CachedPreflight {
  /** The asking page's; an opaque one is `null` and the page's URL. */
  readonly origin: string
  readonly url: string
  readonly partition: string
  /** Whether it was asked with credentials; such an answer also counts without. */
  readonly credentials: boolean
  /** As the server wrote them; `*` may be among them. */
  readonly methods: readonly string[]
  /** In lower case; `*` may be among them. */
  readonly headers: readonly string[]
  readonly storedMs: Ms
  readonly untilMs: Ms
}

export interface CachedResponse {
  readonly url: string
  /** The network partition: site of the top-level page. */
  readonly partition: string
  readonly requestHeaders: HeaderList
  readonly status: number
  readonly statusText: string
  readonly headers: HeaderList
  readonly body: BodyText
  readonly storedMs: Ms
}
