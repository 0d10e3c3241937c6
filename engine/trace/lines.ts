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
  const lines = moments.flatMap(({ event, seq }) => (seq <= reach && isLine(event) ? [event] : []))
  const moment = standing.seq === null ? undefined : lines.find(({ seq }) => seq === standing.seq)
  const layer = moment?.layer ?? view.rings[view.steps[standing.whole]?.ring ?? -1]?.id ?? null
  const current = moment ?? (standing.seq === null ? lines.findLast((event) => event.layer === layer) : undefined)
  const ran = new Map<string, RanLine>()
  for (const { file, line, layer: by } of lines) {
    const key = `${file}:${line}`
    ran.set(key, { file, line, isOwn: by === layer || (ran.get(key)?.isOwn ?? false) })
  }
  return {
    ran: [...ran.values()],
    now: current ? { file: current.file, line: current.line } : null,
    values: readValues(lines, files),
  }
}

/** Locals are told with the line after the one that changed them, or with the return. */
function readValues(lines: readonly LineEvent[], files: Readonly<Record<string, string>>): LineValues[] {
  const found = new Map<string, LineValues>()
  const before = new Map<string, number>()
  const put = (file: string, line: number | null, parts: readonly Part[]) => {
    if (line === null || parts.length === 0) return
    found.set(`${file}:${line}`, { file, line, text: short(parts), full: parts.map(({ full }) => full).join('\n') })
  }
  for (const event of lines) {
    const { file, line } = event
    const call = `${event.task} ${file} ${event.function}`
    const previous = before.get(call)
    const parts = partsOf(event.locals)
    put(file, previous ?? defLine(files[file], line, event.function), parts)
    if (event.kind === 'line') before.set(call, line)
    else {
      before.delete(call)
      if (event.value !== 'None' && !OPAQUE.test(event.value)) {
        const returned = { short: `returns ${cut(event.value)}`, full: `returns ${event.value}` }
        put(file, line, previous === line ? [...parts, returned] : [returned])
      }
    }
  }
  return [...found.values()]
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
