// The trace: one append-only record of what crossed each layer. Written by `engine/python`, read by everything else.
import type { BrowserState, ExchangeRole, FetchOutcome, FetchView } from './page'
import type { BodyText, HeaderList, Ms } from './request'

/** Who a layer belongs to: the learner's file, a package they chose, or the framework by itself. */
export type LayerOrigin = 'yours' | 'library' | 'framework'

/** One layer of the app's stack, outermost (depth 0) to the router. Browser and server are rings, but not layers. */
export interface Layer {
  /** Stable between runs: the name, with `#2`, `#3` … for later layers of the same name, behind `parent/` when mounted. */
  readonly id: string
  /** The class's name; for a function middleware the function's. */
  readonly name: string
  readonly origin: LayerOrigin
  readonly depth: number
  /** How it is written: `function` (decorator), `base` (BaseHTTPMiddleware subclass), `asgi` (any ASGI class), `router`. */
  readonly style: 'function' | 'base' | 'asgi' | 'router'
  /** Id of the layer under which a mounted app hangs; absent in the outermost stack. */
  readonly parent?: string
  /** Path under which the app of this layer is mounted; absent in the outermost stack. */
  readonly mount?: string
  /** Path of the one route that this layer stands around; absent for layers that every request meets. */
  readonly route?: string
  /** Where class or function is defined, for the learner's own layers. */
  readonly file?: string
  readonly line?: number
  /** Where it was registered: the line of `add_middleware`, of the decorator, or of the list it stands in. */
  readonly added?: Place
}

/** A line in the learner's files. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** Ids of the two rings around the stack, and of the ring at its core. */
export const BROWSER = 'browser'
export const SERVER = 'server'
export const ENDPOINT = 'endpoint'

/** Body bytes in a message: whole up to a limit, then length and hash only (`text` is null). */
export interface BodyView {
  readonly bytes: number
  readonly text: string | null
  readonly encoding: 'utf8' | 'base64'
  readonly sha256?: string
}

/** An ASGI message as it stood when it crossed. */
export interface MessageView {
  readonly type: string
  readonly status?: number
  readonly headers?: HeaderList
  readonly body?: BodyView
  readonly more?: boolean
  /** WebSocket messages: what kind of frame the body is, and what was agreed on. */
  readonly frame?: 'text' | 'binary'
  readonly subprotocol?: string | null
  /** Close code of a WebSocket message. */
  readonly code?: number
  /** Reason of a WebSocket's close, or message of a failed lifespan. */
  readonly reason?: string
}

/** The part of an ASGI scope that can be written down. */
export interface ScopeView {
  readonly type: string
  readonly http_version?: string
  readonly method?: string
  readonly scheme?: string
  readonly path?: string
  readonly root_path?: string
  readonly query_string?: string
  readonly headers?: HeaderList
  readonly client?: readonly [string, number] | null
  readonly server?: readonly [string, number | null] | null
  /** `scope["state"]` (request.state), values by `repr`. */
  readonly state?: Readonly<Record<string, string>>
}

export interface ScopeChange {
  /** Key of the scope, `state.x` for an entry of the state, `headers` as a whole. */
  readonly key: string
  /** Values by `repr` (headers: one `name: value` a line); null where the key was absent. */
  readonly before: string | null
  readonly after: string | null
}

/** An exception as data. `file` and `line` name the innermost frame in the learner's files, or null. */
export interface ErrorView {
  /** Class name, e.g. `ZeroDivisionError`. */
  readonly type: string
  readonly message: string
  readonly file: string | null
  readonly line: number | null
  /** The traceback trimmed to the learner's frames, as Python prints it. */
  readonly traceback?: string
  /** The whole traceback. */
  readonly full?: string
  /** What is likely to help, e.g. where an `await` is missing. */
  readonly hint?: string
}

interface Common {
  /** Position in the session's trace, 0-based, without gaps. */
  readonly seq: number
  readonly at: Ms
  /** Number of the asyncio task in the order of birth; 0 outside of any. */
  readonly task: number
  /** Layer id, `browser`, `server`, `endpoint`, or null outside of any. */
  readonly layer: string | null
  /** Index of the exchange in its session; null for lifespan and loading. */
  readonly exchange: number | null
}

/** Where one of the learner's or a library's functions stands: called, paused at a `yield`, gone on, done. */
export type CallPhase = 'call' | 'yield' | 'resume' | 'throw' | 'return' | 'raise'

interface CallOf {
  readonly phase: CallPhase
  /** Name of the function or class. */
  readonly name: string
  /** What was yielded or returned, by `describe`. */
  readonly value?: string
  /** What was thrown in or raised. */
  readonly error?: ErrorView
  /** Where it is defined; null outside of the learner's files. */
  readonly file: string | null
  readonly line: number | null
}

