// Which moments of a session are kept, and which go when there are too many. Knows numbers and sizes only.

/** Enough that in any session few groups lie between two, and a group takes some 5 ms to be sent again. */
const MOST = 48
/** A quarter more than the heap's one copy of 80 MB; a moment takes 1.3 MB at the start of a session and 3 MB later. */
const MOST_BYTES = 96 << 20

interface Sized {
  readonly bytes: number
}

/** Remembered moments by the number of the group before which they stand. */
export class Moments<M extends Sized> {
  readonly #most: number
  readonly #mostBytes: number
  readonly #kept = new Map<number, M>()

  constructor(most = MOST, mostBytes = MOST_BYTES) {
    this.#most = most
    this.#mostBytes = mostBytes
  }

  has(group: number): boolean {
    return this.#kept.has(group)
  }

  /** The last one that is not after that group. */
  nearest(group: number): { readonly group: number; readonly moment: M } | null {
    let best: { group: number; moment: M } | null = null
    for (const [at, moment] of this.#kept)
      if (at <= group && (best === null || at > best.group)) best = { group: at, moment }
    return best
  }

  /** Keeps one more, and drops those that are missed least. */
  keep(group: number, moment: M): void {
    if (moment.bytes > this.#mostBytes) return
    this.#kept.set(group, moment)
    while (this.#kept.size > this.#most || this.#bytes() > this.#mostBytes) this.#kept.delete(this.#leastMissed(group))
  }

  /** Forgets what lies after that group: another branch grows there. */
  forgetAfter(group: number): void {
    for (const at of this.#kept.keys()) if (at > group) this.#kept.delete(at)
  }

  clear(): void {
    this.#kept.clear()
  }

  /** The one whose neighbours lie closest together, the oldest of several: going on from the one before costs least. */
  #leastMissed(except: number): number {
    const groups = [...this.#kept.keys()].toSorted((a, b) => a - b)
    let least = groups[0] ?? except
    let smallest = Infinity
    groups.forEach((group, index) => {
      const gap = (groups[index + 1] ?? Infinity) - (groups[index - 1] ?? -1)
      if (group !== except && gap < smallest) {
        smallest = gap
        least = group
      }
    })
    return least
  }

  #bytes(): number {
    let sum = 0
    for (const { bytes } of this.#kept.values()) sum += bytes
    return sum
  }
}
