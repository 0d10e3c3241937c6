// Bodies that are no text, by name: `{png}` in a case stands for the bytes of one.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { encodeText, joinBytes } from '../../requests'

const TEXT = encodeText('hello, hello, hello, hello')
const gzip = gzipSync(TEXT)

const BODIES: Readonly<Record<string, Uint8Array>> = {
  png: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
  gif: Buffer.from('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==', 'base64'),
  bytes: Uint8Array.from([0xff, 0xfe, 0x00, 0x80, 0x41]),
  gzip,
  'gzip cut': gzip.subarray(0, -12),
  'gzip twice': gzipSync(gzip),
  'gzip and more': joinBytes([gzip, TEXT]),
  deflate: deflateSync(TEXT),
  'bare deflate': deflateRawSync(TEXT),
  br: brotliCompressSync(TEXT),
}

/** The bytes of a body as a case writes it. */
export function bytesOf(body: string): Uint8Array {
  const [, name = ''] = /^\{([a-z ]+)\}$/.exec(body) ?? []
  return BODIES[name] ?? encodeText(body)
}
