import { expect, test } from 'vitest'
import { faultOfBody } from './response-faults'

// Categories as Chromium 156 gave them for a uvicorn that stopped in the middle.
test.for([
  [[['Content-Length', '20']], 5, true, 'net::ERR_CONTENT_LENGTH_MISMATCH'],
  [[['Content-Length', '20']], 20, false, null],
  [[['Transfer-Encoding', 'chunked']], 5, true, 'net::ERR_INCOMPLETE_CHUNKED_ENCODING'],
  [[['transfer-encoding', 'gzip, Chunked']], 0, true, 'net::ERR_INCOMPLETE_CHUNKED_ENCODING'],
  [[['Transfer-Encoding', 'chunked']], 5, false, null],
  [[], 5, true, null],
] as const)('%j with %d bytes, cut: %s, gives %s (RFC 9112 8)', ([headers, bytes, isCut, category]) => {
  expect(faultOfBody(headers, bytes, isCut)?.category ?? null).toBe(category)
})
