// What page, frame and worker of the sandbox say to each other. Plain data and ports, nothing else.
import type { CallMessage, WorkerMessage } from '../protocol'

/** What an interpreter boots from, as the page fetched it. Buffers are transferred to the frame once and copied from there. */
export interface SandboxFiles {
  readonly pyodide: string
  readonly asm: string
  readonly wasm: ArrayBuffer
  readonly stdlib: ArrayBuffer
  readonly lock: string
  readonly coreLib: ArrayBuffer
  readonly coreLibPath: string
  readonly way:
    | { readonly kind: 'snapshot'; readonly gzip: ArrayBuffer }
    | { readonly kind: 'plain'; readonly archives: readonly ArrayBuffer[] }
}

/** The same on its way from the frame to a worker: compiled and unpacked once for all of them. */
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
  | { readonly kind: 'files'; readonly files: SandboxFiles; readonly worker: string }
  /** With a port, over which the worker speaks as `protocol/wire.ts` says. */
  | { readonly kind: 'spawn'; readonly worker: number }
  | { readonly kind: 'terminate'; readonly worker: number }

export type FromFrame = { readonly kind: 'frame-up' }

/** The first message to a worker, with its port. */
export interface ToWorker {
  readonly files: WorkerFiles
}

export type { CallMessage, WorkerMessage }
