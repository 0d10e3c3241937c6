// The script of a worker in the sandbox: boots Python from what the frame hands in and serves calls on a port.
// Runs where nothing can be fetched; Pyodide's own three files are handed to it by a stand-in for fetch while it boots.
import type { loadPyodide } from 'pyodide'
import { FastapiRuntime } from '../runtime/fastapi/fastapi-runtime'
import { bootInterpreter, type BootFiles, type BootWay } from '../runtime/fastapi/interpreter'
import { serve } from '../runtime/serve'
import type { CallMessage, RuntimeContent, RuntimeFiles, RuntimeScripts, ToWorker, WorkerMessage } from './messages'

/** A host that cannot exist; only the stand-in for fetch knows it. */
const NOWHERE = 'https://peel.invalid/'

/** Settles with its message: scripts are read and content is unpacked while other things are still on their way. */
function awaited<T>(): { promise: Promise<T>; take: (value: T) => void } {
  let take: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => {
    take = resolve
  })
  return { promise, take }
}

const runtime = awaited<RuntimeFiles>()
const content = awaited<RuntimeContent>()

self.onmessage = (event: MessageEvent<ToWorker>) => {
  const message = event.data
  const [port] = event.ports
  if (message.kind === 'runtime') runtime.take(message.files)
  else if (message.kind === 'content') content.take(message.content)
  else if (port) void start(message.scripts, port)
}

async function start(scripts: RuntimeScripts, port: MessagePort): Promise<void> {
  const post = (message: WorkerMessage): void => port.postMessage(message)
  const early: CallMessage[] = []
  let answer = (message: CallMessage): void => void early.push(message)
  port.onmessage = (event: MessageEvent<CallMessage>) => answer(event.data)
  try {
    const [pyodide, asm] = await Promise.all([importText(scripts.pyodide), importText(scripts.asm)])
    const files = await runtime.promise
    const { snapshotHead } = files
    post({ kind: 'progress', step: 'python', text: snapshotHead ? 'setting Python up' : 'starting Python' })
    const interpreter = await withHandedFiles(files, async () => {
      const boot = bootFiles(files, pyodide, asm)
      const way = snapshotHead ? restoring(snapshotHead) : await importing()
      const text = snapshotHead ? 'restoring the snapshot' : 'importing FastAPI'
      void content.promise.then(() => post({ kind: 'progress', step: 'framework', text }))
      return bootInterpreter(boot, way, (events) => post({ kind: 'trace', events }))
    })
    self.onmessage = null
    answer = serve(new FastapiRuntime(interpreter, { count: (done, of) => post({ kind: 'count', done, of }) }), post)
    post({ kind: 'ready' })
    early.forEach(answer)
  } catch (error) {
    post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
}

type Way = Exclude<BootWay, { kind: 'record' }>

function restoring(head: Uint8Array): Way {
  return { kind: 'snapshot', head, heap: content.promise.then((loaded) => loaded as Uint8Array) }
}

async function importing(): Promise<Way> {
  return { kind: 'plain', archives: (await content.promise) as readonly Uint8Array[] }
}

function bootFiles(files: RuntimeFiles, pyodide: Imported, asm: Imported): BootFiles {
  return {
    loadPyodide: pyodide['loadPyodide'] as typeof loadPyodide,
    createModule: asm['default'] as BootFiles['createModule'],
    indexURL: NOWHERE,
    lock: files.lock,
    coreLib: { url: `${NOWHERE}core.so`, path: files.coreLibPath },
  }
}

type Imported = Record<string, unknown>

async function importText(source: string): Promise<Imported> {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  try {
    return (await import(/* @vite-ignore */ url)) as Imported
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** Lets Pyodide's own loading find its files, and takes the stand-ins away again before a learner's program runs. */
async function withHandedFiles<T>(files: RuntimeFiles, work: () => Promise<T>): Promise<T> {
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
