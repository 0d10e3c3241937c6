// How long a learner's program may go on.
import type { Limits } from '../protocol'

/** Roomy for any honest program, and small enough that a runaway loop ends in about a second. */
export const LIMITS: Limits = {
  lines: 1_000_000,
  jumps: 500_000,
  events: 200_000,
  virtualMs: 3_600_000,
  wallMs: 5_000,
}
