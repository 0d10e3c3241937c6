// The whole state of the page as types: one slice a file, put together here. Holds no behaviour.
import type { BranchesSlice } from './branches'
import type { BrowserSlice } from './browser'
import type { ChangesSlice } from './changes'
import type { EditorSlice } from './editor'
import type { EngineSlice } from './engine'
import type { InspectSlice } from './inspect'
import type { LessonSlice } from './lesson'
import type { LinkSlice } from './link'
import type { PaceSlice } from './pace'
import type { OrdersSlice } from './orders'
import type { PredictionSlice } from './prediction'
import type { QuizSlice } from './quiz'
import type { RequestsSlice } from './requests'
import type { RunSlice } from './run'
import type { ScriptSlice } from './script'
import type { VariantsSlice } from './variants'
import type { ViewSlice } from './view'
import type { Catalog } from './places'
import type { EnginePort, RealmRooms } from './seam'
import type { RunDocument } from '../../engine/protocol'

export type All = EditorSlice &
  RequestsSlice &
  EngineSlice &
  RunSlice &
  LessonSlice &
  QuizSlice &
  BrowserSlice &
  ScriptSlice &
  VariantsSlice &
  BranchesSlice &
  PredictionSlice &
  PaceSlice &
  ChangesSlice &
  InspectSlice &
  LinkSlice &
  OrdersSlice &
  ViewSlice

/** The outside world, given to the store when it is made. */
export interface Deps {
  readonly catalog: Catalog
  /** Makes the engine; called once, and again after a failed boot. Null is the version of the address, or the newest. */
  readonly createEngine: (fastapi: string | null) => Promise<EnginePort>
  /** The recorded run of the catalog's first place; null where there is none. */
  readonly loadRecorded: () => Promise<RunDocument | null>
  /** Fetches the code of the frames in which learners' JavaScript runs. */
  readonly loadRealms: () => Promise<RealmRooms>
}
