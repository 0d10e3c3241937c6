// Door of the store.
export { createAppStore, type AppStore } from './app-store'
export { bindStore, useApp } from './use-app'
export { isFixedFile, type Spot } from './editor'
export { readRequests, type ReadRequests } from './requests'
export type { Checks, Opening, Progress } from './lesson'
export type { Shown, Trouble } from './run'
export type { DockTab, InspectorTab, Pane, Saving, Theme } from './view'
export type { All, Deps } from './state'
export type { EnginePort, EngineNotice, EngineStatus, Lane, Program, ServerState } from './seam'
export {
  changedSince,
  ENTRY,
  hasSameFiles,
  orderFiles,
  refuseFileName,
  REQUESTS,
  type Catalog,
  type Place,
  type PlaceSummary,
} from './places'
