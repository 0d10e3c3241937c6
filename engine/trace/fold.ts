// Decides which rings are shown as one row, and turns steps of rings into steps of rows. Knows no pixels: whether
// all rows have room is asked of the caller.
import type { ExchangeView, RingView, Row, RowStep, ShownExchange, Step } from './model'

export interface FoldOptions {
  /** Groups that a person has opened; they stay open. */
  readonly opened?: ReadonlySet<string>
  /**
   * `quiet` folds runs of framework layers that changed nothing, also when there is room; `tight` folds only when
   * `fits` says no; `none` never folds.
   */
  readonly folding?: 'quiet' | 'tight' | 'none'
  /** Whether these rows have room; see `web/onion/geometry.ts`. Without it there is always room. */
  readonly fits?: (rows: readonly Row[], view: ExchangeView) => boolean
  /** Which of the two pictures of a deep nest is wanted; see `pictureAt`. Without it all rings are in one. */
  readonly picture?: Picture | undefined
}

/** `outer` is the app with what is mounted in it, up to the second level; `inner` what hangs below that. */
export type Picture = 'outer' | 'inner'

/** Apps nest twice in one picture. What hangs deeper has no room there, and opens alone. */
const MOST_NEST = 2

/** The picture that shows a step of a view whose apps nest deeper than one picture holds; undefined where all fits into one. */
export function pictureAt(view: ExchangeView, whole: number): Picture | undefined {
  if (!view.rings.some(({ nest }) => nest > MOST_NEST)) return undefined
  return (view.rings[view.steps[whole]?.ring ?? -1]?.nest ?? 0) > MOST_NEST ? 'inner' : 'outer'
}

/** The rows of one picture: those of the other stand together as one. */
function rowsOf(rows: readonly Row[], view: ExchangeView, picture: Picture | undefined): readonly Row[] {
  if (picture === undefined) return rows
  const isDeep = (row: Row) => (view.rings[row.rings[0] ?? -1]?.nest ?? 0) > MOST_NEST
  const deep = rows.filter(isDeep)
  const rest = rows.filter((row) => !isDeep(row))
  const apart = (those: readonly Row[], as: 'inside' | 'around'): Row => ({
    id: `${as}+${those.length}`,
    rings: those.flatMap(({ rings }) => rings),
    folded: true,
    group: null,
    apart: as,
  })
  return picture === 'outer' ? [...rest, apart(deep, 'inside')] : [apart(rest, 'around'), ...deep]
}

const PICTURES: readonly Picture[] = ['outer', 'inner']

/** A router that led to a mounted app says so by the app's plate: its new `root_path` is no deed of its own. */
function onlyMounts(ring: RingView, next: RingView | undefined): boolean {
  const { headers, scope, body } = ring.request
  return (
    ring.origin === 'framework' &&
    next?.mountedAt != null &&
    headers.length === 0 &&
    !body &&
    scope.every(({ key }) => key === 'root_path') &&
    ring.response.headers.length === 0 &&
    !ring.response.body &&
    ring.response.statusBefore === null
  )
}

/** A ring that did something worth a row of its own. */
function stands(ring: RingView, next: RingView | undefined): boolean {
  return (
    ring.role !== 'layer' ||
    (ring.touched && !onlyMounts(ring, next)) ||
    ring.shortCircuit ||
    ring.stopped ||
    (ring.error !== null && ring.error.fate !== 'passed')
  )
}

type Origins = readonly RingView['origin'][]

function foldRows(view: ExchangeView, origins: Origins, opened: ReadonlySet<string>): Row[] {
  const rows: Row[] = []
  const { rings } = view
  const core = rings.length - 1
  let at = 0
  while (at < rings.length) {
    const first = rings[at]
    if (!first) break
    let end = at
    while (end < core) {
      const ring = rings[end]
      if (!ring || stands(ring, rings[end + 1]) || !origins.includes(ring.origin)) break
      // A mounted app begins with a name plate of its own, and what was reached is not told together with what was not.
      if (end > at && (ring.mountedAt !== null || ring.reached !== first.reached)) break
      end++
    }
    const run = Array.from({ length: end - at }, (_, i) => at + i)
    if (run.length < 2) {
      rows.push({ id: first.id, rings: [at], folded: false, group: null })
      at++
      continue
    }
    const group = `${first.id}+${run.length}`
    if (opened.has(group)) {
      for (const [i, ring] of run.entries())
        rows.push({ id: rings[ring]?.id ?? '', rings: [ring], folded: false, group: i === 0 ? group : null })
    } else rows.push({ id: group, rings: run, folded: true, group })
    at = end
  }
  return rows
}

const STAGES: readonly Origins[] = [['framework'], ['framework', 'library'], ['framework', 'library', 'yours']]

/**
 * Folds an exchange for showing. Order of folding: framework layers, then library layers that touched nothing, then
 * the learner's own that touched nothing; never one that answered, raised, caught, changed, or where a session stopped.
 */
