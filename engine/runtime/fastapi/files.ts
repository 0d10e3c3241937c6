// Emscripten's file system, which lies on the JavaScript side of the heap: compared, cleaned, remembered and put back.

/** The part of it that is used here. */
export interface EmscriptenFs {
  streams: (object | null | undefined)[]
  cwd(): string
  chdir(path: string): void
  isFile(mode: number): boolean
  isDir(mode: number): boolean
  isLink(mode: number): boolean
  close(stream: object): void
  lookupPath(path: string, options?: { follow?: boolean }): { node: FsNode }
  unlink(path: string): void
  rmdir(path: string): void
  readdir(path: string): string[]
  mkdir(path: string): unknown
  readFile(path: string): Uint8Array
  writeFile(path: string, data: Uint8Array): void
  symlink(target: string, path: string): unknown
  chmod(path: string, mode: number): void
  readlink(path: string): string
}

interface FsNode {
  readonly mode: number
  mtime?: number
  timestamp?: number
  usedBytes?: number
}

/** What is remembered of a file, to see whether somebody changed it. */
interface FileMark {
  readonly node: FsNode
  readonly changedAt: number | undefined
  readonly bytes: number | undefined
}

/** Everything that a session has put onto the file system. */
export interface AddedFiles {
  readonly cwd: string
  readonly bytes: number
  /** Folders before what is in them. */
  readonly entries: readonly AddedFile[]
}

type AddedFile =
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly data: Uint8Array }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }

/** Devices and the process list are Emscripten's own; nothing of a session stays there. */
const LEFT_ALONE = new Set(['/dev', '/proc'])

/** The file system as it stood when this was made. */
export class FileBase {
  readonly #fs: EmscriptenFs
  readonly #files: Map<string, FileMark>
  readonly #streams: ReadonlySet<object | null | undefined>
  readonly #cwd: string

  constructor(fs: EmscriptenFs) {
    this.#fs = fs
    this.#files = new Map(walk(fs, '/'))
    this.#streams = new Set(fs.streams)
    this.#cwd = fs.cwd()
  }

  /**
   * Closes and removes what came since.
   * @returns false when an old file was changed or removed, or cleaning up failed: this moment can't be had back then
   */
  restore(): boolean {
    const fs = this.#fs
    try {
      for (const stream of this.#openStreams()) fs.close(stream)
      fs.chdir(this.#cwd)
      const now = new Map(walk(fs, '/'))
      if (!this.#isWhole(now)) return false
      // Deepest first, so that folders are empty when their turn comes.
      const added = this.#added(now).sort(([a], [b]) => b.length - a.length)
      for (const [path, { node }] of added) {
        if (fs.isDir(node.mode)) fs.rmdir(path)
        else fs.unlink(path)
      }
    } catch {
      return false
    }
    return true
  }

  /**
   * Remembers what came since.
   * @returns null when that can't be put back: a file is open, can't be read, or an old one was changed
   */
  save(): AddedFiles | null {
    try {
      return this.#save()
    } catch {
      return null
    }
  }

  #save(): AddedFiles | null {
    const fs = this.#fs
    const now = new Map(walk(fs, '/'))
    if (this.#openStreams().length > 0 || !this.#isWhole(now)) return null
    const entries: AddedFile[] = []
    let bytes = 0
    for (const [path, { node }] of this.#added(now)) {
      if (fs.isDir(node.mode)) entries.push({ kind: 'folder', path, mode: node.mode })
      else if (fs.isLink(node.mode)) entries.push({ kind: 'link', path, target: fs.readlink(path) })
      else if (fs.isFile(node.mode)) {
        const data = fs.readFile(path).slice()
        bytes += data.length
        entries.push({ kind: 'file', path, mode: node.mode, data })
      } else return null
    }
    return { cwd: fs.cwd(), bytes, entries }
  }

  /** Puts back what `save` remembered, over what `restore` left. May throw where there is no room. */
  add({ cwd, entries }: AddedFiles): void {
    const fs = this.#fs
    for (const entry of entries) {
      if (entry.kind === 'link') fs.symlink(entry.target, entry.path)
      else {
        if (entry.kind === 'folder') fs.mkdir(entry.path)
        else fs.writeFile(entry.path, entry.data)
      }
    }
    // Last, since a folder may be one that nothing can be written into.
    for (const entry of entries) if (entry.kind !== 'link') fs.chmod(entry.path, entry.mode)
    fs.chdir(cwd)
  }

  #openStreams(): object[] {
    return this.#fs.streams.filter((stream): stream is object => !!stream && !this.#streams.has(stream))
  }

  #isWhole(now: ReadonlyMap<string, FileMark>): boolean {
    for (const [path, mark] of this.#files) {
      const found = now.get(path)
      if (!found || found.node !== mark.node) return false
      const isSame = found.changedAt === mark.changedAt && found.bytes === mark.bytes
      if (this.#fs.isFile(mark.node.mode) && !isSame) return false
    }
    return true
  }

  #added(now: ReadonlyMap<string, FileMark>): [path: string, mark: FileMark][] {
    return [...now].filter(([path]) => !this.#files.has(path))
  }
}

function* walk(fs: EmscriptenFs, folder: string): Generator<[path: string, mark: FileMark]> {
  for (const name of fs.readdir(folder)) {
    if (name === '.' || name === '..') continue
    const path = folder === '/' ? `/${name}` : `${folder}/${name}`
    if (LEFT_ALONE.has(path)) continue
    const { node } = fs.lookupPath(path, { follow: false })
    yield [path, { node, changedAt: node.mtime ?? node.timestamp, bytes: node.usedBytes }]
    if (fs.isDir(node.mode)) yield* walk(fs, path)
  }
}
