// The frame's end of the port: gives out numbers, and brings what comes back to whoever asked.
import type { Ask, FromRealm, ToRealm } from '../messages'

/** What may come back for one number. */
export type Reply = Extract<ToRealm, { readonly id: number }>

export class Line {
  #port: MessagePort | null = null
  #waiting: FromRealm[] = []
  readonly #onOther: (message: Exclude<ToRealm, Reply>) => void
  readonly #complete: (ask: Ask) => Promise<Ask> | null
  readonly #listeners = new Map<number, (reply: Reply) => void>()
  #next = 1

  /**
   * @param onOther  hears what belongs to no number
   * @param complete  adds to an ask what only the frame has; null where there is nothing to wait for
   */
  constructor(
    onOther: (message: Exclude<ToRealm, Reply>) => void,
    complete: (ask: Ask) => Promise<Ask> | null = () => null,
  ) {
    this.#onOther = onOther
    this.#complete = complete
  }

  /** Takes the port into use; what was said before goes out now. */
  connect(port: MessagePort): void {
    this.#port = port
    port.onmessage = ({ data }: MessageEvent<ToRealm>) => {
      if ('id' in data) this.#listeners.get(data.id)?.(data)
      else this.#onOther(data)
    }
    for (const message of this.#waiting.splice(0)) port.postMessage(message)
  }

  /** Begins something that is answered more than once. */
  begin(kind: 'fetch' | 'socket', ask: Ask, listener: (reply: Reply) => void): number {
    const id = this.#next++
    this.#listeners.set(id, listener)
    const completed = this.#complete(ask)
    if (completed) void completed.then((whole) => this.say({ kind, id, ask: whole }))
    else this.say({ kind, id, ask })
    return id
  }

  forget(id: number): void {
    this.#listeners.delete(id)
  }

  say(message: FromRealm): void {
    if (this.#port) this.#port.postMessage(message)
    else this.#waiting.push(message)
  }
}
