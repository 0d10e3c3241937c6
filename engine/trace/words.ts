// Small words that sentences, labels and notes share. No markup, no layout.
import type { SocketView } from '../protocol'
import type { HeaderChange, RingView, Row, ShownExchange } from './model'

const NUMBERS = [
  'No',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
  'Ten',
  'Eleven',
  'Twelve',
]

/** `Three`; above twelve in digits. */
export function numberWord(count: number): string {
  return NUMBERS[count] ?? String(count)
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? ''
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** Cuts a value in the middle so that both of its ends can be read. */
export function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text
  const head = Math.ceil((limit - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (limit - 1 - head))}`
}

/** A class name without its last word where that is only `Middleware`. */
export function dropSuffix(name: string): string {
  return name.length > 'Middleware'.length && name.endsWith('Middleware') ? name.slice(0, -'Middleware'.length) : name
}

export function ringsOfRow(shown: ShownExchange, row: Row): RingView[] {
  return row.rings.flatMap((index) => shown.view.rings[index] ?? [])
}

/** `framework` where all of the run are the framework's, else empty. */
function sharedOrigin(rings: readonly RingView[]): string {
  const origin = rings[0]?.origin
  return origin && rings.every((ring) => ring.origin === origin) ? origin : ''
}

/** The name of a row as the onion writes it: the ring's own, or `3 framework layers`. */
export function rowName(shown: ShownExchange, row: Row): string {
  const rings = ringsOfRow(shown, row)
  if (!row.folded) return rings[0]?.name ?? ''
  const origin = sharedOrigin(rings)
  return `${rings.length} ${origin === 'framework' ? 'framework ' : origin === 'library' ? 'library ' : ''}layers`
}

/** The name of a row as a table heads a column with it. */
export function rowShortName(shown: ShownExchange, row: Row): string {
  const rings = ringsOfRow(shown, row)
  if (row.folded) return sharedOrigin(rings) === 'framework' ? 'fw' : `${rings.length} layers`
  const ring = rings[0]
  if (!ring) return ''
  return ring.role === 'endpoint' ? 'endpoint' : ring.role === 'browser' ? 'client' : dropSuffix(ring.name)
}

/** The subject of a sentence: `Three framework layers`, `The browser`, `timing`. */
export function subjectOf(shown: ShownExchange, row: Row): string {
  const rings = ringsOfRow(shown, row)
  if (row.folded) return `${numberWord(rings.length)} ${sharedOrigin(rings) === 'framework' ? 'framework ' : ''}layers`
  return rings[0]?.role === 'browser' ? 'The browser' : (rings[0]?.name ?? '')
}

/** Names by kind of change, each name once. */
export function namesByKind(changes: readonly HeaderChange[]): Record<HeaderChange['kind'], string[]> {
  const names: Record<HeaderChange['kind'], string[]> = { added: [], changed: [], removed: [] }
  for (const { kind, name } of changes) if (!names[kind].includes(name)) names[kind].push(name)
  return names
}

/** How a WebSocket ended: `closed by the server with 4001, "too bad"`. */
export function closeWords(close: SocketView['close']): string {
  if (!close) return 'cut off without a closing frame'
  return `closed by the ${close.by} with ${close.code}${close.reason ? `, "${close.reason}"` : ''}`
}
