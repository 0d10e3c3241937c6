// The inspector's header table: which layer added, changed or removed each header. A real table; every mark has a word.
import { useMemo, useState } from 'react'
import {
  headerTable,
  pageReads,
  type PageHeader,
  thinTable,
  type HeaderTableView,
  type ShownExchange,
  type TableCell,
  type TableLine,
} from '../../engine/trace'
import { SentenceText } from './Narration'
import { Icon, type IconName } from '../ui'
import './timeline.css'

export interface HeaderTableProps {
  readonly shown: ShownExchange
  readonly step: number
  readonly of: 'request' | 'response'
  readonly onOf: (of: 'request' | 'response') => void
  /** Goes to the step at which the message crosses a column. */
  readonly onStep?: (step: number) => void
  /** Phone: name, value, added by. */
  readonly compact?: boolean
  /** False leaves the request/response switch to the caller. */
  readonly withSwitch?: boolean
}

export function HeaderTable(props: HeaderTableProps) {
  const { shown, step, of, onOf, onStep, compact = false, withSwitch = true } = props
  const table = useMemo(() => headerTable(shown, of), [shown, of])
  const row = shown.steps[step]?.row
  return (
    <div className="tl-headers">
      {withSwitch ? <DirectionSwitch of={of} onOf={onOf} /> : null}
      {table.lines.length === 0 ? (
        <p className="tl-none">{emptyWords(shown, of)}</p>
      ) : compact ? (
        <SlimTable table={table} row={row} />
      ) : (
        <WideTable table={table} row={row} step={step} onStep={onStep} />
      )}
      {of === 'response' && <PageSentence shown={shown} />}
    </div>
  )
}

/** How many of the headers a page reads, where a page asked. */
function PageSentence({ shown }: { readonly shown: ShownExchange }) {
  const sentence = pageReads(shown.view)
  return sentence.length === 0 ? null : (
    <p className="tl-page-line">
      <SentenceText sentence={sentence} />
    </p>
  )
}

function emptyWords(shown: ShownExchange, of: 'request' | 'response'): string {
  if (shown.steps.length === 0) return 'No request has been sent yet.'
  return of === 'response' ? 'No response head came.' : 'No request headers were seen.'
}

/** Request or response; two buttons of which one is pressed. */
export function DirectionSwitch({
  of,
  onOf,
  label = 'Headers of',
}: Pick<HeaderTableProps, 'of' | 'onOf'> & { readonly label?: string }) {
  return (
    <div className="tl-switch" role="group" aria-label={label}>
      {(['request', 'response'] as const).map((one) => (
        <button key={one} type="button" aria-pressed={of === one} onClick={() => onOf(one)}>
          {one === 'request' ? 'Request' : 'Response'}
        </button>
      ))}
    </div>
  )
}

/** More columns than this, the page's own among them, have no room for their heads. */
const MOST_COLUMNS = 8

interface WideProps {
  readonly table: HeaderTableView
  readonly row: number | undefined
  readonly step: number
  readonly onStep: ((step: number) => void) | undefined
}

