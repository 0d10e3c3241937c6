// Workers under Node: the seam of `engine/host` over worker_threads.
import { Worker } from 'node:worker_threads'
import { findVersion } from '../assets/versions'
import type { SpawnWorker } from '../host'
import type { WorkerMessage } from '../protocol'

export interface NodeWorkerOptions {
  /** `plain` imports everything anew instead of restoring the snapshot. */
  readonly way?: 'snapshot' | 'plain'
  /** Version to run on; the newest when absent. */
  readonly fastapi?: string | undefined
  /** Gets a line for each thing that is done to prepare a version that is not. */
  readonly onPrepare?: ((line: string) => void) | undefined
}

/**
 * Gives a seam whose workers boot one version, which is prepared first where it is not.
 * @throws {UnknownVersion}
 */
export function spawnNodeWorker({ way = 'snapshot', fastapi, onPrepare }: NodeWorkerOptions = {}): SpawnWorker {
  const workerData = { way, fastapi: findVersion(fastapi).fastapi }
  return (listen) => {
    const worker = new Worker(new URL('./node-worker.mjs', import.meta.url), { workerData })
    let gone = false
    const hear = (message: WorkerMessage): void => {
      if (gone) return
      // Under Node there is nothing else to tell of: what is prepared boots within a second.
      if (message.kind === 'progress') onPrepare?.(message.text)
      listen(message)
    }
    worker.on('message', hear)
    worker.on('error', (error) =>
      hear({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
    )
    worker.on('exit', () => hear({ kind: 'failed', message: 'the worker ended' }))
    return {
      post: (message) => worker.postMessage(message),
      terminate: () => {
        gone = true
        void worker.terminate()
      },
    }
  }
}
