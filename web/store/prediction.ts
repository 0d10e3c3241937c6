// What the learner expects of a request before it is sent. Kept for as long as the page is open.
import type { StateCreator } from 'zustand/vanilla'
import type { Prediction } from '../../engine/trace'
import type { Layer } from '../../engine/protocol'
import { changedSince } from './places'
import type { Shown } from './run'
import type { All } from './state'

export interface PredictionSlice {
  /** The request of the file that the guess is about. */
  readonly predicted: number
  /** The guess; null before anything was chosen. */
  readonly prediction: Prediction | null
  /** The run that it was laid beside; null before it. */
  readonly outcome: Shown | null
  /** Layers of the program as it is written now; null until they are known. */
  readonly predictedLayers: readonly Layer[] | null
  /** Loads the program without sending anything, so that its layers are known; opens the view. */
  openPrediction(): Promise<void>
  choosePredicted(request: number): void
  predict(prediction: Prediction): void
  /** Runs the program, and lays the guess beside what happened. */
  testPrediction(): Promise<void>
  /** Begins another guess. */
  dropPrediction(): void
}

export const createPredictionSlice: StateCreator<All, [], [], PredictionSlice> = (set, get) => ({
  predicted: 0,
  prediction: null,
  outcome: null,
  predictedLayers: null,
  openPrediction: async () => {
    const { shown, files, formIndex } = get()
    const isCurrent = shown !== null && changedSince(shown.files, files) !== 'code'
    set({
      stage: 'predict',
      outcome: null,
      prediction: null,
      predicted: formIndex,
      predictedLayers: isCurrent ? shown.document.layers : null,
    })
    if (isCurrent) return
    try {
      const { layers } = await (await get().reachEngine()).start(get().program(true))
      set({ predictedLayers: layers })
    } catch {
      // The rings that every app has can be guessed at without it; what is wrong with the program is said by the run.
      set({ predictedLayers: shown?.document.layers ?? [] })
    }
  },
  choosePredicted: (predicted) => set({ predicted, outcome: null }),
  predict: (prediction) => set({ prediction, outcome: null }),
  testPrediction: async () => {
    await get().run()
    const { shown, trouble } = get()
    if (!trouble) set({ outcome: shown })
  },
  dropPrediction: () => set({ prediction: null, outcome: null }),
})
