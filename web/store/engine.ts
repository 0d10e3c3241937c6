// What the engine says of itself. The engine lives behind the seam; here are only its words.
import type { StateCreator } from 'zustand/vanilla'
import type { BootStep, TraceEvent } from '../../engine/protocol'
import type { EnginePort, EngineStatus, Lane, ServerState, VersionPair } from './seam'
import { isSamePage, standingPage } from './standing-page'
import type { All, Deps } from './state'

export interface EngineSlice {
  readonly engineStatus: EngineStatus
  /** What each stage of the boot said, for those that are reached. */
  readonly bootTexts: Readonly<Partial<Record<BootStep, string>>>
  readonly server: ServerState
  readonly lane: Lane
  /** What programs can run on, newest first; empty until the engine is there. */
  readonly versions: readonly VersionPair[]
  /** FastAPI version that the engine runs; null until it is there. */
  readonly fastapi: string | null
  /** Boots another version; the shown run stays until the next one. */
  chooseVersion(fastapi: string): void
  /** Events of the run under way, before its document is there. */
  readonly arriving: readonly TraceEvent[]
  /** Starts the engine, also again after it failed. */
  bootEngine(): void
  /** The engine, made when it is first needed. */
  reachEngine(): Promise<EnginePort>
}

const RECORDED: Lane = { kind: 'recorded' }

export function createEngineSlice(deps: Deps): StateCreator<All, [], [], EngineSlice> {
  return (set, get, api) => {
    let engine: Promise<EnginePort> | null = null

    const listen = (port: EnginePort) => {
      const adopt = (status: EngineStatus) =>
        set(({ bootTexts }) => ({
          engineStatus: status,
          lane: port.lane,
          bootTexts: status.kind === 'booting' ? { ...bootTexts, [status.step]: status.text } : bootTexts,
        }))
      adopt(port.status)
      port.subscribe((notice) => {
        if (notice.kind === 'status') adopt(notice.status)
        else if (notice.kind === 'lane') set({ lane: notice.lane })
        else if (notice.kind === 'server') set({ server: notice.state })
        else if (notice.kind === 'live') get().acceptLive(notice.document)
        else if (notice.kind === 'trace' && get().phase !== 'idle')
          set(({ arriving }) => ({ arriving: [...arriving, ...notice.events] }))
      })
    }

    const make = async (): Promise<EnginePort> => {
      const port = await deps.createEngine(get().fastapi)
      set({ versions: port.versions, fastapi: port.version.fastapi })
      port.page = standingPage(get()).url
      listen(port)
      port.boot()
      return port
    }

    const reachEngine = (): Promise<EnginePort> => {
      if (engine) return engine
      if (get().engineStatus.kind !== 'booting') {
        const text = 'fetching the engine'
        set({ engineStatus: { kind: 'booting', step: 'files', text }, bootTexts: { files: text } })
      }
      const attempt = make()
      engine = attempt
      attempt.catch((error: unknown) => {
        // The next try makes a new one: a failed import is not asked for again by the browser otherwise.
        if (engine === attempt) engine = null
        const message = error instanceof Error ? error.message : String(error)
        set({ engineStatus: { kind: 'failed', message } })
      })
      return attempt
    }

    api.subscribe((now, before) => {
      if (!engine || isSamePage(now, before)) return
      engine.then((port) => void (port.page = standingPage(get()).url)).catch(() => undefined) // it failed to start
    })

    return {
      engineStatus: { kind: 'off' },
      bootTexts: {},
      server: 'stopped',
      lane: RECORDED,
      arriving: [],
      versions: [],
      fastapi: null,
      chooseVersion: (fastapi) => {
        if (fastapi === get().fastapi) return
        set({ fastapi })
        // What goes wrong arrives as a status.
        reachEngine()
          .then((port) => port.use(fastapi))
          .catch(() => undefined)
      },
      reachEngine,
      bootEngine: () => {
        if (get().engineStatus.kind === 'failed' && engine) {
          engine.then((old) => old.dispose()).catch(() => undefined)
          engine = null
        }
        // Its failure is in the status already.
        reachEngine().catch(() => undefined)
      },
    }
  }
}
