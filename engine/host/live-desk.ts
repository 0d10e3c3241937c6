// Keeps what is open towards a running server: fetches whose bodies are read piece by piece, and WebSockets. Gathers what
// pages ask for into as few calls as possible, runs the server no further than somebody waits for, and lets what comes out
// arrive at the pace of its clock. Knows no DOM, no worker and no session: the call is a seam.
import type {
  BodyText,
  Exchange,
  FetchView,
  LiveInput,
  LivePiece,
  LiveResult,
  LiveSocket,
  Ms,
  PageRequest,
  SocketListener,
} from '../protocol'
import { fromBodyText } from '../requests'

/** What a page got, while its body may still be coming. */
export interface LiveFetch {
  /** Complete but for the body. */
  readonly view: FetchView
  /** What the page may read, decoded; cancelling it tells the app. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>
  /** The view when nothing more comes. Never settles while nobody reads on. */
  readonly done: Promise<FetchView>
  /** Whether all of the body is here by now, and unbroken. */
  readonly isWhole: boolean
}

export interface LiveDeskOptions {
  /** Virtual seconds in one real second; `Infinity` lets everything arrive at once. */
  readonly speed?: number
  /** Settles when those who ask in the same breath have had their turn. */
  readonly nextTurn?: () => Promise<void>
}

/**
 * Real ms that the server's clock runs ahead for those who wait: what others send meanwhile comes late by as much. Little
 * at first, for what is sent in one breath arrives one after the other; then more and more.
 */
const FIRST_TICK_MS = 10
const LAST_TICK_MS = 1000
/** The same in virtual ms where nobody waits for the clock: who has heard nothing by then waits for somebody to send. */
const AT_ONCE_MS = 60_000

/** What is open, one entry an id. */
interface Track {
  /** Whether somebody waits for its next piece. */
  readonly isWanted: boolean
  /** @param find  gives the last exchange of a view, where the server has told of it together with the piece */
  take(piece: LivePiece, find: (view: FetchView) => Exchange | undefined): void
  fail(error: unknown): void
}

interface Delivery {
  readonly result: LiveResult
  /** Real ms by `performance.now()`. */
  readonly dueMs: number
}

export class LiveDesk {
  readonly #live: (input: LiveInput) => Promise<LiveResult>
  readonly #speed: number
  readonly #nextTurn: () => Promise<void>
  readonly #tracks = new Map<string, Track>()
  #start: { id: string; request: PageRequest }[] = []
  #say: NonNullable<LiveInput['say']>[number][] = []
  #cancel: string[] = []
  /** Those of whom no news will come until somebody sends something. */
  #quiet: ReadonlySet<string> = new Set()
  /** Those who waited in vain while something ticks on the server: they ask again when that time has passed. */
  #resting: ReadonlySet<string> = new Set()
  readonly #deliveries: Delivery[] = []
  #isCalling = false
  #isDelivering = false
  #count = 0
  #at: Ms = 0
  #tickMs = LAST_TICK_MS
  #dueMs = 0
  #error: unknown = null

  constructor(live: (input: LiveInput) => Promise<LiveResult>, options: LiveDeskOptions = {}) {
    this.#live = live
    this.#speed = options.speed ?? 1
    this.#nextTurn = options.nextTurn ?? (() => Promise.resolve())
  }

