// Keeps the exchanges that are under way: the page opens one for each fetch, the handler takes it when the fetch has
// come round through the service worker, and the engine's answer reaches it here. Knows neither fetch nor worker.

/** One exchange under way. */
export interface OpenExchange {
  readonly id: string
  /** Settles when the handler has taken the exchange, and never where it does not. */
  readonly arrived: Promise<void>
  /** Gives the handler its response, null for none, and ends the exchange. Only the first call counts. */
  answer(response: Response | null): void
}

interface Entry {
  readonly response: Promise<Response | null>
  readonly markArrived: () => void
}

/** Ids are `<door>.<number>`, so that no other page, and no other door of this page, takes them for its own. */
export class ExchangeDesk {
  readonly #door: string
  readonly #entries = new Map<string, Entry>()
  #count = 0

  constructor(door: string) {
    this.#door = door
  }

  /** How many exchanges wait for their answer. */
  get size(): number {
    return this.#entries.size
  }

  open(): OpenExchange {
    const id = `${this.#door}.${this.#count++}`
    let markArrived = (): void => {}
    const arrived = new Promise<void>((resolve) => {
      markArrived = resolve
    })
    let reply: (response: Response | null) => void = () => {}
    const response = new Promise<Response | null>((resolve) => {
      reply = resolve
    })
    this.#entries.set(id, { response, markArrived })
    return {
      id,
      arrived,
      answer: (given) => {
        this.#entries.delete(id)
        reply(given)
      },
    }
  }

  /** Whether this desk gave out the id, also when its exchange is over. */
  owns(id: string): boolean {
    return id.startsWith(`${this.#door}.`)
  }

  /** Called by the handler: marks the exchange as arrived and waits for its response. Null when there is none. */
  async take(id: string): Promise<Response | null> {
    const entry = this.#entries.get(id)
    if (!entry) return null
    entry.markArrived()
    return entry.response
  }
}
