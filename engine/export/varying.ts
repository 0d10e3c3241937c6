// What of an answer is the program's, and what is the day's: two runs that differ in time, luck and speed are laid over each
// other, and where they differ anything may stand. Writes what is expected as Python.
import { bracket, quote } from './python-text'

/** Every session begins on this day, which the other run does not leave; stands for a date in both. */
const FIRST_DAY = /\b2028-01-01\b|\bSat, 01 Jan 2028 [\d:]{8} GMT\b/g
const DAY = '\0'

/** A text as an expression that is equal to it: itself, or `Like(...)` around a pattern. */
export function expectText(text: string, other: string | null): string {
  const pieces = piecesOf(text.replaceAll(FIRST_DAY, DAY), (other ?? text).replaceAll(FIRST_DAY, DAY))
  if (pieces.every((piece) => piece !== null)) return quote(text)
  const pattern = pieces.map((piece) => (piece === null ? '.+' : escapePattern(piece))).join('')
  return `Like(${quote(pattern)})`
}

/** A JSON value as an expression that is equal to it. Keys have to agree; where they don't, anything may stand. */
export function expectJson(value: unknown, other: unknown, indent: number): string {
  if (typeof value === 'string') return typeof other === 'string' ? expectText(value, other) : 'ANY'
  if (value === null || typeof value !== 'object') return Object.is(value, other) ? literal(value) : 'ANY'
  if (Array.isArray(value)) {
    if (!Array.isArray(other) || other.length !== value.length) return 'ANY'
    const items = value.map((item, index) => expectJson(item, other[index], indent + 4))
    return bracket('[', items, ']', indent)
  }
  const [mine, its] = [value as Record<string, unknown>, other as Record<string, unknown> | null]
  const keys = Object.keys(mine)
  if (typeof its !== 'object' || its === null || !sameKeys(keys, Object.keys(its))) return 'ANY'
  const items = keys.map((key) => `${quote(key)}: ${expectJson(mine[key], its[key], indent + 4)}`)
  return bracket('{', items, '}', indent)
}

function sameKeys(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((key) => others.includes(key))
}

function literal(value: unknown): string {
  if (value === null) return 'None'
  return value === true ? 'True' : value === false ? 'False' : JSON.stringify(value)
}

/** The text word by word; null where the runs differ. Neighbouring nulls are one. */
function piecesOf(text: string, other: string): (string | null)[] {
  const [mine, its] = [wordsOf(text), wordsOf(other)]
  if (mine.length !== its.length) return [null]
  return mine
    .map((word, index) => (word === its[index] && word !== DAY ? word : null))
    .filter((word, index, all) => word !== null || index === 0 || all[index - 1] !== null)
}

/** Words with what holds them together (a number with its point, a token with its dashes), and what stands between. */
function wordsOf(text: string): string[] {
  return text.match(/\0|[\p{L}\p{N}_.:+-]+|[^\p{L}\p{N}_.:+\0-]+/gu) ?? []
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
