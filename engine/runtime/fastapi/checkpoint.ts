// Puts a WebAssembly heap and its file system back to an earlier moment. Only to be used while no Python frame is on the stack.

/** The part of Emscripten's module that is used here. */
export interface EmscriptenModule {
  /** Replaced by a new view whenever the memory grows. */
  HEAP8: Int8Array
  _malloc(bytes: number): number
  FS: EmscriptenFs
}

interface EmscriptenFs {
  root: FsNode
  streams: (object | null | undefined)[]
  cwd(): string
  chdir(path: string): void
  isFile(mode: number): boolean
  isDir(mode: number): boolean
  close(stream: object): void
  lookupPath(path: string): { node: FsNode }
  unlink(path: string): void
  rmdir(path: string): void
  readdir(path: string): string[]
}

interface FsNode {
  readonly name: string
  readonly mode: number
  mtime?: number
  timestamp?: number
  usedBytes?: number
  contents?: unknown
}

/** What is remembered of a file, to see whether somebody changed it. */
interface FileMark {
  readonly node: FsNode
  readonly changedAt: number | undefined
  readonly bytes: number | undefined
}

/** Devices and the process list are Emscripten's own; nothing of a session stays there. */
const LEFT_ALONE = new Set(['/dev', '/proc'])

/**
 * A remembered moment of an interpreter. Taken once after boot; `restore` may be called any number of times.
 *
 * The heap is copied back whole and zeroed above: 10 ms for 80 MB. The file system lives on the JavaScript side, so it is
 * compared instead: new files go, and a changed or missing old one means that the moment can't be had back.
 */
export class HeapCheckpoint {
  readonly #module: EmscriptenModule
  readonly #heap: Int8Array
  readonly #files: Map<string, FileMark>
  readonly #streams: number
  readonly #cwd: string

  constructor(module: EmscriptenModule) {
    this.#module = module
    this.#heap = module.HEAP8.slice()
    this.#files = new Map(walk(module.FS, '/'))
    this.#streams = module.FS.streams.length
    this.#cwd = module.FS.cwd()
  }

  /** @returns false when an old file was changed or removed, or cleaning up failed: then the heap is left as it is */
  restore(): boolean {
    const { FS } = this.#module
    try {
      this.#closeStreams(FS)
      FS.chdir(this.#cwd)
      if (!this.#restoreFiles(FS)) return false
    } catch {
      return false
    }
    const { HEAP8 } = this.#module
    HEAP8.set(this.#heap)
    if (HEAP8.length > this.#heap.length) HEAP8.fill(0, this.#heap.length)
    return true
  }

  #closeStreams(FS: EmscriptenFs): void {
    for (const stream of FS.streams.slice(this.#streams)) if (stream) FS.close(stream)
  }

  #restoreFiles(FS: EmscriptenFs): boolean {
    const now = new Map(walk(FS, '/'))
    for (const [path, mark] of this.#files) {
      const found = now.get(path)
      if (!found || found.node !== mark.node) return false
      if (FS.isFile(mark.node.mode) && (found.changedAt !== mark.changedAt || found.bytes !== mark.bytes)) return false
    }
    // Deepest first, so that folders are empty when their turn comes.
    const added = [...now].filter(([path]) => !this.#files.has(path)).sort(([a], [b]) => b.length - a.length)
    for (const [path, { node }] of added) {
      if (FS.isDir(node.mode)) FS.rmdir(path)
      else FS.unlink(path)
    }
    return true
  }
}

function* walk(FS: EmscriptenFs, folder: string): Generator<[path: string, mark: FileMark]> {
  for (const name of FS.readdir(folder)) {
    if (name === '.' || name === '..') continue
    const path = folder === '/' ? `/${name}` : `${folder}/${name}`
    if (LEFT_ALONE.has(path)) continue
    const node = lookup(FS, path)
    if (!node) continue
    yield [path, { node, changedAt: node.mtime ?? node.timestamp, bytes: node.usedBytes }]
    if (FS.isDir(node.mode)) yield* walk(FS, path)
  }
}

function lookup(FS: EmscriptenFs, path: string): FsNode | null {
  try {
    return FS.lookupPath(path).node
  } catch {
    return null // a dangling link
  }
}
