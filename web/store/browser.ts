// What the learner does to the modelled browser: cookies edited, caches emptied, what a Run begins with.
import type { StateCreator } from 'zustand/vanilla'
import { EMPTY_STATE } from '../../engine/browser'
import type { BrowserState } from '../../engine/protocol'
import { changedSince } from './places'
import type { All } from './state'

export type BrowserTab = 'verdict' | 'wire' | 'cookies' | 'caches' | 'history'

export interface BrowserSlice {
  readonly browserTab: BrowserTab
  /** A Run begins with the browser as the run before left it, not with a fresh one. Kept. */
  readonly keepsBrowser: boolean
  /** The setting of every Run's browser. Kept. */
  readonly thirdPartyCookies: boolean
  /** What the running session began with: it must be the same when a request is sent to it. */
  readonly startBrowser: BrowserState | null
  /** Why the last change of the browser did not happen; null when it did. */
  readonly browserTrouble: string | null
  showBrowserTab(browserTab: BrowserTab): void
  setKeepsBrowser(keepsBrowser: boolean): void
  setThirdPartyCookies(on: boolean): void
  /**
   * Puts another state in the place of the running session's.
   * @param text  what was changed, as the trace tells it
   */
  editBrowser(state: BrowserState, text: string): Promise<void>
  /** The browser that the next session begins with; null for a fresh one. `isRun` is false for a Send to a running one. */
  nextBrowser(isRun: boolean): BrowserState | null
}

export const createBrowserSlice: StateCreator<All, [], [], BrowserSlice> = (set, get) => ({
  browserTab: 'verdict',
  keepsBrowser: false,
  thirdPartyCookies: false,
  startBrowser: null,
  browserTrouble: null,
  showBrowserTab: (browserTab) => set({ browserTab }),
  setKeepsBrowser: (keepsBrowser) => set({ keepsBrowser }),
  setThirdPartyCookies: (thirdPartyCookies) => {
    set({ thirdPartyCookies })
    const state = get().latest?.browser
    if (!state || get().server !== 'running') return
    const text = `Third-party cookies are ${thirdPartyCookies ? 'allowed' : 'refused'} from here on.`
    void get().editBrowser({ ...state, settings: { ...state.settings, thirdPartyCookies } }, text)
  },
  editBrowser: async (state, text) => {
    try {
      const engine = await get().reachEngine()
      const document = await engine.editBrowser(state, text)
      const { shown } = get()
      set({ latest: document, browserTrouble: null, ...(shown && { shown: { ...shown, document } }) })
    } catch (error) {
      set({ browserTrouble: error instanceof Error ? error.message : String(error) })
    }
  },
  nextBrowser: (isRun) => {
    const { keepsBrowser, thirdPartyCookies, startBrowser, latest, shown, files, server } = get()
    // What the server runs is what was run last, so a Send gets to the same session as long as the code is the same.
    const isSame = shown !== null && server === 'running' && changedSince(shown.files, files) !== 'code'
    if (!isRun && isSame) return startBrowser
    if (keepsBrowser && latest?.browser) return latest.browser
    return thirdPartyCookies ? { ...EMPTY_STATE, settings: { ...EMPTY_STATE.settings, thirdPartyCookies } } : null
  },
})
