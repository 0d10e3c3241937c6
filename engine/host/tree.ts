// A session's lines as a tree: each node is one call with what it brought, each way from the root to a tip one line.
// Knows nothing of workers.
import type {
  BrowserState,
  EngineCalls,
  ErrorView,
  Exchange,
  FetchView,
  LiveInput,
  RequestGroup,
  SendResult,
  StopView,
  TraceEvent,
} from '../protocol'

/** What was asked of the session. */
export type Step =
  | { readonly call: 'open' }
  | { readonly call: 'send'; readonly input: RequestGroup }
  | { readonly call: 'client'; readonly input: { readonly file: string } }
  | { readonly call: 'live'; readonly input: LiveInput }
  | { readonly call: 'browser'; readonly input: EngineCalls['browser']['in'] }
  | { readonly call: 'close' }

export interface Node {
  readonly step: Step
  readonly parent: Node | null
  readonly events: TraceEvent[]
  exchanges: readonly Exchange[]
  fetches: readonly FetchView[]
  /** Places of the two on their line; null where they are the next ones. */
  numbers: NonNullable<SendResult['numbers']> | null
  /** As it stood afterwards; null where the step did not use it. */
  browser: BrowserState | null
  stop: StopView | null
  /** What ended a client program. */
  error: ErrorView | null
}

/** Grows at its tip, which may be moved to any node of a line. */
export class Tree {
  readonly #tips: Node[] = []
  #tip: Node

  constructor() {
    this.#tip = makeNode({ call: 'open' }, null)
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
    const node = makeNode(step, this.#tip)
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

function makeNode(step: Step, parent: Node | null): Node {
  return {
    step,
    parent,
    events: [],
    exchanges: [],
    fetches: [],
    numbers: null,
    browser: null,
    stop: null,
    error: null,
  }
}

/** What a line has of exchanges or fetches: one that went on later stands at its first place, as it was last. */
export function gather<W extends 'exchanges' | 'fetches'>(path: readonly Node[], what: W): Node[W][number][] {
  const all: Node[W][number][] = []
  for (const node of path)
    for (const [index, one] of node[what].entries()) all[node.numbers?.[what][index] ?? all.length] = one
  return all
}

/** A session's line for people: where it forks off, and which exchanges each of its groups brought. */
export interface LineView {
  /** The earlier line that it shares most with, and how many groups they share; null for the first line. */
  readonly from: { readonly line: number; readonly groups: number } | null
  /** All of its groups from the start, those that are shared too: places in the line's `exchanges` and `fetches`. */
  readonly groups: readonly GroupView[]
}

export interface GroupView {
  readonly exchanges: readonly number[]
  readonly fetches: readonly number[]
}

/** The lines in the order in which they began. `back` to a group of one of them is `branch(groups, {line})`. */
export function viewLines({ tips }: Tree): LineView[] {
  const paths = tips.map(pathTo)
  return paths.map((path, line) => {
    const forks = paths.slice(0, line).map((other, at) => ({ line: at, groups: sharedNodes(other, path) - 1 }))
    const from = forks.reduce<LineView['from']>((best, one) => (best && best.groups >= one.groups ? best : one), null)
    return { from, groups: groupsOf(path) }
  })
}

function sharedNodes(a: readonly Node[], b: readonly Node[]): number {
  const at = a.findIndex((node, i) => node !== b[i])
  return at < 0 ? a.length : at
}

function groupsOf(path: readonly Node[]): GroupView[] {
  const counts = { exchanges: 0, fetches: 0 }
  return path.slice(1).map((node) => {
    const placesOf = (what: 'exchanges' | 'fetches'): number[] => {
      const places = node[what].map((_, index) => node.numbers?.[what][index] ?? counts[what] + index)
      const fresh = places.filter((place) => place >= counts[what])
      counts[what] = Math.max(counts[what], ...places.map((place) => place + 1))
      return fresh
    }
    return { exchanges: placesOf('exchanges'), fetches: placesOf('fetches') }
  })
}

/** All nodes from the root to this one. */
export function pathTo(node: Node): Node[] {
  const path: Node[] = []
  for (let at: Node | null = node; at; at = at.parent) path.unshift(at)
  return path
}
