// Content codings undone as Chromium undoes them (RFC 9110 8.4): gzip, deflate, br, zstd and chains of them.
// Works on whole bodies, at once; knows nothing of requests.
import { decompress as decompressBrotli } from 'brotli/decompress'
import { Decompress as ZstdStream, ZstdErrorCode } from 'fzstd'
import { Inflate } from 'pako'
import type { HeaderList } from '../protocol'

/** What may come out of a body: more is a mistake or an attack, and the page's memory is the learner's. */
const MOST_BYTES = 64 * 1024 * 1024
/** Pieces in which compressed bytes go in, so that a bomb is noticed before it has gone off. */
const PIECE_BYTES = 16 * 1024
/** zlib's name for "give out all that can be told by now". */
const SYNC_FLUSH = 2
/** RFC 8878 3.1.1.1.2: decoders needn't take larger windows, and Chromium doesn't. */
const MOST_ZSTD_WINDOW_BYTES = 8 * 1024 * 1024

export interface BodyError {
  /** Chromium's name, e.g. `net::ERR_CONTENT_DECODING_FAILED`. */
  readonly category: string
  /** For people: what is wrong with the body. */
  readonly text: string
}

export interface DecodedBody {
  /** As far as it could be decoded. */
  readonly body: Uint8Array
  /** Codings that were undone, outermost first; empty where the body stayed as it is. */
  readonly codings: readonly string[]
  readonly error: BodyError | null
}

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'
const DECODERS: Readonly<Record<Coding, (bytes: Uint8Array, out: Output) => void>> = {
  gzip: gunzip,
  deflate: inflate,
  br: brotli,
  zstd,
}

/**
 * Undoes the codings that Content-Encoding names, last one first. An unknown coding, also in a chain, leaves the body as it
 * came: that is no error (Chromium).
 */
export function decodeBody(bytes: Uint8Array, headers: HeaderList): DecodedBody {
  const named = headers
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .flatMap(([, value]) => namesIn(value))
  const known = named.map((name) => (name === 'x-gzip' ? 'gzip' : name)).toReversed()
  const codings = known.filter((name): name is Coding => name in DECODERS)
  // RFC 9110 8.4.1: a body of no bytes is decoded to no bytes.
  if (codings.length < known.length || bytes.length === 0) return { body: bytes, codings: [], error: null }
  let body = bytes
  for (const coding of codings) {
    const out = new Output()
    try {
      DECODERS[coding](body, out)
    } catch (error) {
      return { body: out.bytes(), codings, error: explain(coding, error) }
    }
    body = out.bytes()
  }
  return { body, codings, error: null }
}

/**
 * What a browser has against a response's codings before it reads the body; null for nothing. Chromium refuses those that
 * it knows but didn't ask for, such as `br` over http, and values with a quote, `;`, `=` or `*`.
 * @param asked  the request's Accept-Encoding as it was sent
 */
