// What is wrong with a response beyond what it says: bodies that end too early.
// Bytes and names alone; knows no page.
import type { HeaderList } from '../protocol'
import type { BodyError } from './decode'

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
