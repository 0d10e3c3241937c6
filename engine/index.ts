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
export type { ConsoleLevel, Described, Preview, Realm, RealmBrowser } from './realm'
export * from './protocol'

/** Console and preview: fetched when one is opened, since their frames' script and the jar's list of suffixes are large. */
export async function loadRealms() {
  const { isUnfinished, Preview, Realm } = await import('./realm')
  const { documentCookie } = await import('./browser')
  return { isUnfinished, Preview, Realm, documentCookie }
}
