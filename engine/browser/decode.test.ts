import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBody, refuseCodings } from './decode'

const FAILED = 'net::ERR_CONTENT_DECODING_FAILED'
const text = Buffer.from(
  'hello hello hello hello '.repeat(500) + Array.from({ length: 500 }, (_, i) => i * 7919).join(),
)
const plain = Buffer.from('{"hello": "world"}')
const gzip = gzipSync(text)
const zlib = deflateSync(text)
const brotli = brotliCompressSync(text)
/** A frame as RFC 8878 3.1.1 has it, of raw blocks. */
const zstdOf = (bytes: Uint8Array) =>
  Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]),
    Buffer.from(Uint32Array.of(bytes.length).buffer),
    Buffer.from([1 | ((bytes.length << 3) & 0xff), (bytes.length >> 5) & 0xff, bytes.length >> 13]),
    bytes,
  ])
const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)
const flipped = (bytes: Buffer, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 0xff : byte))
const decode = (bytes: Uint8Array, ...codings: string[]) =>
  decodeBody(
    bytes,
    codings.map((coding) => ['Content-Encoding', coding]),
  )

describe('decodeBody() (RFC 9110 8.4)', () => {
  // All but the last of each were held beside Chromium 156.
  test.for<[string, Uint8Array, Uint8Array]>([
    ['gzip', gzip, text],
    ['x-gzip', gzip, text],
    ['GZIP', gzip, text],
    ['gzip', Buffer.concat([gzip, Buffer.from('xyz')]), text],
    ['gzip', Buffer.concat([gzip, gzip]), text],
    ['gzip', gzip.subarray(0, -8), text],
    ['gzip', flipped(gzip, gzip.length - 6), text],
    ['gzip', Buffer.alloc(0), Buffer.alloc(0)],
    ['gzip', gzip.subarray(0, 6), Buffer.alloc(0)],
    ['deflate', zlib, text],
    ['deflate', deflateRawSync(text), text],
    ['deflate', zlib.subarray(0, -4), text],
    ['deflate', Buffer.concat([zlib, Buffer.from('xyz')]), text],
    ['br', brotli, text],
    ['br', Buffer.concat([brotli, Buffer.from('xyz')]), text],
    ['br', brotliCompressSync(Buffer.alloc(0)), Buffer.alloc(0)],
    ['zstd', zstdOf(text), text],
    ['identity', text, text],
    ['nonsense', text, text],
    ['', text, text],
    ['gzip, nonsense', gzip, gzip],
    ['identity, gzip', gzip, gzip],
    ['gzip,', gzip, gzip],
    ['gzip, gzip', gzipSync(gzip), text],
    ['gzip , br', brotliCompressSync(gzip), text],
  ])('%s (%#)', ([coding, bytes, expected]) => {
    const { body, error } = decode(bytes, coding)
    expect(error).toBeNull()
    expect(Buffer.from(body).equals(expected)).toBe(true)
  })

  test('several headers are one list, undone from its end', () => {
    const { body, codings } = decode(brotliCompressSync(gzip), 'gzip', 'br')
    expect(Buffer.from(body).equals(text)).toBe(true)
    expect(codings).toEqual(['br', 'gzip'])
  })

  test('a stream that breaks off is decoded as far as it came', () => {
    for (const [coding, bytes] of [
      ['gzip', gzip],
      ['deflate', zlib],
    ] as const) {
      const { body, error } = decode(half(bytes), coding)
      expect(error).toBeNull()
      expect(body.length).toBeGreaterThan(1000)
      expect(text.subarray(0, body.length).equals(body)).toBe(true)
    }
  })

  test.for<[string, Uint8Array]>([
    ['gzip', plain],
    ['deflate', plain],
    ['deflate', Buffer.from('Hello, this is a text, with words.')],
    ['deflate', flipped(zlib, zlib.length - 1)],
    ['br', plain],
    ['br', Buffer.from('<!doctype html><p>hello')],
    ['zstd', plain],
    ['gzip, gzip', gzip],
  ])('%s fails where the data are none (%#)', ([coding, bytes]) => {
    expect(decode(bytes, coding).error).toMatchObject({ category: FAILED })
  })

  test.for<[string, Uint8Array]>([
    ['gzip', gzipSync(Buffer.alloc(70 * 1024 * 1024))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(70 * 1024 * 1024)))],
    ['deflate', deflateSync(Buffer.alloc(70 * 1024 * 1024))],
    ['br', brotliCompressSync(Buffer.alloc(70 * 1024 * 1024))],
  ])('a bomb of %s is stopped', { timeout: 60_000 }, ([coding, bytes]) => {
    const { error, body } = decode(bytes, coding)
    expect(error).toMatchObject({ category: 'net::ERR_INSUFFICIENT_RESOURCES' })
    expect(body.length).toBeLessThanOrEqual(64 * 1024 * 1024)
  })

  test('a zstd frame that asks for too much memory is refused', () => {
    const huge = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x7f, 1, 0, 0])
    expect(decode(huge, 'zstd').error).toMatchObject({ category: FAILED })
  })

  test('whatever is encoded comes back, and no bytes make it throw', () => {
    const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdOf }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.array(fc.constantFrom('gzip', 'deflate', 'br', 'zstd'), { maxLength: 3 }),
        (bytes, codings) => {
          const encoded = codings.reduce((all, coding) => encoders[coding](all), Buffer.from(bytes))
          expect(Buffer.from(decode(encoded, ...codings).body).equals(bytes)).toBe(true)
          for (const coding of codings) decode(bytes, coding)
        },
      ),
      { seed: 2028 },
    )
  })
})

describe('refuseCodings() (Chromium: what was not asked for)', () => {
  test.for([
    ['gzip', 'gzip, deflate', null],
    ['X-GZip', 'gzip, deflate', null],
    ['br', 'gzip, deflate', FAILED],
    ['gzip, br', 'gzip, deflate', FAILED],
    ['br', 'gzip, deflate, br, zstd', null],
    ['zstd', 'gzip, deflate', FAILED],
    ['nonsense', 'gzip, deflate', null],
    ['', 'gzip, deflate', null],
    ['gzip;q=1', 'gzip, deflate', FAILED],
    ['"gzip"', 'gzip, deflate', FAILED],
    ['gzip', '*', null],
  ] as const)('%j for %j: %s', ([coding, asked, category]) => {
    expect(refuseCodings([['content-encoding', coding]], asked)?.category ?? null).toBe(category)
  })
})
