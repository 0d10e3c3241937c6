// What is changed from the picture: another order written into the code, and runs without a layer.
import type { StateCreator } from 'zustand/vanilla'
import type { Layer, SourceFiles } from '../../engine/protocol'
import { registeredLayers } from '../../engine/trace'
import { changedSince, hasSameFiles } from './places'
import type { All } from './state'

/** Another order, as it was written into the code. */
interface Written {
  /** One sentence: what stands where now. */
  readonly what: string
  readonly before: SourceFiles
  readonly after: SourceFiles
  /** Ids of the registered layers before, outermost first. */
  readonly stack: readonly string[]
}

export interface ChangesSlice {
  /** What was last written from the picture; a notice as long as the files stay so. */
  readonly written: Written | null
  /** Why the last wish could not be met, as a sentence, and the files that it was about. */
  readonly changeTrouble: { readonly why: string; readonly files: SourceFiles } | null
  /**
   * Writes another order into the code and runs it.
   * @param stack  ids of the registered layers, outermost first
   * @param moved  id of the layer that was taken hold of; null when the whole order was chosen
   */
  writeOrder(stack: readonly string[], moved: string | null): Promise<void>
  /** Brings the code back to what it was before the last written order, and runs it. */
  unwriteOrder(): Promise<void>
  /** Runs the program without one of its layers, beside the run with it. The code stays. */
  runWithout(layer: string): Promise<void>
  dismissChange(): void
}

/** Moves that are remembered, so that moving back gives the same text again. */
const MOST_REMEMBERED = 50

export const createChangesSlice: StateCreator<All, [], [], ChangesSlice> = (set, get) => {
  let past: readonly Written[] = []

  const refuse = (why: string) => set({ changeTrouble: { why, files: get().files } })

  /** Files in which the layers stand in that order; or why there are none. */
  const rewrite = async (
    files: SourceFiles,
    layers: readonly Layer[],
    stack: readonly string[],
    moved: string | null,
  ): Promise<SourceFiles | string> => {
    const back = past.find(({ after, stack: was }) => hasSameFiles(after, files) && String(was) === String(stack))
    if (back) return back.before
    const ids = layers.map(({ id }) => id)
    const wanted = stack.map((id) => ids.indexOf(id))
    // The parser comes along with the first move.
    const edit = await import('../../engine/edit').catch(() => null)
    if (!edit) return 'What moves the lines could not be fetched. Check the connection, then try again.'
    const done = edit.reorderLayers(files, layers, wanted, moved === null ? undefined : ids.indexOf(moved))
    return done.ok ? { ...files, ...done.files } : done.why
  }

  return {
    written: null,
    changeTrouble: null,
    writeOrder: async (stack, moved) => {
      const { shown, files, place } = get()
      if (!shown) return
      set({ changeTrouble: null, written: null })
      if (changedSince(shown.files, files) === 'code') {
        refuse('The code has changed since this run, so its lines are not where the run found them. Run, then move.')
        return
      }
      const layers = registeredLayers(shown.document.layers)
      const now = layers.map(({ id }) => id)
      if (String([...stack].sort()) !== String([...now].sort())) {
        refuse('The shown run has other layers than that order. Run, then try again.')
        return
      }
      if (String(stack) === String(now)) return
      const after = await rewrite(files, layers, stack, moved)
      if (typeof after === 'string') {
        refuse(after)
        return
      }
      // Somebody typed, or went elsewhere, while the parser was fetched.
      if (get().files !== files || get().place !== place) return
      const written: Written = { what: orderWords(layers, stack, moved), before: files, after, stack: now }
      past = [written, ...past].slice(0, MOST_REMEMBERED)
      set({ written })
      get().putFiles(after)
      await get().run()
      const ran = get().shown
      if (!ran || get().trouble || !hasSameFiles(ran.files, after)) return
      const got = registeredLayers(ran.document.layers).map(({ name }) => name)
      if (String(got) !== String(stack.map((id) => layers.find((layer) => layer.id === id)?.name)))
        refuse(`The lines have moved, and yet the layers stand so: ${got.join(', ')}. Undo brings the code back.`)
    },
    unwriteOrder: async () => {
      const { written, files } = get()
      set({ written: null, changeTrouble: null })
      if (!written || !hasSameFiles(written.after, files)) return
      get().putFiles(written.before)
      await get().run()
    },
    runWithout: async (layer) => {
      set({ changeTrouble: null })
      const stackNow = () => registeredLayers(get().shown?.document.layers ?? [])
      const name = stackNow().find(({ id }) => id === layer)?.name ?? layer
      let left: readonly string[] = []
      await get().tryVariant({
        name: `without ${name}`,
        other: `with ${name}`,
        // Asked after the fresh run: the code may have changed since the one that was shown.
        change: (program) => {
          const stack = stackNow()
          if (!stack.some(({ id }) => id === layer)) throw new Error(`The program does not add ${name} any more.`)
          left = stack.filter(({ id }) => id !== layer).map(({ id }) => id)
          return { ...program, order: stack.flatMap(({ id }, at) => (id === layer ? [] : [at])) }
        },
      })
      const { rival } = get()
      if (rival?.name !== `without ${name}`) return
      const ran = registeredLayers(rival.shown.document.layers)
      // Of two layers of one name the second is called `#2`, and is the first when the other is gone.
      if (ran.length === left.length) return
      get().dropRival()
      refuse(`${name} brings other layers with it, so it cannot be left out alone.`)
    },
    dismissChange: () => set({ changeTrouble: null, variantTrouble: null, written: null }),
  }
}

/** `NoSniff now stands outside of Tickets.` */
function orderWords(layers: readonly Layer[], stack: readonly string[], moved: string | null): string {
  const nameOf = (id: string | undefined) => layers.find((layer) => layer.id === id)?.name
  if (moved === null) return `The layers now stand so, from the outside in: ${stack.map(nameOf).join(', ')}.`
  const at = stack.indexOf(moved)
  const outer = nameOf(stack[at - 1])
  const inner = nameOf(stack[at + 1])
  if (outer === undefined) return `${nameOf(moved)} now stands outside of ${inner ?? 'all others'}.`
  return `${nameOf(moved)} now stands inside of ${outer}${inner === undefined ? '' : `, outside of ${inner}`}.`
}
