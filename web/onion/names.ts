// Fits names and notes into the room that the geometry leaves. Measures text by a table, as no font is at hand in a
// pure function; the table errs to the wide side.
import { cutMiddle, dropSuffix } from '../../engine/trace'

/** Width of a letter of Plex Sans Condensed at 12.5 px, in px: narrow, usual, wide. */
const NARROW = 3.6
const USUAL = 6.3
const WIDE = 9.2

/** Width in px of a name in the onion's face at scale 1. */
export function nameWidth(text: string): number {
  let width = 0
  for (const char of text) width += /[ijlftrI.,:|' ]/.test(char) ? NARROW : /[mwMW@%]/.test(char) ? WIDE : USUAL
  return width
}

export interface FittedName {
  readonly text: string
  readonly sign: boolean
  readonly width: number
}

/** Sign and gap before a name. */
export const SIGN = 13

/**
 * Shortens a name until it fits: first the suffix `Middleware` goes, then the sign, then letters in the middle. A folded
 * run keeps its sign, which unfolds it, and loses words.
 * @param room  px at scale 1 for sign and name together
 */
export function fitName(name: string, room: number): FittedName {
  const run = /^(\d+) (\w+) layers$/.exec(name)
  const shorter = run ? [`${run[1]} layers`] : [dropSuffix(name)]
  for (const text of [name, ...shorter])
    if (nameWidth(text) + SIGN <= room) return { text, sign: true, width: nameWidth(text) + SIGN }
  const short = dropSuffix(name)
  if (nameWidth(short) <= room) return { text: short, sign: false, width: nameWidth(short) }
  for (let limit = short.length - 1; limit > 3; limit--) {
    const text = cutMiddle(short, limit)
    if (nameWidth(text) <= room) return { text, sign: false, width: nameWidth(text) }
  }
  return { text: cutMiddle(short, 3), sign: false, width: nameWidth(cutMiddle(short, 3)) }
}

/** Cuts at the end, for notes whose beginning says most. */
export function cutEnd(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, Math.max(0, limit - 1))}…`
}

/** Breaks one note into at most two lines, at a blank or behind a hyphen where there is one in the second half. */
export function wrapNote(text: string, limit: number): string[] {
  if (text.length <= limit) return [text]
  let at = -1
  for (let i = limit; i > limit / 2 - 1; i--) {
    if (text[i] === ' ') {
      at = i
      break
    }
    if (text[i - 1] === '-') {
      at = i
      break
    }
  }
  if (at < 0) return [cutEnd(text, limit)]
  return [text.slice(0, at).trimEnd(), cutEnd(text.slice(at).trimStart(), limit)]
}

/** Method and path above the request's lane; the method goes first when both have no room. */
export function fitTitle(method: string, target: string, room: number): string {
  const whole = `${method} ${target}`
  if (nameWidth(whole) <= room) return whole
  for (let limit = target.length; limit > 2; limit--) {
    const text = cutEnd(target, limit)
    if (nameWidth(text) <= room) return text
  }
  return cutEnd(target, 2)
}

/** The name plate of a mounted app; words go before letters of the path do. */
export function fitPlate(mount: string, room: number): string {
  for (const text of [`app mounted at ${mount}`, `app at ${mount}`, mount]) if (nameWidth(text) <= room) return text
  for (let limit = mount.length - 1; limit > 4; limit--) {
    const text = cutMiddle(mount, limit)
    if (nameWidth(text) <= room) return text
  }
  return cutMiddle(mount, 4)
}
