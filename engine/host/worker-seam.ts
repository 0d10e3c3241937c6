// What the host needs of a worker: a web worker in a frame, `worker_threads` under Node, or a function in a test.
import type { CallMessage, WorkerMessage } from '../protocol'

/** One worker. It says `ready` once, or `failed`; afterwards it answers each call with a reply. */
export interface EngineWorker {
  post(message: CallMessage): void
  /** Ends it at once, whatever it does. Nothing is heard of it afterwards. */
  terminate(): void
}

/** Starts a worker and passes on what it says, never before it has returned. `failed` also stands for a worker that died. */
export type SpawnWorker = (listen: (message: WorkerMessage) => void) => EngineWorker
