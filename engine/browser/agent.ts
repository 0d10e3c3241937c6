// The browser as the engine calls it: one turn at a time, at virtual times. Keeps the fetches that are under way.
import type { BrowserState, BrowserTurn, Ms, PageRequest } from '../protocol'
import { fetchSteps } from './fetch-steps'
import type { Finished, Opened, Reply, Sending, Steps, Waiting } from './flight'
import { EMPTY_STATE, Memory } from './memory'

/** A user agent with its memory. Synchronous and deterministic: time is only what it is told. */
export class Agent {
  readonly #memory: Memory
  readonly #flights = new Map<number, Steps<Finished>>()
  #nowMs: Ms = 0

  /**
   * @param state  what it remembers; without one it is new
   * @param listens  whether anybody answers at an absolute URL; where nobody does, the connection is refused
   */
  constructor(state: BrowserState = EMPTY_STATE, listens: (url: string) => boolean = () => true) {
    this.#memory = new Memory(state, listens)
  }

  /** All that it remembers, as of the last turn. Fetches that are under way are no part of it. */
  get state(): BrowserState {
    return this.#memory.stateAt(this.#nowMs)
  }

  /** Begins a fetch under a number of the caller's. */
  begin(id: number, ask: PageRequest, nowMs: Ms): BrowserTurn {
    if (this.#flights.has(id)) throw new RangeError(`fetch ${id} is under way already`)
    this.#nowMs = nowMs
    const steps = fetchSteps(ask, this.#memory, nowMs)
    this.#flights.set(id, steps)
    return this.#toTurn(id, steps.next())
  }

  /**
   * Goes on with a fetch, with what came back of what the turn before had sent: all of it, or its head while the body is
   * still coming. After a turn that is open or waits the whole exchange is to follow.
   */
  next(id: number, reply: Reply, nowMs: Ms): BrowserTurn {
    const steps = this.#flights.get(id)
    if (!steps) throw new RangeError(`fetch ${id} is not under way`)
    this.#nowMs = nowMs
    return this.#toTurn(id, steps.next({ reply, nowMs }))
  }

  #toTurn(id: number, step: IteratorResult<Sending | Opened | Waiting, Finished>): BrowserTurn {
    if (!step.done) return step.value
    this.#flights.delete(id)
    return step.value
  }
}
