// The script of the sandbox's frame: an opaque origin without network or storage. It keeps what workers boot from,
// compiles and unpacks it once, and starts workers on the page's word. Knows nothing of what they do.
import type { FileUse, ToFrame, ToWorker, WorkerFiles, WorkerMessage } from './messages'

type Bytes = Uint8Array<ArrayBuffer>
type Announcement = Extract<ToFrame, { kind: 'announce' }>

const workers = new Map<number, Worker>()
const inlets = new Map<FileUse, ReadableStreamDefaultController<Bytes>>()
let prepared: Promise<{ files: WorkerFiles; script: string }> | null = null

self.onmessage = (event: MessageEvent<ToFrame>) => {
  if (event.source !== parent) return
  const message = event.data
  switch (message.kind) {
    case 'announce':
      prepared = prepare(message).then((files) => ({ files, script: message.worker }))
      prepared.catch(() => undefined) // told to each worker's port
      return
    case 'piece': {
      const inlet = inlets.get(message.file)
      if (message.bytes) inlet?.enqueue(message.bytes)
      else inlet?.close()
      return
    }
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

/** Works on each file as its pieces arrive: compiling and unpacking go on while the rest is still on its way. */
async function prepare({ files, coreLibPath }: Announcement): Promise<WorkerFiles> {
  const streams = new Map(
    files.map((file) => [file, new ReadableStream<Bytes>({ start: (inlet) => void inlets.set(file, inlet) })]),
  )
  const take = (file: FileUse): ReadableStream<Bytes> => {
    const stream = streams.get(file)
    if (!stream) throw new Error(`${file} was not announced`)
    return stream
  }
  const text = (file: FileUse): Promise<string> => new Response(take(file)).text()
  const buffer = (file: FileUse): Promise<ArrayBuffer> => new Response(take(file)).arrayBuffer()
  const archives = files.filter((file) => file.startsWith('archive'))
  const way = async (): Promise<WorkerFiles['way']> =>
    streams.has('snapshot')
      ? { kind: 'snapshot', packed: await unpack(take('snapshot')) }
      : { kind: 'plain', archives: await Promise.all(archives.map(async (file) => new Uint8Array(await buffer(file)))) }
  const [pyodide, asm, wasm, stdlib, lock, coreLib, loaded] = await Promise.all([
    text('pyodide'),
    text('asm'),
    buffer('wasm').then((bytes) => WebAssembly.compile(bytes)),
    buffer('stdlib'),
    text('lock'),
    buffer('coreLib'),
    way(),
  ])
  return { pyodide, asm, wasm, stdlib, lock, coreLib, coreLibPath, way: loaded }
}

async function unpack(stream: ReadableStream<Bytes>): Promise<Bytes> {
  const reader = stream.getReader()
  const first = await reader.read()
  const head = first.value ?? new Uint8Array()
  const whole = new ReadableStream<Bytes>({
    start: (inlet) => inlet.enqueue(head),
    pull: async (inlet) => {
      const { done, value } = await reader.read()
      if (done) inlet.close()
      else inlet.enqueue(value)
    },
  })
  // A server may have said `Content-Encoding: gzip` of its own accord; then the browser has unpacked it already.
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const unpacked = isGzip ? whole.pipeThrough(new DecompressionStream('gzip')) : whole
  return new Uint8Array(await new Response(unpacked).arrayBuffer())
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
