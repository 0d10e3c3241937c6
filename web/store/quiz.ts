// "Show me": opens the program behind a question, runs it, and goes to the step that settles it. Knows no answers.
import type { StateCreator } from 'zustand/vanilla'
import { findStep, type ShowTarget } from '../../engine/lesson'
import type { Place } from './places'
import type { All } from './state'

export interface QuizSlice {
  /** Place whose run is being fetched for "Show me", else null. */
  readonly showing: string | null
  /** Runs a place as it was written, and stands at the step; what was typed there goes to the shelf. */
  showMe(place: Place, target: ShowTarget): Promise<void>
}

export const createQuizSlice: StateCreator<All, [], [], QuizSlice> = (set, get) => ({
  showing: null,
  showMe: async (place, target) => {
    set({ showing: place.id })
    try {
      if (get().place.id !== place.id) get().openProgram(place)
      get().replaceFiles(place.start)
      get().showPane('onion')
      await get().run()
      const { place: now, shown, trouble } = get()
      if (now.id !== place.id || !shown || trouble) return
      get().chooseExchange(target.exchange)
      const step = findStep(shown.document, target)
      if (step !== null) get().seek(step)
    } finally {
      if (get().showing === place.id) set({ showing: null })
    }
  },
})
