// The page's side of the sandbox: fetches what Python boots from, hands it into a frame of opaque origin, and gives out
// workers. Nothing that a learner's program does in there reaches network, storage or page.
import { NEWEST, versionFolder, type VersionPair } from '../assets/versions'
import type { SpawnWorker } from '../host/worker-seam'
import type { BootStep, CallMessage, WorkerMessage } from '../protocol'
import frameScript from './frame-entry?script-text'
import type { FileUse, FromFrame, ToFrame } from './messages'

export type BootWayName = 'snapshot' | 'plain'

interface Manifest {
  readonly snapshot: string
  readonly snapshotHead: string
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
  readonly version: VersionPair
}

/** An older version is prepared by the server when it is first asked for; one that is prepared answers at once. */
const SLOW_ANSWER_MS = 700

/** A frame that is up, and the files on their way into it. */
interface Opened {
  readonly frame: HTMLIFrameElement
  readonly passed: Promise<void>
}

/** Opens the frame once and spawns workers in it, the first as soon as the files are there. */
export class Sandbox {
  readonly #options: SandboxOptions
  /** By worker: what to do when the frame says that it failed. */
  readonly #failures = new Map<number, (error: unknown) => void>()
  #opening: Promise<Opened> | null = null
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
    const fail = (error: unknown): void => {
      if (!gone) listen({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
    }
    // A frame that failed, e.g. because a file could not be fetched, is tried anew by the next spawn.
    this.#opening ??= Promise.resolve()
      .then(() => this.#open(progress))
      .catch((error: unknown) => {
        this.#opening = null
        throw error
      })
    const opening = this.#opening
    opening.then(({ frame, passed }) => {
      if (gone) return
      this.#failures.set(id, fail)
      say(frame, { kind: 'spawn', worker: id }, [port2])
      passed.catch((error: unknown) => {
        if (this.#opening === opening) this.#opening = null
        fail(error)
      })
    }, fail)
    return {
      post: (message: CallMessage) => port1.postMessage(message),
      terminate: () => {
        gone = true
        port1.close()
        this.#failures.delete(id)
        opening.then(
          ({ frame }) => say(frame, { kind: 'terminate', worker: id }),
          () => undefined,
        )
      },
    }
  }

  /** Takes the frame and all its workers away. */
  dispose(): void {
    this.#element?.remove()
    this.#element = null
    this.#opening = null
  }

  async #open(progress: (step: BootStep, text: string) => void): Promise<Opened> {
    progress('files', 'asking what is needed')
    const { base, way, version } = this.#options
    // The frame takes its time to come up; meanwhile the files are under way.
    const created = this.#createFrame()
    // A recorded run needs none of it, so it is no part of the engine's own chunk.
    const script = import('./worker-entry?script-text')
    script.catch(() => undefined) // told by the one that is awaited first
    const manifest = await getManifest(base, version, (text) => progress('files', text))
    const files = filesOf(manifest, way).map(([use, name]) => ({ use, response: get(base + name) }))
    for (const { response } of files) response.catch(() => undefined) // told by the one that is awaited first
    const [frame, { default: worker }] = await Promise.all([created, script])
    say(frame, {
      kind: 'announce',
      files: files.map(({ use }) => use),
      coreLibPath: manifest.coreLibPath,
      snapshotHead: way === 'snapshot' ? fromBase64(manifest.snapshotHead) : null,
      worker,
    })
    const meter = new Meter((text) => progress('files', text))
    const passed = Promise.all(files.map(async ({ use, response }) => pass(frame, use, await response, meter)))
    return { frame, passed: passed.then(() => undefined) }
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
        if (!frame.isConnected) removeEventListener('message', onMessage)
        if (event.source !== frame.contentWindow) return
        if (event.data.kind === 'frame-up') resolve(frame)
        else this.#failures.get(event.data.worker)?.(new Error(event.data.message))
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

/** What is needed, largest first: the order in which the browser asks. */
function filesOf(manifest: Manifest, way: BootWayName): (readonly [use: FileUse, name: string])[] {
  const loaded =
    way === 'snapshot'
      ? [['snapshot', manifest.snapshot] as const]
      : [...manifest.wheels, manifest.peel].map((name, index) => [`archive ${index}`, name] as const)
  return [
    ...loaded,
    ['wasm', 'pyodide.asm.wasm'],
    ['coreLib', manifest.coreLib],
    ['stdlib', 'python_stdlib.zip'],
    ['asm', 'pyodide.asm.mjs'],
    ['lock', 'pyodide-lock.json'],
    ['pyodide', 'pyodide.mjs'],
  ]
}

/** Pieces are passed on when they are this large: each message costs, and the frame should have work early. */
const PIECE_BYTES = 512 * 1024

/** Passes a file on to the frame while it arrives. */
async function pass(frame: HTMLIFrameElement, file: FileUse, response: Response, meter: Meter): Promise<void> {
  const reader = response.body?.getReader()
  let parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  const send = (): void => {
    const bytes = new Uint8Array(size)
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    say(frame, { kind: 'piece', file, bytes }, [bytes.buffer])
    parts = []
    size = 0
  }
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    parts.push(next.value)
    size += next.value.length
    meter.add(next.value.length)
    if (size >= PIECE_BYTES) send()
  }
  if (size > 0) send()
  say(frame, { kind: 'piece', file, bytes: null })
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

async function getManifest(base: string, version: VersionPair, say: (text: string) => void): Promise<Manifest> {
  const name = `FastAPI ${version.fastapi}`
  const url = `${base}${versionFolder(version.fastapi)}manifest.json`
  if (version === NEWEST) return (await (await get(url)).json()) as Manifest
  const patience = setTimeout(() => say(`preparing ${name}, once: that takes half a minute`), SLOW_ANSWER_MS)
  try {
    const response = await fetch(url).catch((cause: unknown) => {
      throw new Error(`${name} could not be fetched. Check the connection and try again.`, { cause })
    })
    const text = await response.text()
    if (response.status === 503) throw new Error(`${name} could not be prepared: ${text}`)
    // A server that only hands out files says so, or answers with the page itself.
    if (!response.ok || !text.startsWith('{'))
      throw new Error(
        `${name} is not here. \`npm start\` serves the page and prepares older versions when they are chosen.`,
      )
    return JSON.parse(text) as Manifest
  } finally {
    clearTimeout(patience)
  }
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Error(`${url} could not be fetched. Check the connection and try again.`, { cause })
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}. Run \`npm run setup\`, then try again.`)
  return response
}

/** Each word is drawn by the page while it is busy enough: one for every two megabytes will do. */
const SAY_BYTES = 2e6

/** Counts what has arrived and says so. */
class Meter {
  readonly #say: (text: string) => void
  #bytes = 0
  #said = 0

  constructor(say: (text: string) => void) {
    this.#say = say
  }

  add(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes - this.#said < SAY_BYTES) return
    this.#said = this.#bytes
    this.#say(`${(this.#bytes / 1e6).toFixed(0)} MB have arrived`)
  }
}
