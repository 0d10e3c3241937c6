// Runtime `fastapi`: real FastAPI behind real uvicorn, in Python's own interpreter. Keeps what is needed to go back.
import type {
  BackResult,
  BrowserState,
  CallName,
  EngineCalls,
  OpenOptions,
  OrdersInput,
  OrdersResult,
  SendResult,
  SessionError,
  StopView,
} from '../../protocol'
import { groupOrders, listOrders, type Outcome } from '../../search'
import type { Runtime } from '../runtime'
import { BrowserSeat } from './browser-seat'
import type { HeapCheckpoint, Moment } from './checkpoint'
import type { Interpreter } from './interpreter'
import { Moments } from './moments'

type BridgeReply = { ok: true; value: unknown } | { ok: false; error: { kind: string; message: string } }

/** Thrown when the interpreter can't be put back safely: the next session needs another worker. */
export class StaleInterpreter extends Error {
  override readonly name = 'StaleInterpreter'
}

/** Calls that go on with a session: each is a group of its branch. */
type Step = { readonly name: 'send' | 'client' | 'live' | 'browser'; readonly payload: string }

/** The session that is or was open since the last `open`, as it can be had again. */
interface Line {
  readonly open: OpenOptions
  /** Everything that was asked of it since, in order. */
  readonly steps: Step[]
  /** False after a failed start, a stop or a shutdown: nothing can be asked of it as it stands. */
  isRunning: boolean
  /** Real ms that its steps took since its last moment was remembered. */
  workedMs: number
}

/** A moment of the whole session. */
interface Remembered {
  readonly heap: Moment
  readonly browser: BrowserState
  readonly bytes: number
}

/**
 * When moments of a session are remembered: while nobody asks for anything, before each group, or not at all. The last
 * two are for tests, which force a way back by them.
 */
export type Remembering = 'idle' | 'always' | 'never'

/** Nobody asked for so long: a Run sends its groups one after another without such a pause. */
const IDLE_MS = 30
/** A moment costs some 20 ms; after so much work without a pause that is a price to pay at once. */
const WORKED_MS = 400
/** 6 middlewares have 720 orders, 7 have 5 040: minutes. */
const MOST_MIDDLEWARES = 6
/** 8 have 40 320; the results of more would not fit into memory. */
const MOST_WITH_PATIENCE = 8

/** Orders between two words of how many have been tried: each takes some ms. */
const COUNTED = 6

export type Count = (done: number, of: number) => void

/** Serves sessions with an interpreter; each `open` starts from the moment at which the interpreter came up. */
export class FastapiRuntime implements Runtime {
  readonly #interpreter: Interpreter
  readonly #remembering: Remembering
  readonly #count: Count | undefined
  readonly #moments = new Moments<Remembered>()
  readonly #seat = new BrowserSeat()
  #used = false
  #line: Line | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param options.count  hears how many orders of how many have been tried */
  constructor(
    interpreter: Interpreter,
    { remembering = 'idle', count }: { remembering?: Remembering; count?: Count } = {},
  ) {
    this.#interpreter = interpreter
    this.#remembering = remembering
    this.#count = count
    interpreter.browser = this.#seat.answer
  }

  call<C extends CallName>(name: C, input: EngineCalls[C]['in']): EngineCalls[C]['out'] {
    clearTimeout(this.#timer)
    try {
      return this.#answer(name, input) as EngineCalls[C]['out']
    } finally {
      this.#rememberLater()
    }
  }

  #answer(name: CallName, input: EngineCalls[CallName]['in']): EngineCalls[CallName]['out'] {
    switch (name) {
      case 'open':
        return this.#open(input as OpenOptions)
      case 'send':
      case 'client':
      case 'live':
      case 'browser':
        return this.#step({ name, payload: JSON.stringify(input) })
      case 'back':
        return this.#back((input as EngineCalls['back']['in']).group)
      case 'orders':
        return this.#orders(input as OrdersInput)
      case 'close':
        if (this.#line) this.#line.isRunning = false
        return this.#ask(name, JSON.stringify(input))
      case 'check':
        return this.#ask(name, JSON.stringify(input))
    }
  }

  #open(open: OpenOptions): EngineCalls['open']['out'] {
    this.#moments.clear()
    this.#line = null
    this.#restore()
    const opened = this.#begin(open)
    this.#line = { open, steps: [], isRunning: !opened.error && !opened.stop, workedMs: 0 }
    return opened
  }

