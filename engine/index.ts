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
export { EngineError, type EngineErrorKind, type Program } from './host'
export * from './protocol'
