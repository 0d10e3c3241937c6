// Every way to move through a run, as functions of where somebody stands. Knows no React and no store.
import {
  reachOf,
  shownStep,
  stepByChange,
  stepByLayer,
  stepByLine,
  stepToLine,
  type Moment,
  type ShownExchange,
  type Standing,
} from '../../engine/trace'
import type { Breakpoints, Grain } from '../store'

export type Move =
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'next-layer'
  | 'previous-layer'
  | 'next-line'
  | 'previous-line'
  | 'next-change'
  | 'previous-change'
  | 'next-exception'
  | 'previous-exception'
  | 'next-breakpoint'
  | 'previous-breakpoint'

/** What a move is made on. */
export interface Ground {
  readonly shown: ShownExchange
  readonly moments: readonly Moment[]
  readonly standing: Standing
  readonly grain: Grain
  readonly breakpoints: Breakpoints
  /** The text is no longer what ran: lines of it say nothing about the run. */
  readonly isStale: boolean
}

export interface KeyPress {
  readonly key: string
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/** What a key means in the run pane; null for a key that means nothing there. */
export function moveForKey({ key, shiftKey, altKey }: KeyPress): Move | 'play' | 'help' | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return altKey ? 'next-line' : shiftKey ? 'next-layer' : 'next'
    case 'ArrowLeft':
    case 'ArrowDown':
      return altKey ? 'previous-line' : shiftKey ? 'previous-layer' : 'previous'
  }
  return altKey ? null : (KEYS[key] ?? null)
}

const KEYS: Readonly<Record<string, Move | 'play' | 'help'>> = {
  Home: 'first',
  End: 'last',
  '.': 'next-line',
  ',': 'previous-line',
  ']': 'next-change',
  '[': 'previous-change',
  e: 'next-exception',
  E: 'previous-exception',
  b: 'next-breakpoint',
  B: 'previous-breakpoint',
  ' ': 'play',
  '?': 'help',
}

/** Where a move leads; null where there is nothing of the kind in that direction. */
export function moveTo(ground: Ground, move: Move): Standing | null {
  const { shown, moments, standing, grain } = ground
  const { steps, view } = shown
  const at = shownStep(shown, standing.whole)
  const whole = (index: number): Standing | null => {
    const step = steps[index]
    return step ? { whole: step.whole, seq: null } : null
  }
  /** A whole step, unless that is where one stands already. */
  const other = (index: number) => (index === at && standing.seq === null ? null : whole(index))
  const isBroken = ({ file, line }: { file: string; line: number }) =>
    !ground.isStale && (ground.breakpoints[file]?.includes(line) ?? false)
  switch (move) {
    case 'next':
      if (grain === 'line') return stepByLine(view, moments, standing, 1) ?? other(steps.length - 1)
      return isInside(ground, at) ? whole(at) : whole(at + 1)
    case 'previous':
      if (grain === 'line') return stepByLine(view, moments, standing, -1) ?? other(0)
      return whole(at - 1)
    case 'first':
      return whole(0)
    case 'last':
      return whole(steps.length - 1)
    case 'next-layer':
      return whole(stepByLayer(shown, at, 1))
    case 'previous-layer':
      return whole(stepByLayer(shown, at, -1))
    case 'next-line':
      return stepByLine(view, moments, standing, 1)
    case 'previous-line':
      return stepByLine(view, moments, standing, -1)
    case 'next-change':
      return other(stepByChange(shown, at, 1))
    case 'previous-change':
      return other(stepByChange(shown, at, -1))
    case 'next-exception':
      return exceptions(ground).find(({ begins }) => begins > beginning(ground, at))?.to ?? null
    case 'previous-exception':
      return exceptions(ground).findLast(({ begins }) => begins < beginning(ground, at))?.to ?? null
    case 'next-breakpoint':
      return stepToLine(view, moments, standing, 1, isBroken)
    case 'previous-breakpoint':
      return stepToLine(view, moments, standing, -1, isBroken)
  }
}

/** Number of the event with which the place begins that one stands at. */
function beginning({ shown, standing }: Ground, at: number): number {
  return standing.seq ?? shown.steps[at]?.seq ?? -1
}

/** Where an exception is born or ends, or is in somebody's hands; that it goes through a layer is no news. */
function exceptions({ shown, moments }: Ground): { readonly begins: number; readonly to: Standing }[] {
  const steps = shown.steps.filter(({ kind }) => kind === 'raise' || kind === 'catch')
  const hands = moments.filter(
    ({ event }) =>
      ((event.kind === 'depends' || event.kind === 'background') &&
        (event.phase === 'raise' || event.phase === 'throw')) ||
      (event.kind === 'handler' && event.phase === 'raise'),
  )
  return [
    ...steps.map(({ seq, whole }) => ({ begins: seq, to: { whole, seq: null } })),
    ...hands.map(({ seq, whole }) => ({ begins: seq, to: { whole, seq } })),
  ].toSorted((a, b) => a.begins - b.begins)
}

/** Inside of a step, with more of it to come. */
function isInside({ shown, moments, standing }: Ground, at: number): boolean {
  const step = shown.steps[at]
  if (standing.seq === null || !step) return false
  return standing.seq < reachOf(shown.view, moments, { whole: step.whole, seq: null })
}

/** One step of playing: on by one, or to a breakpoint on the way, where it rests. Null at the end. */
export function playOn(ground: Ground): { readonly to: Standing; readonly rests: boolean } | null {
  const { shown, moments, standing, breakpoints, isStale } = ground
  const to = moveTo(ground, 'next')
  if (!to) return null
  const isBroken = ({ file, line }: { file: string; line: number }) =>
    !isStale && (breakpoints[file]?.includes(line) ?? false)
  const hit = stepToLine(shown.view, moments, standing, 1, isBroken, to.whole)
  if (hit?.seq != null && (to.seq === null || hit.seq <= to.seq)) return { to: hit, rests: true }
  return { to, rests: false }
}

const MISSES: Readonly<Partial<Record<Move, string>>> = {
  'next-line': 'No line of yours runs after this.',
  'previous-line': 'No line of yours ran before this.',
  'next-change': 'Nothing is changed after this.',
  'previous-change': 'Nothing was changed before this.',
  'next-exception': 'No exception comes after this.',
  'previous-exception': 'No exception came before this.',
  'next-breakpoint': 'No breakpoint comes after this. Press F9 on a line to set one.',
  'previous-breakpoint': 'No breakpoint came before this. Press F9 on a line to set one.',
}

/** Why a move went nowhere; null where that goes without saying. */
export function missWords(move: Move, isStale: boolean): string | null {
  if (isStale && move.endsWith('breakpoint'))
    return 'The code changed since this run. Run it, and breakpoints stop it again.'
  return MISSES[move] ?? null
}
