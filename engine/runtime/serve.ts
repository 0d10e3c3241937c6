// Answers a host's messages with a runtime. The same under Node and in a browser's worker; knows no transport.
import type { CallMessage, WorkerMessage } from '../protocol'
import type { Runtime } from './runtime'

/**
 * Gives a function that answers messages one after another.
 * @param post  sends a message to the host; events go the same way, so their order towards replies is kept
 */
export function serve(runtime: Runtime, post: (message: WorkerMessage) => void): (message: CallMessage) => void {
  let last = Promise.resolve()
  const answer = async ({ id, call, input }: CallMessage): Promise<void> => {
    try {
      post({ kind: 'reply', id, ok: true, value: await runtime.call(call, input) })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      // Python itself failed, or can't be cleaned: nothing that this worker says can be trusted any more.
      if (isFatal(error)) post({ kind: 'failed', message, isStale: isStale(error) })
      post({ kind: 'reply', id, ok: false, message })
    }
  }
  return (message) => {
    last = last.then(() => answer(message))
  }
}

function isStale(error: unknown): boolean {
  return error instanceof Error && error.name === 'StaleInterpreter'
}

function isFatal(error: unknown): boolean {
  if (!(error instanceof Error)) return true
  return (
    isStale(error) || error.name === 'RuntimeError' || error.name === 'RangeError' || 'pyodide_fatal_error' in error
  )
}
