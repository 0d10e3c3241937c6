// What pages ask the running server by themselves, in turns between runs and sends. Knows no lanes, no door and no version.
import type { LiveInput, LiveResult, LiveSocket, PageRequest, SocketListener, TraceEvent } from '../protocol'
import { EngineError } from './errors'
import { LiveDesk, type LiveFetch } from './live-desk'
import type { Session } from './session'
import type { Work } from './work'

const NO_SERVER = 'No server is running, so nobody can answer. Press Run to start yours.'

export interface LiveServerOptions {
  /** Virtual seconds in one real second; `Infinity` for at once. */
  readonly speed: number
  /** Settles when no run or send has the engine. */
  readonly whenFree: () => Promise<void>
  readonly onTrace: (events: readonly TraceEvent[]) => void
  /** A turn has ended: the session's document has grown, and the session may have been stopped. */
  readonly onTurn: (session: Session) => void
}

export class LiveServer {
  readonly #options: LiveServerOptions
  #desk: LiveDesk | null = null
  #turn: Work | null = null

  constructor(options: LiveServerOptions) {
    this.#options = options
  }

  /** The turn under way. */
  get turn(): Work | null {
    return this.#turn
  }

  /** Lets pages ask this session. Where they ask one already, `end` comes first. */
  open(session: Session): void {
    if (this.#desk) return
    this.#desk = new LiveDesk((input) => this.#goOn(session, input), { speed: this.#options.speed, nextTurn })
    this.stir(session)
  }

  /** Something else happened on the server, which those who wait may hear of. */
  stir({ document }: Session): void {
    this.#desk?.stir(document.events.at(-1)?.at ?? 0)
  }

  /** Whoever is being answered or waits gets this reason. */
  end(why: string): void {
    this.#desk?.fail(new EngineError('aborted', why))
    this.#desk = null
  }

  /** @throws {EngineError} `protocol` when no server is running */
  async fetch(ask: PageRequest, options: { readonly signal?: AbortSignal }): Promise<LiveFetch> {
    return (await this.#reachDesk()).fetch(ask, options)
  }

  /** @throws {EngineError} `protocol` when no server is running */
  async socket(ask: PageRequest, listener: SocketListener): Promise<LiveSocket | null> {
    return (await this.#reachDesk()).socket(ask, listener)
  }

  /** What a run under way leaves behind is what a page can ask. */
  async #reachDesk(): Promise<LiveDesk> {
    await this.#options.whenFree()
    if (!this.#desk) throw new EngineError('protocol', NO_SERVER)
    return this.#desk
  }

  async #goOn(session: Session, input: LiveInput): Promise<LiveResult> {
    const { whenFree, onTrace, onTurn } = this.#options
    await whenFree()
    const abort = new AbortController()
    const answer = session.live(input, { signal: abort.signal, onTrace })
    const turn = { done: answer.catch(() => undefined), abort }
    this.#turn = turn
    try {
      const result = await answer
      onTurn(session)
      if (!result) throw new EngineError('died', session.document.stop?.text ?? NO_SERVER)
      return result
    } finally {
      if (this.#turn === turn) this.#turn = null
    }
  }
}

/** Fetches of one breath come from the service worker as messages that follow each other. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(null)
  })
}
