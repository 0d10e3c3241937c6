// What can go wrong with the engine itself. A learner's mistakes are values in the run document, never these.

export type EngineErrorKind = 'boot' | 'timeout' | 'protocol' | 'aborted' | 'died'

/** `message` is a sentence that can be shown; `cause` is kept for developers. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly kind: EngineErrorKind
  /** Of a `timeout`: real ms for which Python was waited for. */
  readonly waitedMs: number

  constructor(kind: EngineErrorKind, message: string, options?: ErrorOptions & { readonly waitedMs?: number }) {
    super(message, options)
    this.kind = kind
    this.waitedMs = options?.waitedMs ?? 0
  }
}
