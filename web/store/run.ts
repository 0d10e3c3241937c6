// Runs: what was asked of the engine, what came back, and where in it the learner stands.
import type { StateCreator } from 'zustand/vanilla'
import { groupRequests } from '../../engine/browser'
import { listParts } from '../../engine/trace'
import type { RunDocument, SessionError, SourceFiles } from '../../engine/protocol'
import { ENTRY, programFiles, REQUESTS } from './places'
import { readRequests } from './requests'
import type { EnginePort, Program } from './seam'
import type { All, Deps } from './state'

/** A run that is on screen. */
export interface Shown {
  readonly document: RunDocument
  /** The files it ran with, requests included. */
  readonly files: SourceFiles
  readonly source: 'recorded' | 'live'
  /** Counts up with each run: a fresh one draws its path anew. */
  readonly turn: number
}

/** Why the last press of Run gave no new exchange. The run from before stays on screen. */
export type Trouble =
  | { readonly kind: 'program'; readonly error: SessionError }
  | { readonly kind: 'stopped'; readonly document: RunDocument }
  | { readonly kind: 'requests'; readonly line: number; readonly why: string }
  | { readonly kind: 'engine'; readonly problem: string; readonly message: string }

export interface RunSlice {
  readonly phase: 'idle' | 'running' | 'sending'
  /** The run that is drawn; null before the first. */
  readonly shown: Shown | null
  /** The newest document, also one without exchanges: the console reads it. */
  readonly latest: RunDocument | null
  readonly trouble: Trouble | null
  /** Index into the shown document's exchanges; of the last one chosen, while a fetch without any is in view. */
  readonly exchangeIndex: number
  /** The learner chose what is in view, so the next Run shows its like. */
  readonly wasChosen: boolean
  /** Number of a fetch that sent nothing and is in view in place of an exchange; null otherwise. */
  readonly unsentFetch: number | null
  /** How many steps of the exchange are behind the learner; null until somebody moved: then the view chooses. */
  readonly cursor: number | null
  /** Number of the event at which the learner stands inside of that step, e.g. a line; null at the whole step. */
  readonly moment: number | null
  run(): Promise<void>
  /** Sends one request of the file in the running session. */
  send(index: number): Promise<void>
  /** Asks the running session for more in another way; what came last of it is shown. */
  sendWith(ask: (engine: EnginePort, signal: AbortSignal) => Promise<RunDocument>): Promise<void>
  /** The program as it is written now, with the browser that it begins with. `isRun` is false for what goes on with a running one. */
  program(isRun: boolean): Program
  /** A page asked by itself, and the session has grown: what came last is shown. */
  acceptLive(document: RunDocument): void
  stop(): void
  chooseExchange(index: number): void
  /** Shows a fetch: where it sent something, its last exchange. */
  chooseFetch(fetch: number): void
  seek(cursor: number, moment?: number | null): void
  dismissTrouble(): void
  /** Shows a recorded run. */
  showRecorded(document: RunDocument, files: SourceFiles): void
}

