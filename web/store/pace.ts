// How the learner moves through a run: by which steps, how fast, and at which lines playing stops.
import type { StateCreator } from 'zustand/vanilla'
import type { All } from './state'

/** What one step is: from crossing to crossing, or from line to line of the learner's own code. */
export type Grain = 'crossing' | 'line'

/** Ms that a step rests while playing. */
export const PACES = [350, 700, 1400] as const
export type Pace = (typeof PACES)[number]

/** Lines (1-based, in order) by file. */
export type Breakpoints = Readonly<Record<string, readonly number[]>>

export interface PaceSlice {
  readonly grain: Grain
  /** Kept. */
  readonly pace: Pace
  /** By place. Kept. */
  readonly breakpoints: Readonly<Record<string, Breakpoints>>
  setGrain(grain: Grain): void
  setPace(pace: Pace): void
  /** Sets a breakpoint on a line of the open place, or takes it away. */
  toggleBreakpoint(file: string, line: number): void
  /** The text moved, and the breakpoints of the file with it. */
  moveBreakpoints(file: string, lines: readonly number[]): void
}

export const NO_BREAKPOINTS: Breakpoints = {}

export const createPaceSlice: StateCreator<All, [], [], PaceSlice> = (set, get) => {
  const put = (file: string, lines: readonly number[]) =>
    set(({ place, breakpoints }) => {
      const { [file]: _, ...files } = breakpoints[place.id] ?? {}
      const sorted = [...new Set(lines)].sort((a, b) => a - b)
      return { breakpoints: { ...breakpoints, [place.id]: sorted.length > 0 ? { ...files, [file]: sorted } : files } }
    })
  return {
    grain: 'crossing',
    pace: 700,
    breakpoints: {},
    setGrain: (grain) => set({ grain }),
    setPace: (pace) => set({ pace }),
    toggleBreakpoint: (file, line) => {
      const { place, breakpoints } = get()
      const lines = breakpoints[place.id]?.[file] ?? []
      put(file, lines.includes(line) ? lines.filter((one) => one !== line) : [...lines, line])
    },
    moveBreakpoints: (file, lines) => {
      const { place, breakpoints } = get()
      const before = breakpoints[place.id]?.[file] ?? []
      if (before.length !== lines.length || before.some((line, at) => line !== lines[at])) put(file, lines)
    },
  }
}
