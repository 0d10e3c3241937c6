// How page and worker notice that the other one is gone: each holds a lock for as long as it lives, and the browser gives
// it to whoever waits for it. (The `close` event of a MessagePort does not come in Chromium 156 when the other side dies.)

/**
 * Takes a lock until `release` settles; without it for life.
 * @returns settled once the lock is held, or where locks are not to be had
 */
export function holdLock(name: string, release = new Promise<void>(() => {})): Promise<void> {
  return new Promise((resolve) => {
    const hold = (): Promise<void> => {
      resolve()
      return release
    }
    navigator.locks.request(name, hold).catch(() => resolve())
  })
}

/** Waits for holders of locks to go. */
export class Vigil {
  readonly #listeners = new Map<string, Set<() => void>>()

  /**
   * Calls back once, when whoever holds the lock is gone; never where locks are not to be had.
   * @returns the way out
   */
  watch(lock: string, listener: () => void): () => void {
    const known = this.#listeners.get(lock)
    const listeners = known ?? new Set()
    listeners.add(listener)
    if (!known) this.#wait(lock, listeners)
    return () => void listeners.delete(listener)
  }

  #wait(lock: string, listeners: Set<() => void>): void {
    this.#listeners.set(lock, listeners)
    const tell = (): void => {
      this.#listeners.delete(lock)
      for (const listener of listeners) listener()
    }
    navigator.locks.request(lock, tell).catch(() => undefined)
  }
}

/** The lock of a page that answers for a session. */
export function pageLock(session: string): string {
  return `peel/page/${session}`
}