  /**
   * Asks for something.
   * @returns as soon as the page has the head of its response, or will get none
   * @throws the signal's reason when it was aborted before that; what `live` threw
   */
  fetch(ask: PageRequest, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<LiveFetch> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    const id = this.#open(ask)
    const leave = (): void => this.#leave(id)
    const track = new FetchTrack(leave, () => this.#wake())
    this.#add(id, track)
    const onAbort = (): void => {
      track.fail(signal?.reason)
      leave()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    const forget = (): void => signal?.removeEventListener('abort', onAbort)
    track.done.then(forget, forget)
    return track.answer
  }

  /**
   * Opens a WebSocket; the listener hears of everything that happens to it, in order.
   * @returns null when it could not be opened; `closed` has told so
   */
  async socket(ask: PageRequest, listener: SocketListener): Promise<LiveSocket | null> {
    const id = this.#open(ask)
    const track = new SocketTrack(listener)
    this.#add(id, track)
    const protocol = await track.opened
    const say = (frame: 'text' | 'binary' | 'close', data: BodyText, code?: number): void => {
      this.#say.push({ id, frame, data, ...(code === undefined ? {} : { code }) })
      this.#wake()
    }
    if (protocol === null) return null
    return { protocol, say, close: (code, reason = '') => say('close', { text: reason, encoding: 'utf8' }, code) }
  }

  /** Something else was sent to the server, and its clock is there now: those who waited in vain may have news. */
  stir(at: Ms): void {
    this.#at = Math.max(this.#at, at)
    this.#quiet = new Set()
    this.#resting = new Set()
    this.#wake()
  }

  /** The server is gone: everybody hears it, also who asks later. */
  fail(error: unknown): void {
    this.#error = error
    this.#deliveries.length = 0
    const tracks = [...this.#tracks.values()]
    this.#tracks.clear()
    for (const track of tracks) track.fail(error)
  }

  #open(request: PageRequest): string {
    const id = `live-${this.#count++}`
    this.#start.push({ id, request })
    return id
  }

  #add(id: string, track: Track): void {
    this.#tracks.set(id, track)
    if (this.#error === null) return this.#wake()
    this.#tracks.delete(id)
    track.fail(this.#error)
  }

  #leave(id: string): void {
    if (!this.#tracks.delete(id)) return
    const unsent = this.#start.findIndex((one) => one.id === id)
    if (unsent >= 0) this.#start.splice(unsent, 1)
    else this.#cancel.push(id)
    this.#wake()
  }

  #wake(): void {
    if (this.#isCalling || this.#error !== null) return
    this.#isCalling = true
    void this.#callWhileWanted()
  }

  async #callWhileWanted(): Promise<void> {
    await this.#nextTurn()
    for (let input = this.#takeInput(); input; input = this.#takeInput()) {
      try {
        this.#hear(input, await this.#live(input))
      } catch (error) {
        this.fail(error)
      }
    }
    this.#isCalling = false
  }

  /** What there is to do for the server; null where nothing is. */
  #takeInput(): LiveInput | null {
    if (this.#error !== null) return null
    const coming = new Set(this.#deliveries.flatMap(({ result }) => result.pieces.map(({ id }) => id)))
    const want = [...this.#tracks].filter(([id, track]) => track.isWanted && !coming.has(id)).map(([id]) => id)
    const [start, say, cancel] = [this.#start, this.#say, this.#cancel]
    const isNew = start.length > 0 || say.length > 0 || cancel.length > 0
    if (!isNew && want.every((id) => this.#quiet.has(id) || this.#resting.has(id))) return null
    this.#start = []
    this.#say = []
    this.#cancel = []
    this.#tickMs = start.length > 0 ? FIRST_TICK_MS : Math.min(2 * this.#tickMs, LAST_TICK_MS)
    return {
      ...(start.length > 0 ? { start } : {}),
      ...(say.length > 0 ? { say } : {}),
      ...(cancel.length > 0 ? { cancel } : {}),
      want,
      forMs: this.#speed === Infinity ? AT_ONCE_MS : this.#tickMs * this.#speed,
    }
  }

  #hear({ want }: LiveInput, result: LiveResult): void {
    const { pieces, isQuiet, at } = result
    const hasNews = pieces.some(({ id }) => want.includes(id))
    // Without a pace nobody would ever be tired of asking again.
    const isResting = !isQuiet && !hasNews && at > this.#at && this.#speed !== Infinity
    this.#quiet = new Set(isQuiet || (!hasNews && !isResting) ? want : [])
    this.#resting = new Set(isResting ? want : [])
    const passedMs = Math.max(0, at - this.#at) / this.#speed
    this.#at = Math.max(this.#at, at)
    this.#dueMs = Math.max(performance.now(), this.#dueMs) + passedMs
    this.#deliveries.push({ result, dueMs: this.#dueMs })
    if (!this.#isDelivering) {
      this.#isDelivering = true
      void this.#deliver()
    }
  }

  async #deliver(): Promise<void> {
    for (let next = this.#deliveries[0]; next; next = this.#deliveries[0]) {
      const restMs = next.dueMs - performance.now()
      if (restMs > 0) {
        await new Promise((resolve) => setTimeout(resolve, restMs))
        // They may have been thrown away meanwhile.
        if (this.#deliveries[0] !== next) continue
      }
      this.#deliveries.shift()
      if (this.#deliveries.length === 0) this.#resting = new Set()
      const find = finder(next.result)
      for (const piece of next.result.pieces) {
        const track = this.#tracks.get(piece.id)
        if (piece.kind === 'done') this.#tracks.delete(piece.id)
        track?.take(piece, find)
      }
      this.#wake()
    }
    this.#isDelivering = false
  }
}

/** One fetch, whose body is a stream that asks for no more than is read. */
class FetchTrack implements Track {
  readonly answer: Promise<LiveFetch>
  readonly done: Promise<FetchView>
  readonly #body: ReadableStream<Uint8Array<ArrayBuffer>>
  #resolveAnswer: (answer: LiveFetch) => void = () => undefined
  #rejectAnswer: (error: unknown) => void = () => undefined
  #resolveDone: (view: FetchView) => void = () => undefined
  #rejectDone: (error: unknown) => void = () => undefined
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null
  /** Ends the pull that waits for a piece. */
  #pulled: (() => void) | null = null
  readonly #chunks: Uint8Array<ArrayBuffer>[] = []
  #hasHead = false
  #hasChunks = false
  #end: { readonly error?: unknown } | null = null

  constructor(leave: () => void, wake: () => void) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolveAnswer = resolve
      this.#rejectAnswer = reject
    })
    this.done = new Promise((resolve, reject) => {
      this.#resolveDone = resolve
      this.#rejectDone = reject
    })
    // Whoever only reads the body does not look at it.
    this.done.catch(() => undefined)
    this.#body = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () =>
          new Promise<void>((resolve) => {
            this.#pulled = resolve
            this.#flow()
            if (this.isWanted) wake()
          }),
        cancel: (reason) => {
          this.#end ??= {}
          this.#rejectDone(reason)
          leave()
        },
      },
      { highWaterMark: 0 },
    )
  }

  get isWanted(): boolean {
    return !this.#end && (!this.#hasHead || this.#pulled !== null)
  }

  take(piece: LivePiece): void {
    switch (piece.kind) {
      case 'head':
        this.#answer(piece.view)
        break
      case 'chunk':
        this.#hasChunks = true
        this.#chunks.push(fromBodyText(piece.data))
        break
      case 'done': {
        const response = piece.view.response ?? piece.view.used
        // An answer that comes whole, such as one that had to be decoded first.
        if (!this.#hasChunks && response) this.#chunks.push(fromBodyText(response.body))
        this.#answer(piece.view)
        this.#end = response?.bodyError ? { error: new TypeError(response.bodyError.message) } : {}
        this.#resolveDone(piece.view)
        break
      }
      default:
        // Messages are a socket's.
        return
    }
    this.#flow()
  }

  fail(error: unknown): void {
    if (this.#end) return
    this.#end = { error }
    this.#chunks.length = 0
    this.#rejectAnswer(error)
    this.#rejectDone(error)
    this.#flow()
  }

  #answer(view: FetchView): void {
    if (this.#hasHead) return
    this.#hasHead = true
    const isWhole = (): boolean => this.#end !== null && !('error' in this.#end)
    this.#resolveAnswer({
      view,
      body: this.#body,
      done: this.done,
      get isWhole() {
        return isWhole()
      },
    })
  }

  /** Hands on one chunk to whoever waits for it, or the end when there is none. */
  #flow(): void {
    const chunk = this.#pulled ? this.#chunks.shift() : undefined
    if (chunk) {
      if (chunk.length > 0) this.#controller?.enqueue(chunk)
      else return this.#flow()
    } else if (this.#end && this.#chunks.length === 0) {
      if ('error' in this.#end) this.#controller?.error(this.#end.error)
      else this.#close()
    } else return
    this.#pulled?.()
    this.#pulled = null
  }

  #close(): void {
    try {
      this.#controller?.close()
    } catch {
      // Cancelled by its reader, or closed before.
    }
  }
}

/** Sent for a WebSocket that ends without a closing handshake: RFC 6455, 7.1.5. */
const ABNORMAL_CLOSURE = 1006

class SocketTrack implements Track {
  /** The subprotocol; null when it could not be opened. */
  readonly opened: Promise<string | null>
  readonly #listener: SocketListener
  #settle: (protocol: string | null) => void = () => undefined
  #isOver = false

  constructor(listener: SocketListener) {
    this.#listener = listener
    this.opened = new Promise((resolve) => (this.#settle = resolve))
  }

  get isWanted(): boolean {
    return !this.#isOver
  }

  take(piece: LivePiece, find: (view: FetchView) => Exchange | undefined): void {
    if (this.#isOver) return
    switch (piece.kind) {
      case 'head':
        return this.#settle(protocolOf(find(piece.view)))
      case 'message':
        return this.#listener.message(piece.frame, piece.data)
      case 'closed':
        return this.#close(piece.code, piece.reason)
      case 'done':
        if (piece.view.outcome === 'blocked') this.#listener.refused?.(piece.view)
        return this.fail()
      case 'chunk':
    }
  }

  fail(): void {
    if (!this.#isOver) this.#close(ABNORMAL_CLOSURE, '')
  }

  #close(code: number, reason: string): void {
    this.#isOver = true
    this.#listener.closed(code, reason, code !== ABNORMAL_CLOSURE)
    this.#settle(null)
  }
}

function finder({ exchanges, fetches = [], numbers }: LiveResult): (view: FetchView) => Exchange | undefined {
  // Without numbers all of them began in this call.
  const first = Math.min(...fetches.flatMap((fetch) => fetch.exchanges))
  return (view) => {
    const last = view.exchanges.at(-1) ?? -1
    return exchanges[numbers ? numbers.exchanges.indexOf(last) : last - first]
  }
}

function protocolOf(handshake: Exchange | undefined): string {
  const headers = handshake?.response?.headers ?? []
  return headers.find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1] ?? ''
}
