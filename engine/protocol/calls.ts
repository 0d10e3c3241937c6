// What may cross between the page (or the command line) and the worker that holds Python.
import type { BrowserState, FetchView, PageRequest } from './page'
import type { BodyText, Ms, RequestGroup } from './request'
import type { ErrorView, Exchange, SessionError, SessionInfo, StopView, TraceEvent } from './trace'

/** Learner's files by path, e.g. `{"main.py": "..."}`. */
export type SourceFiles = Readonly<Record<string, string>>

export interface Limits {
  /** Line events of the learner's files in one call. */
  readonly lines: number
  /** Backward jumps in the learner's files in one call: a one-line loop makes hardly any line events. */
  readonly jumps: number
  readonly events: number
  /** Virtual ms that one call may last. */
  readonly virtualMs: number
  /** Real ms after which the watchdog kills the worker. */
  readonly wallMs: number
}

export interface OpenOptions {
  readonly files: SourceFiles
  /** File that holds the app, e.g. `main.py`. */
  readonly entry: string
  /** Name of the app (or of a factory) in it; null looks for `app`. */
  readonly app: string | null
  readonly limits: Limits
  /** False runs without probes and line events; for the bench and for the proof that probes change nothing. */
  readonly trace: boolean
  /**
   * Which of the registered middlewares stand in the stack, outermost first, as indices into `app.user_middleware`; one
   * that is not named is left out. Null or absent: as registered.
   */
  readonly order?: readonly number[] | null
  /** Environment variables of the program. */
  readonly env?: Readonly<Record<string, string>>
  /** The browser to begin with; absent for a fresh one. */
  readonly browser?: BrowserState
  /**
   * Origins that the app answers, e.g. `http://api.shop.test:8102`, or `http://*:8102` for every host; at any other one nobody
   * listens, and a page's request to it is refused. Absent: it answers wherever a request goes.
   */
  readonly serves?: readonly string[]
  /** Further apps of the same files, each at its origins, with a lifespan of its own. Their layers are not traced. */
  readonly neighbours?: readonly Neighbour[]
}

/** Another server of the same small world, such as the one that the pages come from. */
export interface Neighbour {
  readonly entry: string
  readonly app: string | null
  readonly serves: readonly string[]
}

/** A check's or proof's outcome. `reason` is the assert's message, null where it holds. */
export interface CheckResult {
  /** Name of the check function. */
  readonly id: string
  /** Its docstring: one sentence. */
  readonly says: string
  readonly holds: boolean
  readonly reason: string | null
}

export interface SendResult {
  /** Those that began in this call, and live ones that went on in it, each as far as it came. */
  readonly exchanges: readonly Exchange[]
  readonly stop: StopView | null
  /** What pages got; absent where the group had none. */
  readonly fetches?: readonly FetchView[]
  /** Places of `exchanges` and `fetches` in the document, where they are not simply the next ones. */
  readonly numbers?: { readonly exchanges: readonly number[]; readonly fetches: readonly number[] }
  /** The browser afterwards; absent where the group had no pages. */
  readonly browser?: BrowserState
}

/**
 * One turn of what is live: exchanges that stay open between calls, so that a body can be read piece by piece and a socket
 * be spoken to. Ids are the caller's.
 */
export interface LiveInput {
  /** Begins these, all at the same time. */
  readonly start?: readonly { readonly id: string; readonly request: PageRequest }[]
  /** Says something over an open WebSocket, or closes it. */
  readonly say?: readonly {
    readonly id: string
    readonly frame: 'text' | 'binary' | 'close'
    readonly data: BodyText
    /** With `close`. */
    readonly code?: number
  }[]
  /** Goes away: aborts a fetch, cancels a body. The app hears `http.disconnect`. */
  readonly cancel?: readonly string[]
  /** Whoever somebody waits for: the clock runs until one of them has news, or until nobody can go on. With none it stands still. */
  readonly want: readonly string[]
  /** Virtual ms that the clock runs at most: where something ticks in the background, those who wait may wait for long. */
  readonly forMs?: Ms
}

