// Which layer the inspector is about: one that was chosen in the onion, or where the cursor stands.
import type { StateCreator } from 'zustand/vanilla'
import type { All } from './state'

export interface InspectSlice {
  /** Id of the ring that was chosen; null while the inspector goes with the cursor. Moving the cursor lets it go again. */
  readonly inspected: string | null
  /** True while the onion has the whole column, in place of what stands below it. */
  readonly isOnionTall: boolean
  /** Chooses a ring by its id, and shows the inspector's tab about it. */
  inspect(ring: string): void
  setOnionTall(isOnionTall: boolean): void
}

export const createInspectSlice: StateCreator<All, [], [], InspectSlice> = (set) => ({
  inspected: null,
  isOnionTall: false,
  inspect: (inspected) => set({ inspected, inspectorTab: 'layer' }),
  setOnionTall: (isOnionTall) => set({ isOnionTall }),
})
