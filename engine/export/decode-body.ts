// A response's body as a client reads it, content decoding done. Knows gzip and deflate, as middlewares use them.
import { gunzipSync, unzlibSync } from 'fflate'
import type { Exchange } from '../protocol'
import { fromBodyText } from '../requests'

/** The bytes; null where they are not what Content-Encoding says. */
export function decodeBody({ body, bodyEncoding, headers }: NonNullable<Exchange['response']>): Uint8Array | null {
  const bytes = fromBodyText({ text: body, encoding: bodyEncoding })
  const coding = headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1].toLowerCase()
  if (coding === undefined || coding === 'identity' || bytes.length === 0) return bytes
  const decode = { gzip: gunzipSync, deflate: unzlibSync }[coding]
  try {
    return decode ? decode(bytes) : null
  } catch {
    return null
  }
}
