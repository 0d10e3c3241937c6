// The engine as the page has it: sandbox, sessions and lanes behind one small face. The only part of the host with a DOM.
import { findVersion, VERSIONS, type VersionPair } from '../assets/versions'
import type {
  BrowserState,
  CheckResult,
  LiveSocket,
  OrdersResult,
  PageRequest,
  RequestGroup,
  RunDocument,
  SocketListener,
  TraceEvent,
} from '../protocol'
import { Sandbox, type BootWayName } from '../sandbox/sandbox'
import { DoorError, openServerDoor, type ServerDoor } from '../server'
import { EngineError } from './errors'
import { EngineHost, type HostStatus } from './host'
import { LIMITS } from './limits'
import type { LiveFetch } from './live-desk'
import { LiveServer } from './live-server'
import { ORDERS_WALL_MS, ordersInput, PATIENT_WALL_MS } from './orders'
import { Session, type BranchOptions, type Carry, type Program } from './session'
import { giveUp, type Work } from './work'
import type { LineView } from './tree'

export type EngineStatus = HostStatus

/** What the learner's server is doing. */
export type ServerState = 'stopped' | 'starting' | 'running' | 'reloading' | 'stopped-by-budget'

/** How a request reaches the app. `why` is a sentence where it is not the usual way. */
export interface Lane {
  readonly kind: 'service worker' | 'direct' | 'recorded'
  readonly why?: string
}

export type EngineNotice =
  | { readonly kind: 'status'; readonly status: EngineStatus }
  | { readonly kind: 'lane'; readonly lane: Lane }
  | { readonly kind: 'trace'; readonly events: readonly TraceEvent[] }
  /** A page asked by itself (`fetch`, `socket`), and the session's document has grown. */
  | { readonly kind: 'live'; readonly document: RunDocument }
  | { readonly kind: 'server'; readonly state: ServerState }

export interface PageEngineOptions {
  /** Folder of the engine's prepared files, with a trailing slash. */
  readonly base?: string
  /** `plain` imports everything anew instead of restoring the snapshot: slower, and needs nothing but the wheels. */
  readonly way?: BootWayName
  /** False goes straight to the engine without a real fetch. */
  readonly serviceWorker?: boolean
  /** Version of FastAPI to run on; the newest when absent. */
  readonly fastapi?: string | undefined
  /** Virtual seconds in one real second for what pages fetch by themselves; 1 when absent, `Infinity` for at once. */
  readonly speed?: number
}

export interface Engine {
  readonly status: EngineStatus
  readonly lane: Lane
  /** What programs can run on, newest first. */
  readonly versions: readonly VersionPair[]
  /** What they run on now: one of `versions`. */
  readonly version: VersionPair
  /** Calls back on each notice; returns the way out. */
  subscribe(listener: (notice: EngineNotice) => void): () => void
  /** Starts Python and the service worker if they are not up. Failures arrive as a status and a lane. */
  boot(): void
  /**
   * Boots another version. The running session ends, and a run that is under way is given up.
   * @throws {UnknownVersion}
   */
  use(fastapi: string): void
  /**
   * Starts a fresh session and sends all groups. The session stays open for `send`. A run that is under way is given up.
   * @throws {EngineError} `aborted`, `boot`, `protocol`; what the learner did wrong is in the document
   */
  run(program: Program, groups: readonly RequestGroup[], options?: RunOptions): Promise<RunDocument>
  /** Sees to it that a server runs this program: the running session goes on if it does. The document is of the whole session. */
  start(program: Program, options?: Pick<RunOptions, 'signal'>): Promise<RunDocument>
  /** Sends one more group to the running session; starts it anew when the program changed. The document is of the whole session. */
  send(program: Program, group: RequestGroup, options?: RunOptions): Promise<RunDocument>
  /**
   * Goes back to the moment before a group of the session's growing line; the next `send` begins a line of its own. The
   * document is that of what is shared.
   * @throws {RangeError} when there is no session or no such group
   */
  branch(group: number, options?: BranchOptions): Promise<RunDocument>
  /**
   * Changes what the browser of the running session remembers; the next `send` goes on with it. The document is of the whole
   * session.
   * @param text  what was changed, for the trace
   * @throws {RangeError} when no server runs
   */
  editBrowser(state: BrowserState, text: string, options?: Pick<RunOptions, 'signal'>): Promise<RunDocument>
  /** Every line of the session from the start, in the order in which they began. */
  readonly lines: readonly RunDocument[]
  /** The same lines with where they fork: group by group, as `branch` counts them. */
  readonly branches: readonly LineView[]
  /** Tries every order of the app's user middlewares, each in a clean session. Ends the running one. */
  orders(program: Program, groups: readonly RequestGroup[], options?: OrdersOptions): Promise<OrdersResult>
  /**
   * URL of the page on which the Peel page's own fetches stand: what is typed into DevTools' console, and what its frames
   * and workers fetch. May be changed at any time.
   */
  page: string
  /**
   * Asks the running server as a page does, and goes on as far as the body is read.
   * @throws {EngineError} `protocol` when no server is running; the signal's reason when it was aborted before the head
   */
  fetch(ask: PageRequest, options?: { readonly signal?: AbortSignal }): Promise<LiveFetch>
  /**
   * Opens a WebSocket to the running server as a page does; null when it was refused.
   * @throws {EngineError} `protocol` when no server is running
   */
  socket(ask: PageRequest, listener: SocketListener): Promise<LiveSocket | null>
  /** Runs a lesson's checks over a document. */
  check(source: string, file: string, document: RunDocument): Promise<readonly CheckResult[]>
  dispose(): void
}

