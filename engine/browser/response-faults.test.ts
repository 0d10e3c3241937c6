import { expect, test } from 'vitest'
import { faultOfBody, faultOfHead } from './response-faults'

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

test.for([
  [[['location', '/a']], null],
  [
    [
      ['location', '/a'],
      ['Location', '/a'],
    ],
    null,
  ],
  [
    [
      ['location', '/a'],
      ['Location', '/b'],
    ],
    'net::ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION',
  ],
  [
    [
      ['content-length', '1'],
      ['content-length', '2'],
    ],
    'net::ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH',
  ],
  [
    [
      ['set-cookie', 'a'],
      ['set-cookie', 'b'],
    ],
    null,
  ],
] as const)('%j: %s (RFC 9110 5.2)', ([headers, category]) => {
  expect(faultOfHead(headers)?.category ?? null).toBe(category)
})