function WideTable({ table: whole, row, step, onStep }: WideProps) {
  const hasPage = whole.lines.some((line) => line.page !== null)
  const table = thinTable(whole, hasPage ? MOST_COLUMNS - 1 : MOST_COLUMNS, row)
  const isNow = (line: TableLine) => line.cells.some((cell, i) => cell.mark !== null && table.columns[i]?.row === row)
  return (
    <table className={table.columns.length + Number(hasPage) >= MOST_COLUMNS ? 'tl-table tl-many' : 'tl-table'}>
      <caption className="tl-unseen">
        {table.of === 'response'
          ? 'Response headers, from the core outwards'
          : 'Request headers, from the browser inwards'}
      </caption>
      <thead>
        <tr>
          <th scope="col" className="tl-name">
            {table.of} header
          </th>
          {table.columns.map((column) => (
            <th
              key={column.row}
              scope="col"
              title={column.name}
              aria-label={column.name}
              className={column.row === row ? 'tl-now' : undefined}
            >
              {onStep && column.step !== null ? (
                <button
                  type="button"
                  tabIndex={-1}
                  aria-label={column.name}
                  onClick={() => column.step !== null && onStep(column.step)}
                >
                  {column.short}
                </button>
              ) : (
                column.short
              )}
            </th>
          ))}
          {hasPage && (
            <th scope="col" className={table.page?.row === row ? 'tl-now' : undefined}>
              page
            </th>
          )}
          <th scope="col" className="tl-value">
            value
          </th>
        </tr>
      </thead>
      <tbody>
        {table.lines.map((line) => (
          <tr key={`${line.name}${line.nth}`} className={isNow(line) ? 'tl-now-line' : undefined}>
            <th scope="row" className="tl-name" title={line.name}>
              {line.name}
            </th>
            {line.cells.map((cell, i) => {
              const column = table.columns[i]
              const future = column?.step === null || (column?.step ?? 0) > step
              return (
                <td key={i} className={cellClass(cell, line.cells[i + 1], column?.row === row, future)}>
                  <CellMark
                    cell={cell}
                    before={line.cells[i - 1]?.value ?? null}
                    onPress={() => column?.step != null && onStep?.(column.step)}
                  />
                </td>
              )
            })}
            {hasPage && <PageCell page={line.page} isBlocked={table.isBlocked} isNow={table.page?.row === row} />}
            <td className="tl-value" title={line.value}>
              <Value value={line.value} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function cellClass(cell: TableCell, next: TableCell | undefined, now: boolean, future: boolean): string {
  const classes = []
  if (cell.present || cell.mark === 'removed') classes.push('tl-held')
  if (cell.mark === 'added') classes.push('tl-starts')
  if (cell.mark === 'removed' || (cell.present && !next)) classes.push('tl-ends')
  if (now) classes.push('tl-now')
  if (future) classes.push('tl-future')
  return classes.join(' ')
}

const MARKS = { added: 'M12 5v14M5 12h14', changed: 'M4 13q4-6 8-1t8-1', removed: 'M5 12h14' } as const

function CellMark(props: {
  readonly cell: TableCell
  /** Value in the column before. */
  readonly before: string | null
  readonly onPress: () => void
}) {
  const { cell, before, onPress } = props
  if (cell.mark === null) return cell.present ? <span className="tl-unseen">there</span> : null
  const sign = (
    <svg width="10" height="10" viewBox="0 0 24 24" aria-hidden="true">
      <path d={MARKS[cell.mark]} />
    </svg>
  )
  if (cell.mark === 'added')
    return (
      <span className="tl-op tl-op-added">
        {sign}
        <span className="tl-unseen">added</span>
      </span>
    )
  const words =
    cell.mark === 'changed' ? `changed from ${before ?? ''} to ${cell.value ?? ''}` : `removed, was ${before ?? ''}`
  return (
    <button type="button" className={`tl-op tl-op-${cell.mark}`} aria-label={words} onClick={onPress}>
      {sign}
      <span className="tl-was" aria-hidden="true">
        {words}
      </span>
    </button>
  )
}

/** Longer values have no room in their column, and open on demand. */
const VALUE_CHARS = 15

function Value({ value, most = VALUE_CHARS }: { readonly value: string; readonly most?: number }) {
  const [isOpen, setOpen] = useState(false)
  if (value.length <= most) return value
  return (
    <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
      {value}
    </button>
  )
}

const FATES: Readonly<Record<PageHeader['fate'], readonly [icon: IconName, words: string]>> = {
  readable: ['eye', 'the page reads it'],
  used: ['check', 'used by the browser'],
  hidden: ['hidden', 'hidden from the page'],
}

/** What the page has of a header; the reason is in the tooltip, and in the browser panel. */
function PageCell({
  page,
  isBlocked,
  isNow = false,
}: {
  readonly page: PageHeader | null
  readonly isBlocked: boolean
  readonly isNow?: boolean
}) {
  if (!page) return <td className={isNow ? 'tl-now' : undefined} />
  const [icon, words] =
    isBlocked && page.fate === 'hidden' ? (['cross', 'the page gets nothing'] as const) : FATES[page.fate]
  return (
    <td className={`tl-page tl-page-${isBlocked ? 'blocked' : page.fate}${isNow ? ' tl-now' : ''}`} title={page.why}>
      <Icon name={icon} size={14} />
      <span className="tl-unseen">{words}</span>
    </td>
  )
}

function SlimTable({ table, row }: Pick<WideProps, 'table' | 'row'>) {
  const hasPage = table.lines.some((line) => line.page !== null)
  return (
    <table className="tl-table tl-slim">
      <caption className="tl-unseen">{table.of === 'response' ? 'Response headers' : 'Request headers'}</caption>
      <thead>
        <tr>
          <th scope="col" className="tl-name">
            {table.of} header
          </th>
          <th scope="col" className="tl-value">
            value
          </th>
          <th scope="col" className="tl-by">
            added by
          </th>
          {hasPage && (
            <th scope="col" className="tl-page-head">
              page
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {table.lines.map((line) => {
          const now = line.cells.some((cell, i) => cell.mark !== null && table.columns[i]?.row === row)
          return (
            <tr key={`${line.name}${line.nth}`} className={now ? 'tl-now-line' : undefined}>
              <th scope="row" className="tl-name" title={line.name}>
                {line.name}
              </th>
              <td className="tl-value" title={line.value}>
                {line.removed ? `removed by ${line.changedBy.at(-1) ?? ''}` : <Value value={line.value} />}
              </td>
              <td className="tl-by" title={line.addedBy}>
                {line.addedByShort}
              </td>
              {hasPage && <PageCell page={line.page} isBlocked={table.isBlocked} />}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
