// Rows in another order than they ran in: what is drawn while a ring is moved, and which order comes of it. Pure.
import type { ShownExchange } from '../../engine/trace'

/** Rows that may change places: those with layers that the program registered. They stand next to each other. */
export function movableRows(shown: ShownExchange, stack: readonly string[]): number[] {
  return shown.rows.flatMap((row, at) =>
    row.rings.some((ring) => stack.includes(shown.view.rings[ring]?.id ?? '')) ? [at] : [],
  )
}

/** The same rings with the rows of `movable` in another order. Nothing has gone through them so, so there are no steps. */
export function arrangeRows(shown: ShownExchange, movable: readonly number[], order: readonly number[]): ShownExchange {
  const rows = shown.rows.map((row, at) => {
    const place = movable.indexOf(at)
    return place < 0 ? row : (shown.rows[order[place] ?? at] ?? row)
  })
  return { ...shown, rows, steps: [], turn: 0 }
}

/** Takes one out and puts it in at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, at) => at !== from)
  const one = list.slice(from, from + 1)
  return [...rest.slice(0, to), ...one, ...rest.slice(to)]
}

/** Ids of the registered layers as the rows stand, outermost first. */
export function stackOf(shown: ShownExchange, stack: readonly string[]): string[] {
  return shown.rows
    .flatMap((row) => row.rings.map((ring) => shown.view.rings[ring]?.id ?? ''))
    .filter((id) => stack.includes(id))
}

/** Where a row stands among those that can be moved, in words. */
export function placeWords(names: readonly string[], at: number): string {
  const outer = names[at - 1]
  const inner = names[at + 1]
  const beside = outer === undefined ? (inner ? `outside of ${inner}` : '') : `inside of ${outer}`
  return `${at + 1} of ${names.length} from the outside${beside ? `, ${beside}` : ''}`
}
