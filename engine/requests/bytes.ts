// Bytes to text and back, for bodies. Knows nothing of requests.
import type { BodyText } from '../protocol'

const encoder = new TextEncoder()
/** So many arguments any engine takes for one call. */
const PIECE = 16_384

/** Text as UTF-8 bytes. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Bytes as JSON-safe text: `utf8` where they are valid UTF-8 (a byte order mark is kept), else `base64`. */
export function toBodyText(bytes: Uint8Array): BodyText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), encoding: 'utf8' }
  } catch {
    const pieces: string[] = []
    for (let at = 0; at < bytes.length; at += PIECE) pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)))
    return { text: btoa(pieces.join('')), encoding: 'base64' }
  }
}

/** How many bytes a body has on the wire. */
export function bodyBytes(body: BodyText): number {
  if (body.encoding === 'utf8') return encoder.encode(body.text).length
  return atob(body.text).length
}

/** Bytes behind a body's text. */
export function fromBodyText(body: BodyText): Uint8Array<ArrayBuffer> {
  if (body.encoding === 'utf8') return encoder.encode(body.text)
  const binary = atob(body.text)
  const bytes = new Uint8Array(binary.length)
  // A loop: for a body of some megabytes `Uint8Array.from` with a function holds the page up for seconds.
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}

/** Puts byte strings one after another. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}
