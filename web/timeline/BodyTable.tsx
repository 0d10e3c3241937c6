// The inspector's body table: one row a layer with the pieces that crossed it, and below it the body as it was there.
import { useEffect, useMemo, useState } from 'react'
import type { RunDocument } from '../../engine/protocol'
import { hexRows, readBodies, type BodyPiece, type BodyRow, type ShownExchange } from '../../engine/trace'
import { colourJson, layOutJson } from '../network/body-text'
import { DirectionSwitch } from './HeaderTable'
import { deedWords, readBodyRow, type BodyReading, type Decode } from './body-reading'
import './timeline.css'

export interface BodyTableProps {
  readonly document: RunDocument
  readonly index: number | null
  readonly shown: ShownExchange
  readonly step: number
  readonly of: 'request' | 'response'
  readonly onOf: (of: 'request' | 'response') => void
  readonly onStep: (step: number) => void
  /** Phone. */
  readonly compact: boolean
}

/** More bytes than this are cut in the dump: it is for looking, not for reading through. */
const MOST_HEX = 4096
const MOST_TEXT = 100_000

export function BodyTable(props: BodyTableProps) {
  const { document, index, shown, step, of, onOf, onStep, compact } = props
  const rows = useMemo(() => readBodies(document, index, shown, of), [document, index, shown, of])
  const decode = useDecoder(rows)
  const [isHex, setHex] = useState(false)
  const [isRaw, setRaw] = useState(false)
  const here = shown.steps[step]?.row
  const row = rows.find((one) => one.row === here) ?? lastBefore(rows, step)
  const reading = useMemo(() => row && readBodyRow(row, decode, isRaw), [row, decode, isRaw])
  const hasCodings = (reading?.codings.length ?? 0) > 0
  return (
    <div className="tl-body">
      {compact && <DirectionSwitch of={of} onOf={onOf} label="Body of" />}
      {rows.length === 0 || !row || !reading ? (
        <p className="tl-none">{emptyWords(shown, of)}</p>
      ) : (
        <>
          <Rows rows={rows} now={here} step={step} of={of} onStep={onStep} />
          <div className="tl-body__head">
            <h3>
              As it {of === 'request' ? 'came to' : 'left'} <b>{row.name}</b>
            </h3>
            <span className="tl-body__choices">
              {hasCodings && (
                <Pair
                  label="Compression"
                  names={['Decompressed', `As ${reading.codings.join(', ')}`]}
                  isSecond={isRaw}
                  onChoose={setRaw}
                />
              )}
              <Pair label="View" names={['Text', 'Hex']} isSecond={isHex} onChoose={setHex} />
            </span>
          </div>
          {reading.fault && <p className="tl-none">{reading.fault}</p>}
          {row.pieces.length > 1 && !hasCodings && reading.text !== null && !isHex ? (
            <Pieces pieces={row.pieces} startedAt={shown.view.startedAt} />
          ) : (
            <Content reading={reading} row={row} isHex={isHex} compact={compact} />
          )}
        </>
      )}
    </div>
  )
}

/** The row that the body had reached at a step; the first one before that. */
function lastBefore(rows: readonly BodyRow[], step: number): BodyRow | undefined {
  return rows.findLast((row) => row.step !== null && row.step <= step) ?? rows[0]
}

function emptyWords({ view, steps }: ShownExchange, of: 'request' | 'response'): string {
  if (steps.length === 0) return 'No request has been sent yet.'
  if (of === 'request') return `This ${view.method} has no body.`
  return view.outcome.status === null ? 'No response came, and so no body.' : 'This response has no body.'
}

/** The decoders are fetched when a body is met that needs them. */
function useDecoder(rows: readonly BodyRow[]): Decode | null {
  const isNeeded = rows.some(({ headers }) => headers.some(([name]) => name.toLowerCase() === 'content-encoding'))
  const [decode, setDecode] = useState<Decode | null>(null)
  useEffect(() => {
    if (!isNeeded) return
    let isGone = false
    import('../../engine/browser/decode').then(
      ({ decodeBody }) => {
        if (!isGone) setDecode(() => decodeBody)
      },
      // Without a connection bodies are shown as they are on the wire.
      () => undefined,
    )
    return () => {
      isGone = true
    }
  }, [isNeeded])
  return decode
}