/** What is new of a live exchange. */
export type LivePiece = { readonly id: string } & (
  | {
      /** The page has the head of its response: `view.response` without its body. */
      readonly kind: 'head'
      readonly view: FetchView
    }
  | { /** Decoded bytes of the body. */ readonly kind: 'chunk'; readonly data: BodyText }
  | { readonly kind: 'message'; readonly frame: 'text' | 'binary'; readonly data: BodyText }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  | { /** Nothing more will come; `view` is whole. */ readonly kind: 'done'; readonly view: FetchView }
)

export interface LiveResult extends SendResult {
  readonly pieces: readonly LivePiece[]
  /** True when those who are wanted have no news, and will have none until somebody sends something. */
  readonly isQuiet: boolean
  /** Where the clock stands, virtual ms. */
  readonly at: Ms
}

/** Where a session stands after it went back. */
export interface BackResult {
  /** How the moment was had back: from memory, or by sending everything before it once more. */
  readonly way: 'checkpoint' | 'replay'
  /** Number that the next exchange will have, and number of the next event. */
  readonly exchange: number
  readonly seq: number
}

export interface OrdersInput {
  readonly open: OpenOptions
  readonly groups: readonly RequestGroup[]
  /** Somebody knows how many orders there are, and wants them all the same. */
  readonly isPatient?: boolean
}

/** What every order of an app's user middleware does, as far as a client can tell. */
export interface OrdersResult {
  /** Names of the registered middlewares, as `order` counts them. */
  readonly names: readonly string[]
  /** Orders that no client can tell apart; the group of the order as registered comes first. */
  readonly groups: readonly OrderGroup[]
  readonly error: SessionError | null
}

export interface OrderGroup {
  /** Each outermost first, as indices into `names`. */
  readonly orders: readonly (readonly number[])[]
  readonly exchanges: readonly Exchange[]
  /** What pages got, which is all that they are told apart by; absent where there were none. */
  readonly fetches?: readonly FetchView[]
  /** Why the app did not start in these orders. */
  readonly error: SessionError | null
  readonly stop: StopView | null
}

/** One map of calls; everything else is derived from it. */
export interface EngineCalls {
  /** Starts a clean session: heap put back, files loaded, lifespan startup run. */
  open: { in: OpenOptions; out: SessionInfo & { readonly stop: StopView | null } }
  /** Sends one group of requests to the open session. */
  send: { in: RequestGroup; out: SendResult }
  /**
   * Runs a client program (`requests`, `httpx`, `TestClient`) of the session's files against the running app. What it sends
   * becomes exchanges, what it prints events.
   */
  client: { in: { readonly file: string }; out: SendResult & { readonly error: ErrorView | null } }
  /** Goes on with what is live. Its exchanges stand in the document from their beginning, as far as they came. */
  live: { in: LiveInput; out: LiveResult }
  /** Changes what the browser remembers (a cookie edited, a cache emptied); the trace tells of it. */
  browser: { in: { readonly state: BrowserState; readonly text: string }; out: { readonly browser: BrowserState } }
  /** Goes back to the moment before the session's group of that number (0-based; `client` counts as one). */
  back: { in: { readonly group: number }; out: BackResult }
  /** Tries every order of the app's user middleware, each in a session of its own. Ends the open session. */
  orders: { in: OrdersInput; out: OrdersResult }
  /** Runs lifespan shutdown and forgets the session. */
  close: { in: null; out: { readonly stop: StopView | null } }
  /** Runs the functions `check_*` of a Python file over a run document given as JSON. */
  check: {
    in: { readonly source: string; readonly file: string; readonly document: string }
    out: readonly CheckResult[]
  }
}

export type CallName = keyof EngineCalls

export type BootStep = 'files' | 'python' | 'framework' | 'ready'

export interface EngineEvents {
  progress: { readonly step: BootStep; readonly text: string }
  /** Events in order, in batches, while the worker runs. */
  trace: readonly TraceEvent[]
}
