// What the page asks of the engine. Types only: the engine itself is fetched when it is first needed.
import type { Engine } from '../../engine'

export type { EngineNotice, EngineStatus, Lane, Program, ServerState, VersionPair } from '../../engine'

/** What the store asks of the engine. */
export type EnginePort = Pick<
  Engine,
  | 'status'
  | 'lane'
  | 'versions'
  | 'version'
  | 'use'
  | 'subscribe'
  | 'boot'
  | 'run'
  | 'send'
  | 'editBrowser'
  | 'check'
  | 'dispose'
>
