// The seam behind which a framework runs. Knows the protocol and nothing else.
import type { CallName, EngineCalls } from '../protocol'

/**
 * One framework that is up and can serve sessions, one at a time.
 * `open` starts a clean session, `send` and `close` go to it, `check` stands alone.
 */
export interface Runtime {
  /**
   * Answers one call. Trace events are emitted before it settles, in order.
   * @throws for misuse and for bugs; a learner's mistakes are values
   */
  call<C extends CallName>(name: C, input: EngineCalls[C]['in']): EngineCalls[C]['out'] | Promise<EngineCalls[C]['out']>
}

/** Takes a batch of trace events: see `BatchReader`. */
export type Emit = (events: string) => void