function Rows(props: {
  readonly rows: readonly BodyRow[]
  readonly now: number | undefined
  readonly step: number
  readonly of: 'request' | 'response'
  readonly onStep: (step: number) => void
}) {
  const { rows, now, step, of, onStep } = props
  return (
    <table className="tl-body__rows">
      <caption className="tl-unseen">
        {of === 'response'
          ? 'The response’s body, from the core outwards'
          : 'The request’s body, from the browser inwards'}
      </caption>
      <thead>
        <tr>
          <th scope="col">layer</th>
          <th scope="col" className="tl-num">
            bytes
          </th>
          <th scope="col">pieces</th>
          <th scope="col">encoding</th>
          <th scope="col">what it did</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr
            key={row.row}
            className={`${row.row === now ? 'tl-now-line' : ''}${row.step !== null && row.step > step ? ' tl-body__later' : ''}`}
          >
            <th scope="row">
              {row.step === null ? (
                row.name
              ) : (
                <button
                  type="button"
                  aria-current={row.row === now ? 'step' : undefined}
                  onClick={() => row.step !== null && onStep(row.step)}
                >
                  {row.name}
                </button>
              )}
            </th>
            <td className="tl-num">{row.bytes}</td>
            <td>{pieceWords(row.pieces)}</td>
            <td>{encodingOf(row)}</td>
            <td className={row.deed === 'changed' ? 'tl-body__changed' : undefined}>{deedWords(row, of, at === 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** `1`; `3: 2, 2, 1`; from the fifth on only their number is told. */
function pieceWords(pieces: readonly BodyPiece[]): string {
  if (pieces.length < 2) return String(pieces.length)
  const sizes = pieces.slice(0, 4).map(({ body }) => body.bytes)
  return `${pieces.length}: ${sizes.join(', ')}${pieces.length > 4 ? ' …' : ''}`
}

function encodingOf({ headers }: BodyRow): string {
  return headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .map(([, value]) => value)
    .join(', ')
}

function Pieces({ pieces, startedAt }: { readonly pieces: readonly BodyPiece[]; readonly startedAt: number }) {
  return (
    <table className="tl-body__pieces">
      <caption className="tl-unseen">Each piece with its virtual time</caption>
      <thead>
        <tr>
          <th scope="col" className="tl-num">
            piece
          </th>
          <th scope="col" className="tl-num">
            after
          </th>
          <th scope="col" className="tl-num">
            bytes
          </th>
          <th scope="col">content</th>
        </tr>
      </thead>
      <tbody>
        {pieces.map(({ seq, at, body }, index) => (
          <tr key={seq}>
            <th scope="row" className="tl-num">
              {index + 1}
            </th>
            <td className="tl-num">{Math.round((at - startedAt) * 10) / 10} ms</td>
            <td className="tl-num">{body.bytes}</td>
            <td>
              <code>{body.text === null ? 'too long to be kept' : body.text.slice(0, 2000)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Content(props: {
  readonly reading: BodyReading
  readonly row: BodyRow
  readonly isHex: boolean
  readonly compact: boolean
}) {
  const { reading, row, isHex, compact } = props
  const { bytes, text, isJson } = reading
  if (!bytes) {
    const hash = row.pieces.find(({ body }) => body.sha256)?.body.sha256
    return (
      <p className="tl-none">
        {row.bytes} bytes are too many to be kept in the trace.
        {hash && ` Their SHA-256 begins with ${hash.slice(0, 12)}.`}
      </p>
    )
  }
  if (isHex || text === null) {
    const cut = bytes.length - MOST_HEX
    return (
      <>
        {!isHex && <p className="tl-none">These bytes are no text.</p>}
        <table className="tl-body__hex" tabIndex={0} aria-label="Bytes of the body">
          <tbody>
            {hexRows(bytes, compact ? 8 : 16, MOST_HEX).map(({ offset, hex, text: letters }) => (
              <tr key={offset}>
                <th scope="row">{offset}</th>
                <td>{hex}</td>
                <td>{letters}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {cut > 0 && <p className="tl-none">{cut} more bytes follow.</p>}
      </>
    )
  }
  const shownText = text.slice(0, MOST_TEXT)
  return (
    <pre className="code-text code-text--wrap tl-body__text" tabIndex={0} aria-label="Body">
      {isJson
        ? colourJson(layOutJson(shownText) ?? shownText).map((part, index) => (
            <span key={index} className={`c-${part.kind}`}>
              {part.text}
            </span>
          ))
        : shownText}
    </pre>
  )
}

function Pair(props: {
  readonly label: string
  readonly names: readonly [string, string]
  readonly isSecond: boolean
  readonly onChoose: (isSecond: boolean) => void
}) {
  return (
    <span className="tl-switch" role="group" aria-label={props.label}>
      {props.names.map((name, at) => (
        <button
          key={name}
          type="button"
          aria-pressed={props.isSecond === (at === 1)}
          onClick={() => props.onChoose(at === 1)}
        >
          {name}
        </button>
      ))}
    </span>
  )
}
