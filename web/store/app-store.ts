// Puts the slices together and keeps what lasts: what was typed, progress, arrangement. Traces are rebuilt by running.
import { persist } from 'zustand/middleware'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SourceFiles } from '../../engine/protocol'
import { createBranchesSlice } from './branches'
import { createBrowserSlice } from './browser'
import { createChangesSlice } from './changes'
import { createEditorSlice } from './editor'
import { createEngineSlice } from './engine'
import { createInspectSlice } from './inspect'
import { createKeeper, type TextStorage } from './keep'
import { createLessonSlice, type Progress } from './lesson'
import { createLinkSlice } from './link'
import { createPaceSlice, PACES, type Breakpoints, type PaceSlice } from './pace'
import { createOrdersSlice } from './orders'
import { createPredictionSlice } from './prediction'
import { createQuizSlice } from './quiz'
import { createRequestsSlice } from './requests'
import { createRunSlice } from './run'
import { createScriptSlice } from './script'
import type { All, Deps } from './state'
import { createVariantsSlice } from './variants'
import { createViewSlice } from './view'

export interface AppStore extends StoreApi<All> {
  /** Writes what waits to be kept, now. */
  flush(): void
}

type Kept = Pick<
  All,
  | 'works'
  | 'shelf'
  | 'placeId'
  | 'progress'
  | 'layouts'
  | 'theme'
  | 'pace'
  | 'breakpoints'
  | 'keepsBrowser'
  | 'thirdPartyCookies'
>

const NAME = 'peel'

/** Where things are kept: for all tabs, and for this one when it is loaded again. */
export interface Keeping {
  readonly shared: () => TextStorage
  readonly own: () => TextStorage
}

/** Makes the page's store. */
export function createAppStore(deps: Deps, { shared, own }: Keeping): AppStore {
  let report: All['reportSaving'] | null = null
  let early: Parameters<All['reportSaving']>[0] | null = null
  const keeper = createKeeper<Kept>({
    open: shared,
    openOwn: own,
    report: (saving) => {
      if (report) report(saving)
      else early = saving
    },
    onRivals: (texts) => store.getState().meetRivals(pickFiles(texts)),
  })
  const store = createStore<All>()(
    persist<All, [], [], Kept>(
      (set, get, api) => ({
        ...createEditorSlice(deps)(set, get, api),
        ...createRequestsSlice(set, get, api),
        ...createEngineSlice(deps)(set, get, api),
        ...createRunSlice(deps)(set, get, api),
        ...createScriptSlice(deps)(set, get, api),
        ...createLessonSlice(deps)(set, get, api),
        ...createQuizSlice(set, get, api),
        ...createBrowserSlice(set, get, api),
        ...createVariantsSlice(set, get, api),
        ...createBranchesSlice(set, get, api),
        ...createPredictionSlice(set, get, api),
        ...createPaceSlice(set, get, api),
        ...createChangesSlice(set, get, api),
        ...createInspectSlice(set, get, api),
        ...createLinkSlice(set, get, api),
        ...createOrdersSlice(set, get, api),
        ...createViewSlice(set, get, api),
      }),
      {
        name: NAME,
        version: 1,
        storage: keeper,
        partialize: (all) => ({
          works: all.works,
          shelf: all.shelf,
          placeId: all.placeId,
          progress: all.progress,
          layouts: all.layouts,
          theme: all.theme,
          pace: all.pace,
          breakpoints: all.breakpoints,
          keepsBrowser: all.keepsBrowser,
          thirdPartyCookies: all.thirdPartyCookies,
        }),
        merge: (kept, fresh) => adoptKept(kept, fresh),
      },
    ),
  )
  report = store.getState().reportSaving
  if (early) report(early)
  return Object.assign(store, { flush: keeper.flush })
}

/** Takes over what was kept, as far as it has the shape it should have: the storage belongs to the whole origin. */
function adoptKept(kept: unknown, fresh: All): All {
  if (!isRecord(kept)) return fresh
  const works = pickFiles(kept['works'])
  const { placeId, theme } = kept
  return {
    ...fresh,
    works,
    shelf: pickFiles(kept['shelf']),
    files: works[fresh.place.id] ?? fresh.files,
    placeId: typeof placeId === 'string' ? placeId : fresh.placeId,
    progress: pickProgress(kept['progress']),
    layouts: pickLayouts(kept['layouts']),
    pace: PACES.find((pace) => pace === kept['pace']) ?? fresh.pace,
    breakpoints: pickBreakpoints(kept['breakpoints']),
    keepsBrowser: kept['keepsBrowser'] === true,
    thirdPartyCookies: kept['thirdPartyCookies'] === true,
    theme: theme === 'light' || theme === 'dark' || theme === 'contrast' ? theme : 'system',
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function pickFiles(value: unknown): Record<string, SourceFiles> {
  return pick(value, (files): files is SourceFiles => isRecord(files) && Object.values(files).every(isText))
}

function pickProgress(value: unknown): Record<string, Progress> {
  return pick(
    value,
    (one): one is Progress & Record<string, unknown> =>
      isRecord(one) && typeof one['isDone'] === 'boolean' && isRecord(one['answers']),
  )
}

function pickLayouts(value: unknown): Record<string, Record<string, number>> {
  return pick(
    value,
    (one): one is Record<string, number> =>
      isRecord(one) && Object.values(one).every((size) => typeof size === 'number'),
  )
}

function pickBreakpoints(value: unknown): PaceSlice['breakpoints'] {
  return pick(
    value,
    (files): files is Breakpoints =>
      isRecord(files) &&
      Object.values(files).every((lines) => Array.isArray(lines) && lines.every((line) => Number.isInteger(line))),
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function pick<T>(value: unknown, isRight: (one: unknown) => one is T): Record<string, T> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, T] => isRight(entry[1])))
}