  #begin(open: OpenOptions): EngineCalls['open']['out'] {
    this.#seat.begin(open)
    return this.#ask('open', JSON.stringify(open))
  }

  #step(step: Step): EngineCalls[Step['name']]['out'] {
    const line = this.#line
    const isPaid = line !== null && line.workedMs > WORKED_MS
    if ((isPaid && this.#remembering === 'idle') || this.#remembering === 'always') this.#remember()
    const started = performance.now()
    const value = this.#do(step)
    if (line?.isRunning) {
      line.steps.push(step)
      line.isRunning = !('stop' in value) || value.stop === null
      line.workedMs += performance.now() - started
    }
    return value
  }

  #do({ name, payload }: Step): EngineCalls[Step['name']]['out'] {
    if (name === 'browser') {
      const { state, text } = JSON.parse(payload) as EngineCalls['browser']['in']
      this.#ask(name, JSON.stringify({ text }))
      this.#seat.put(state)
      return { browser: this.#seat.state }
    }
    const value = this.#ask<SendResult>(name, payload)
    return value.fetches ? { ...value, browser: this.#seat.state } : value
  }

  /** Puts the session back to the moment before one of its groups; what came after is forgotten. */
  #back(group: number): BackResult {
    const line = this.#line
    if (!line) throw new Error('misuse: back needs a session that was opened')
    const isHere = group === line.steps.length && line.isRunning
    if (!isHere && !(Number.isInteger(group) && group >= 0 && group < line.steps.length)) {
      throw new Error(`misuse: the session has ${line.steps.length} groups, and ${group} is none of them`)
    }
    const nearest = isHere ? null : this.#moments.nearest(group)
    if (!isHere) {
      this.#restore(nearest?.moment.heap)
      if (nearest) {
        this.#seat.begin(line.open)
        this.#seat.put(nearest.moment.browser)
      }
      this.#interpreter.quietly(() => this.#replay(line, nearest?.group ?? null, group))
      line.steps.length = group
      line.isRunning = true
      line.workedMs = 0
      this.#moments.forgetAfter(group)
    }
    const way = isHere || nearest?.group === group ? 'checkpoint' : 'replay'
    const { exchange, seq } = this.#position()
    return { way, exchange, seq }
  }

  /** Asks once more for what lies between two moments. Everything is a function of what is sent, so it ends in the same state. */
  #replay(line: Line, from: number | null, to: number): void {
    if (from === null) this.#begin(line.open)
    for (const step of line.steps.slice(from ?? 0, to)) this.#do(step)
  }

  #position(): Position {
    return this.#ask('position', 'null')
  }

  /** Tries every order from one moment: files loaded, stack not yet built. */
  #orders({ open, groups, isPatient = false }: OrdersInput): OrdersResult {
    this.#moments.clear()
    this.#line = null
    this.#restore()
    return this.#interpreter.quietly(() => {
      const input = JSON.stringify({ open: { ...open, trace: false, order: null }, groups })
      const { names, error, stop } = this.#ask<Loaded>('load', input)
      if (error) return { names, groups: [], error }
      if (stop) return { names, groups: [], error: stoppedWhileLoading(stop) }
      const most = isPatient ? MOST_WITH_PATIENCE : MOST_MIDDLEWARES
      if (names.length > most) return { names, groups: [], error: tooMany(names, open.entry, most) }
      const loaded = this.#interpreter.checkpoint()
      const orders = listOrders(names.length)
      const outcomes = orders.map((order, index): Outcome => {
        if (index % COUNTED === 0) this.#count?.(index, orders.length)
        if (index > 0) this.#restoreTo(loaded)
        this.#seat.begin(open)
        return { order, ...this.#ask<Omit<Outcome, 'order'>>('try', JSON.stringify(order)) }
      })
      return { names, groups: groupOrders(outcomes), error: null }
    })
  }

  #restore(moment?: Moment): void {
    // The first session finds the interpreter as it came up.
    if (this.#used) this.#restoreTo(this.#interpreter.boot, moment)
    this.#used = true
  }

  #restoreTo(checkpoint: HeapCheckpoint, moment?: Moment): void {
    if (checkpoint.restore(moment)) return
    throw new StaleInterpreter('The last program changed files of Python itself, so a new interpreter is needed.')
  }

  #ask<T>(name: string, payload: string): T {
    const reply = JSON.parse(this.#interpreter.call(name, payload)) as BridgeReply
    if (!reply.ok) throw new Error(`${reply.error.kind}: ${reply.error.message}`)
    return reply.value as T
  }

  /** Remembers the moment that is now, unless it is known. */
  #remember(): void {
    for (const _ of this.#remembered());
  }

  /** Does so in small steps as soon as nobody has asked for anything for a while; whoever asks comes first. */
  #rememberLater(): void {
    if (this.#remembering !== 'idle' || !this.#line?.isRunning || this.#moments.has(this.#line.steps.length)) return
    const steps = this.#remembered()
    const go = (): void => {
      if (!steps.next().done) this.#timer = setTimeout(go)
    }
    this.#timer = setTimeout(go, IDLE_MS)
  }

  *#remembered(): Generator<void, void> {
    const line = this.#line
    if (!line?.isRunning || this.#moments.has(line.steps.length)) return
    // What is live is known to the browser as well, and only as a whole: such a moment is had by sending all again.
    if (line.steps.some(({ name }) => name === 'live') && this.#position().live > 0) return
    const heap = yield* this.#interpreter.boot.take()
    if (heap) {
      const browser = this.#seat.state
      this.#moments.keep(line.steps.length, { heap, browser, bytes: heap.bytes + JSON.stringify(browser).length })
    }
    line.workedMs = 0
  }
}

/** Numbers that come next, and how many exchanges are live. */
interface Position {
  readonly exchange: number
  readonly seq: number
  readonly live: number
}

interface Loaded {
  readonly names: readonly string[]
  readonly error: SessionError | null
  readonly stop: StopView | null
}

function stoppedWhileLoading({ text, file, line }: StopView): SessionError {
  return { type: 'Stopped', message: text, file, line, phase: 'load', text }
}

function tooMany(names: readonly string[], file: string, most: number): SessionError {
  const count = names.length
  const orders = names.reduce((product, _, index) => product * (index + 1), 1).toLocaleString('en')
  const text =
    `The app in ${file} registers ${count} middlewares, which have ${orders} orders; ` +
    `orders are tried for up to ${most}. Take ${count - most === 1 ? 'one' : 'some'} out and try again.`
  return { type: 'TooManyOrders', message: text, file, line: null, phase: 'load', text }
}