export function createRunSlice(_deps: Deps): StateCreator<All, [], [], RunSlice> {
  return (set, get) => {
    let turn = 0
    let aborter: AbortController | null = null

    const accept = (document: RunDocument, files: SourceFiles, place: RunPlace) => {
      set({ latest: document })
      const { exchanges, fetches = [] } = document
      if (exchanges.length === 0 && fetches.length === 0) {
        set({ trouble: troubleOf(document) })
        return
      }
      set({
        shown: { document, files, source: 'live', turn },
        trouble: null,
        exchangeIndex: Math.max(0, Math.min(place.exchange, exchanges.length - 1)),
        unsentFetch: unsentAt(document, place),
        cursor: null,
        moment: null,
      })
    }

    /** One press: the newest one counts, an older one is aborted and its outcome is not looked at. */
    const attempt = async (
      phase: 'running' | 'sending',
      place: (document: RunDocument) => RunPlace,
      ask: (signal: AbortSignal) => Promise<RunDocument>,
    ) => {
      aborter?.abort()
      const mine = new AbortController()
      aborter = mine
      turn++
      const { files, place: program } = get()
      set({ phase, arriving: [] })
      try {
        const document = await ask(mine.signal)
        if (aborter !== mine || get().place !== program) return
        accept(document, files, place(document))
        set({ phase: 'idle', arriving: [] })
        if (phase === 'running') get().dropBranches()
        await get().readBranches()
        if (phase === 'running') await get().runChecks()
      } catch (error) {
        if (aborter !== mine || get().place !== program) return
        const problem = kindOf(error)
        const message = error instanceof Error ? error.message : String(error)
        set({
          phase: 'idle',
          arriving: [],
          trouble: problem === 'aborted' ? null : { kind: 'engine', problem, message },
        })
      }
    }

    /** The form shows the request of what is in view, as far as the file still has it in its place. */
    const follow = (from: number | undefined) => {
      const { shown, files, chooseRequest } = get()
      if (from !== undefined && shown?.files[REQUESTS] === files[REQUESTS]) chooseRequest(from)
    }

    const read = () => {
      const requests = readRequests(get().files)
      if (requests.kind === 'read') return requests.file.requests
      set({ trouble: { kind: 'requests', line: requests.line, why: requests.why } })
      return null
    }

    return {
      phase: 'idle',
      shown: null,
      latest: null,
      trouble: null,
      exchangeIndex: 0,
      wasChosen: false,
      unsentFetch: null,
      cursor: null,
      moment: null,
      run: async () => {
        const requests = read()
        if (!requests) return
        const { exchangeIndex, unsentFetch, wasChosen, pane, showPane } = get()
        // Where one pane is shown at a time, the run is what comes next.
        if (pane === 'code') showPane('onion')
        await attempt(
          'running',
          (document) => (wasChosen ? { exchange: exchangeIndex, fetch: unsentFetch } : firstPlace(document)),
          async (signal) => (await get().reachEngine()).run(get().program(true), groupRequests(requests), { signal }),
        )
      },
      send: async (index) => {
        const request = read()?.[index]
        const [group] = request ? groupRequests([request]) : []
        if (!group) return
        await attempt('sending', lastPlace, async (signal) =>
          (await get().reachEngine()).send(get().program(false), group, { signal }),
        )
      },
      sendWith: (ask) => attempt('sending', lastPlace, async (signal) => ask(await get().reachEngine(), signal)),
      program: (isRun) => {
        const browser = get().nextBrowser(isRun)
        set({ startBrowser: browser })
        return { files: programFiles(get().files), entry: ENTRY, app: null, ...(browser && { browser }) }
      },
      acceptLive: (document) => {
        const { phase, latest, shown, files } = get()
        // A run on its way will bring it along.
        if (phase !== 'idle') return
        const isNew =
          document.exchanges.length !== latest?.exchanges.length || document.fetches?.length !== latest.fetches?.length
        if (!isNew) {
          set({ latest: document, ...(shown && { shown: { ...shown, document } }) })
          return
        }
        turn++
        accept(document, files, lastPlace(document))
        void get().readBranches()
      },
      stop: () => {
        aborter?.abort()
        aborter = null
        set({ phase: 'idle', arriving: [] })
      },
      chooseExchange: (exchangeIndex) => {
        set({ exchangeIndex, wasChosen: true, unsentFetch: null, cursor: null, moment: null, inspected: null })
        follow(get().shown?.document.exchanges[exchangeIndex]?.from)
      },
      chooseFetch: (fetch) => {
        const view = get().shown?.document.fetches?.[fetch]
        const last = view?.exchanges.at(-1)
        if (last !== undefined) {
          get().chooseExchange(last)
          return
        }
        set({ unsentFetch: fetch, wasChosen: true, cursor: null, moment: null, inspected: null })
        follow(view?.from)
      },
      seek: (cursor, moment = null) => set({ cursor, moment, inspected: null }),
      dismissTrouble: () => set({ trouble: null }),
      showRecorded: (document, files) => {
        // A live run is never replaced by a recording that comes late.
        if (get().shown?.source === 'live') return
        const { exchange, fetch } = firstPlace(document)
        set({
          shown: { document, files, source: 'recorded', turn: 0 },
          latest: document,
          exchangeIndex: exchange,
          unsentFetch: fetch,
          cursor: null,
          moment: null,
        })
      },
    }
  }
}

/** Which exchange is to be in view, or which fetch that sent nothing. */
interface RunPlace {
  readonly exchange: number
  readonly fetch: number | null
}

/** Number of the fetch in view if this document has it and it sent nothing, and where there is no exchange the first fetch. */
function unsentAt({ exchanges, fetches = [] }: RunDocument, { fetch }: RunPlace): number | null {
  if (fetch !== null && fetches[fetch]?.exchanges.length === 0) return fetch
  return exchanges.length === 0 ? 0 : null
}

/** What was asked for first: the request itself, not the preflight that the browser sent before it. */
function firstPlace(document: RunDocument): RunPlace {
  const [part] = listParts(document)
  if (part?.kind !== 'fetch') return { exchange: part?.exchange ?? 0, fetch: null }
  const hop = part.hops.find(({ role }) => role !== 'preflight') ?? part.hops[0]
  return hop ? { exchange: hop.exchange, fetch: null } : { exchange: 0, fetch: part.fetch }
}

/** What came last: the exchange with the highest number, or a fetch after it that sent nothing. */
function lastPlace({ exchanges, fetches = [] }: RunDocument): RunPlace {
  const last = fetches.at(-1)
  const isUnsent = last?.exchanges.length === 0 && last.startedAt >= (exchanges.at(-1)?.endedAt ?? 0)
  return { exchange: exchanges.length - 1, fetch: isUnsent ? fetches.length - 1 : null }
}

function troubleOf(document: RunDocument): Trouble {
  if (document.error) return { kind: 'program', error: document.error }
  if (document.stop) return { kind: 'stopped', document }
  return { kind: 'engine', problem: 'protocol', message: 'The run gave no exchange.' }
}

/** `EngineError.kind`, read without importing the class: it may come from another bundle of the engine. */
function kindOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'AbortError') return 'aborted'
  if (typeof error === 'object' && error !== null && 'kind' in error && typeof error.kind === 'string')
    return error.kind
  return 'protocol'
}
