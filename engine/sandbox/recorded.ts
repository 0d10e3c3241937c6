// A worker that is none: plays recordings in the page's own thread, before Python is up and where it never will be.
import type { SpawnWorker } from '../host/worker-seam'
import { RecordedRuntime, type Recording } from '../runtime/recorded/recorded-runtime'
import { serve } from '../runtime/serve'
import type { CallMessage, WorkerMessage } from '../protocol'

/** Gives a host a worker that knows these recordings and nothing else. */
export function spawnRecorded(recordings: readonly Recording[]): SpawnWorker {
  return (listen) => {
    let gone = false
    const post = (message: WorkerMessage): void => {
      if (!gone) listen(message)
    }
    const answer = serve(new RecordedRuntime(recordings, (events) => post({ kind: 'trace', events })), post)
    queueMicrotask(() => post({ kind: 'ready' }))
    return {
      post: (message: CallMessage) => answer(message),
      terminate: () => {
        gone = true
      },
    }
  }
}
