// Where each moment of a session stands in the picture of its tree: lines are rows, time goes to the right. Pure.
import { targetOf } from '../../engine/trace'
import type { Branch, Moment } from '../store'

/** A moment that can be stood at: after a group of requests, or before the first. */
export interface Twig extends Moment {
  /** Place in the picture: 0 is the start. */
  readonly column: number
  readonly row: number
  /** What was asked last, e.g. `POST /cart`; empty at the start. */
  readonly label: string
  /** What came of it, e.g. `200`. */
  readonly status: string
  /** Index of its last exchange in the line's document; null where it has none. */
  readonly exchange: number | null
  /** The moment before it; null at the start. */
  readonly before: { readonly column: number; readonly row: number } | null
}

/** Every moment once, at the line in which it came first. Groups without anything to show are passed over. */
export function listTwigs(branches: readonly Branch[]): Twig[] {
  const start: Twig = { line: 0, groups: 0, column: 0, row: 0, label: '', status: '', exchange: null, before: null }
  if (branches.length === 0) return []
  const twigs: Twig[] = [start]
  for (const [line, branch] of branches.entries()) {
    const shared = branch.from?.groups ?? 0
    let last = branch.from ? lastOf(twigs, branches, branch.from.line, shared) : start
    for (const [at, { exchanges, fetches }] of branch.groups.entries()) {
      if (at < shared || exchanges.length + fetches.length === 0) continue
      const twig: Twig = {
        line,
        groups: at + 1,
        column: last.column + 1,
        row: line,
        ...wordsOf(branch, exchanges, fetches),
        before: { column: last.column, row: last.row },
      }
      twigs.push(twig)
      last = twig
    }
  }
  return twigs
}

/** The twig that stands for a moment of a line, which may lie on the line that it forked from. */
export function lastOf(twigs: readonly Twig[], branches: readonly Branch[], line: number, groups: number): Twig {
  const own = twigs.findLast((twig) => twig.line === line && twig.groups <= groups && twig.column > 0)
  const from = branches[line]?.from
  const [first] = twigs
  if (own && own.groups > (from?.groups ?? 0)) return own
  if (from) return lastOf(twigs, branches, from.line, Math.min(groups, from.groups))
  if (own) return own
  if (!first) throw new RangeError('A tree without a start.')
  return first
}

function wordsOf(
  { document }: Branch,
  exchanges: readonly number[],
  fetches: readonly number[],
): Pick<Twig, 'label' | 'status' | 'exchange'> {
  const index = exchanges.at(-1)
  const exchange = index === undefined ? undefined : document.exchanges[index]
  if (exchange && index !== undefined) {
    const more = exchanges.length > 1 ? ` and ${exchanges.length - 1} more` : ''
    return {
      label: `${exchange.request.method} ${targetOf(exchange.request.url, '*')}${more}`,
      status: exchange.response ? String(exchange.response.status) : 'no response',
      exchange: index,
    }
  }
  const fetch = document.fetches?.[fetches.at(-1) ?? -1]
  return { label: fetch ? `${fetch.method} ${targetOf(fetch.url, '*')}` : '', status: 'not sent', exchange: null }
}
