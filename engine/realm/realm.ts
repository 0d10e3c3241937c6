// The page's side of a realm: a frame of opaque origin in which scripts believe to be on a page of the modelled browser.
// It keeps count of what they ask, fills in where they stand, and knows neither engine nor console.
import { fromBodyText, toBodyText } from '../requests'
import type { BodyText, FetchView, Page, PageRequest } from '../protocol'
import frameScript from './frame/realm-entry?script-text'
import type { Ask, ConsoleLevel, Described, FromRealm, RealmUp, Standing, ToRealm } from './messages'

/** Everything is refused; the frame has its script in it. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'"

/** A fetch under way. */
export interface LiveFetch {
  /** `response` without its body; null where the script gets an exception. */
  readonly view: FetchView
  readonly body: ReadableStream<Uint8Array>
}

/** An open WebSocket. */
export interface LiveSocket {
  readonly protocol: string
  say(frame: 'text' | 'binary', data: BodyText): void
  close(code: number, reason: string): void
}

export interface SocketListener {
  message(frame: 'text' | 'binary', data: BodyText): void
  closed(code: number, reason: string, wasClean: boolean): void
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
}

/** What became of a run's first turn. */
export interface Ran {
  readonly value: Described | null
  readonly isError: boolean
}

/** One frame; scripts that ran in it share its names until it is disposed. */
export class Realm {
  readonly #page: Page
  readonly #browser: RealmBrowser
  readonly #listener: RealmListener
  readonly #frame: HTMLIFrameElement
  readonly #opened: Promise<MessagePort>
  readonly #fetches = new Map<
    number,
    { abort: AbortController; reader: ReadableStreamDefaultReader<Uint8Array> | null }
  >()
  readonly #sockets = new Map<number, LiveSocket>()
  readonly #runs = new Map<number, (ran: Ran) => void>()
  #count = 0

  constructor(page: Page, browser: RealmBrowser, listener: RealmListener) {
    this.#page = page
    this.#browser = browser
    this.#listener = listener
    this.#frame = document.createElement('iframe')
    this.#frame.sandbox.add('allow-scripts')
    this.#frame.hidden = true
    this.#frame.title = 'Page of the JavaScript console'
    this.#frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><script>${frameScript.replaceAll('</script', '<\\/script')}</script>`
    this.#opened = this.#open()
  }

  /** Runs a line of the console or a file. Resolves when its last statement has run; what it began may go on. */
  async run(source: string, isEntry: boolean): Promise<Ran> {
    const port = await this.#opened
    this.#stand(port)
    const run = ++this.#count
    return new Promise((resolve) => {
      this.#runs.set(run, resolve)
      tell(port, { kind: 'run', run, source, isEntry })
    })
  }

  /** Takes the frame away; what is under way is aborted. */
  dispose(): void {
    for (const id of [...this.#fetches.keys()]) this.#cancel(id)
    for (const socket of this.#sockets.values()) socket.close(1001, '')
    for (const resolve of this.#runs.values()) resolve({ value: null, isError: false })
    this.#runs.clear()
    this.#frame.remove()
    void this.#opened.then((port) => port.close())
  }

  #open(): Promise<MessagePort> {
    return new Promise((resolve) => {
      const hearUp = ({ source, data }: MessageEvent<RealmUp | undefined>): void => {
        if (source !== this.#frame.contentWindow || data?.kind !== 'peel/realm-up') return
        removeEventListener('message', hearUp)
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = (event: MessageEvent<FromRealm>) => this.#hear(port1, event.data)
        // An opaque origin can't be named; the window is the frame's own.
        this.#frame.contentWindow?.postMessage(null, '*', [port2])
        this.#stand(port1)
        resolve(port1)
      }
      addEventListener('message', hearUp)
      document.body.append(this.#frame)
    })
  }

  #stand(port: MessagePort): void {
    const { url, sandboxed } = this.#page
    const standing: Standing = {
      url,
      origin: sandboxed ? 'null' : new URL(url).origin,
      cookie: this.#browser.cookie(this.#page),
    }
    tell(port, { kind: 'stand', standing })
  }

  #hear(port: MessagePort, message: FromRealm): void {
    switch (message.kind) {
      case 'fetch':
        return void this.#fetch(port, message.id, message.ask)
      case 'pull':
        return void this.#pull(port, message.id)
      case 'cancel':
        return this.#cancel(message.id)
      case 'socket':
        return void this.#openSocket(port, message.id, message.ask)
      case 'say': {
        const { data } = message
        const isText = typeof data === 'string'
        return this.#sockets
          .get(message.id)
          ?.say(isText ? 'text' : 'binary', isText ? { text: data, encoding: 'utf8' } : toBodyText(data))
      }
      case 'close':
        return this.#sockets.get(message.id)?.close(message.code, message.reason)
      case 'console':
        return this.#listener.console(message.level, message.parts)
      case 'clear':
        return this.#listener.clear()
      case 'ran':
        this.#runs.get(message.run)?.(message)
        this.#runs.delete(message.run)
    }
  }

  #request(ask: Ask): PageRequest {
    const { url, sandboxed } = this.#page
    const { pathname } = URL.canParse(ask.url, url) ? new URL(ask.url, url) : { pathname: ask.url }
    return { ...ask, from: -1, title: `${ask.method} ${pathname}`, atMs: 0, page: { ...ask.page, url, sandboxed } }
  }

  async #fetch(port: MessagePort, id: number, ask: Ask): Promise<void> {
    const abort = new AbortController()
    const entry = { abort, reader: null as ReadableStreamDefaultReader<Uint8Array> | null }
    this.#fetches.set(id, entry)
    try {
      const { view, body } = await this.#browser.fetch(this.#request(ask), { signal: abort.signal })
      this.#stand(port)
      if (view.response) entry.reader = body.getReader()
      else this.#fetches.delete(id)
      tell(port, { kind: 'head', id, view })
    } catch (error) {
      this.#fail(port, id, error)
    }
  }

  async #pull(port: MessagePort, id: number): Promise<void> {
    const entry = this.#fetches.get(id)
    if (!entry?.reader) return
    try {
      const { done, value } = await entry.reader.read()
      if (done) this.#fetches.delete(id)
      tell(port, { kind: 'chunk', id, bytes: done ? null : value.slice() })
    } catch (error) {
      this.#fail(port, id, error)
    }
  }

  #cancel(id: number): void {
    const entry = this.#fetches.get(id)
    this.#fetches.delete(id)
    entry?.abort.abort()
    entry?.reader?.cancel().catch(() => undefined) // it may have failed already
  }

  #fail(port: MessagePort, id: number, error: unknown): void {
    this.#fetches.delete(id)
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    tell(port, { kind: 'failed', id, name, message })
  }

  async #openSocket(port: MessagePort, id: number, ask: Ask): Promise<void> {
    const socket = await this.#browser.socket(this.#request(ask), {
      message: (frame, data) =>
        tell(port, { kind: 'message', id, data: frame === 'text' ? data.text : fromBodyText(data).slice() }),
      closed: (code, reason, wasClean) => {
        this.#sockets.delete(id)
        tell(port, { kind: 'closed', id, code, reason, wasClean })
      },
    })
    if (!socket) return
    this.#sockets.set(id, socket)
    tell(port, { kind: 'opened', id, protocol: socket.protocol })
  }
}

function tell(port: MessagePort, message: ToRealm): void {
  port.postMessage(message)
}
