// What a trace says beside the learner's text: lines that ran, the one in view, and the values they left. Pure.
import type { TraceEvent } from '../protocol'
import { isLine, reachOf, type LinePlace, type Moment, type Standing } from './moments'
import type { ExchangeView } from './model'

/** Values beside one line: what the line left in the locals when it ran last. */
export interface LineValues extends LinePlace {
  /** Short enough for the margin. */
  readonly text: string
  /** The same in full. */
  readonly full: string
}

export interface RanLine extends LinePlace {
  /** By the layer in view. */
  readonly isOwn: boolean
}

export interface LineMarks {
  /** Each line once. */
  readonly ran: readonly RanLine[]
  readonly now: LinePlace | null
  readonly values: readonly LineValues[]
}

const VALUE_CHARS = 32
/** More names than this have no room beside a line. */
const MOST_VALUES = 3
/** `<Request>`, `<function>`: nothing that one could read a value from. */
const OPAQUE = /^<[^']*>$/

type LineEvent = Extract<TraceEvent, { kind: 'line' | 'return' }>

/**
 * Reads the marks for somebody who stands at `standing`. At a whole step the line in view is the last one that the step's
 * layer ran; at a moment it is that moment's.
 * @param files  source by name, to find a function's `def` for its arguments
 */
export function readLineMarks(
  view: ExchangeView,
  moments: readonly Moment[],
  standing: Standing,
  files: Readonly<Record<string, string>>,
): LineMarks {
  const reach = reachOf(view, moments, standing)
  const history = historyOf(moments, files)
  const moment = standing.seq === null ? undefined : history.bySeq.get(standing.seq)
  const layer = moment?.layer ?? view.rings[view.steps[standing.whole]?.ring ?? -1]?.id ?? null
  const current = moment ?? (standing.seq === null ? lastBy(history.byLayer.get(layer) ?? [], reach) : undefined)
  const ran: RanLine[] = []
  for (const { file, line, first, firstBy } of history.ran) {
    if (first > reach) break
    ran.push({ file, line, isOwn: (firstBy.get(layer) ?? Infinity) <= reach })
  }
  const values: LineValues[] = []
  for (const { puts } of history.values) {
    if ((puts[0]?.seq ?? Infinity) > reach) break
    const put = lastBy(puts, reach)
    if (put) values.push(valuesOf(put))
  }
  return { ran, now: current ? { file: current.file, line: current.line } : null, values }
}

/** What the lines of an exchange did, so that every place in it can be read without going through all before it. */
interface History {
  readonly bySeq: ReadonlyMap<number, LineEvent>
  readonly byLayer: ReadonlyMap<string | null, readonly LineEvent[]>
  /** Each line once, in the order in which they ran first. */
  readonly ran: readonly Ran[]
  /** Each line that left values, in the order in which it did so first. */
  readonly values: readonly { readonly puts: readonly Put[] }[]
}

interface Ran extends LinePlace {
  readonly first: number
  readonly firstBy: Map<string | null, number>
}

/** The values that a line left, as of the event that tells them; worded when they are first shown. */
interface Put extends LinePlace {
  readonly seq: number
  readonly locals: LineEvent['locals']
  readonly returned: string | null
  words?: LineValues
}

interface Kept {
  readonly files: Readonly<Record<string, string>>
  readonly history: History
}

/** By list of moments: the cursor asks at every step. */
const histories = new WeakMap<readonly Moment[], Kept>()

function historyOf(moments: readonly Moment[], files: Readonly<Record<string, string>>): History {
  let kept = histories.get(moments)
  if (kept?.files !== files) histories.set(moments, (kept = { files, history: readHistory(moments, files) }))
  return kept.history
}

/** Locals are told with the line after the one that changed them, or with the return. */
function readHistory(moments: readonly Moment[], files: Readonly<Record<string, string>>): History {
  const bySeq = new Map<number, LineEvent>()
  const byLayer = new Map<string | null, LineEvent[]>()
  const ran: Ran[] = []
  const values: { puts: Put[] }[] = []
  const ranAt = new LineMap<Ran>()
  const putAt = new LineMap<{ puts: Put[] }>()
  const heads = new LineMap<{ line: number | null }>()
  const before = new Map<string, number>()
  const headOf = (file: string, line: number, name: string) => {
    let head = heads.get(file, line)
    if (!head) heads.set(file, line, (head = { line: defLine(files[file], line, name) }))
    return head.line
  }
  const put = (event: LineEvent, line: number | null, locals: LineEvent['locals'], returned: string | null) => {
    if (line === null || (returned === null && !tells(locals))) return
    const one: Put = { seq: event.seq, file: event.file, line, locals, returned }
    const known = putAt.get(event.file, line)
    if (known) known.puts.push(one)
    else {
      const first = { puts: [one] }
      putAt.set(event.file, line, first)
      values.push(first)
    }
  }
  for (const { event } of moments) {
    if (!isLine(event)) continue
    const { file, line, seq, layer } = event
    bySeq.set(seq, event)
    const own = byLayer.get(layer)
    if (own) own.push(event)
    else byLayer.set(layer, [event])
    const known = ranAt.get(file, line)
    if (!known) {
      const first = { file, line, first: seq, firstBy: new Map([[layer, seq]]) }
      ranAt.set(file, line, first)
      ran.push(first)
    } else if (!known.firstBy.has(layer)) known.firstBy.set(layer, seq)
    const call = `${event.task} ${file} ${event.function}`
    const previous = before.get(call)
    put(event, previous ?? headOf(file, line, event.function), event.locals, null)
    if (event.kind === 'line') before.set(call, line)
    else {
      before.delete(call)
      if (event.value !== 'None' && !OPAQUE.test(event.value))
        put(event, line, previous === line ? event.locals : undefined, event.value)
    }
  }
  return { bySeq, byLayer, ran, values }
}

/** Something for each line, found without making a key of file and line. */
class LineMap<T> {
  readonly #files = new Map<string, Map<number, T>>()

  get(file: string, line: number): T | undefined {
    return this.#files.get(file)?.get(line)
  }

  set(file: string, line: number, value: T): void {
    const lines = this.#files.get(file)
    if (lines) lines.set(line, value)
    else this.#files.set(file, new Map([[line, value]]))
  }
}

/** The last one up to an event; they stand in the order of their numbers. */
function lastBy<T extends { readonly seq: number }>(items: readonly T[], reach: number): T | undefined {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((items[middle]?.seq ?? Infinity) <= reach) low = middle + 1
    else high = middle
  }
  return items[low - 1]
}

