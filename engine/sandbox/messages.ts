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

/** What an interpreter boots from: compiled and unpacked once, in the frame, for all workers. */
export interface WorkerFiles {
  readonly pyodide: string
  readonly asm: string
  readonly wasm: WebAssembly.Module
  readonly stdlib: ArrayBuffer
  readonly lock: string
  readonly coreLib: ArrayBuffer
  readonly coreLibPath: string
  readonly way:
    | { readonly kind: 'snapshot'; readonly packed: Uint8Array<ArrayBuffer> }
    | { readonly kind: 'plain'; readonly archives: readonly Uint8Array<ArrayBuffer>[] }
}

export type ToFrame =
  /** What will come; afterwards each file's bytes arrive in pieces, those of several files mixed. */
  | {
      readonly kind: 'announce'
      readonly files: readonly FileUse[]
      readonly coreLibPath: string
      readonly worker: string
    }
  /** One piece of a file, transferred; null ends it. */
  | { readonly kind: 'piece'; readonly file: FileUse; readonly bytes: Uint8Array<ArrayBuffer> | null }
  /** With a port, over which the worker speaks as `protocol/wire.ts` says. */
  | { readonly kind: 'spawn'; readonly worker: number }
  | { readonly kind: 'terminate'; readonly worker: number }

export type FromFrame = { readonly kind: 'frame-up' }

/** The first message to a worker, with its port. */
export interface ToWorker {
  readonly files: WorkerFiles
}

export type { CallMessage, WorkerMessage }
