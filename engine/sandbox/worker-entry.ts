// The script of a worker in the sandbox: boots Python from what the frame hands in and serves calls on a port.
// Runs where nothing can be fetched; Pyodide's own three files are handed to it by a stand-in for fetch while it boots.
import type { loadPyodide } from 'pyodide'
import { FastapiRuntime } from '../runtime/fastapi/fastapi-runtime'
import { bootInterpreter, type BootFiles } from '../runtime/fastapi/interpreter'
import { serve } from '../runtime/serve'
import type { CallMessage, ToWorker, WorkerFiles, WorkerMessage } from './messages'

/** A host that cannot exist; only the stand-in for fetch knows it. */
const NOWHERE = 'https://peel.invalid/'

self.onmessage = (event: MessageEvent<ToWorker>) => {
  const [port] = event.ports
  self.onmessage = null
  if (port) void start(event.data.files, port)
}

async function start(files: WorkerFiles, port: MessagePort): Promise<void> {
  const post = (message: WorkerMessage): void => port.postMessage(message)
  const early: CallMessage[] = []
  let answer = (message: CallMessage): void => void early.push(message)
  port.onmessage = (event: MessageEvent<CallMessage>) => answer(event.data)
  try {
    post({
      kind: 'progress',
      step: 'python',
      text: files.way.kind === 'snapshot' ? 'restoring the snapshot' : 'starting Python',
    })
    const interpreter = await withHandedFiles(files, async () => {
      const boot = await bootFiles(files)
      post({
        kind: 'progress',
        step: 'framework',
        text: files.way.kind === 'snapshot' ? 'waking FastAPI' : 'importing FastAPI',
      })
      return bootInterpreter(boot, files.way, (events) => post({ kind: 'trace', events }))
    })
    answer = serve(new FastapiRuntime(interpreter), post)
    post({ kind: 'ready' })
    early.forEach(answer)
  } catch (error) {
    post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
}

async function bootFiles(files: WorkerFiles): Promise<BootFiles> {
  const [pyodide, asm] = await Promise.all([importText(files.pyodide), importText(files.asm)])
  return {
    loadPyodide: pyodide['loadPyodide'] as typeof loadPyodide,
    createModule: asm['default'] as BootFiles['createModule'],
    indexURL: NOWHERE,
    lock: files.lock,
    coreLib: { url: `${NOWHERE}core.so`, path: files.coreLibPath },
  }
}

async function importText(source: string): Promise<Record<string, unknown>> {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  try {
    return (await import(/* @vite-ignore */ url)) as Record<string, unknown>
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** Lets Pyodide's own loading find its files, and takes the stand-ins away again before a learner's program runs. */
async function withHandedFiles<T>(files: WorkerFiles, work: () => Promise<T>): Promise<T> {
  const { fetch } = self
  const { instantiateStreaming } = WebAssembly
  const handed: Record<string, () => Response> = {
    [`${NOWHERE}pyodide.asm.wasm`]: () => new Response(null, { headers: { 'content-type': 'application/wasm' } }),
    [`${NOWHERE}core.so`]: () => new Response(files.coreLib, { headers: { 'content-type': 'application/wasm' } }),
    [`${NOWHERE}python_stdlib.zip`]: () => new Response(files.stdlib),
  }
  self.fetch = async (input) => {
    const url = input instanceof Request ? input.url : String(input)
    const found = handed[url]
    if (!found) throw new TypeError(`nothing can be fetched here: ${url}`)
    return found()
  }
  // The frame compiled Python once for all workers; what would be compiled here again is that module.
  WebAssembly.instantiateStreaming = async (_source, imports) => ({
    module: files.wasm,
    instance: await WebAssembly.instantiate(files.wasm, imports),
  })
  try {
    return await work()
  } finally {
    self.fetch = fetch
    WebAssembly.instantiateStreaming = instantiateStreaming
  }
}
