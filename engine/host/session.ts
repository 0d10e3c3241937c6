// One server life: open, send, close. Gathers the run document while events arrive; knows workers only as a host.
import type {
  BackResult,
  BrowserState,
  ClientRun,
  Limits,
  LiveInput,
  LiveResult,
  Neighbour,
  OpenOptions,
  PageRequest,
  RequestGroup,
  RunDocument,
  SendResult,
  SessionInfo,
  SourceFiles,
  StopView,
  TraceEvent,
} from '../protocol'
import { EngineError } from './errors'
import type { CallOptions, EngineHost } from './host'
import { LIMITS } from './limits'
import { gather, pathTo, Tree, viewLines, type LineView, type Node } from './tree'
import { unanswered } from './unanswered'

/** A learner's program: files, the one that holds the app, and the app's name (null looks for `app`). */
export interface Program {
  readonly files: SourceFiles
  readonly entry: string
  readonly app: string | null
  /** Environment variables of the program. */
  readonly env?: Readonly<Record<string, string>>
  /** Its user middlewares in another order: see `OpenOptions`. */
  readonly order?: readonly number[] | null
  /** The browser that its pages begin with; a fresh one when absent. */
  readonly browser?: BrowserState
  /** Origins at which it listens, and other apps at theirs: see `OpenOptions`. */
  readonly serves?: readonly string[]
  readonly neighbours?: readonly Neighbour[]
}

export interface SessionOptions {
  readonly limits?: Partial<Limits>
  readonly trace?: boolean
  readonly signal?: AbortSignal | undefined
  readonly onTrace?: (events: readonly TraceEvent[]) => void
}

export interface BranchOptions {
  readonly line?: number
  readonly signal?: AbortSignal | undefined
}

/** How a group gets to the app: straight to the engine, or through a door such as the service worker. */
export type Carry = (group: RequestGroup, answer: (group: RequestGroup) => Promise<SendResult>) => Promise<SendResult>

const straight: Carry = (group, answer) => answer(group)

/**
 * Real ms that a megabyte of what is sent may take in addition: it is carried through JSON, the modelled browser and h11
 * before the app makes its first event. A machine at rest takes a quarter of it.
 */
const MEGABYTE_MS = 1000

const NO_VERSIONS = { fastapi: '', starlette: '', pydantic: '', uvicorn: '', python: '' }

/** A session that is or was open. `document` is always the whole of what is known so far. */
export class Session {
  readonly program: Program
  readonly #host: EngineHost
  readonly #limits: Limits
  readonly #trace: boolean
  #info: SessionInfo = { versions: NO_VERSIONS, layers: [], error: null }
  #tree = new Tree()
  /** Where the worker's server stands; null when it may stand anywhere. */
  #at: Node | null = null

  constructor(host: EngineHost, program: Program, options: Pick<SessionOptions, 'limits' | 'trace'> = {}) {
    this.#host = host
    this.program = program
    this.#limits = { ...LIMITS, ...options.limits }
    this.#trace = options.trace ?? true
  }

  /** True while the server runs: loaded, not stopped, and in the worker that it was opened in. */
  get isOpen(): boolean {
    const { tip } = this.#tree
    return this.#host.holds(this) && this.#at === tip && this.#info.error === null && isRunning(tip)
  }

  /** The line that is growing, from the start. */
  get document(): RunDocument {
    return this.#documentOf(this.#tree.tip)
  }

  /** Every line from the start, in the order in which they began; the main line is the first. */
  get lines(): readonly RunDocument[] {
    return this.#tree.tips.map((tip) => this.#documentOf(tip))
  }