export interface RunOptions {
  readonly signal?: AbortSignal
  /** Goes straight to the engine for this run, whatever the lane is. */
  readonly direct?: boolean
}

export interface OrdersOptions extends Pick<RunOptions, 'signal'> {
  /** See `OrdersInput`. */
  readonly isPatient?: boolean
  /** Hears how many orders of how many have been tried. */
  readonly onCount?: (done: number, of: number) => void
}

/** What belongs to one version. */
interface Workers {
  readonly version: VersionPair
  readonly sandbox: Sandbox
  readonly host: EngineHost
  readonly leave: () => void
}

/** @throws {UnknownVersion} */
export function createEngine(options: PageEngineOptions = {}): Engine {
  return new PageEngine(options)
}

class PageEngine implements Engine {
  readonly #options: PageEngineOptions
  #workers: Workers
  readonly #listeners = new Set<(notice: EngineNotice) => void>()
  #session: Session | null = null
  #door: Promise<ServerDoor | null> | null = null
  #doorSettled = false
  #lane: Lane = { kind: 'direct', why: 'The service worker is not up yet.' }
  #current: Work | null = null
  page = 'https://app.shop.test/'
  readonly #live: LiveServer
  #starting: { readonly program: Program; readonly done: Promise<RunDocument> } | null = null

