// What page, frame and worker of the sandbox say to each other. Plain data and ports, nothing else.
import type { CallMessage, WorkerMessage } from '../protocol'

/** How the frame is to take a file's bytes. */
export type FileUse =
  | 'pyodide'
  | 'asm'
  | 'wasm'
  | 'stdlib'
  | 'lock'
  | 'coreLib'
  /** Gzip, unpacked while it arrives. */
  | 'snapshot'
  /** Wheels and our own package, in the order in which they are announced. */
  | `archive ${number}`

/** Pyodide's own scripts, as text: a megabyte to be read before anything else can begin. */
export interface RuntimeScripts {
  readonly pyodide: string
  readonly asm: string
}

/** What an interpreter is made of, compiled once in the frame for all workers. */
export interface RuntimeFiles {
  readonly wasm: WebAssembly.Module
  readonly stdlib: ArrayBuffer
  readonly lock: string
  readonly coreLib: ArrayBuffer
  readonly coreLibPath: string
  /** Pyodide's head of the snapshot; null for the plain way. */
  readonly snapshotHead: Uint8Array | null
}

/** What fills it: the unpacked snapshot, or packages to import. */
export type RuntimeContent = Uint8Array<ArrayBuffer> | readonly Uint8Array<ArrayBuffer>[]

export type ToFrame =
  /** What will come; afterwards each file's bytes arrive in pieces, those of several files mixed. */
  | {
      readonly kind: 'announce'
      readonly files: readonly FileUse[]
      readonly coreLibPath: string
      readonly snapshotHead: Uint8Array | null
      readonly worker: string
    }
  /** One piece of a file, transferred; null ends it. */
  | { readonly kind: 'piece'; readonly file: FileUse; readonly bytes: Uint8Array<ArrayBuffer> | null }
  /** With a port, over which the worker speaks as `protocol/wire.ts` says. */
  | { readonly kind: 'spawn'; readonly worker: number }
  | { readonly kind: 'terminate'; readonly worker: number }

export type FromFrame =
  { readonly kind: 'frame-up' } | { readonly kind: 'worker-failed'; readonly worker: number; readonly message: string }

/** What a worker gets, in this order; its port comes with the first. The content follows when it has arrived. */
export type ToWorker =
  | { readonly kind: 'scripts'; readonly scripts: RuntimeScripts }
  | { readonly kind: 'runtime'; readonly files: RuntimeFiles }
  | { readonly kind: 'content'; readonly content: RuntimeContent }

export type { CallMessage, WorkerMessage }
