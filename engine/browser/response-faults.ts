// What is wrong with a response beyond what it says: bodies that end too early, heads that contradict themselves.
// Bytes and names alone; knows no page.
import type { HeaderList } from '../protocol'
import type { BodyError } from './decode'

/** Fields that may stand once, or several times with one value: else somebody put words into the head (Chromium). */
const SINGLE = {
  'content-length': 'net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH',
  'content-disposition': 'net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_DISPOSITION',
  location: 'net::ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION',
}

/** Why Chromium takes a response's head for an attack, before the page learns anything of it; null if it doesn't. */
export function faultOfHead(headers: HeaderList): BodyError | null {
  for (const [name, category] of Object.entries(SINGLE)) {
    const values = new Set(headers.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value))
    if (values.size > 1) {
      const text = `The response has \`${name}\` more than once, with different values: ${[...values].join(' | ')}. Send it once.`
      return { category, text }
    }
  }
  return null
}

/**
 * Why reading the body fails because the connection ended too early; null if it came whole (RFC 9112 8).
 * @param receivedBytes  of the body after de-chunking, before content decoding
 * @param isCut  the connection ended while more was to come
 */
export function faultOfBody(headers: HeaderList, receivedBytes: number, isCut: boolean): BodyError | null {
  if (!isCut) return null
  const valueOf = (field: string): string | undefined => headers.find(([name]) => name.toLowerCase() === field)?.[1]
  if (/\bchunked\b/i.test(valueOf('transfer-encoding') ?? '')) {
    return {
      category: 'net::ERR_INCOMPLETE_CHUNKED_ENCODING',
      text: `The connection closed after ${receivedBytes} bytes, before the last chunk. Look for an exception in the app while it sent the body.`,
    }
  }
  const announced = valueOf('content-length')
  if (announced === undefined || receivedBytes >= Number(announced)) return null
  return {
    category: 'net::ERR_CONTENT_LENGTH_MISMATCH',
    text: `Content-Length announces ${announced} bytes, and ${receivedBytes} came before the connection closed. A layer that changes the body has to change Content-Length as well.`,
  }
}