function valuesOf(put: Put): LineValues {
  if (put.words) return put.words
  const parts = partsOf(put.locals)
  if (put.returned !== null) parts.push({ short: `returns ${cut(put.returned)}`, full: `returns ${put.returned}` })
  const { file, line } = put
  return (put.words = { file, line, text: short(parts), full: parts.map(({ full }) => full).join('\n') })
}

/** Whether there is anything in it that one could read. */
function tells(locals: LineEvent['locals']): boolean {
  for (const name in locals) if (locals[name] === null || !OPAQUE.test(locals[name] ?? '')) return true
  return false
}

interface Part {
  readonly short: string
  readonly full: string
}

function partsOf(locals: LineEvent['locals']): Part[] {
  return Object.entries(locals ?? {}).flatMap(([name, value]) => {
    if (value === null) return [{ short: `${name} is gone`, full: `${name} is gone` }]
    if (OPAQUE.test(value)) return []
    return [{ short: `${name} = ${cut(value)}`, full: `${name} = ${value}` }]
  })
}

/** The beginning tells more than both ends: `{'type': 'http.response.start'…`. */
function cut(value: string): string {
  return value.length <= VALUE_CHARS ? value : `${value.slice(0, VALUE_CHARS - 1)}…`
}

function short(parts: readonly Part[]): string {
  const shown = parts.slice(0, MOST_VALUES).map((part) => part.short)
  const rest = parts.length - shown.length
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}

/** The line of the `def` above a function's first line; null where it is not to be found. */
function defLine(source: string | undefined, from: number, name: string): number | null {
  const head = new RegExp(`^\\s*(?:async\\s+)?def\\s+${name}\\s*\\(`)
  const rows = source?.split('\n') ?? []
  for (let line = Math.min(from, rows.length); line > 0; line--) if (head.test(rows[line - 1] ?? '')) return line
  return null
}