  constructor(options: PageEngineOptions) {
    this.#options = options
    this.#live = new LiveServer({
      speed: options.speed ?? 1,
      whenFree: () => this.#whenFree(),
      onTrace: this.#onTrace,
      onTurn: (session) => {
        this.#tell({ kind: 'live', document: session.document })
        if (!session.isOpen) this.#finish(session)
      },
    })
    this.#workers = this.#hire(findVersion(options.fastapi))
  }

  get status(): EngineStatus {
    const status = this.#workers.host.status
    // A run is several calls; between them the engine is not free.
    if (status.kind === 'ready' && this.#current) return { kind: 'running' }
    // Not "ready" before a Run would start at once, and Run waits for the door.
    return status.kind === 'ready' && !this.#doorSettled
      ? { kind: 'booting', step: 'ready', text: 'opening the service worker' }
      : status
  }

  get lane(): Lane {
    return this.#lane
  }

  get versions(): readonly VersionPair[] {
    return VERSIONS
  }

  get version(): VersionPair {
    return this.#workers.version
  }

  subscribe(listener: (notice: EngineNotice) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  boot(): void {
    this.#workers.host.boot().catch(() => undefined) // arrives as a status
    void this.#openDoor()
  }

  use(fastapi: string): void {
    const version = findVersion(fastapi)
    if (version === this.version) return
    this.#dismiss()
    this.#session = null
    this.#workers = this.#hire(version)
    this.#tell({ kind: 'server', state: 'stopped' })
    this.boot()
  }

  run(program: Program, groups: readonly RequestGroup[], options: RunOptions = {}): Promise<RunDocument> {
    return this.#exclusive(options.signal, async (signal) => {
      const carry = await this.#carry(options)
      const session = await this.#open(program, signal)
      for (const group of groups) await session.send(group, { signal, carry, onTrace: this.#onTrace })
      return this.#finish(session)
    })
  }

  start(program: Program, { signal: outer }: Pick<RunOptions, 'signal'> = {}): Promise<RunDocument> {
    const running = this.#session
    // Between two turns of what is live it is not to be disturbed.
    if (running && isSame(running.program, program) && (this.#live.turn || (running.isOpen && !this.#current))) {
      return Promise.resolve(running.document)
    }
    // Several who ask at once wait for the same start.
    if (this.#starting && isSame(this.#starting.program, program)) return this.#starting.done
    const done = this.#exclusive(outer, async (signal) => {
      const open = this.#session
      return this.#finish(open?.isOpen && isSame(open.program, program) ? open : await this.#open(program, signal))
    })
    const starting = { program, done }
    this.#starting = starting
    const forget = (): void => {
      if (this.#starting === starting) this.#starting = null
    }
    done.then(forget, forget)
    return done
  }

  send(program: Program, group: RequestGroup, options: RunOptions = {}): Promise<RunDocument> {
    return this.#exclusive(options.signal, async (signal) => {
      const carry = await this.#carry(options)
      const open = this.#session
      const session = open?.isOpen && isSame(open.program, program) ? open : await this.#open(program, signal)
      await session.send(group, { signal, carry, onTrace: this.#onTrace })
      const document = this.#finish(session)
      this.#live.stir(session)
      return document
    })
  }

  branch(group: number, { line, signal: outer }: BranchOptions = {}): Promise<RunDocument> {
    return this.#exclusive(outer, async (signal) => {
      if (!this.#session) throw new RangeError('There is no session to go back in.')
      this.#live.end('The server went back to an earlier moment.')
      await this.#session.branch(group, { ...(line === undefined ? {} : { line }), signal })
      return this.#finish(this.#session)
    })
  }

  editBrowser(
    state: BrowserState,
    text: string,
    { signal: outer }: Pick<RunOptions, 'signal'> = {},
  ): Promise<RunDocument> {
    return this.#exclusive(outer, async (signal) => {
      const session = this.#session
      if (!session?.isOpen) throw new RangeError('No server runs. Press Run first.')
      await session.changeBrowser(state, text, { signal, onTrace: this.#onTrace })
      return this.#finish(session)
    })
  }

  get lines(): readonly RunDocument[] {
    return this.#session?.lines ?? []
  }

  get branches(): readonly LineView[] {
    return this.#session?.branches ?? []
  }

  orders(
    program: Program,
    groups: readonly RequestGroup[],
    { signal: asked, isPatient = false, onCount }: OrdersOptions = {},
  ): Promise<OrdersResult> {
    return this.#exclusive(asked, async (signal) => {
      this.#live.end('The server was stopped to try other orders.')
      const result = await this.#workers.host.call('orders', ordersInput(program, groups, isPatient), {
        wallMs: isPatient ? PATIENT_WALL_MS : ORDERS_WALL_MS,
        signal,
        onCount,
      })
      this.#tell({ kind: 'server', state: 'stopped' })
      return result
    })
  }

  fetch(ask: PageRequest, options: { readonly signal?: AbortSignal } = {}): Promise<LiveFetch> {
    return this.#live.fetch(ask, options)
  }

  socket(ask: PageRequest, listener: SocketListener): Promise<LiveSocket | null> {
    return this.#live.socket(ask, listener)
  }

  check(source: string, file: string, document: RunDocument): Promise<readonly CheckResult[]> {
    const input = { source, file, document: JSON.stringify(document) }
    return this.#workers.host.call('check', input, { wallMs: LIMITS.wallMs })
  }

  dispose(): void {
    void this.#door?.then((door) => door?.close())
    this.#dismiss()
    this.#listeners.clear()
  }

  /** A frame of its own for each version: its workers boot from that version's files. */
  #hire(version: VersionPair): Workers {
    const { base = '/engine/', way = 'snapshot' } = this.#options
    const sandbox = new Sandbox({ base, way, version })
    const host = new EngineHost(sandbox.spawn)
    const leave = host.subscribe(() => this.#tellStatus())
    return { version, sandbox, host, leave }
  }

  #dismiss(): void {
    const { sandbox, host, leave } = this.#workers
    this.#current?.abort.abort()
    this.#live.end('The engine was shut down.')
    leave()
    host.dispose()
    sandbox.dispose()
  }

  readonly #onTrace = (events: readonly TraceEvent[]): void => this.#tell({ kind: 'trace', events })

  async #open(program: Program, signal: AbortSignal): Promise<Session> {
    this.#tell({ kind: 'server', state: this.#session?.isOpen ? 'reloading' : 'starting' })
    this.#live.end('The server was started anew.')
    const session = new Session(this.#workers.host, program)
    this.#session = session
    await session.open({ signal, onTrace: this.#onTrace })
    return session
  }

  #finish(session: Session): RunDocument {
    const { document } = session
    if (!session.isOpen) this.#live.end('The server was stopped.')
    else this.#live.open(session)
    this.#tell({ kind: 'server', state: session.isOpen ? 'running' : document.stop ? 'stopped-by-budget' : 'stopped' })
    return document
  }

  /** One run or send at a time: a newer one lets the older end if it is quick, and gives it up if not. */
  async #exclusive<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const before = this.#current
    const abort = new AbortController()
    const onAbort = (): void => abort.abort()
    signal?.addEventListener('abort', onAbort, { once: true })
    const done = (async () => {
      if (before) await giveUp(before)
      if (this.#live.turn) await giveUp(this.#live.turn)
      if (signal?.aborted) throw new EngineError('aborted', 'Stopped before it began.')
      return work(abort.signal)
    })()
    const settled = done.catch(() => undefined)
    this.#current = { done: settled, abort }
    try {
      return await done
    } finally {
      signal?.removeEventListener('abort', onAbort)
      if (this.#current?.done === settled) this.#current = null
      this.#tellStatus()
    }
  }

  async #whenFree(): Promise<void> {
    while (this.#current) await this.#current.done
  }

  async #carry({ direct }: RunOptions): Promise<Carry | undefined> {
    const door = direct ? null : await this.#openDoor()
    return door ? (group, answer) => door.send(group, answer) : undefined
  }

  #openDoor(): Promise<ServerDoor | null> {
    this.#door ??= (async () => {
      try {
        if (this.#options.serviceWorker === false) {
          throw new DoorError(
            'unsupported',
            'The service worker is switched off for this visit, so requests go straight to your app.',
          )
        }
        const door = await openServerDoor({
          pages: this,
          onTrouble: (text) =>
            this.#setLane(text === null ? { kind: 'service worker' } : { kind: 'direct', why: text }),
        })
        this.#setLane({ kind: 'service worker' })
        return door
      } catch (error) {
        const why = error instanceof DoorError ? error.text : 'The service worker could not be started.'
        this.#setLane({ kind: 'direct', why })
        return null
      } finally {
        this.#doorSettled = true
        this.#tellStatus()
      }
    })()
    return this.#door
  }

  #setLane(lane: Lane): void {
    this.#lane = lane
    this.#tell({ kind: 'lane', lane })
  }

  #told: EngineStatus | null = null

  #tellStatus(): void {
    const { status } = this
    if (this.#told && JSON.stringify(this.#told) === JSON.stringify(status)) return
    this.#told = status
    this.#tell({ kind: 'status', status })
  }

  #tell(notice: EngineNotice): void {
    for (const listener of this.#listeners) listener(notice)
  }
}

function isSame(a: Program, b: Program): boolean {
  return (
    a.entry === b.entry &&
    a.app === b.app &&
    (['order', 'browser', 'serves', 'neighbours'] as const).every((key) => haveSameJson(a[key], b[key])) &&
    haveSameTexts(a.files, b.files) &&
    haveSameTexts(a.env ?? {}, b.env ?? {})
  )
}

function haveSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}

type Texts = Readonly<Record<string, string>>

function haveSameTexts(a: Texts, b: Texts): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
