// The inspector's header table as data: one line a header, one column a row of the onion, in the order of travel.
import type { HeaderChange, ShownExchange } from './model'
import { groupHeaders } from './headers'
import type { PageHeader } from './page-view'
import { rowName, rowShortName } from './words'

export interface TableColumn {
  /** Index in `shown.rows`. */
  readonly row: number
  readonly name: string
  readonly short: string
  /** Index of the shown step at which the message crosses here; null where it never did. */
  readonly step: number | null
}

export interface TableCell {
  /** The header is there when the message leaves this column. */
  readonly present: boolean
  readonly mark: HeaderChange['kind'] | null
  readonly value: string | null
}

export interface TableLine {
  readonly name: string
  /** Position among headers of the same name, 0-based. */
  readonly nth: number
  /** The value in the last column where it was present. */
  readonly value: string
  readonly cells: readonly TableCell[]
  /** Name of the row that added it, `request` where it came with the request itself. */
  readonly addedBy: string
  /** The same as a column's head has it. */
  readonly addedByShort: string
  /** Rows that changed or removed it later. */
  readonly changedBy: readonly string[]
  readonly removed: boolean
  /** What a page may see of it; null for request headers, and where no page asked. */
  readonly page: PageHeader | null
}

export interface HeaderTableView {
  readonly of: 'request' | 'response'
  readonly columns: readonly TableColumn[]
  /** The browser's row, where it stands between the response and a page; it has no column then. */
  readonly page: TableColumn | null
  readonly lines: readonly TableLine[]
  /** The page gets nothing of this response. */
  readonly isBlocked: boolean
}

/**
 * Lays out the headers of an exchange. Columns stand in the order of travel: from the browser inwards for the
 * request, from the core outwards for the response; rings that the message never crossed have no column.
 */
export function headerTable(shown: ShownExchange, of: 'request' | 'response'): HeaderTableView {
  const { view, rows, steps } = shown
  const lists = of === 'request' ? view.requestHeaders : view.responseHeaders
  const order = rows.map((row, i) => ({ row, i }))
  if (of === 'response') {
    // The response that arrived: what lies inside of a ring that let none out was thrown away there.
    const broken = order.findIndex(({ row }) => row.rings.every((index) => lists[index] == null))
    if (broken >= 0) order.splice(broken)
    order.reverse()
  }
  const columns: TableColumn[] = []
  let page: TableColumn | null = null
  const groups: Map<string, string[]>[] = []
  for (const { row, i } of order) {
    // A folded run changed nothing, so any of its rings that the message crossed speaks for all.
    const ring = row.rings.find((index) => lists[index] != null)
    const headers = ring === undefined ? null : lists[ring]
    if (!headers) continue
    const inwards = of === 'request'
    const step = steps.findIndex((one) => one.row === i && (one.direction === 'in') === inwards && one.kind !== 'body')
    const column = { row: i, name: rowName(shown, row), short: rowShortName(shown, row), step: step < 0 ? null : step }
    if (of === 'response' && view.browser && view.rings[ring ?? -1]?.role === 'browser') {
      page = column
      continue
    }
    columns.push(column)
    groups.push(groupHeaders(headers))
  }
  // A request header that a layer adds is in the list of the next ring: what a column hands on is the next one's list.
  const handed = of === 'request' ? groups.map((group, i) => (i === 0 ? group : (groups[i + 1] ?? group))) : groups
  const names = new Set(handed.flatMap((group) => [...group.keys()]))
  const browserAdded = new Set(view.rings[0]?.request.headers.map((change) => change.name) ?? [])
  const fates = new Map(of === 'response' ? view.browser?.headers.map((header) => [header.name, header]) : [])
  const lines: TableLine[] = []
  for (const name of names) {
    for (const [nth, values] of followValues(handed.map((group) => group.get(name) ?? [])).entries()) {
      const cells: TableCell[] = []
      let before: string | null = null
      let value = ''
      let addedBy = ''
      let addedByShort = ''
      const changedBy: string[] = []
      for (const [i, now] of values.entries()) {
        const column = columns[i]?.name ?? ''
        let mark: HeaderChange['kind'] | null = null
        if (now !== null && before === null) {
          const came = of === 'request' && i === 0 && !browserAdded.has(name)
          mark = came ? null : 'added'
          addedBy ||= came ? 'request' : column
          addedByShort ||= came ? 'request' : (columns[i]?.short ?? '')
        } else if (now === null && before !== null) {
          mark = 'removed'
          changedBy.push(column)
        } else if (now !== before) {
          mark = 'changed'
          changedBy.push(column)
        }
        cells.push({ present: now !== null, mark, value: now })
        if (now !== null) value = now
        before = now
      }
      lines.push({
        name,
        nth,
        value,
        cells,
        addedBy,
        addedByShort,
        changedBy,
        removed: before === null,
        page: fates.get(name) ?? null,
      })
    }
  }
  return { of, columns, page, lines, isBlocked: view.outcome.kind === 'blocked' }
}

/**
 * Follows each of several values of one name from column to column: `[[a], [b, a]]` is `a` that stays and `b` that comes.
 * Values that went and values that came are paired as one that changed, as in `diffHeaders`.
 */
function followValues(columns: readonly (readonly string[])[]): (string | null)[][] {
  const lines: (string | null)[][] = []
  for (const [at, values] of columns.entries()) {
    const came = [...values]
    const open: (string | null)[][] = []
    for (const line of lines) {
      const last = line[at - 1] ?? null
      const same = last === null ? -1 : came.indexOf(last)
      if (same >= 0) line.push(...came.splice(same, 1))
      else open.push(line)
    }
    for (const line of open) line.push(line[at - 1] != null ? (came.shift() ?? null) : null)
    for (const value of came) lines.push([...Array.from({ length: at }, () => null), value])
  }
  return lines
}

/**
 * Leaves out columns that changed nothing when there are more than `most`; both ends and the cursor's row stay.
 * Cells keep their meaning: presence and marks do not depend on a neighbour.
 */
export function thinTable(table: HeaderTableView, most: number, row: number | undefined): HeaderTableView {
  if (table.columns.length <= most) return table
  const last = table.columns.length - 1
  const kept = table.columns.map(
    (column, i) =>
      i === 0 || i === last || column.row === row || table.lines.some((line) => line.cells[i]?.mark != null),
  )
  const pick = <T>(items: readonly T[]) => items.filter((_, i) => kept[i])
  return {
    ...table,
    columns: pick(table.columns),
    lines: table.lines.map((line) => ({ ...line, cells: pick(line.cells) })),
  }
}