/** Somebody who cannot go on. */
export interface Wait {
  readonly task: number
  /** Name of the task. */
  readonly name: string
  readonly layer: string | null
  readonly exchange: number | null
  /** What is awaited, e.g. `receive()`, `Event.wait()`, `task 7`. */
  readonly awaits: string
  /** Number of the task that is awaited; null when it is no task. */
  readonly on: number | null
  readonly file: string | null
  readonly line: number | null
  /** One sentence: who awaits what, and who would have to act. */
  readonly text: string
}

/** Somebody who could go on at `at` (virtual ms), and found the loop taken. */
export interface Late {
  readonly at: Ms
  readonly layer: string | null
  readonly exchange: number
}

/** What happened; `kind` tells which. A layer is always the subject. */
export type TraceEvent = Common &
  (
    | {
        /** The request enters the layer. The outermost ring carries `scope`, inner ones what changed since. */
        readonly kind: 'enter'
        readonly scope?: ScopeView
        readonly changes: readonly ScopeChange[]
      }
    | { /** The layer is handed a message from outside. */ readonly kind: 'receive'; readonly message: MessageView }
    | { /** The layer lets a message out. */ readonly kind: 'send'; readonly message: MessageView }
    | {
        /** An exception leaves the layer. `born` is true in the layer where it was raised. */
        readonly kind: 'raise'
        readonly error: ErrorView
        readonly born: boolean
      }
    | {
        /** An exception from further in stopped here; `answered` when the layer sent a response head afterwards. */
        readonly kind: 'catch'
        readonly error: ErrorView
        readonly answered: boolean
      }
    | {
        /** The layer is done. `awaited` is false when it never called the app inside. */
        readonly kind: 'exit'
        readonly awaited: boolean
      }
    | {
        readonly kind: 'route'
        /** The endpoint's function name. */
        readonly endpoint: string
        /** The route's path template. */
        readonly path: string
        /** True for a `def` endpoint, which runs in a thread. */
        readonly sync: boolean
        readonly file: string | null
        readonly line: number | null
      }
    | {
        /** The browser decided something. */
        readonly kind: 'rule'
        readonly rule: string
        readonly added: HeaderList
        readonly text: string
        /** Where the rule stands; absent for a plain client. */
        readonly source?: string
        readonly fix?: string
        /** Number of the fetch that it is about; absent for a plain client. */
        readonly fetch?: number
      }
    | {
        /** What a page got in the end. Says the same as `RunDocument.fetches`. */
        readonly kind: 'verdict'
        readonly fetch: number
        readonly outcome: FetchOutcome
        readonly category: string | null
        readonly text: string
        readonly fix: string | null
      }
    | {
        readonly kind: 'lifespan'
        readonly phase: 'startup' | 'shutdown'
        readonly status: 'begin' | 'complete' | 'failed' | 'unsupported'
      }
    | {
        /** A line is about to run. */
        readonly kind: 'line'
        readonly file: string
        readonly line: number
        readonly function: string
        /** Locals that are not what they were at the line before in this call, by `describe`; null for one that is gone. */
        readonly locals?: Readonly<Record<string, string | null>>
      }
    | {
        /** A function of the learner's returns. */
        readonly kind: 'return'
        readonly file: string
        readonly line: number
        readonly function: string
        readonly value: string
        readonly locals?: Readonly<Record<string, string | null>>
      }
    | ({ /** A dependency; those with `yield` have two halves. */ readonly kind: 'depends' } & CallOf)
    | ({
        /** An exception handler is at work. */
        readonly kind: 'handler'
        /** The exception it was called for. */
        readonly handles: string
      } & CallOf)
    | ({ /** A background task: `call`, then `return` or `raise`. */ readonly kind: 'background' } & CallOf)
    | {
        /** Somebody set `request.state`, `app.state` or a contextvar. `before` is null where there was nothing. */
        readonly kind: 'state'
        readonly where: 'request' | 'app' | 'contextvar'
        readonly key: string
        readonly before: string | null
        readonly after: string | null
      }
    | {
        /** A command changed keys of a store outside of the program; with `command` null they ran out. */
        readonly kind: 'store'
        readonly store: 'redis'
        /** Host, port and number of the database, e.g. `localhost:6379/0`. */
        readonly server: string
        readonly command: string | null
        readonly changes: readonly {
          readonly key: string
          /** Values by `describe`; null where there was or is no such key. */
          readonly before: string | null
          readonly after: string | null
          /** Virtual ms that the key has left; null when it stays. */
          readonly ttlMs: Ms | null
        }[]
      }
    | {
        /** A `def` function takes a thread of the pool, or gives it back. */
        readonly kind: 'thread'
        readonly phase: 'start' | 'end'
        readonly name: string
        /** Threads in use, this one counted, of how many. */
        readonly busy: number
        readonly of: number
        /** Virtual ms that it slept; with `end`. */
        readonly sleptMs?: Ms
      }
    | { /** Nothing can go on any more, and this is why. */ readonly kind: 'stall'; readonly waits: readonly Wait[] }
    | {
        /** What this trace shows is not exactly what a server does. Once a session for each reason. */
        readonly kind: 'caveat'
        readonly caveat: 'threads'
        readonly text: string
      }
    | {
        readonly kind: 'log'
        /** `print` is stdout/stderr, `logging` the learner's loggers, `access` and `server` uvicorn's. */
        readonly source: 'print' | 'logging' | 'structlog' | 'access' | 'server'
        readonly stream: 'stdout' | 'stderr'
        readonly level?: string
        readonly logger?: string
        readonly text: string
        /** What was logged beside the text: `extra` of logging, keywords and bound values of structlog, by `describe`. */
        readonly fields?: Readonly<Record<string, string>>
      }
    | { /** A task was born. */ readonly kind: 'task'; readonly born: number; readonly name: string }
    | {
        /** A task ended. */
        readonly kind: 'done'
        readonly ended: number
        readonly outcome: 'result' | 'error' | 'cancelled'
      }
    | {
        /** The virtual clock moved. `why`: somebody slept (`sleep`), blocked the loop (`block`), or a client waited (`wait`). */
        readonly kind: 'clock'
        readonly from: Ms
        readonly to: Ms
        readonly why: 'sleep' | 'block' | 'wait'
        /** With `block`: who of other exchanges could have gone on meanwhile, each told once. Layer `browser`: its bytes lay there. */
        readonly late?: readonly Late[]
      }
    | { readonly kind: 'stop'; readonly stop: StopView }
  )

