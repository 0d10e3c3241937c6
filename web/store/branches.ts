// A session as a tree: lines that share a beginning and go on with other requests. The engine holds the servers' states.
import type { StateCreator } from 'zustand/vanilla'
import { groupRequests } from '../../engine/browser'
import type { RunDocument } from '../../engine/protocol'
import { changedSince } from './places'
import { readRequests } from './requests'
import type { LineView } from './seam'
import type { All } from './state'

/** One line of the session, from its start. */
export interface Branch extends LineView {
  readonly document: RunDocument
}

/** A moment of the session: after so many groups of a line. */
export interface Moment {
  readonly line: number
  readonly groups: number
}

export interface BranchesSlice {
  /** Empty until a session ran, and again once another program ran in its place. */
  readonly branches: readonly Branch[]
  /** The line that is shown and grows; the last one that was sent to. */
  readonly branch: number
  /** Reads the lines of the session that runs. */
  readBranches(): Promise<void>
  /** Forgets them: another program runs. */
  dropBranches(): void
  /** Why nobody can go back in this session, as a sentence; null when one can. */
  whyNoBranch(): string | null
  /** Goes back to a moment, with the server's state as it was, and sends a request of the file from there. */
  sendFrom(moment: Moment, request: number): Promise<void>
  /** Goes on with a line: shows it, and stands at its end. */
  takeBranch(line: number): Promise<void>
}

export const createBranchesSlice: StateCreator<All, [], [], BranchesSlice> = (set, get) => ({
  branches: [],
  branch: 0,
  readBranches: async () => {
    const { branches, lines } = await get().reachEngine()
    const now = branches.map((view, line) => ({ ...view, document: lines[line] ?? EMPTY }))
    set({ branches: now, branch: Math.min(get().branch, Math.max(0, now.length - 1)) })
  },
  dropBranches: () => set({ branches: [], branch: 0 }),
  whyNoBranch: () => {
    const { shown, files, branches, phase } = get()
    if (shown?.source !== 'live' || branches.length === 0)
      return 'No session of this program is running. Press Run, then go back in it.'
    if (changedSince(shown.files, files) === 'code')
      return 'The code has changed since this session began. Press Run to begin another one.'
    return phase === 'idle' ? null : 'A run is on its way. Wait for it, then go back.'
  },
  sendFrom: async ({ line, groups }, request) => {
    if (get().whyNoBranch()) return
    const requests = readRequests(get().files)
    const one = requests.kind === 'read' ? requests.file.requests[request] : undefined
    const [group] = one ? groupRequests([one]) : []
    if (!group) return
    const known = get().branches.length
    await get().sendWith(async (engine, signal) => {
      await engine.branch(groups, { line, signal })
      return engine.send(get().program(false), group, { signal })
    })
    // At the end of a line that line went on; elsewhere another one began.
    const { length } = get().branches
    set({ branch: length > known ? length - 1 : line })
  },
  takeBranch: async (line) => {
    const groups = get().branches[line]?.groups.length
    if (groups === undefined || get().whyNoBranch()) return
    await get().sendWith((engine, signal) => engine.branch(groups, { line, signal }))
    set({ branch: line })
  },
})

const EMPTY: RunDocument = {
  versions: { fastapi: '', starlette: '', pydantic: '', uvicorn: '', python: '' },
  layers: [],
  error: null,
  exchanges: [],
  events: [],
  stop: null,
}
