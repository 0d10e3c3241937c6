// Another run to look at beside the shown one: one that was pinned, or a variation of the program that was tried.
import type { StateCreator } from 'zustand/vanilla'
import { groupRequests } from '../../engine/browser'
import type { RunDocument, SourceFiles } from '../../engine/protocol'
import { readRequests } from './requests'
import type { Shown } from './run'
import type { Program } from './seam'
import type { All } from './state'

/** A run beside the shown one. A pinned one came before it and stands on the left, a variant stands on the right. */
export interface Rival {
  readonly kind: 'pinned' | 'variant'
  /** How it is called in sentences and above its onion, e.g. `the pinned run`, `CORS outside Auth`, `FastAPI 0.115`. */
  readonly name: string
  /** How the shown run is called beside it, e.g. `this run`, `as written`. */
  readonly other: string
  readonly shown: Shown
  /** The run that it is laid beside; the shown one when absent. */
  readonly against?: Shown
  /** Exchanges to lay side by side at first, where they are not asked for by the same request. */
  readonly at?: { readonly left: number; readonly right: number }
}

/** Another way to run what is written now. The editor's text stays as it is. */
export interface Variant {
  readonly name: string
  /** See `Rival.other`; `as written` when absent. */
  readonly other?: string
  /** Changes the program that is sent to the engine; absent where only the version differs. */
  readonly change?: (program: Program) => Program
  /** FastAPI version to run it on; the chosen one when absent. */
  readonly fastapi?: string
}

export interface VariantsSlice {
  readonly rival: Rival | null
  /** Name of the variant that is on its way; null when none is. */
  readonly trying: string | null
  /** Why the last variant gave no run, as a sentence; null when it did. */
  readonly variantTrouble: string | null
  /** Keeps the shown run to lay the next ones beside it. */
  pin(): void
  /** Lays a run that is there already beside the shown one, and opens the comparison. */
  compareWith(rival: Rival): void
  /** Runs the written requests against a variation of the written program, and opens the comparison. */
  tryVariant(variant: Variant): Promise<void>
  /** Forgets the run beside the shown one, and leaves the comparison. */
  dropRival(): void
}

export const createVariantsSlice: StateCreator<All, [], [], VariantsSlice> = (set, get) => {
  /** The newest try counts. */
  let attempt = 0

  const runVariant = async ({ change, fastapi }: Variant): Promise<{ document: RunDocument; files: SourceFiles }> => {
    const { files } = get()
    const requests = readRequests(files)
    if (requests.kind !== 'read') throw new Error(`requests.http, line ${requests.line}: ${requests.why}`)
    const engine = await get().reachEngine()
    const program = get().program(true)
    const usual = engine.version.fastapi
    if (fastapi !== undefined && fastapi !== usual) engine.use(fastapi)
    // The session of the shown run ends with this one.
    get().dropBranches()
    try {
      const document = await engine.run(change?.(program) ?? program, groupRequests(requests.file.requests))
      return { document, files }
    } finally {
      if (fastapi !== undefined && fastapi !== usual) engine.use(usual)
    }
  }

  return {
    rival: null,
    trying: null,
    variantTrouble: null,
    pin: () => {
      const { shown } = get()
      if (shown) set({ rival: { kind: 'pinned', name: 'the pinned run', other: 'this run', shown } })
    },
    compareWith: (rival) => set({ rival, variantTrouble: null, stage: 'compare' }),
    tryVariant: async (variant) => {
      const mine = ++attempt
      set({ trying: variant.name, variantTrouble: null })
      try {
        // What the variant is laid beside is a fresh run of the program as it is written.
        await get().run()
        if (mine !== attempt) return
        if (get().trouble)
          throw new Error('The program as it is written does not run: see what it says below the onion.')
        const { document, files: ran } = await runVariant(variant)
        if (mine !== attempt) return
        set({ trying: null })
        if (document.exchanges.length + (document.fetches?.length ?? 0) === 0) {
          const why = document.error?.text ?? document.stop?.text ?? 'It gave no answer.'
          set({ variantTrouble: `${variant.name}: ${why}` })
          return
        }
        get().compareWith({
          kind: 'variant',
          name: variant.name,
          other: variant.other ?? 'as written',
          shown: { document, files: ran, source: 'live', turn: -mine },
        })
      } catch (error) {
        if (mine !== attempt) return
        set({
          trying: null,
          variantTrouble: `${variant.name}: ${error instanceof Error ? error.message : String(error)}`,
        })
      }
    },
    dropRival: () => set({ rival: null, stage: 'bench' }),
  }
}
