// A session's lines as a tree: each node is one call with what it brought, each way from the root to a tip one line.
// Knows nothing of workers.
import type { ErrorView, Exchange, RequestGroup, StopView, TraceEvent } from '../protocol'

/** What was asked of the session. */
export type Step =
  | { readonly call: 'open' }
  | { readonly call: 'send'; readonly input: RequestGroup }
  | { readonly call: 'client'; readonly input: { readonly file: string } }
  | { readonly call: 'close' }

export interface Node {
  readonly step: Step
  readonly parent: Node | null
  readonly events: TraceEvent[]
  readonly exchanges: Exchange[]
  stop: StopView | null
  /** What ended a client program. */
  error: ErrorView | null
}

/** Grows at its tip, which may be moved to any node of a line. */
export class Tree {
  readonly #tips: Node[] = []
  #tip: Node

  constructor() {
    this.#tip = { step: { call: 'open' }, parent: null, events: [], exchanges: [], stop: null, error: null }
    this.#tips.push(this.#tip)
  }

  get tip(): Node {
    return this.#tip
  }

  /** Where each line ends, in the order in which lines began. */
  get tips(): readonly Node[] {
    return this.#tips
  }

  /** Adds a node behind the tip and moves there: the line goes on, or another begins where it forks. */
  grow(step: Step): Node {
    const node: Node = { step, parent: this.#tip, events: [], exchanges: [], stop: null, error: null }
    const line = this.#tips.indexOf(this.#tip)
    if (line >= 0) this.#tips[line] = node
    else this.#tips.push(node)
    this.#tip = node
    return node
  }

  move(node: Node): void {
    this.#tip = node
  }
}

/** All nodes from the root to this one. */
export function pathTo(node: Node): Node[] {
  const path: Node[] = []
  for (let at: Node | null = node; at; at = at.parent) path.unshift(at)
  return path
}