export function foldExchange(view: ExchangeView, options: FoldOptions = {}): ShownExchange {
  const { opened = new Set<string>(), folding = 'quiet', fits = () => true, picture } = options
  // Both pictures are folded alike, so that going from one to the other leaves the steps as they are.
  const allFit = (all: readonly Row[]) =>
    picture === undefined ? fits(all, view) : PICTURES.every((one) => fits(rowsOf(all, view, one), view))
  const stages: readonly Origins[] = folding === 'quiet' ? STAGES : [[], ...STAGES]
  let rows = foldRows(view, folding === 'none' ? [] : (stages[0] ?? []), opened)
  if (folding !== 'none') {
    for (const origins of stages.slice(1)) {
      if (allFit(rows)) break
      rows = foldRows(view, origins, opened)
    }
  }
  const rowOf = new Map(rows.flatMap((row, i) => row.rings.map((ring) => [ring, i] as const)))
  const turn = rowOf.get(view.turn) ?? 0
  const steps: RowStep[] = []
  for (const [whole, step] of view.steps.entries()) {
    const row = step.ring < 0 ? -1 : (rowOf.get(step.ring) ?? -1)
    const before = steps.at(-1)
    if (before && row >= 0 && rows[row]?.folded && before.row === row && joins(before, step)) {
      steps[steps.length - 1] = {
        ...before,
        ring: step.ring,
        lastSeq: step.lastSeq,
        change: before.change || step.change,
        whole,
      }
    } else steps.push({ ...step, row, whole, point: pointOf(step, row, turn) })
  }
  return picture === undefined ? { view, rows, steps, turn } : inPicture({ view, rows, steps, turn }, picture)
}

/** The same steps over the rows of one picture: those of the other happen within the row that stands for it. */
function inPicture({ view, rows: all, steps, turn: deepest }: ShownExchange, picture: Picture): ShownExchange {
  const rows = rowsOf(all, view, picture)
  const place = new Map(rows.flatMap((row, i) => row.rings.map((ring) => [ring, i] as const)))
  const rowFor = (before: number) => place.get(all[before]?.rings[0] ?? -1) ?? -1
  const turn = rowFor(deepest)
  return {
    view,
    rows,
    turn,
    steps: steps.map((step) => {
      const row = step.row < 0 ? -1 : rowFor(step.row)
      return { ...step, row, point: pointOf(step, row, turn) }
    }),
  }
}

function joins(a: RowStep, b: Step): boolean {
  return a.kind === b.kind && a.direction === b.direction && a.message === b.message
}

function pointOf(step: Step, row: number, turn: number): number {
  if (row < 0) return step.kind === 'leave' ? 0 : 2 * (turn + 1) + 1
  return step.direction === 'in' ? row + 1 : 2 * turn + 2 - row
}

/** Index of the shown step that stands for step `whole` of the unfolded view. */
export function shownStep(shown: ShownExchange, whole: number): number {
  const at = shown.steps.findIndex((step) => step.whole >= whole)
  return at < 0 ? Math.max(0, shown.steps.length - 1) : at
}

/** Index of the last shown step that had begun at event `seq`. */
export function stepAtSeq(shown: ShownExchange, seq: number): number {
  return Math.max(
    0,
    shown.steps.findLastIndex((step) => step.seq <= seq),
  )
}

/** The first step at a row, or null where the request never came. */
export function firstStepOf(shown: ShownExchange, row: number): number | null {
  const at = shown.steps.findIndex((step) => step.row === row)
  return at < 0 ? null : at
}

/** The next step in that direction at another layer; the end of the tape when there is none. */
export function stepByLayer(shown: ShownExchange, from: number, by: 1 | -1): number {
  const { steps } = shown
  for (let i = from + by; i >= 0 && i < steps.length; i += by) if (steps[i]?.row !== steps[from]?.row) return i
  return by > 0 ? Math.max(0, steps.length - 1) : 0
}

/** The next step in that direction that changes something; `from` itself when there is none. */
export function stepByChange(shown: ShownExchange, from: number, by: 1 | -1): number {
  const { steps } = shown
  for (let i = from + by; i >= 0 && i < steps.length; i += by) if (steps[i]?.change) return i
  return from
}

/**
 * The first thing worth seeing in a fresh run: where it stopped, an exception's birth, where the browser blocked it, a short circuit, else the
 * first change by a layer of the learner's on the way out, else any change on the way out, else the end.
 */
export function restingStep(shown: ShownExchange): number {
  const { steps, view, rows } = shown
  const core = rows.length - 1
  const mine = (step: RowStep) => view.rings[step.ring]?.origin === 'yours' && step.row < core
  const tests: ((step: RowStep) => boolean)[] = [
    (step) => step.kind === 'stop',
    (step) => step.kind === 'raise',
    (step) => step.kind === 'block',
    (step) => step.direction === 'out' && view.rings[step.ring]?.shortCircuit === true,
    (step) => step.direction === 'out' && step.change && mine(step),
    (step) => step.change && mine(step),
    (step) => step.direction === 'out' && step.change && step.row >= 0,
  ]
  for (const test of tests) {
    const at = steps.findIndex(test)
    if (at >= 0) return at
  }
  return Math.max(0, steps.length - 1)
}
