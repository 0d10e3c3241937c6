// Which place is open, what it came with, and how far the learner is. Knows no lesson's text.
import type { StateCreator } from 'zustand/vanilla'
import type { CheckResult } from '../../engine/protocol'
import { ENTRY, type Place, type PlaceSummary } from './places'
import type { All, Deps } from './state'

/** What is kept of one place. Values are plain data, so that a question can keep its own answer. */
export interface Progress {
  /** All checks held once. */
  readonly isDone: boolean
  /** Answers by question id. */
  readonly answers: Readonly<Record<string, unknown>>
}

export type Checks =
  | { readonly kind: 'none' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly results: readonly CheckResult[] }
  | { readonly kind: 'failed'; readonly message: string }

export type Opening =
  | { readonly kind: 'none' }
  | { readonly kind: 'opening'; readonly id: string }
  | { readonly kind: 'failed'; readonly id: string; readonly message: string }

export interface LessonSlice {
  readonly catalog: readonly PlaceSummary[]
  readonly place: Place
  /** Id of the open place. Kept. */
  readonly placeId: string
  readonly opening: Opening
  /** Whether the first place stands as it will, its recorded run included: what is heavy can be fetched then. */
  readonly hasOpened: boolean
  /** By place id. Kept. */
  readonly progress: Readonly<Record<string, Progress>>
  readonly checks: Checks
  /** Opens a place of the catalog with what the learner typed there. */
  openPlace(id: string): Promise<void>
  /** Opens any program, such as the one behind a question; it need not be in the catalog. */
  openProgram(place: Place): void
  loadSolution(): void
  resetFiles(): void
  answer(placeId: string, question: string, value: unknown): void
  /** Runs the place's checks over the run on screen. */
  runChecks(): Promise<void>
}

const NOTHING: Progress = { isDone: false, answers: {} }

export function createLessonSlice(deps: Deps): StateCreator<All, [], [], LessonSlice> {
  return (set, get) => {
    const keepProgress = (id: string, change: (before: Progress) => Progress) =>
      set(({ progress }) => ({ progress: { ...progress, [id]: change(progress[id] ?? NOTHING) } }))
    return {
      catalog: deps.catalog.list,
      place: deps.catalog.first,
      placeId: deps.catalog.first.id,
      opening: { kind: 'none' },
      hasOpened: false,
      progress: {},
      checks: { kind: 'none' },
      openPlace: async (id) => {
        set({ opening: { kind: 'opening', id } })
        try {
          const place = id === deps.catalog.first.id ? deps.catalog.first : await deps.catalog.load(id)
          const { opening } = get()
          // Somebody asked for another one meanwhile.
          if (opening.kind !== 'opening' || opening.id !== id) return
          get().openProgram(place)
          if (place === deps.catalog.first) {
            const recorded = await deps.loadRecorded()
            if (recorded && get().place === place) get().showRecorded(recorded, place.start)
          }
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          set({ opening: { kind: 'failed', id, message } })
        } finally {
          set({ hasOpened: true })
        }
      },
      openProgram: (place) => {
        get().stop()
        set(({ works }) => ({
          place,
          placeId: place.id,
          opening: { kind: 'none' },
          files: works[place.id] ?? place.start,
          activeFile: ENTRY,
          formIndex: 0,
          spot: null,
          hasRival: false,
          shown: null,
          exchangeIndex: 0,
          wasChosen: false,
          unsentFetch: null,
          startBrowser: null,
          browserTrouble: null,
          latest: null,
          trouble: null,
          checks: { kind: 'none' },
        }))
      },
      loadSolution: () => {
        const { place, replaceFiles } = get()
        if (place.solution) replaceFiles(place.solution)
      },
      resetFiles: () => get().replaceFiles(get().place.start),
      answer: (placeId, question, value) =>
        keepProgress(placeId, (before) => ({ ...before, answers: { ...before.answers, [question]: value } })),
      runChecks: async () => {
        const { place, shown } = get()
        if (!place.checks || !shown || shown.source === 'recorded') return
        set({ checks: { kind: 'running' } })
        const isStill = () => get().place === place && get().shown === shown
        try {
          const engine = await get().reachEngine()
          const results = await engine.check(place.checks, 'checks.py', shown.document)
          if (!isStill()) return
          set({ checks: { kind: 'done', results } })
          if (results.every(({ holds }) => holds)) keepProgress(place.id, (before) => ({ ...before, isDone: true }))
        } catch (error) {
          if (isStill())
            set({ checks: { kind: 'failed', message: error instanceof Error ? error.message : String(error) } })
        }
      },
    }
  }
}
