// How the page is arranged: theme, panes, sizes, and whether keeping things works.
import type { StateCreator } from 'zustand/vanilla'
import type { All } from './state'

export type Theme = 'system' | 'light' | 'dark' | 'contrast'
export type Pane = 'lesson' | 'code' | 'onion' | 'result'
export type DockTab = 'response' | 'console' | 'requests' | 'browser' | 'script' | 'preview'
/** What the page shows below its bar: the bench with code and onion, or a view that takes the whole width. */
export type Stage = 'bench' | 'compare' | 'sequence' | 'branches' | 'predict' | 'orders' | 'spellings' | 'comic'
export type InspectorTab = 'layer' | 'headers' | 'body' | 'state' | 'time' | 'story'

/** Whether what is typed can be kept in this browser. */
export type Saving = { readonly kind: 'ok' } | { readonly kind: 'full' } | { readonly kind: 'refused' }

export interface ViewSlice {
  readonly theme: Theme
  /** The one pane that a phone shows. */
  readonly pane: Pane
  /** On middle sizes the lesson is the first tab of the code pane; true while it is chosen. */
  readonly isLessonTab: boolean
  readonly dockTab: DockTab
  /** The dock takes the height of the editor as well, which keeps its bar alone. */
  readonly isDockTall: boolean
  readonly inspectorTab: InspectorTab
  /** Sizes by group of panes, in per cent. Kept. */
  readonly layouts: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly stage: Stage
  readonly saving: Saving
  setTheme(theme: Theme): void
  showPane(pane: Pane): void
  showLessonTab(isLessonTab: boolean): void
  showDock(dockTab: DockTab): void
  /** Shows a tab of the dock, and the dock itself where one pane is shown at a time. */
  openDock(dockTab: DockTab): void
  setDockTall(isDockTall: boolean): void
  showInspector(inspectorTab: InspectorTab): void
  showStage(stage: Stage): void
  keepLayout(group: string, layout: Readonly<Record<string, number>>): void
  reportSaving(saving: Saving): void
}

export const createViewSlice: StateCreator<All, [], [], ViewSlice> = (set, get) => ({
  theme: 'system',
  pane: 'onion',
  isLessonTab: false,
  dockTab: 'response',
  isDockTall: false,
  inspectorTab: 'headers',
  layouts: {},
  stage: 'bench',
  saving: { kind: 'ok' },
  setTheme: (theme) => set({ theme }),
  showPane: (pane) => set({ pane }),
  showLessonTab: (isLessonTab) => set({ isLessonTab }),
  showDock: (dockTab) => set({ dockTab }),
  openDock: (dockTab) => set({ dockTab, pane: 'result' }),
  setDockTall: (isDockTall) => set({ isDockTall }),
  showInspector: (inspectorTab) => set({ inspectorTab }),
  showStage: (stage) => set({ stage }),
  keepLayout: (group, layout) => set(({ layouts }) => ({ layouts: { ...layouts, [group]: layout } })),
  reportSaving: (saving) => {
    if (get().saving.kind !== saving.kind) set({ saving })
  },
})