  /** The same lines with where they fork, group by group. */
  get branches(): readonly LineView[] {
    return viewLines(this.#tree)
  }

  /** Loads the files and runs lifespan startup. What the learner did wrong is in the document afterwards. */
  async open(options: SessionOptions = {}): Promise<void> {
    this.#tree = new Tree()
    const node = this.#tree.tip
    await this.#guard(node, async () => {
      await this.#host.boot()
      const { stop, ...info } = await this.#host.call('open', this.#input(), this.#callOptions(node, options))
      this.#info = info
      node.stop = stop
    })
  }

  /** Sends one group to the running server. Does nothing when the server is not running. */
  async send(
    group: RequestGroup,
    options: SessionOptions & { readonly carry?: Carry | undefined } = {},
  ): Promise<void> {
    if (!this.isOpen) return
    const node = this.#tree.grow({ call: 'send', input: group })
    await this.#guard(
      node,
      async () => {
        const answer = (one: RequestGroup): Promise<SendResult> =>
          this.#host.call('send', one, this.#callOptions(node, options, one.requests))
        take(node, await (options.carry ?? straight)(group, answer))
      },
      group,
    )
  }

  /** Runs a client program of the files against the running server. Does nothing when the server is not running. */
  async client(file: string, options: SessionOptions = {}): Promise<void> {
    if (!this.isOpen) return
    const node = this.#tree.grow({ call: 'client', input: { file } })
    await this.#guard(node, async () => {
      const result = await this.#host.call('client', { file }, this.#callOptions(node, options))
      take(node, result)
      node.error = result.error
    })
  }

  /**
   * Goes on with what is live: a group of its own on the line. Null when the server is not running, or was stopped from
   * outside.
   */
  async live(input: LiveInput, options: SessionOptions = {}): Promise<LiveResult | null> {
    if (!this.isOpen) return null
    const node = this.#tree.grow({ call: 'live', input })
    let result: LiveResult | null = null
    const asked = (input.start ?? []).map(({ request }) => request)
    await this.#guard(node, async () => {
      result = await this.#host.call('live', input, this.#callOptions(node, options, asked))
      take(node, result)
    })
    return result
  }

  /**
   * Changes what the browser remembers: a group of its own on the line. Does nothing when the server is not running.
   * @param text  what was changed, for the trace
   */
  async changeBrowser(state: BrowserState, text: string, options: SessionOptions = {}): Promise<void> {
    if (!this.isOpen) return
    const input = { state, text }
    const node = this.#tree.grow({ call: 'browser', input })
    await this.#guard(node, async () => {
      const { browser } = await this.#host.call('browser', input, this.#callOptions(node, options))
      node.browser = browser
    })
  }

  /** Runs lifespan shutdown. */
  async close(options: SessionOptions = {}): Promise<void> {
    if (!this.isOpen) return
    const node = this.#tree.grow({ call: 'close' })
    await this.#guard(node, async () => {
      const { stop } = await this.#host.call('close', null, this.#callOptions(node, options))
      node.stop = stop
    })
  }

  /**
   * Goes back to the moment before a group; what is sent next begins a line of its own, and the others stay readable. Works
   * from a line that was stopped or shut down too, and when the worker is gone: the server is started anew then.
   * @param group  0-based, counted on the line; the number of its groups stands for the moment after the last
   * @param line  index in `lines`; without it the line that is growing
   * @throws {RangeError} when the line has no such moment
   */
  async branch(group: number, { line, signal }: BranchOptions = {}): Promise<BackResult> {
    const tip = line === undefined ? this.#tree.tip : this.#tree.tips[line]
    const target = tip && pathTo(tip)[group]
    if (!target || !isRunning(target) || this.#info.error !== null) {
      throw new RangeError(`There is no running server before group ${group} of ${line ?? 'this'} line.`)
    }
    const path = pathTo(target)
    const back = (await this.#goBack(path, signal)) ?? (await this.#startAnew(path, signal))
    const expected = { exchange: gather(path, 'exchanges').length, seq: countEvents(path) }
    if (back.exchange !== expected.exchange || back.seq !== expected.seq) {
      throw new EngineError('protocol', `The server went back to event ${back.seq}, not to ${expected.seq}.`)
    }
    this.#tree.move(target)
    this.#at = target
    return back
  }

  /** Within the worker, as far as its line is the same; null when it has no server of this session. */
  async #goBack(path: readonly Node[], signal: AbortSignal | undefined): Promise<BackResult | null> {
    if (!this.#host.holds(this) || !this.#at) return null
    const here = new Set(pathTo(this.#at))
    const shared = path.filter((node) => here.has(node)).length
    this.#at = null
    try {
      const back = await this.#back(shared - 1, signal)
      return path.length === shared ? back : await this.#sendAgain(path.slice(shared), path.length - 1, signal)
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'died') return null
      throw error
    }
  }

  async #startAnew(path: readonly Node[], signal: AbortSignal | undefined): Promise<BackResult> {
    this.#at = null
    await this.#host.boot()
    await this.#host.call('open', this.#input(), { wallMs: this.#limits.wallMs, signal, owner: this })
    return this.#sendAgain(path.slice(1), path.length - 1, signal)
  }

  /** What was sent before is sent once more, and what comes of it is known already. */
  async #sendAgain(nodes: readonly Node[], group: number, signal: AbortSignal | undefined): Promise<BackResult> {
    for (const { step } of nodes) {
      const options = { wallMs: this.#limits.wallMs, signal }
      if (step.call === 'send') await this.#host.call('send', step.input, options)
      else if (step.call === 'client') await this.#host.call('client', step.input, options)
      else if (step.call === 'live') await this.#host.call('live', step.input, options)
      else if (step.call === 'browser') await this.#host.call('browser', step.input, options)
    }
    return { ...(await this.#back(group, signal)), way: 'replay' }
  }

  #back(group: number, signal: AbortSignal | undefined): Promise<BackResult> {
    // At worst all groups before it are sent again.
    return this.#host.call('back', { group }, { wallMs: this.#limits.wallMs * (1 + group), signal })
  }

  #input(): OpenOptions {
    const { files, entry, app, env = {}, order = null, browser, serves, neighbours } = this.program
    return {
      files,
      entry,
      app,
      env,
      order,
      ...(browser && { browser }),
      ...(serves && { serves }),
      ...(neighbours && { neighbours }),
      limits: this.#limits,
      trace: this.#trace,
    }
  }

  #callOptions(
    node: Node,
    { signal, onTrace }: SessionOptions,
    requests: readonly Pick<PageRequest, 'body'>[] = [],
  ): CallOptions {
    const characters = requests.reduce((sum, { body }) => sum + body.text.length, 0)
    return {
      wallMs: this.#limits.wallMs + Math.round((characters / 1e6) * MEGABYTE_MS),
      signal,
      owner: this,
      onTrace: (events: readonly TraceEvent[]) => {
        node.events.push(...events)
        onTrace?.(events)
      },
    }
  }

  #documentOf(tip: Node): RunDocument {
    const path = pathTo(tip)
    const clients = clientsOf(path)
    const fetches = gather(path, 'fetches')
    const browser = path.findLast((node) => node.browser !== null)?.browser
    return {
      ...this.#info,
      exchanges: gather(path, 'exchanges'),
      events: path.flatMap(({ events }) => events),
      stop: tip.stop,
      ...(fetches.length > 0 ? { fetches } : {}),
      ...(browser ? { browser } : {}),
      ...(clients.length > 0 ? { clients } : {}),
    }
  }

  /** A worker that had to be killed is something that the learner's program did: it becomes a stop, with the partial trace. */
  async #guard(node: Node, work: () => Promise<void>, group?: RequestGroup): Promise<void> {
    this.#at = null
    try {
      await work()
      this.#at = node
    } catch (error) {
      if (!(error instanceof EngineError) || (error.kind !== 'timeout' && error.kind !== 'died')) throw error
      const { events } = this.#documentOf(node)
      node.stop = stopFrom(events, error)
      if (!group) return
      const path = pathTo(node).slice(0, -1)
      const before = { exchange: gather(path, 'exchanges').length, fetch: gather(path, 'fetches').length }
      Object.assign(node, unanswered(group, node.events, before))
    }
  }
}

