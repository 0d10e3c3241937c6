// The virtual clock beside the calendar: what `Date`, `Expires` and `Last-Modified` say, in virtual milliseconds.
import type { Ms } from '../protocol'

/** 2028-01-01T00:00:00Z, when every session begins: `EPOCH_NS` of `engine/python/peel/clock.py`, in milliseconds. */
export const EPOCH_MS = 1_830_297_600_000

/** A moment on the calendar (ms since 1970) as virtual ms; negative before the session began. */
export function toVirtualMs(calendarMs: number): Ms {
  return calendarMs - EPOCH_MS
}

/** A virtual moment as people read it, in whole seconds of UTC, e.g. `2028-01-01 00:01:00`. */
export function formatMoment(ms: Ms): string {
  return new Date(EPOCH_MS + ms).toISOString().slice(0, 19).replace('T', ' ')
}
