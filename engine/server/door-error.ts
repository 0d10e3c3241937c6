// Why the service worker lane is not to be had, in words for a learner.

/**
 * - `unsupported`: this browser has no service workers
 * - `insecure`: the page was not opened over https or on localhost
 * - `refused`: the browser has them, but not here (blocked cookies, a sandboxed frame, a policy)
 * - `failed`: it should have worked
 */
type DoorProblem = 'unsupported' | 'insecure' | 'refused' | 'failed'

export class DoorError extends Error {
  override readonly name = 'DoorError'
  readonly reason: DoorProblem
  /** What failed, why, and what that means here; the same as `message`. */
  readonly text: string

  constructor(reason: DoorProblem, text: string, options?: ErrorOptions) {
    super(text, options)
    this.reason = reason
    this.text = text
  }
}
