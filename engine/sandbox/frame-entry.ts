// The script of the sandbox's frame: an opaque origin without network or storage. It keeps what workers boot from,
// compiles and unpacks it once, and starts workers on the page's word. Knows nothing of what they do.
import type { SandboxFiles, ToFrame, ToWorker, WorkerFiles, WorkerMessage } from './messages'

const workers = new Map<number, Worker>()
let prepared: Promise<{ files: WorkerFiles; script: string }> | null = null

self.onmessage = (event: MessageEvent<ToFrame>) => {
  if (event.source !== parent) return
  const message = event.data
  switch (message.kind) {
    case 'files':
      prepared = prepare(message.files).then((files) => ({ files, script: message.worker }))
      prepared.catch(() => undefined) // told to each worker's port
      return
    case 'spawn': {
      const [port] = event.ports
      if (port) void spawn(message.worker, port)
      return
    }
    case 'terminate':
      workers.get(message.worker)?.terminate()
      workers.delete(message.worker)
  }
}

parent.postMessage({ kind: 'frame-up' }, '*')

async function prepare({ wasm, way, ...rest }: SandboxFiles): Promise<WorkerFiles> {
  const [module, unpacked] = await Promise.all([WebAssembly.compile(wasm), unpack(way)])
  return { ...rest, wasm: module, way: unpacked }
}

async function unpack(way: SandboxFiles['way']): Promise<WorkerFiles['way']> {
  if (way.kind === 'plain') return { kind: 'plain', archives: way.archives.map((one) => new Uint8Array(one)) }
  const packed = new Uint8Array(way.gzip)
  // A server may have said `Content-Encoding: gzip` of its own accord; then the browser has unpacked it already.
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return { kind: 'snapshot', packed }
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
  return { kind: 'snapshot', packed: new Uint8Array(await new Response(stream).arrayBuffer()) }
}

async function spawn(id: number, port: MessagePort): Promise<void> {
  const fail = (message: string): void => port.postMessage({ kind: 'failed', message } satisfies WorkerMessage)
  try {
    if (!prepared) throw new Error('the files have not arrived')
    const { files, script } = await prepared
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
    const worker = new Worker(url)
    worker.onerror = (event) => fail(event.message || 'the worker ended')
    workers.set(id, worker)
    worker.postMessage({ files } satisfies ToWorker, [port])
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error))
  }
}
