// Door of the store.
export { createAppStore } from './app-store'
export { bindStore, useApp } from './use-app'
export { isFixedFile } from './editor'
export { readRequests } from './requests'
export { requestsPage, standingPage } from './standing-page'
export type { BrowserTab } from './browser'
export type { Branch, Moment } from './branches'
export { CLIENT_SCRIPT, type ScriptLine } from './script'
export type { Shown, Trouble } from './run'
export { NO_BREAKPOINTS, PACES, type Breakpoints, type Grain, type Pace } from './pace'
export type { DockTab, InspectorTab, Pane, Saving, Stage, Theme } from './view'
export type { Described, EnginePort, EngineStatus, Lane, ServerState } from './seam'
export {
  changedSince,
  ENTRY,
  hasSameFiles,
  orderFiles,
  REQUESTS,
  type Catalog,
  type Place,
  type PlaceSummary,
} from './places'
