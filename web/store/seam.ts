// What the page asks of the engine. Types only: the engine itself is fetched when it is first needed.
import type { Engine, loadRealms } from '../../engine'

export type { ConsoleLevel, Described, Page, Preview, Realm, RealmBrowser } from '../../engine'
export type { LineView } from '../../engine'
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
  | 'orders'
  | 'start'
  | 'send'
  | 'fetch'
  | 'socket'
  | 'page'
  | 'editBrowser'
  | 'check'
  | 'branch'
  | 'branches'
  | 'lines'
  | 'dispose'
>

/** Where learners' JavaScript runs, and where documents are shown: frames of their own, and a jar to read for them. */
export type RealmRooms = Awaited<ReturnType<typeof loadRealms>>
