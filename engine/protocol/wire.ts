// The messages between a host and its worker. A batch of events is JSON text, parsed once where it is read.
import type { BootStep, CallName, EngineCalls } from './calls'

export interface CallMessage {
  readonly id: number
  readonly call: CallName
  /** `EngineCalls[call]['in']`, as it is: a body of 50 MB is copied faster than it is made JSON and read again. */
  readonly input: EngineCalls[CallName]['in']
}

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly step: BootStep; readonly text: string }
  | { readonly kind: 'ready' }
  /**
   * The worker could not come up, or cannot go on; another one is needed. `isStale`: what it was asked for was not begun, since
   * an earlier program had spoiled the worker.
   */
  | { readonly kind: 'failed'; readonly message: string; readonly isStale?: boolean }
  /** Trace events, in order: see `BatchReader`. */
  | { readonly kind: 'trace'; readonly events: string }
  /** How far the call under way has come, where it consists of many alike. */
  | { readonly kind: 'count'; readonly done: number; readonly of: number }
  /** Settles a call: `EngineCalls[call]['out']`, or why there is none. */
  | { readonly kind: 'reply'; readonly id: number; readonly ok: true; readonly value: EngineCalls[CallName]['out'] }
  | { readonly kind: 'reply'; readonly id: number; readonly ok: false; readonly message: string }
