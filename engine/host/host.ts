// Keeps one worker at work and a warm spare beside it, and settles every call: by value, error, abort, time limit or
// the worker's death. Knows no DOM and no Python; the worker is a seam.
import {
  BatchReader,
  type BootStep,
  type CallName,
  type EngineCalls,
  type TraceEvent,
  type WorkerMessage,
} from '../protocol'
import { EngineError } from './errors'
import type { EngineWorker, SpawnWorker } from './worker-seam'

export type HostStatus =
  | { readonly kind: 'off' }
  | { readonly kind: 'booting'; readonly step: BootStep; readonly text: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly message: string }

export interface CallOptions {
  /**
   * Real ms without an event after which the worker is killed and the spare takes over. Events are counted and bounded
   * within Python, so whoever still makes some is slow, not stuck; `MOST_WALLS` times as long ends every call.
   */
  readonly wallMs: number
  readonly signal?: AbortSignal | undefined
  /** Gets the events of this call in order, in batches, while it runs. */
  readonly onTrace?: (events: readonly TraceEvent[]) => void
  /** Hears how far a call has come that consists of many alike, such as `orders`. */
  readonly onCount?: ((done: number, of: number) => void) | undefined
  /** Who has the session that `open` starts: see `EngineHost.holds`. */
  readonly owner?: object
}

/** Calls after which no session is open but the one they start: any worker can answer them. */
const ENDS_SESSIONS: ReadonlySet<CallName> = new Set(['open', 'orders'])
/** Cause of an error: the worker was spoiled before the call, which was not begun. */
const STALE = Symbol('stale')

type Failure = Extract<WorkerMessage, { readonly kind: 'failed' }>

interface Pending {
  /** Told of events, before anybody reads them. */
  readonly isAlive: () => void
  readonly resolve: (value: EngineCalls[CallName]['out']) => void
  readonly reject: (error: EngineError) => void
  readonly onTrace: ((events: readonly TraceEvent[]) => void) | undefined
  readonly onCount: ((done: number, of: number) => void) | undefined
}

/** A learner's phone, or a machine that has much else to do, is ten times slower than one at rest. */
const MOST_WALLS = 12
/** A spare that boots at once would take the processor away from the first run. */
const SPARE_DELAY_MS = 400

/** A worker with what is known of it. */
interface Slot {
  readonly worker: EngineWorker
  readonly ready: Promise<void>
  isReady: boolean
  readonly pending: Map<number, Pending>
}

/** The engine's one door to its workers. Calls are made one at a time; a second one waits for the first. */
export class EngineHost {
  readonly #spawn: SpawnWorker
  readonly #wantsSpare: boolean
  readonly #spareDelayMs: number
  #spareTimer: ReturnType<typeof setTimeout> | null = null
  readonly #listeners = new Set<(status: HostStatus) => void>()
  #status: HostStatus = { kind: 'off' }
  #main: Slot | null = null
  #spare: Slot | null = null
  #queue: Promise<unknown> = Promise.resolve()
  #nextId = 1
  #owner: object | null = null
  #disposed = false

  /** @param options  `spare: false` starts no second worker, where only one session will ever run */
  constructor(spawn: SpawnWorker, options: { readonly spare?: boolean; readonly spareDelayMs?: number } = {}) {
    this.#spawn = spawn
    this.#wantsSpare = options.spare ?? true
    this.#spareDelayMs = options.spareDelayMs ?? SPARE_DELAY_MS
  }

  get status(): HostStatus {
    return this.#status
  }

  /**
   * Whether the worker's session is that of this owner. A session lives in one worker, and a worker has one session: it is
   * gone when the worker is replaced or another one is opened.
   */
  holds(owner: object): boolean {
    return this.#owner === owner
  }