export function refuseCodings(headers: HeaderList, asked: string): BodyError | null {
  const values = headers.filter(([name]) => name.toLowerCase() === 'content-encoding').map(([, value]) => value)
  const accepted = new Set(namesIn(asked).map((name) => name.replace(/;.*$/, '').trim()))
  if (accepted.has('gzip')) accepted.add('x-gzip')
  const surplus = values
    .flatMap(namesIn)
    .find((name) => (name in DECODERS || name === 'x-gzip') && !accepted.has(name) && !accepted.has('*'))
  const isMalformed = values.some((value) => /["=;*]/.test(value))
  if (surplus === undefined && !isMalformed) return null
  return {
    category: FAILED,
    text: isMalformed
      ? `\`Content-Encoding: ${values.join(', ')}\` is no list of codings.`
      : `The body is encoded with ${surplus}, which the browser didn't ask for (\`Accept-Encoding: ${asked}\`): look at that header before you compress.`,
  }
}

const FAILED = 'net::ERR_CONTENT_DECODING_FAILED'
const namesIn = (list: string): string[] =>
  list === '' ? [] : list.split(',').map((name) => name.trim().toLowerCase())

function explain(coding: Coding, error: unknown): BodyError {
  if (error instanceof TooMuch) {
    return {
      category: 'net::ERR_INSUFFICIENT_RESOURCES',
      text: `Decoded, the body is longer than ${MOST_BYTES / 1024 / 1024} MB. Peel stops there; a browser would go on.`,
    }
  }
  return {
    category: FAILED,
    text: `Content-Encoding says ${coding}, but the body is no valid ${coding} data. Leave the header out, or encode the body.`,
  }
}

class TooMuch extends Error {}

/** Collects what comes out, up to the limit. */
class Output {
  readonly #pieces: Uint8Array[] = []
  #length = 0

  add(piece: Uint8Array): void {
    this.#length += piece.length
    if (this.#length > MOST_BYTES) throw new TooMuch()
    this.#pieces.push(piece)
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length)
    let at = 0
    for (const piece of this.#pieces) {
      if (at + piece.length > all.length) break
      all.set(piece, at)
      at += piece.length
    }
    return all.subarray(0, at)
  }
}

/** RFC 1952. Like Chromium: the first member alone, its checksum unread, and what follows it ignored. */
function gunzip(bytes: Uint8Array, out: Output): void {
  const body = afterGzipHeader(bytes)
  if (body) inflateRaw(body, out)
}

/** What follows the header (RFC 1952 2.3); null where the bytes end before. */
function afterGzipHeader(bytes: Uint8Array): Uint8Array | null {
  const [id1, id2, method, flags = 0] = bytes
  const isWrong = (byte: number | undefined, wanted: number): boolean => byte !== undefined && byte !== wanted
  if (isWrong(id1, 0x1f) || isWrong(id2, 0x8b) || isWrong(method, 8) || (flags & 0xe0) !== 0) {
    throw new Error('not a gzip header')
  }
  let at = 10
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return null
    at = end + 1
  }
  if (flags & 2) at += 2
  return at < bytes.length ? bytes.subarray(at) : null
}

/** RFC 9110 8.4.1.2: zlib's format (RFC 1950); some servers send bare deflate (RFC 1951), which browsers take as well. */
function inflate(bytes: Uint8Array, out: Output): void {
  const [first = 0, second = 0] = bytes
  const isZlib = (first & 15) === 8 && (first * 256 + second) % 31 === 0
  pour(bytes, out, new Inflate({ windowBits: isZlib ? 15 : -15 }))
}

function inflateRaw(bytes: Uint8Array, out: Output): void {
  pour(bytes, out, new Inflate({ windowBits: -15 }))
}

/** pako rather than fflate: it is zlib, as in Chromium, and sees what fflate passes over (checksums, lengths, distances). */
function pour(bytes: Uint8Array, out: Output, stream: Inflate): void {
  stream.onData = (piece) => out.add(piece as Uint8Array)
  // Never "finish": a stream that breaks off is decoded as far as it came. What follows its end is ignored.
  for (let at = 0; at < bytes.length && !stream.ended; at += PIECE_BYTES) {
    stream.push(bytes.subarray(at, at + PIECE_BYTES), SYNC_FLUSH)
    if (stream.err < 0) throw new Error(stream.msg)
  }
}

/**
 * RFC 7932. The decoder writes into one buffer of a size that it is told, so the size is tried. It can't tell what came out
 * before an error: of a body that breaks off nothing is left (Chromium gives what came).
 */
function brotli(bytes: Uint8Array, out: Output): void {
  if (!isBrotliPadded(bytes)) throw new Error('padding is not zero')
  for (let size = Math.max(64 * 1024, bytes.length * 8); ; size *= 4) {
    const room = Math.min(size, MOST_BYTES)
    try {
      out.add(decompressBrotli(bytes, room))
      return
    } catch (error) {
      const isTooSmall = error instanceof Error && error.message === 'Output buffer is not large enough'
      if (!isTooSmall) throw error
      if (room === MOST_BYTES) throw new TooMuch()
    }
  }
}

/**
 * RFC 7932 9.2: bits after the end are zero, which the decoder doesn't check. Looked at only where the stream ends at once:
 * JSON that says it is `br` begins like that, and would come out empty.
 */
function isBrotliPadded([first = 0, second = 0]: Uint8Array): boolean {
  const windowBits = (first & 1) === 0 ? 1 : (first & 14) !== 0 ? 4 : 7
  const bits = first + 256 * second
  const isEmptyAndLast = ((bits >> windowBits) & 3) === 3
  const used = windowBits + 2
  return !isEmptyAndLast || (bits & (used > 8 ? 0xffff : 0xff)) >> used === 0
}

/** RFC 8878. */
function zstd(bytes: Uint8Array, out: Output): void {
  if (ZSTD_MAGIC.some((byte, index) => index < bytes.length && bytes[index] !== byte)) throw new Error('no zstd frame')
  if (zstdWindow(bytes) > MOST_ZSTD_WINDOW_BYTES) throw new Error('window too large')
  const stream = new ZstdStream((piece) => out.add(piece.slice()))
  try {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      stream.push(bytes.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= bytes.length)
    }
  } catch (error) {
    // A stream that breaks off is decoded as far as it came, here too.
    if (!(error instanceof Error && 'code' in error && error.code === ZstdErrorCode.UnexpectedEOF)) throw error
  }
}

const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd]

/** The memory that the first frame asks for (RFC 8878 3.1.1.1.2), in bytes; the decoder takes it before it has read on. */
function zstdWindow(bytes: Uint8Array): number {
  const descriptor = bytes[4] ?? 0
  const isSingleSegment = (descriptor & 32) !== 0
  if (!isSingleSegment) {
    const window = bytes[5] ?? 0
    const base = 2 ** (10 + (window >> 3))
    return base + (base / 8) * (window & 7)
  }
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  const sizeBytes = [1, 2, 4, 8][descriptor >> 6] ?? 0
  const field = bytes.subarray(5 + dictionaryBytes, 5 + dictionaryBytes + sizeBytes)
  return field.reduceRight((sum, byte) => sum * 256 + byte, 0) + (sizeBytes === 2 ? 256 : 0)
}
