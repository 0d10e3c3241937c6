// One server life: open, send, close. Gathers the run document while events arrive; knows workers only as a host.
import type {
  Exchange,
  Limits,
  RequestGroup,
  RunDocument,
  SendResult,
  SessionInfo,
  SourceFiles,
  StopView,
  TraceEvent,
} from '../protocol'
import { EngineError } from './errors'
import type { EngineHost } from './host'
import { LIMITS } from './limits'

/** A learner's program: files, the one that holds the app, and the app's name (null looks for `app`). */
export interface Program {
  readonly files: SourceFiles
  readonly entry: string
  readonly app: string | null
  /** Environment variables of the program. */
  readonly env?: Readonly<Record<string, string>>
}

export interface SessionOptions {
  readonly limits?: Partial<Limits>
  readonly trace?: boolean
  readonly signal?: AbortSignal | undefined
  readonly onTrace?: (events: readonly TraceEvent[]) => void
}

/** How a group gets to the app: straight to the engine, or through a door such as the service worker. */
export type Carry = (group: RequestGroup, answer: (group: RequestGroup) => Promise<SendResult>) => Promise<SendResult>

const straight: Carry = (group, answer) => answer(group)

const NO_VERSIONS = { fastapi: '', starlette: '', pydantic: '', uvicorn: '', python: '' }

/** A session that is or was open. `document` is always the whole of what is known so far. */
export class Session {
  readonly program: Program
  readonly #host: EngineHost
  readonly #limits: Limits
  readonly #trace: boolean
  readonly #events: TraceEvent[] = []
  readonly #exchanges: Exchange[] = []
  #info: SessionInfo = { versions: NO_VERSIONS, layers: [], error: null }
  #stop: StopView | null = null
  #epoch = -1

  constructor(host: EngineHost, program: Program, options: Pick<SessionOptions, 'limits' | 'trace'> = {}) {
    this.#host = host
    this.program = program
    this.#limits = { ...LIMITS, ...options.limits }
    this.#trace = options.trace ?? true
  }

  /** True while the server runs: loaded, not stopped, and in the worker that it was opened in. */
  get isOpen(): boolean {
    return this.#epoch === this.#host.epoch && this.#info.error === null && this.#stop === null
  }

  get document(): RunDocument {
    return { ...this.#info, exchanges: [...this.#exchanges], events: [...this.#events], stop: this.#stop }
  }

  /** Loads the files and runs lifespan startup. What the learner did wrong is in the document afterwards. */
  async open(options: SessionOptions = {}): Promise<void> {
    const { files, entry, app, env = {} } = this.program
    const input = { files, entry, app, env, limits: this.#limits, trace: this.#trace }
    await this.#guard(async () => {
      await this.#host.boot()
      this.#epoch = this.#host.epoch
      const { stop, ...info } = await this.#host.call('open', input, this.#callOptions(options))
      this.#info = info
      this.#stop = stop
    })
  }

  /** Sends one group to the running server. Does nothing when the server is not running. */
  async send(
    group: RequestGroup,
    options: SessionOptions & { readonly carry?: Carry | undefined } = {},
  ): Promise<void> {
    if (!this.isOpen) return
    await this.#guard(async () => {
      const answer = (one: RequestGroup): Promise<SendResult> =>
        this.#host.call('send', one, this.#callOptions(options))
      const { exchanges, stop } = await (options.carry ?? straight)(group, answer)
      this.#exchanges.push(...exchanges)
      this.#stop = stop
    }, group)
  }

  /** Runs lifespan shutdown. */
  async close(options: SessionOptions = {}): Promise<void> {
    if (!this.isOpen) return
    await this.#guard(async () => {
      const { stop } = await this.#host.call('close', null, this.#callOptions(options))
      this.#stop = stop
    })
    this.#epoch = -1
  }

  #callOptions({ signal, onTrace }: SessionOptions) {
    return {
      wallMs: this.#limits.wallMs,
      signal,
      onTrace: (events: readonly TraceEvent[]) => {
        this.#events.push(...events)
        onTrace?.(events)
      },
    }
  }

  /** A worker that had to be killed is something that the learner's program did: it becomes a stop, with the partial trace. */
  async #guard(work: () => Promise<void>, group?: RequestGroup): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof EngineError) || (error.kind !== 'timeout' && error.kind !== 'died')) throw error
      this.#stop = stopFrom(this.#events, error, this.#limits.wallMs)
      if (group) this.#exchanges.push(...group.requests.map((request) => unanswered(request, this.#events)))
    }
  }
}

/** What the exchange looks like when the worker was killed before it could tell. */
function unanswered(request: RequestGroup['requests'][number], events: readonly TraceEvent[]): Exchange {
  const at = events.at(-1)?.at ?? 0
  return {
    from: request.from,
    title: request.title,
    request: {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: request.body.text,
      bodyEncoding: request.body.encoding,
    },
    response: null,
    error: null,
    startedAt: at,
    endedAt: at,
  }
}

/** Words a stop of the watchdog from the events that came before it. Pure. */
export function stopFrom(events: readonly TraceEvent[], error: EngineError, wallMs: number): StopView {
  const line = events.findLast((event) => event.kind === 'line')
  const place = line?.kind === 'line' ? `${line.function}, ${line.file} line ${line.line}` : 'the program'
  const waiting = waitingRings(events)
  const what =
    error.kind === 'timeout'
      ? `Stopped in ${place}, after ${wallMs / 1000} s without giving the loop back.`
      : `Python ended in ${place}: ${error.message}`
  return {
    reason: error.kind === 'timeout' ? 'wall' : 'memory',
    text: `${what} The next Run starts with a fresh Python.`,
    file: line?.kind === 'line' ? line.file : null,
    line: line?.kind === 'line' ? line.line : null,
    waiting,
  }
}

/** Rings that were entered and not left, innermost first. */
function waitingRings(events: readonly TraceEvent[]): string[] {
  const open: string[] = []
  for (const event of events) {
    // The rings of the lifespan stay entered as long as the server lives.
    if (event.layer === null || event.exchange === null) continue
    if (event.kind === 'enter') open.push(event.layer)
    if (event.kind === 'exit' || event.kind === 'raise') {
      const at = open.lastIndexOf(event.layer)
      if (at >= 0) open.splice(at, 1)
    }
  }

  return open.toReversed()
}