function isRunning({ step, stop }: Node): boolean {
  return step.call !== 'close' && stop === null
}

/** Keeps what a call gave. */
function take(node: Node, { exchanges, fetches = [], numbers, browser, stop }: SendResult): void {
  node.exchanges = exchanges
  node.fetches = fetches
  node.numbers = numbers ?? null
  node.browser = browser ?? null
  node.stop = stop
}

function clientsOf(path: readonly Node[]): ClientRun[] {
  return path.flatMap(({ step, error }, at) => {
    if (step.call !== 'client') return []
    const span = (count: (nodes: readonly Node[]) => number) =>
      [count(path.slice(0, at)), count(path.slice(0, at + 1))] as const
    const exchange = span((nodes) => gather(nodes, 'exchanges').length)
    return [{ file: step.input.file, error, seq: span(countEvents), exchange }]
  })
}

function countEvents(path: readonly Node[]): number {
  return path.reduce((sum, { events }) => sum + events.length, 0)
}

/** Words a stop of the watchdog from the events that came before it. Pure. */
export function stopFrom(events: readonly TraceEvent[], error: EngineError): StopView {
  const line = events.findLast((event) => event.kind === 'line')
  const place = line?.kind === 'line' ? `${line.function}, ${line.file} line ${line.line}` : 'the program'
  const waiting = waitingRings(events)
  const what =
    error.kind === 'timeout'
      ? `Stopped in ${place}, after ${error.waitedMs / 1000} s without giving the loop back.`
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
