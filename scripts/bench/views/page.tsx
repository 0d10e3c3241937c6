// The bench's page with the real views and no engine: it shows the run it is given. `scripts/bench/views.ts` drives it.
import { createRoot } from 'react-dom/client'
import type { RunDocument, SourceFiles } from '../../../engine/protocol'
import { App } from '../../../web/app/App'
import { bindStore, createAppStore, type Place } from '../../../web/store'
import '../../../web/ui/tokens.css'
import '../../../web/ui/fonts'
import '../../../web/ui/base.css'

export interface ViewsPage {
  /** Fetches a run, so that showing it is all that is left. */
  load(files: SourceFiles, run: string): Promise<void>
  /** Shows the run that was loaded. */
  show(): void
}

let place: Place = {
  id: 'bench',
  title: 'Bench',
  chapter: null,
  minutes: null,
  start: {},
  solution: null,
  checks: null,
}
let loaded: RunDocument | null = null

const store = createAppStore(
  {
    catalog: { first: place, list: [], load: () => Promise.resolve(place) },
    loadRecorded: () => Promise.resolve(null),
    // Never there: what is measured is the page's own work.
    createEngine: () => new Promise(() => undefined),
    loadRealms: async () => (await import('../../../engine')).loadRealms(),
  },
  { shared: () => window.sessionStorage, own: () => window.sessionStorage },
)
bindStore(store)

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(<App />)

const page: ViewsPage = {
  async load(files, run) {
    place = { ...place, start: files }
    // As after its first place was opened: with the editor.
    store.setState({ place, files, hasOpened: true })
    loaded = (await (await fetch(run)).json()) as RunDocument
  },
  show() {
    if (loaded) store.getState().showRecorded(loaded, store.getState().files)
  },
}
Object.assign(globalThis, { peelViews: page })
