// The bodies of an exchange as they crossed each layer: pieces, sizes, and who changed them. Pure; undoes no compression.
import { BROWSER } from '../protocol'
import type { BodyView, HeaderList, MessageView, Ms, RunDocument, TraceEvent } from '../protocol'
import type { ShownExchange } from './model'
import { eventsOf } from './page-view'
import { rowName } from './words'

/** One message as it crossed. */
export interface BodyPiece {
  readonly seq: number
  readonly at: Ms
  readonly body: BodyView
}

/**
 * What a layer did to the body. `made`: it begins here; what came from further in, if anything, was thrown away. `cut`: the same bytes in other
 * pieces. `unknown`: too long to be kept, so only the lengths are the same for sure.
 */
export type BodyDeed = 'made' | 'same' | 'cut' | 'changed' | 'unknown'

export interface BodyRow {
  /** Index in `shown.rows`. */
  readonly row: number
  readonly name: string
  /** Index of the shown step at which its first piece crosses, or the last before that. */
  readonly step: number | null
  readonly pieces: readonly BodyPiece[]
  readonly bytes: number
  readonly deed: BodyDeed
  /** Headers as the message had them here. */
  readonly headers: HeaderList
}

type Readable = Pick<RunDocument, 'exchanges' | 'fetches' | 'events'>

const IN = /^(http\.request|websocket\.receive)$/
const OUT = /^(http\.response\.body|http\.response|websocket\.send|websocket\.http\.response\.body)$/

/** One line for each row of the onion that a body crossed, in the order of travel. Empty where there was none. */
export function readBodies(
  doc: Readable,
  index: number | null,
  shown: ShownExchange,
  of: 'request' | 'response',
): BodyRow[] {
  const { view, rows, steps } = shown
  const exchange = index === null ? undefined : doc.exchanges[index]
  const byLayer = new Map<string, BodyPiece[]>()
  for (const event of eventsOf(doc, index, view.browser?.fetch ?? null, doc.events)) {
    const message = messageOf(event, of)
    if (event.layer === null || !message?.body || message.body.bytes === 0) continue
    const piece = { seq: event.seq, at: event.at, body: message.body }
    const pieces = byLayer.get(event.layer)
    if (pieces) pieces.push(piece)
    else byLayer.set(event.layer, [piece])
  }
  // What the browser sends is told with the exchange, and not by an event.
  if (of === 'request' && exchange && exchange.request.body !== '' && !byLayer.has(BROWSER)) {
    const { body: text, bodyEncoding: encoding } = exchange.request
    const seq = steps.find(({ ring }) => ring === 0)?.seq ?? 0
    const body: BodyView = { bytes: bytesOf({ text, encoding }).length, text, encoding }
    byLayer.set(BROWSER, [{ seq, at: exchange.startedAt, body }])
  }
  const lists = of === 'request' ? view.requestHeaders : view.responseHeaders
  const order = rows.map((row, at) => ({ row, at }))
  if (of === 'response') order.reverse()
  const found: BodyRow[] = []
  // Who lets no response out throws away what came from further in: the next body is another one.
  let isNew = true
  for (const { row, at } of order) {
    // A folded run changed nothing, so any of its rings speaks for all.
    const ring = row.rings.find((one) => byLayer.has(view.rings[one]?.id ?? ''))
    const pieces = ring === undefined ? undefined : byLayer.get(view.rings[ring]?.id ?? '')
    if (of === 'response' && row.rings.every((one) => lists[one] == null)) isNew = true
    if (ring === undefined || !pieces) continue
    const before = isNew ? undefined : found.at(-1)
    isNew = false
    const first = pieces[0]?.seq ?? 0
    const own = steps.findLastIndex((step) => step.row === at && step.seq <= first)
    const step = own >= 0 ? own : steps.findIndex((one) => one.row === at)
    found.push({
      row: at,
      name: rowName(shown, row),
      step: step < 0 ? null : step,
      pieces,
      bytes: sum(pieces),
      deed: before ? compare(before.pieces, pieces) : 'made',
      headers: lists[ring] ?? [],
    })
  }
  return found
}

function messageOf(event: TraceEvent, of: 'request' | 'response'): MessageView | null {
  if (of === 'request') return event.kind === 'receive' && IN.test(event.message.type) ? event.message : null
  return event.kind === 'send' && OUT.test(event.message.type) ? event.message : null
}

function sum(pieces: readonly BodyPiece[]): number {
  return pieces.reduce((total, { body }) => total + body.bytes, 0)
}

function compare(before: readonly BodyPiece[], after: readonly BodyPiece[]): BodyDeed {
  if (sum(before) !== sum(after)) return 'changed'
  const isCutAlike =
    before.length === after.length && before.every(({ body }, at) => body.bytes === after[at]?.body.bytes)
  if (isCutAlike && before.every(({ body }, at) => isSame(body, after[at]?.body))) return 'same'
  const [old, now] = [joinPieces(before), joinPieces(after)]
  if (!old || !now) return isCutAlike && hasOtherHash(before, after) ? 'changed' : 'unknown'
  return old.every((byte, at) => byte === now[at]) ? 'cut' : 'changed'
}

function isSame(a: BodyView, b: BodyView | undefined): boolean {
  if (!b) return false
  if (a.text !== null && b.text !== null) return a.text === b.text && a.encoding === b.encoding
  return a.sha256 !== undefined && a.sha256 === b.sha256
}

function hasOtherHash(before: readonly BodyPiece[], after: readonly BodyPiece[]): boolean {
  return before.some(({ body }, at) => {
    const other = after[at]?.body.sha256
    return body.sha256 !== undefined && other !== undefined && body.sha256 !== other
  })
}

/** All bytes of a body; null where some of them were too long to be kept. */
export function joinPieces(pieces: readonly BodyPiece[]): Uint8Array | null {
  const all = new Uint8Array(sum(pieces))
  let at = 0
  for (const { body } of pieces) {
    if (body.text === null) return null
    const bytes = bytesOf({ text: body.text, encoding: body.encoding })
    all.set(bytes.subarray(0, all.length - at), at)
    at += bytes.length
  }
  return all
}

function bytesOf({ text, encoding }: { text: string; encoding: BodyView['encoding'] }): Uint8Array {
  if (encoding === 'utf8') return new TextEncoder().encode(text)
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}

export interface HexRow {
  readonly offset: string
  readonly hex: string
  /** Printable ASCII, a dot for everything else. */
  readonly text: string
}

/** Bytes as a hex dump has them. */
export function hexRows(bytes: Uint8Array, width: number, most: number): HexRow[] {
  const rows: HexRow[] = []
  for (let at = 0; at < Math.min(bytes.length, most); at += width) {
    const line = [...bytes.subarray(at, Math.min(at + width, most))]
    rows.push({
      offset: at.toString(16).padStart(6, '0'),
      hex: line.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: line.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join(''),
    })
  }
  return rows
}
