// The only door of the engine for the page.
export { createEngine } from './host/page-engine'
export type {
  Engine,
  EngineNotice,
  EngineStatus,
  Lane,
  PageEngineOptions,
  RunOptions,
  ServerState,
} from './host/page-engine'
export { playRecording } from './host/recording'
export type { VersionPair } from './assets/versions'
export type { LiveFetch, Program } from './host'
export type { GroupView, LineView } from './host/tree'
export { documentCookie } from './browser'
export { Preview, Realm } from './realm'
export type { ConsoleLevel, Described, RealmBrowser } from './realm'
export * from './protocol'
