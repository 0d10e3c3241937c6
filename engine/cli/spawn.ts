// Workers under Node: the seam of `engine/host` over worker_threads.
import { Worker } from 'node:worker_threads'
import type { SpawnWorker } from '../host'
import type { WorkerMessage } from '../protocol'

/** Gives a seam whose workers boot from the snapshot or plainly. */
export function spawnNodeWorker(way: 'snapshot' | 'plain' = 'snapshot'): SpawnWorker {
  return (listen) => {
    const worker = new Worker(new URL('./node-worker.mjs', import.meta.url), { workerData: { way } })
    let gone = false
    const hear = (message: WorkerMessage): void => {
      if (!gone) listen(message)
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
