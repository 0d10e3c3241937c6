// The script of the sandbox's frame: an opaque origin without network or storage. It keeps what workers boot from,
// compiles and unpacks it once, and starts workers on the page's word. Knows nothing of what they do.
import type { FileUse, FromFrame, RuntimeContent, RuntimeFiles, RuntimeScripts, ToFrame, ToWorker } from './messages'

type Bytes = Uint8Array<ArrayBuffer>
type Announcement = Extract<ToFrame, { kind: 'announce' }>

const workers = new Map<number, Worker>()
const inlets = new Map<FileUse, ReadableStreamDefaultController<Bytes>>()
/** Each settles as soon as its files are there; a worker gets them one after the other. */
interface Prepared {
  readonly scripts: Promise<RuntimeScripts>
  readonly runtime: Promise<RuntimeFiles>
  readonly content: Promise<RuntimeContent>
}

let prepared: (Prepared & { readonly script: string }) | null = null

self.onmessage = (event: MessageEvent<ToFrame>) => {
  if (event.source !== parent) return
  const message = event.data
  switch (message.kind) {
    case 'announce':
      prepared = { ...prepare(message), script: message.worker }
      return
    case 'piece': {
      const inlet = inlets.get(message.file)
      if (message.bytes) inlet?.enqueue(message.bytes)
      else inlet?.close()
      return
    }
    case 'spawn': {
      const [port] = event.ports
      if (port) spawn(message.worker, port)
      return
    }
    case 'terminate':
      workers.get(message.worker)?.terminate()
      workers.delete(message.worker)
  }
}

const tellPage = (message: FromFrame): void => parent.postMessage(message, '*')
tellPage({ kind: 'frame-up' })

/** Works on each file as its pieces arrive: compiling and unpacking go on while the rest is still on its way. */
function prepare({ files, coreLibPath, snapshotHead }: Announcement): Prepared {
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
  const gather = async (): Promise<RuntimeFiles> => {
    const [wasm, stdlib, lock, coreLib] = await Promise.all([
      WebAssembly.compileStreaming(new Response(take('wasm'), { headers: { 'content-type': 'application/wasm' } })),
      buffer('stdlib'),
      text('lock'),
      buffer('coreLib'),
    ])
    return { wasm, stdlib, lock, coreLib, coreLibPath, snapshotHead }
  }
  const archives = files.filter((file) => file.startsWith('archive'))
  const content = streams.has('snapshot')
    ? unpack(take('snapshot'))
    : Promise.all(archives.map(async (file) => new Uint8Array(await buffer(file))))
  const scripts = Promise.all([text('pyodide'), text('asm')]).then(([pyodide, asm]) => ({ pyodide, asm }))
  return { scripts, runtime: gather(), content }
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

function spawn(id: number, port: MessagePort): void {
  if (!prepared) return
  const { scripts, runtime, content, script } = prepared
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const worker = new Worker(url)
  const tell = (message: ToWorker, transfer: Transferable[] = []): void => worker.postMessage(message, transfer)
  const fail = (error: unknown): void =>
    tellPage({ kind: 'worker-failed', worker: id, message: error instanceof Error ? error.message : String(error) })
  worker.onerror = (event) => fail(new Error(event.message || 'the worker ended'))
  workers.set(id, worker)
  scripts
    .then((loaded) => {
      tell({ kind: 'scripts', scripts: loaded }, [port])
      return runtime
    })
    .then((files) => {
      tell({ kind: 'runtime', files })
      return content
    })
    .then((loaded) => tell({ kind: 'content', content: loaded }))
    .catch(fail)
}
