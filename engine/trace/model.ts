// The shapes that views read: one exchange as rings and steps. Plain data, no text for people, no pixels.
import type {
  BodyText,
  HeaderList,
  LayerOrigin,
  Layer,
  Ms,
  ScopeChange,
  SocketView,
  StopView,
  ErrorView,
} from '../protocol'
import type { BrowserPart } from './page-view'

/** Who a ring belongs to; browser and server are rings, but not layers. */
export type RingOrigin = LayerOrigin | 'browser' | 'server'
export type RingRole = 'browser' | 'server' | 'layer' | 'endpoint'

/** What happened to one header between the ring inside and this one. A null value: it was absent. */
export interface HeaderChange {
  readonly name: string
  readonly kind: 'added' | 'changed' | 'removed'
  readonly before: string | null
  readonly after: string | null
}

/** What a ring did to the request before the ring inside was handed it. */
export interface RequestDeeds {
  readonly headers: readonly HeaderChange[]
  /** Entries of the scope and of its state; the framework's own plumbing is left out. */
  readonly scope: readonly ScopeChange[]
  /** The ring inside read other bytes than this one. */
  readonly body: boolean
}

/** What a ring did to the response, compared with what the ring inside let out. */
export interface ResponseDeeds {
  /** Null where it let no response head out. */
  readonly status: number | null
  /** The status further in, where it differs; null otherwise. */
  readonly statusBefore: number | null
  readonly headers: readonly HeaderChange[]
  readonly body: boolean
}

/**
 * How the ring met an exception.
 * `raised`: born here. `passed`: went through, the rest of the ring is skipped. `caught`: it ended here.
 */
export interface RingError {
  readonly fate: 'raised' | 'passed' | 'caught'
  readonly error: ErrorView
  /** A response head was sent in its place. */
  readonly answered: boolean
  /** Answered, and let out again (ServerErrorMiddleware does so for the server's log). */
  readonly raisedAgain: boolean
  /** Raised when the head had already gone out: the response breaks off. */
  readonly late: boolean
  /** Lines of this ring that ran while the exception was passing (`except` or `finally`). */
  readonly ranLines: boolean
  /** Name of the exception handler that answered inside the ring where the exception was born; null where none did. */
  readonly handler: string | null
}

export interface RingView {
  /** Layer id, `browser`, `server` or `endpoint`. */
  readonly id: string
  readonly name: string
  readonly role: RingRole
  readonly origin: RingOrigin
  readonly style: Layer['style'] | null
  /** 0 is the outermost stack, 1 an app mounted in it, and so on. */
  readonly nest: number
  /** Mount path, on the first ring of a mounted app only. */
  readonly mountedAt: string | null
  readonly file: string | null
  readonly line: number | null
  /** The request entered it. */
  readonly reached: boolean
  readonly request: RequestDeeds
  readonly response: ResponseDeeds
  /** True when it changed request or response (plain route finding does not count). */
  readonly touched: boolean
  /** Answered without asking the ring inside. Never true for the core. */
  readonly shortCircuit: boolean
  readonly error: RingError | null
  /** Route template that a router found, or the one that led to the endpoint. */
  readonly route: string | null
  /** A `def` endpoint, which runs in a thread. */
  readonly sync: boolean
  /** False for an endpoint whose own lines never ran: FastAPI answered in its place, e.g. a 422. */
  readonly ran: boolean
  /** Where a stopped session stood. */
  readonly stopped: boolean
}

/**
 * `leave`, `arrive`: the page's ends of the path. `enter`: the request comes in. `send`: a response head goes out.
 * `body`: one message of a stream or a WebSocket, in either direction. `raise`, `pass`, `catch`: an exception. `stop`: the session was stopped here.
 * `keep`: the browser has the response and goes on with the fetch. `block`: it gives the page an error in its place.
 */
export type StepKind =
  'leave' | 'enter' | 'send' | 'body' | 'raise' | 'pass' | 'catch' | 'stop' | 'keep' | 'block' | 'arrive'

export interface Step {
  /** First event of the step, in the session's trace. */
  readonly seq: number
  /** Last event before the next step. */
  readonly lastSeq: number
  readonly at: Ms
  /** Index in `rings`; -1 is the page. */
  readonly ring: number
  readonly direction: 'in' | 'out' | 'error'
  /** Point of the path: page 0, in ports, out ports, page. */
  readonly point: number
  readonly kind: StepKind
  /** Something changed at this crossing. */
  readonly change: boolean
  /** Number of the body message (1-based) for `body` steps, else null. Both sides of a WebSocket are numbered together. */
  readonly message: number | null
  /** Bytes of that message. */
  readonly bytes: number
}

/**
 * How the exchange ended for the page. `blocked`: the page gets an error, whatever the server said. `opaque`: it learns that
 * something came, and nothing of it. `kept`: the response is the browser's alone, of a preflight or a redirect that it
 * follows. Status and reason are the server's.
 */
export interface Outcome {
  readonly kind: 'read' | 'blocked' | 'opaque' | 'kept' | 'nothing' | 'stopped' | 'pending'
  readonly status: number | null
  readonly reason: string
}

export interface ExchangeView {
  readonly kind: 'run' | 'stack'
  readonly title: string
  readonly method: string
  /** Path with query. */
  readonly target: string
  readonly startedAt: Ms
  readonly endedAt: Ms | null
  /** From the outside in; the last is the core. */
  readonly rings: readonly RingView[]
  readonly steps: readonly Step[]
  /** Index of the deepest ring that was reached, where the path turns. */
  readonly turn: number
  /** Number of body messages if the response was streamed, of both sides' messages on a WebSocket, else 0. */
  readonly streamed: number
  readonly outcome: Outcome
  /** What was said over a WebSocket; null for HTTP. */
  readonly socket: SocketView | null
  /** Null for a plain client. */
  readonly browser: BrowserPart | null
  readonly stop: StopView | null
  /** Header lists as they stood at each ring; null where nothing crossed it. Same order as `rings`. */
  readonly requestHeaders: readonly (HeaderList | null)[]
  readonly responseHeaders: readonly (HeaderList | null)[]
  readonly body: BodyText | null
}

/** A ring, or a run of rings that is drawn and told as one. */
export interface Row {
  /** Id of the ring, or of the first ring of the run with `+` and the number of rings. */
  readonly id: string
  /** Indices in `rings`, from the outside in. */
  readonly rings: readonly number[]
  readonly folded: boolean
  /** Key of the run that this row can fold back to (on its first ring), or that it can open; null if neither. */
  readonly group: string | null
  /** It stands for a whole onion that is drawn alone: the app `inside`, or all that is `around` the one in view. */
  readonly apart?: 'inside' | 'around'
}

/** A step of the rows: neighbours in one folded row became one. */
export interface RowStep extends Omit<Step, 'ring'> {
  /** Index in `rows`; -1 is the page. */
  readonly row: number
  /** Index of the ring that the step is about (the last of a folded run); -1 is the page. */
  readonly ring: number
  /** Index of its last step in the unfolded view: keep this one in a store, folding does not move it. */
  readonly whole: number
}

/** An exchange as it is shown: some rings folded. Every view component takes one of these. */
export interface ShownExchange {
  readonly view: ExchangeView
  readonly rows: readonly Row[]
  readonly steps: readonly RowStep[]
  /** Row where the path turns. */
  readonly turn: number
}
