// What may cross between the page (or the command line) and the worker that holds Python.
import type { RequestGroup } from './request'
import type { Exchange, SessionInfo, StopView, TraceEvent } from './trace'

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
  readonly exchanges: readonly Exchange[]
  readonly stop: StopView | null
}

/** One map of calls; everything else is derived from it. */
export interface EngineCalls {
  /** Starts a clean session: heap put back, files loaded, lifespan startup run. */
  open: { in: OpenOptions; out: SessionInfo & { readonly stop: StopView | null } }
  /** Sends one group of requests to the open session. */
  send: { in: RequestGroup; out: SendResult }
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
