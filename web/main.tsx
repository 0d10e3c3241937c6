// Starts the page: makes the store, says where its engine comes from, draws, and boots the engine behind what is drawn.
import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { catalog, loadRecorded } from './app/catalog'
import { bindStore, createAppStore } from './store'
import './ui/tokens.css'
import './ui/fonts'
import './ui/base.css'

const query = new URLSearchParams(location.search)

const store = createAppStore(
  {
    catalog,
    loadRecorded,
    loadRealms: async () => (await import('../engine')).loadRealms(),
    createEngine: async (fastapi) => {
      const { createEngine } = await import('../engine')
      return createEngine({
        base: `${import.meta.env.BASE_URL}engine/`,
        fastapi: fastapi ?? query.get('fastapi') ?? undefined,
        ...(query.get('boot') === 'plain' ? { way: 'plain' as const } : {}),
        ...(query.get('lane') === 'direct' ? { serviceWorker: false } : {}),
      })
    },
  },
  { shared: () => window.localStorage, own: () => window.sessionStorage },
)
bindStore(store)

// What waits to be kept is written before the page goes: `pagehide` for leaving, the other for a phone that sleeps.
addEventListener('pagehide', store.flush)
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') store.flush()
})

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(<App />)

const { placeId, openPlace, bootEngine, openLink } = store.getState()
/** What a link brought is opened once: after that the address is the page's own, and a reload keeps what was typed. */
const takeLink = (): string | null => {
  const { hash, pathname, search } = location
  if (!hash.startsWith('#moment=')) return null
  history.replaceState(null, '', pathname + search)
  return hash
}
const link = takeLink()
// A question's program has its lesson's id with the question behind a `#`; after a reload the lesson is opened.
const [lessonId] = placeId.split('#')
const lastPlace = openPlace(catalog.list.find(({ id }) => id === lessonId)?.id ?? catalog.first.id)
if (link !== null) void lastPlace.then(() => openLink(link))
addEventListener('hashchange', () => {
  const next = takeLink()
  if (next !== null) void openLink(next)
})

/** Somebody who saves data is asked first: the engine is 18 MB. */
const savesData = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true
// The first drawing comes first.
if (!savesData) requestAnimationFrame(() => setTimeout(bootEngine))
