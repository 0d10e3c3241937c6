// Serves one realm over its port: keeps count of what its scripts ask, fills in where they stand, and has it carried out
// by the modelled browser. Knows neither frames nor consoles.
import { fromBodyText, toBodyText } from '../requests'
import type { FetchView, LiveSocket, Page, PageRequest, SocketListener } from '../protocol'
import type { Ask, ConsoleLevel, Described, FromRealm, Standing, ToRealm } from './messages'

/** A fetch under way. */
export interface LiveFetch {
  /** `response` without its body; null where the script gets an exception. */
  readonly view: FetchView
  /** Decoded bytes; those of an element (a document, an image, a script …) also where a script could not read them. */
  readonly body: ReadableStream<Uint8Array>
}

/** What carries out what scripts ask for: the modelled browser and the server behind it. */
export interface RealmBrowser {
  fetch(request: PageRequest, options: { readonly signal: AbortSignal }): Promise<LiveFetch>
  /** @returns null when the handshake failed; `closed` has told so */
  socket(request: PageRequest, listener: SocketListener): Promise<LiveSocket | null>
  /** What `document.cookie` says on a page. */
  cookie(page: Page): string
}

export interface RealmListener {
  console(level: ConsoleLevel, parts: readonly Described[]): void
  clear(): void
  /** A link was followed or a form submitted. */
  navigate(request: PageRequest): void
}

/** What became of a run's first turn. */
export interface Ran {
  readonly value: Described | null
  readonly isError: boolean
}

/** Where scripts on a page believe to be. */
export function standingOf(page: Page, browser: RealmBrowser): Standing {
  const { url, sandboxed } = page
  return { url, origin: sandboxed ? 'null' : new URL(url).origin, cookie: browser.cookie(page) }
}

/** Makes what a realm asked for a request of its page. */
export function requestOf(ask: Ask, page: Page): PageRequest {
  const { url } = page
  const path = URL.canParse(ask.url, url) ? new URL(ask.url, url).pathname : ask.url
  return { ...ask, from: -1, title: `${ask.method} ${path}`, atMs: 0, page: { ...ask.page, ...page } }
}

interface Fetching {
  readonly abort: AbortController
  reader: ReadableStreamDefaultReader<Uint8Array> | null
}

export class Serving {
  readonly #port: MessagePort
  readonly #page: Page
  readonly #browser: RealmBrowser
  readonly #listener: RealmListener
  readonly #fetches = new Map<number, Fetching>()
  readonly #sockets = new Map<number, LiveSocket>()
  readonly #runs = new Map<number, (ran: Ran) => void>()
  #count = 0
  #loads = 0

  constructor(port: MessagePort, page: Page, browser: RealmBrowser, listener: RealmListener) {
    this.#port = port
    this.#page = page
    this.#browser = browser
    this.#listener = listener
    port.onmessage = (event: MessageEvent<FromRealm>) => this.#hear(event.data)
  }

  /** How often the realm's document has loaded. */
  get loads(): number {
    return this.#loads
  }

  /** Runs a line of the console or a file. Resolves when its last statement has run; what it began may go on. */
  run(source: string, isEntry: boolean): Promise<Ran> {
    this.#stand()
    const run = ++this.#count
    return new Promise((resolve) => {
      this.#runs.set(run, resolve)
      this.#tell({ kind: 'run', run, source, isEntry })
    })
  }

  /** Ends what is under way. */
  close(): void {
    for (const id of [...this.#fetches.keys()]) this.#cancel(id)
    for (const socket of this.#sockets.values()) socket.close(1001, '')
    for (const resolve of this.#runs.values()) resolve({ value: null, isError: false })
    this.#runs.clear()
    this.#port.close()
  }

  #stand(): void {
    this.#tell({ kind: 'stand', standing: standingOf(this.#page, this.#browser) })
  }

  #hear(message: FromRealm): void {
    switch (message.kind) {
      case 'fetch':
        return void this.#fetch(message.id, message.ask)
      case 'pull':
        return void this.#pull(message.id)
      case 'cancel':
        return this.#cancel(message.id)
      case 'socket':
        return void this.#openSocket(message.id, message.ask)
      case 'say': {
        const { data } = message
        const isText = typeof data === 'string'
        return this.#sockets
          .get(message.id)
          ?.say(isText ? 'text' : 'binary', isText ? { text: data, encoding: 'utf8' } : toBodyText(data))
      }
      case 'close':
        return this.#sockets.get(message.id)?.close(message.code ?? undefined, message.reason)
      case 'navigate':
        return this.#listener.navigate(requestOf(message.ask, this.#page))
      case 'console':
        return this.#listener.console(message.level, message.parts)
      case 'loaded':
        return void this.#loads++
      case 'clear':
        return this.#listener.clear()
      case 'ran':
        this.#runs.get(message.run)?.(message)
        this.#runs.delete(message.run)
    }
  }

  async #fetch(id: number, ask: Ask): Promise<void> {
    const entry: Fetching = { abort: new AbortController(), reader: null }
    this.#fetches.set(id, entry)
    try {
      const { view, body } = await this.#browser.fetch(requestOf(ask, this.#page), { signal: entry.abort.signal })
      this.#stand()
      if (view.response) entry.reader = body.getReader()
      else this.#fetches.delete(id)
      this.#tell({ kind: 'head', id, view })
    } catch (error) {
      this.#fail(id, error)
    }
  }

  async #pull(id: number): Promise<void> {
    const entry = this.#fetches.get(id)
    if (!entry?.reader) return
    try {
      const { done, value } = await entry.reader.read()
      if (done) this.#fetches.delete(id)
      this.#tell({ kind: 'chunk', id, bytes: done ? null : value.slice() })
    } catch (error) {
      this.#fail(id, error)
    }
  }

  #cancel(id: number): void {
    const entry = this.#fetches.get(id)
    this.#fetches.delete(id)
    entry?.abort.abort()
    entry?.reader?.cancel().catch(() => undefined) // it may have failed already
  }

  #fail(id: number, error: unknown): void {
    this.#fetches.delete(id)
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    this.#tell({ kind: 'failed', id, name, message })
  }

  async #openSocket(id: number, ask: Ask): Promise<void> {
    const socket = await this.#browser.socket(requestOf(ask, this.#page), {
      message: (frame, data) =>
        this.#tell({ kind: 'message', id, data: frame === 'text' ? data.text : fromBodyText(data).slice() }),
      closed: (code, reason, wasClean) => {
        this.#sockets.delete(id)
        this.#tell({ kind: 'closed', id, code, reason, wasClean })
      },
    })
    if (!socket) return
    this.#sockets.set(id, socket)
    this.#tell({ kind: 'opened', id, protocol: socket.protocol })
  }

  #tell(message: ToRealm): void {
    this.#port.postMessage(message)
  }
}
