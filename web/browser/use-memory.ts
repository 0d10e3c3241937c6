// What the browser of the newest session remembers, and whether it can be changed.
import type { BrowserState, Ms } from '../../engine/protocol'
import { useApp } from '../store'

export interface Memory {
  /** Null where no page has used a browser. */
  readonly state: BrowserState | null
  /** Where the session's clock stands. */
  readonly nowMs: Ms
  /** The server runs, so its browser can be changed. */
  readonly isLive: boolean
}

export function useMemory(): Memory {
  const latest = useApp((s) => s.latest)
  const isLive = useApp((s) => s.server === 'running' && s.phase === 'idle')
  return { state: latest?.browser ?? null, nowMs: latest?.events.at(-1)?.at ?? 0, isLive }
}
