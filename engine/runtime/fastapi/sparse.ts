// A memory snapshot without its empty pages. Knows bytes only, nothing of Python.

const PAGE = 4096
const MAGIC = 0x4c454550 // "PEEL"
/** Header words before the table of segments: magic, full length, number of segments. */
const HEAD_WORDS = 3

/**
 * Leaves out the pages that hold only zeros: most of a fresh heap.
 * @param full  any bytes, e.g. what Pyodide's `makeMemorySnapshot` gives
 * @returns head, table of [offset, length] pairs, then the segments one after another
 */
export function packSparse(full: Uint8Array): Uint8Array<ArrayBuffer> {
  const segments: [offset: number, length: number][] = []
  for (let at = 0; at < full.length; at += PAGE) {
    const end = Math.min(at + PAGE, full.length)
    if (isZero(full, at, end)) continue
    const last = segments.at(-1)
    if (last && last[0] + last[1] === at) last[1] += end - at
    else segments.push([at, end - at])
  }
  const headBytes = 4 * (HEAD_WORDS + 2 * segments.length)
  const out = new Uint8Array(headBytes + segments.reduce((sum, [, length]) => sum + length, 0))
  new Uint32Array(out.buffer, 0, headBytes / 4).set([MAGIC, full.length, segments.length, ...segments.flat()])
  let write = headBytes
  for (const [offset, length] of segments) {
    out.set(full.subarray(offset, offset + length), write)
    write += length
  }
  return out
}

/** Length of the bytes that were packed. Throws a `RangeError` when these are not packed bytes or cut short. */
export function fullLength(packed: Uint8Array): number {
  return readTable(packed).length
}

/**
 * Writes the bytes that `packSparse` packed over `target`, and zeros everywhere else.
 * @throws {RangeError} when these are not packed bytes, are cut short, or do not fit
 */
export function writeSparse(packed: Uint8Array, target: Uint8Array): void {
  const { length, segments, start } = readTable(packed)
  if (target.length < length) throw new RangeError('the snapshot is larger than the memory')
  let read = start
  let written = 0
  for (const [offset, size] of segments) {
    target.fill(0, written, offset)
    target.set(packed.subarray(read, read + size), offset)
    read += size
    written = offset + size
  }
  target.fill(0, written)
}

function readTable(packed: Uint8Array): { length: number; segments: [number, number][]; start: number } {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (packed.length < 4 * HEAD_WORDS || view.getUint32(0, true) !== MAGIC) {
    throw new RangeError('not a packed snapshot')
  }
  const count = view.getUint32(8, true)
  const start = 4 * (HEAD_WORDS + 2 * count)
  const segments: [number, number][] = []
  let size = 0
  for (let i = 0; i < count; i++) {
    const at = 4 * (HEAD_WORDS + 2 * i)
    segments.push([view.getUint32(at, true), view.getUint32(at + 4, true)])
    size += view.getUint32(at + 4, true)
  }
  if (start + size > packed.length) throw new RangeError('the packed snapshot is cut short')
  return { length: view.getUint32(4, true), segments, start }
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  // Words where the alignment allows: 16 000 pages are scanned.
  if ((bytes.byteOffset + from) % 4 === 0 && (to - from) % 4 === 0) {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + from, (to - from) / 4)
    return words.every((word) => word === 0)
  }
  return bytes.subarray(from, to).every((byte) => byte === 0)
}
