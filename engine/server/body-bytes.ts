// Turns a body written as text back into bytes. Knows nothing of headers.
import type { BodyText } from '../protocol'

/** The bytes of a body; throws an `InvalidCharacterError` where base64 is announced and is not there. */
export function bodyBytes({ text, encoding }: BodyText): Uint8Array<ArrayBuffer> {
  if (encoding === 'utf8') return new TextEncoder().encode(text)
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