/** Why a session was stopped, worded for a learner. */
export interface StopView {
  readonly reason: 'lines' | 'jumps' | 'events' | 'time' | 'wall' | 'memory'
  readonly text: string
  readonly file: string | null
  readonly line: number | null
  /** Rings that were waiting for an answer, innermost first. */
  readonly waiting: readonly string[]
}

export interface Versions {
  readonly fastapi: string
  readonly starlette: string
  readonly pydantic: string
  readonly uvicorn: string
  readonly python: string
}

/** One request with its response, as they were on the wire. */
export interface Exchange {
  /** Index of the request in the file. */
  readonly from: number
  readonly title: string
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: HeaderList
    readonly body: string
    readonly bodyEncoding: BodyText['encoding']
  }
  /** After de-chunking, before content decoding; null if no complete head came. */
  readonly response: {
    readonly status: number
    readonly reason: string
    readonly headers: HeaderList
    readonly body: string
    readonly bodyEncoding: BodyText['encoding']
    /** The connection ended before the body did. */
    readonly isCut?: true
  } | null
  /** The exception that reached the server, also beside a 500 that was sent. Type `Stalled` when nothing could go on. */
  readonly error: ErrorView | null
  /** What went over a WebSocket, in order; absent for HTTP. `response` is the answer to the handshake then. */
  readonly socket?: SocketView
  /** Number of the fetch that it belongs to, and what it is for it; absent for a plain client. */
  readonly fetch?: number
  readonly role?: ExchangeRole
  readonly startedAt: Ms
  readonly endedAt: Ms
}

/** A WebSocket's messages as they were on the wire, and who closed it. */
export interface SocketView {
  readonly messages: readonly {
    readonly from: 'client' | 'server'
    readonly frame: 'text' | 'binary'
    readonly data: BodyText
    readonly at: Ms
  }[]
  /** Null when it was cut without a closing frame. */
  readonly close: { readonly by: 'client' | 'server'; readonly code: number; readonly reason: string } | null
}

/** A failure to load or start: no exchange happened. `place` is the file and line to mark. */
export interface SessionError extends ErrorView {
  readonly phase: 'load' | 'lifespan'
  /** One sentence for a learner: what failed, why, what to do next. */
  readonly text: string
}

/** What loading an app gives. */
export interface SessionInfo {
  readonly versions: Versions
  readonly layers: readonly Layer[]
  readonly error: SessionError | null
}

/** A whole session as one plain document: what `peel run --json` prints and what a recorded trace is. */
export interface RunDocument extends SessionInfo {
  readonly exchanges: readonly Exchange[]
  readonly events: readonly TraceEvent[]
  readonly stop: StopView | null
  /** What pages asked for, in the order in which they began; absent where there was no page. */
  readonly fetches?: readonly FetchView[]
  /** The browser as it stood in the end; absent where there was no page. */
  readonly browser?: BrowserState
  /** Client programs that were run against the app, in order; absent when there were none. */
  readonly clients?: readonly ClientRun[]
}

/** What became of a client program. */
export interface ClientRun {
  readonly file: string
  /** The exception that ended it; `SystemExit` when it left with a code. */
  readonly error: ErrorView | null
  /** Its first event, and the one after its last. */
  readonly seq: readonly [from: number, to: number]
  /** Its first exchange, and the one after its last. */
  readonly exchange: readonly [from: number, to: number]
}
