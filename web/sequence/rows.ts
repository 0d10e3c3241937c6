// Which events the table shows, and what it says of each. Pure; knows no React.
import type { Layer, TraceEvent } from '../../engine/protocol'
import { eventWords, laneLetter } from '../../engine/trace'

/** What can be asked for in one word. */
export const GROUPS = {
  crossings: { name: 'crossings', kinds: ['enter', 'receive', 'send', 'exit', 'route', 'rule', 'verdict', 'lifespan'] },
  lines: { name: 'lines', kinds: ['line', 'return'] },
  calls: { name: 'dependencies and handlers', kinds: ['depends', 'handler', 'background'] },
  errors: { name: 'exceptions', kinds: ['raise', 'catch', 'stop'] },
  time: { name: 'time, tasks and threads', kinds: ['clock', 'task', 'done', 'thread', 'stall', 'caveat'] },
  state: { name: 'state and stores', kinds: ['state', 'store'] },
  logs: { name: 'logs', kinds: ['log'] },
} as const satisfies Record<string, { name: string; kinds: readonly TraceEvent['kind'][] }>

export type Group = keyof typeof GROUPS

export interface Filter {
  /** Index of an exchange; null for all. */
  readonly exchange: number | null
  /** Id of a ring; null for all. */
  readonly layer: string | null
  readonly group: Group | null
}

export const EVERYTHING: Filter = { exchange: null, layer: null, group: null }

/** Events that a filter lets through, in order; the list itself where it lets all through. */
export function filterEvents(events: readonly TraceEvent[], filter: Filter): readonly TraceEvent[] {
  const { exchange, layer, group } = filter
  if (exchange === null && layer === null && group === null) return events
  const kinds: ReadonlySet<string> | null = group && new Set<string>(GROUPS[group].kinds)
  return events.filter(
    (event) =>
      (exchange === null || event.exchange === exchange) &&
      (layer === null || event.layer === layer) &&
      (kinds === null || kinds.has(event.kind)),
  )
}

/** Rings that occur, in the order of their first event. */
export function ringsIn(events: readonly TraceEvent[]): string[] {
  return [...new Set(events.flatMap((event) => event.layer ?? []))]
}

export interface RowText {
  readonly at: string
  readonly request: string
  readonly layer: string
  readonly what: string
  /** Somebody holds the loop, or something failed. */
  readonly tone: 'plain' | 'bad' | 'time'
}

/** Names of layers by id; rings that are no layers keep their own. */
export function namesOf(layers: readonly Layer[]): ReadonlyMap<string, string> {
  return new Map(layers.map(({ id, name }) => [id, name]))
}

/** One row in words. Whoever did it has a column of its own, so the sentence begins with the verb. */
export function rowText(event: TraceEvent, names: ReadonlyMap<string, string>): RowText {
  const words = eventWords(event)
  const subject = [`the ${event.layer ?? 'program'} `, `${event.layer ?? ''} `].find((lead) => words.startsWith(lead))
  const isBlock = event.kind === 'clock' && event.why === 'block'
  return {
    at: String(Number(event.at.toFixed(1))),
    request: event.exchange === null ? '' : laneLetter(event.exchange),
    layer: event.layer === null ? 'server itself' : (names.get(event.layer) ?? event.layer),
    what: subject ? words.slice(subject.length) : words,
    tone:
      isBlock || event.kind === 'raise' || event.kind === 'stop' ? 'bad' : event.kind === 'clock' ? 'time' : 'plain',
  }
}

/** The row to go to by a key; null for a key that means nothing here. */
export function rowForKey(key: string, row: number, count: number, page: number): number | null {
  const to = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: count - 1,
  }[key]
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to))
}
