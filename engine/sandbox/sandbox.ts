// The page's side of the sandbox: fetches what Python boots from, hands it into a frame of opaque origin, and gives out
// workers. Nothing that a learner's program does in there reaches network, storage or page.
import type { SpawnWorker } from '../host/worker-seam'
import type { BootStep, CallMessage, WorkerMessage } from '../protocol'
import frameScript from './frame-entry?script-text'
import type { FromFrame, SandboxFiles, ToFrame } from './messages'
import workerScript from './worker-entry?script-text'

export type BootWayName = 'snapshot' | 'plain'

interface Manifest {
  readonly snapshot: string
  readonly coreLibPath: string
  readonly coreLib: string
  readonly wheels: readonly string[]
  readonly peel: string
}

/** Everything is refused; scripts and workers only from what was handed in. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:"

export interface SandboxOptions {
  /** Folder of the engine's prepared files, with a trailing slash. */
  readonly base: string
  readonly way: BootWayName
}

/** Opens the frame once and spawns workers in it, the first as soon as the files are there. */
export class Sandbox {
  readonly #options: SandboxOptions
  #frame: Promise<HTMLIFrameElement> | null = null
  #element: HTMLIFrameElement | null = null
  #nextWorker = 1

  constructor(options: SandboxOptions) {
    this.#options = options
  }

  /** Starts a worker; the seam that a host takes. */
  readonly spawn: SpawnWorker = (listen) => {
    const id = this.#nextWorker++
    const { port1, port2 } = new MessageChannel()
    let gone = false
    port1.onmessage = (event: MessageEvent<WorkerMessage>) => {
      if (!gone) listen(event.data)
    }
    const progress = (step: BootStep, text: string): void => {
      if (!gone) listen({ kind: 'progress', step, text })
    }
    // A frame that failed, e.g. because a file could not be fetched, is tried anew by the next spawn.
    this.#frame ??= Promise.resolve()
      .then(() => this.#open(progress))
      .catch((error: unknown) => {
        this.#frame = null
        throw error
      })
    this.#frame.then(
      (frame) => {
        if (!gone) say(frame, { kind: 'spawn', worker: id }, [port2])
      },
      (error: unknown) => {
        if (!gone) listen({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
      },
    )
    return {
      post: (message: CallMessage) => port1.postMessage(message),
      terminate: () => {
        gone = true
        port1.close()
        void this.#frame?.then(
          (frame) => say(frame, { kind: 'terminate', worker: id }),
          () => undefined,
        )
      },
    }
  }

  /** Takes the frame and all its workers away. */
  dispose(): void {
    this.#element?.remove()
    this.#element = null
    this.#frame = null
  }

  async #open(progress: (step: BootStep, text: string) => void): Promise<HTMLIFrameElement> {
    const [frame, files] = await Promise.all([this.#createFrame(), fetchFiles(this.#options, progress)])
    const buffers = files.way.kind === 'snapshot' ? [files.way.gzip] : [...files.way.archives]
    say(frame, { kind: 'files', files, worker: workerScript }, [files.wasm, files.stdlib, files.coreLib, ...buffers])
    return frame
  }

  #createFrame(): Promise<HTMLIFrameElement> {
    this.#element?.remove()
    const frame = document.createElement('iframe')
    this.#element = frame
    // Without allow-same-origin: an origin of its own that shares nothing with the page.
    frame.sandbox.add('allow-scripts')
    frame.hidden = true
    frame.title = 'Python'
    frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>${frameScript.replaceAll('</script', '<\\/script')}</script>`
    return new Promise((resolve) => {
      const onMessage = (event: MessageEvent<FromFrame>): void => {
        if (event.source !== frame.contentWindow || event.data.kind !== 'frame-up') return
        removeEventListener('message', onMessage)
        resolve(frame)
      }
      addEventListener('message', onMessage)
      document.body.append(frame)
    })
  }
}

function say(frame: HTMLIFrameElement, message: ToFrame, transfer: Transferable[] = []): void {
  // An opaque origin can't be named, so the target is the window itself; the message holds nothing secret.
  frame.contentWindow?.postMessage(message, '*', transfer)
}

async function fetchFiles(
  { base, way }: SandboxOptions,
  progress: (step: BootStep, text: string) => void,
): Promise<SandboxFiles> {
  progress('files', 'asking what is needed')
  const manifest = (await (await get(`${base}manifest.json`)).json()) as Manifest
  const meter = new Meter((text) => progress('files', text))
  const bytes = async (name: string): Promise<ArrayBuffer> => meter.read(await get(base + name))
  const text = async (name: string): Promise<string> => new TextDecoder().decode(await bytes(name))
  const rest =
    way === 'snapshot'
      ? bytes(manifest.snapshot).then((gzip) => ({ kind: 'snapshot' as const, gzip }))
      : Promise.all([...manifest.wheels, manifest.peel].map(bytes)).then((archives) => ({
          kind: 'plain' as const,
          archives,
        }))
  const [pyodide, asm, wasm, stdlib, lock, coreLib, loaded] = await Promise.all([
    text('pyodide.mjs'),
    text('pyodide.asm.mjs'),
    bytes('pyodide.asm.wasm'),
    bytes('python_stdlib.zip'),
    text('pyodide-lock.json'),
    bytes(manifest.coreLib),
    rest,
  ])
  return { pyodide, asm, wasm, stdlib, lock, coreLib, coreLibPath: manifest.coreLibPath, way: loaded }
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error(`${url} could not be fetched. Check the connection and try again.`, { cause })
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}. Run \`npm run setup\`, then try again.`)
  return response
}

/** Counts what has arrived and says so in steps of a tenth of a megabyte. */
class Meter {
  readonly #say: (text: string) => void
  #bytes = 0
  #said = 0

  constructor(say: (text: string) => void) {
    this.#say = say
  }

  async read(response: Response): Promise<ArrayBuffer> {
    const parts: Uint8Array<ArrayBuffer>[] = []
    if (!response.body) return response.arrayBuffer()
    for await (const part of response.body) {
      parts.push(part)
      this.#bytes += part.length
      if (this.#bytes - this.#said > 100_000) {
        this.#said = this.#bytes
        this.#say(`${(this.#bytes / 1e6).toFixed(1)} MB have arrived`)
      }
    }
    return new Blob(parts).arrayBuffer()
  }
}
