// What of a body can be shown, and how: as sent or decompressed, as text or as bytes. Pure but for the decoder it is given.
import { joinPieces, type BodyRow } from '../../engine/trace'
import type { HeaderList } from '../../engine/protocol'
import { layOutJson } from '../network/body-text'

/** As `decodeBody` of the modelled browser. */
export type Decode = (
  bytes: Uint8Array,
  headers: HeaderList,
) => {
  readonly body: Uint8Array
  readonly codings: readonly string[]
  readonly error: { readonly text: string } | null
}

export interface BodyReading {
  /** Null where it was too long to be kept. */
  readonly bytes: Uint8Array | null
  /** Codings that can be undone, outermost first; empty for none. */
  readonly codings: readonly string[]
  /** Why it cannot be decompressed as it says. */
  readonly fault: string | null
  /** Null where the bytes are no text. */
  readonly text: string | null
  readonly isJson: boolean
}

/** Reads a row's body. Without a decoder, or with `isRaw`, it stays as it was sent. */
export function readBodyRow(row: BodyRow, decode: Decode | null, isRaw: boolean): BodyReading {
  const sent = joinPieces(row.pieces)
  const named = row.headers.filter(([name]) => name.toLowerCase() === 'content-encoding').map(([, value]) => value)
  const decoded = sent && named.length > 0 && decode ? decode(sent, row.headers) : null
  const isDecoded = decoded !== null && decoded.codings.length > 0 && decoded.error === null
  const bytes = decoded && isDecoded && !isRaw ? decoded.body : sent
  const text = bytes && textOf(bytes)
  const type = row.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  return {
    bytes,
    codings: isDecoded ? decoded.codings : [],
    fault: decoded?.error?.text ?? null,
    text,
    isJson: text !== null && /\bjson\b/i.test(type) && layOutJson(text) !== null,
  }
}

/** Control characters that texts have: tab, line feed, form feed, carriage return, escape. */
const IN_TEXTS = [9, 10, 12, 13, 27]

/** Text of valid UTF-8 without other control characters; null for anything else. */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.some((byte) => byte < 32 && !IN_TEXTS.includes(byte))) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** `made here`, `changed here`; empty where nothing happened. */
export function deedWords(
  { deed, pieces }: Pick<BodyRow, 'deed' | 'pieces'>,
  of: 'request' | 'response',
  isFirst: boolean,
): string {
  switch (deed) {
    case 'made':
      if (of === 'request') return 'sent from here'
      return isFirst ? 'made here' : 'made anew, in place of it'
    case 'same':
      return ''
    case 'cut':
      return pieces.length === 1 ? 'put together' : 'cut anew'
    case 'changed':
      return 'changed here'
    case 'unknown':
      return 'too long to tell'
  }
}