  /** Calls back on each change of the status; returns the way out. */
  subscribe(listener: (status: HostStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Starts the worker if there is none. Settles when it is ready; rejects with kind `boot`. May be called again after a failure. */
  boot(): Promise<void> {
    if (this.#disposed) return Promise.reject(new EngineError('boot', 'The engine was shut down.'))
    this.#main ??= this.#start(true)
    return this.#main.ready
  }

  /**
   * Makes one call.
   * @throws {EngineError} `timeout` and `aborted` kill the worker; `died` when it ended by itself; `protocol` for our own bugs
   */
  call<C extends CallName>(name: C, input: EngineCalls[C]['in'], options: CallOptions): Promise<EngineCalls[C]['out']> {
    const turn = this.#queue.then(async () => {
      try {
        return await this.#callNow(name, input, options)
      } catch (error) {
        if (!ENDS_SESSIONS.has(name) || !(error instanceof EngineError) || error.cause !== STALE) throw error
        return this.#callNow(name, input, options)
      }
    })
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  dispose(): void {
    this.#disposed = true
    if (this.#spareTimer !== null) clearTimeout(this.#spareTimer)
    for (const slot of [this.#main, this.#spare])
      if (slot) this.#kill(slot, new EngineError('aborted', 'The engine was shut down.'))
    this.#main = this.#spare = this.#owner = null
    this.#set({ kind: 'off' })
  }

  async #callNow<C extends CallName>(
    name: C,
    input: EngineCalls[C]['in'],
    options: CallOptions,
  ): Promise<EngineCalls[C]['out']> {
    throwIfAborted(options.signal)
    await this.boot()
    throwIfAborted(options.signal)
    const slot = this.#main
    if (!slot) throw new EngineError('died', 'The engine stopped before it could answer.')
    this.#set({ kind: 'running' })
    const id = this.#nextId++
    const { wallMs } = options
    const dog = new Watchdog(wallMs, (waitedMs) => {
      const text = `Python gave no answer for ${waitedMs / 1000} s and was stopped.`
      this.#replace(slot, new EngineError('timeout', text, { waitedMs }))
    })
    const onAbort = (): void => this.#replace(slot, new EngineError('aborted', 'Stopped before it was done.'))
    try {
      const value = await new Promise<EngineCalls[CallName]['out']>((resolve, reject) => {
        const isAlive = (): void => dog.hear()
        slot.pending.set(id, { resolve, reject, isAlive, onTrace: options.onTrace, onCount: options.onCount })
        dog.start()
        options.signal?.addEventListener('abort', onAbort, { once: true })
        if (ENDS_SESSIONS.has(name)) this.#owner = options.owner ?? null
        slot.worker.post({ id, call: name, input })
      })
      return value as EngineCalls[C]['out']
    } finally {
      dog.stop()
      options.signal?.removeEventListener('abort', onAbort)
      slot.pending.delete(id)
      if (this.#status.kind === 'running' && this.#main?.isReady) this.#set({ kind: 'ready' })
    }
  }

  #start(isMain: boolean): Slot {
    const pending: Slot['pending'] = new Map()
    let onReady = (): void => undefined
    let onFailed = (_error: EngineError): void => undefined
    const ready = new Promise<void>((resolve, reject) => {
      onReady = resolve
      onFailed = reject
    })
    ready.catch(() => undefined) // awaited by whoever calls; a spare that fails is simply not there
    if (isMain) this.#set({ kind: 'booting', step: 'files', text: 'starting' })
    const reader = new BatchReader()
    const hear = (message: WorkerMessage): void => {
      if (slot !== this.#main && slot !== this.#spare) return
      switch (message.kind) {
        case 'progress':
          if (slot === this.#main && !slot.isReady)
            this.#set({ kind: 'booting', step: message.step, text: message.text })
          return
        case 'ready':
          slot.isReady = true
          onReady()
          if (slot === this.#main) this.#takeUp()
          return
        case 'failed':
          this.#fail(slot, message, onFailed)
          return
        case 'trace': {
          const [call] = slot.pending.values()
          call?.isAlive()
          const events = reader.read(message.events)
          call?.onTrace?.(events)
          return
        }
        case 'count': {
          const [call] = slot.pending.values()
          call?.onCount?.(message.done, message.of)
          return
        }
        case 'reply': {
          const call = slot.pending.get(message.id)
          if (message.ok) call?.resolve(message.value)
          else call?.reject(new EngineError('protocol', message.message))
        }
      }
    }
    const slot: Slot = { worker: this.#spawn((message) => hear(message)), ready, isReady: false, pending }
    return slot
  }

  /** The main worker is ready: say so, and warm a spare up behind it as soon as nobody is kept waiting for that. */
  #takeUp(): void {
    this.#set({ kind: 'ready' })
    if (!this.#wantsSpare || this.#spare || this.#spareTimer !== null) return
    this.#spareTimer = setTimeout(() => {
      this.#spareTimer = null
      // A main worker that is not ready yet comes back here when it is.
      if (!this.#disposed && !this.#spare && this.#main?.isReady) this.#spare = this.#start(false)
    }, this.#spareDelayMs)
  }

  #fail(slot: Slot, { message, isStale = false }: Failure, onFailed: (error: EngineError) => void): void {
    if (slot.isReady && slot === this.#main) {
      this.#replace(slot, new EngineError('died', message, isStale ? { cause: STALE } : {}))
      return
    }
    const error = new EngineError('boot', `Python could not start: ${message}`)
    this.#kill(slot, error)
    onFailed(error)
    if (slot === this.#spare) this.#spare = null
    else {
      this.#main = null
      this.#set({ kind: 'failed', message: error.message })
    }
  }

  /** Kills the main worker and lets the spare take over. */
  #replace(slot: Slot, error: EngineError): void {
    if (slot !== this.#main) return
    this.#owner = null
    const next = this.#spare
    this.#spare = null
    this.#main = next
    this.#kill(slot, error)
    if (!next) this.#main = this.#start(true)
    else if (next.isReady) this.#takeUp()
    else this.#set({ kind: 'booting', step: 'python', text: 'waking the spare worker' })
  }

  #kill(slot: Slot, error: EngineError): void {
    slot.worker.terminate()
    for (const call of slot.pending.values()) call.reject(error)
    slot.pending.clear()
  }

  #set(status: HostStatus): void {
    this.#status = status
    for (const listener of this.#listeners) listener(status)
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new EngineError('aborted', 'Stopped before it began.')
}

/** Bites when nothing was heard for so long, and at last in any case. */
class Watchdog {
  readonly #wallMs: number
  readonly #bite: (waitedMs: number) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #startedMs = 0
  #heardMs = 0

  /** @param bite  told for how many real ms nothing was heard, or of all of them */
  constructor(wallMs: number, bite: (waitedMs: number) => void) {
    this.#wallMs = wallMs
    this.#bite = bite
  }

  start(): void {
    this.#startedMs = this.#heardMs = performance.now()
    this.#wait(this.#wallMs)
  }

  hear(): void {
    this.#heardMs = performance.now()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      const now = performance.now()
      const mostMs = MOST_WALLS * this.#wallMs
      const leftMs = Math.min(this.#heardMs + this.#wallMs, this.#startedMs + mostMs) - now
      // Timers may come early by less than one.
      if (leftMs >= 1) return this.#wait(leftMs)
      this.#bite(now - this.#startedMs >= mostMs - 1 ? mostMs : this.#wallMs)
    }, ms)
  }
}
