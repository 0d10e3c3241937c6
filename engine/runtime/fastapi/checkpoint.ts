// Puts a WebAssembly heap and its file system back to an earlier moment. Only to be used while no Python frame is on the stack.
import { compareBlocks, writeBlocks, type Delta } from './blocks'
import { FileBase, type AddedFiles, type EmscriptenFs } from './files'

/** The part of Emscripten's module that is used here. */
export interface EmscriptenModule {
  /** Replaced by a new view whenever the memory grows. */
  HEAP8: Int8Array
  _malloc(bytes: number): number
  FS: EmscriptenFs
}

/** A later moment, as far as it differs from a checkpoint. */
export interface Moment {
  readonly delta: Delta
  readonly files: AddedFiles
  /** What it takes of memory. */
  readonly bytes: number
}

/** WebAssembly memory never shrinks: above this, clearing it for each session takes longer than a new interpreter. */
const MOST_GROWTH_BYTES = 512 << 20

/**
 * A remembered moment of an interpreter. Taken once after boot; `restore` may be called any number of times.
 *
 * The heap is copied back whole and zeroed above: 10 ms for 80 MB. The file system lies on the JavaScript side, so it is
 * compared instead: new files go, and a changed or missing old one means that the moment can't be had back.
 */
export class HeapCheckpoint {
  readonly #module: EmscriptenModule
  readonly #heap: Uint8Array
  readonly #files: FileBase

  constructor(module: EmscriptenModule) {
    this.#module = module
    this.#heap = bytesOf(module).slice()
    this.#files = new FileBase(module.FS)
  }

  /**
   * Puts back the moment at which this was made, or a later one that `take` remembered.
   * @returns false when an old file was changed or removed, cleaning up failed, or the heap grew so much that it is
   * better given back: then it is left as it is
   */
  restore(moment?: Moment): boolean {
    const heap = bytesOf(this.#module)
    if (heap.length > this.#heap.length + MOST_GROWTH_BYTES || !this.#files.restore()) return false
    if (moment) {
      writeBlocks(this.#heap, moment.delta, heap)
      this.#files.add(moment.files)
    } else {
      heap.set(this.#heap)
      heap.fill(0, this.#heap.length)
    }
    return true
  }

  /**
   * Remembers what is now, in steps of a few ms between which no Python may run.
   * @returns null when this moment can't be had back: a file is open, or one of Python's own was changed
   */
  *take(): Generator<void, Moment | null> {
    const files = this.#files.save()
    if (!files) return null
    const delta = yield* compareBlocks(this.#heap, bytesOf(this.#module))
    return { delta, files, bytes: delta.bytes.length + delta.offsets.byteLength + files.bytes }
  }
}

function bytesOf({ HEAP8 }: EmscriptenModule): Uint8Array {
  return new Uint8Array(HEAP8.buffer, HEAP8.byteOffset, HEAP8.length)
}
