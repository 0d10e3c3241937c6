// The messages between a host and its worker. Payloads are JSON text: a batch of events is parsed once, where it is read.
import type { BootStep, CallName } from './calls'

export interface CallMessage {
  readonly id: number
  readonly call: CallName
  /** `EngineCalls[call]['in']` as JSON. */
  readonly payload: string
}

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly step: BootStep; readonly text: string }
  | { readonly kind: 'ready' }
  /**
   * The worker could not come up, or cannot go on; another one is needed. `isStale`: what it was asked for was not begun, since
   * an earlier program had spoiled the worker.
   */
  | { readonly kind: 'failed'; readonly message: string; readonly isStale?: boolean }
  /** A JSON array of trace events, in order. */
  | { readonly kind: 'trace'; readonly events: string }
  /** Settles a call: `EngineCalls[call]['out']` as JSON, or why there is none. */
  | { readonly kind: 'reply'; readonly id: number; readonly ok: true; readonly payload: string }
  | { readonly kind: 'reply'; readonly id: number; readonly ok: false; readonly message: string }
