// The JavaScript console and the preview: what stands in them. The frames that do the work are made behind the seam.
import type { StateCreator } from 'zustand/vanilla'
import type { FetchView } from '../../engine/protocol'
import type { ConsoleLevel, Described, Page, Preview, Realm, RealmBrowser, RealmRooms } from './seam'
import { networkLine } from './network-line'
import { isSamePage, standingPage } from './standing-page'
import type { All, Deps } from './state'

/** File that the console runs as a page's script. */
export const CLIENT_SCRIPT = 'client.js'

/** One thing in the console. */
export interface ScriptLine {
  readonly key: number
  /** `browser` is what the modelled browser itself writes, as Chromium does. */
  readonly kind: 'entry' | 'value' | 'browser' | ConsoleLevel
  readonly parts: readonly Described[]
  /** What would have to change; for the browser's own lines. */
  readonly fix: string | null
}

export interface PreviewState {
  readonly kind: 'idle' | 'loading' | 'shown'
  readonly method: string
  readonly url: string
  /** Status of the document; null where there was no answer. */
  readonly status: number | null
  /** Why there is nothing to see; empty where there is. */
  readonly text: string
  /** What of the document is not shown, and why. */
  readonly notes: readonly string[]
  /** There is a document to go back to. */
  readonly hasPast: boolean
}

export interface ScriptSlice {
  readonly scriptLines: readonly ScriptLine[]
  /** What was entered, oldest first. */
  readonly scriptHistory: readonly string[]
  readonly isScriptBusy: boolean
  /** The page that was chosen in the console; null to stand where the requests do (`standingPage`). */
  readonly scriptPage: Page | null
  /** Goes to another page: what scripts left behind on the one before is gone. Null goes with the requests again. */
  standOn(page: Page | null): void
  /** Runs a line of the console. Resolves to false, and does nothing, where the line is not finished yet. */
  enterScript(source: string): Promise<boolean>
  runScriptFile(): Promise<void>
  clearScript(): void
  readonly preview: PreviewState
  /** Goes to an address, as one types it; a path alone is one of the app's. */
  openPreview(address: string): Promise<void>
  goBackInPreview(): Promise<void>
  reloadPreview(): Promise<void>
  /** Gives the preview an element to show its frame in; null takes it away. */
  placePreview(holder: HTMLElement | null): void
}

const MOST_LINES = 500
const MOST_ENTRIES = 100
const APP = 'http://localhost:8000'
const NO_PREVIEW: PreviewState = {
  kind: 'idle',
  method: 'GET',
  url: `${APP}/docs`,
  status: null,
  text: '',
  notes: [],
  hasPast: false,
}

/** What an address means, as one types it: a path is the app's, and a host needs no scheme. */
export function addressOf(written: string): string {
  const text = written.trim()
  if (/^(?:localhost|\d+(?:\.\d+){3}|[^/?#\s]+\.test)(?::\d+)?(?:[/?#]|$)/i.test(text)) {
    return addressOf(`${/^[^/?#]+\.test/i.test(text) ? 'https' : 'http'}://${text}`)
  }
  if (URL.canParse(text)) return text
  return new URL(text.startsWith('/') ? text : `/${text}`, APP).href
}

export function createScriptSlice(deps: Deps): StateCreator<All, [], [], ScriptSlice> {
  return (set, get, api) => {
    let rooms: RealmRooms | null = null
    let realm: Realm | null = null
    let shown: Preview | null = null
    let holder: HTMLElement | null = null
    let count = 0

    const write = (kind: ScriptLine['kind'], parts: readonly Described[], fix: string | null = null) =>
      set(({ scriptLines }) => ({
        scriptLines: [...scriptLines, { key: count++, kind, parts, fix }].slice(-MOST_LINES),
      }))
    const say = (kind: ScriptLine['kind'], text: string, fix: string | null = null) =>
      write(kind, [{ kind: kind === 'browser' ? 'error' : 'string', text }], fix)

    /** Chromium's own lines, and beneath the last of them what would help. */
    const tell = (view: FetchView) => {
      const { console: texts, fix, text, outcome } = view
      const network = networkLine(view, get().latest)
      const lines = network === null ? texts : [...texts, network]
      const advice = outcome === 'blocked' ? [text, fix].filter(Boolean).join(' ') : null
      lines.forEach((line, index) => say('browser', line, index === lines.length - 1 ? advice : null))
    }

    /** The app as it is written now runs before anybody asks it. */
    const reachServer = async () => {
      const engine = await get().reachEngine()
      await engine.start(get().program(false))
      return engine
    }
    const browser: RealmBrowser = {
      fetch: async (request, options) => {
        const live = await (await reachServer()).fetch(request, options)
        tell(live.view)
        return live
      },
      socket: async (request, listener) => (await reachServer()).socket(request, { ...listener, refused: tell }),
      cookie: (page) => {
        const { latest } = get()
        return rooms && latest?.browser ? rooms.documentCookie(latest.browser, page, latest.events.at(-1)?.at ?? 0) : ''
      },
    }

    const reachRooms = async (): Promise<RealmRooms> => (rooms ??= await deps.loadRealms())

    const reachRealm = async (): Promise<Realm> => {
      if (realm) return realm
      const { Realm } = await reachRooms()
      realm ??= new Realm(standingPage(get()), browser, {
        console: write,
        clear: () => set({ scriptLines: [] }),
        navigate: (request) => {
          say('info', `The page goes to ${request.url}. See Preview.`)
          void showPreview((preview) => preview.open(request))
        },
      })
      return realm
    }

    const run = async (source: string, isEntry: boolean) => {
      set({ isScriptBusy: true })
      try {
        const { value, isError } = await (await reachRealm()).run(source, isEntry)
        if (isError && value) write('error', [value])
        else if (isEntry && value) write('value', [value])
      } catch (error) {
        say('error', error instanceof Error ? error.message : String(error))
      } finally {
        set({ isScriptBusy: false })
      }
    }

    const reachPreview = async (): Promise<Preview | null> => {
      if (shown || !holder) return shown
      const { Preview } = await reachRooms()
      shown ??= new Preview(holder, browser, {
        console: write,
        clear: () => set({ scriptLines: [] }),
        loading: ({ method, url }) =>
          set(({ preview: { hasPast } }) => ({ preview: { ...NO_PREVIEW, kind: 'loading', method, url, hasPast } })),
        past: (hasPast) => set(({ preview }) => ({ preview: { ...preview, hasPast } })),
        shown: (view, content) =>
          set(({ preview }) => ({
            preview: {
              ...preview,
              kind: 'shown',
              url: content?.url || view.url,
              status: content?.status ?? null,
              text: content ? '' : view.text,
            },
          })),
        omitted: (note) => set(({ preview }) => ({ preview: { ...preview, notes: [...preview.notes, note] } })),
      })
      return shown
    }
    const showPreview = async (go: (preview: Preview) => Promise<void>) => {
      if (!holder) get().openDock('preview')
      await new Promise((resolve) => setTimeout(resolve)) // the pane puts its holder in place
      try {
        const preview = await reachPreview()
        if (preview) await go(preview)
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error)
        set(({ preview }) => ({ preview: { ...preview, kind: 'shown', status: null, text } }))
      }
    }

    api.subscribe((now, before) => {
      if (!realm || isSamePage(now, before)) return
      realm.dispose()
      realm = null
      const { url, sandboxed } = standingPage(before)
      say('info', `Left ${sandboxed ? 'the sandboxed frame in ' : ''}${url}; what its scripts had is gone.`)
    })

    return {
      scriptLines: [],
      scriptHistory: [],
      isScriptBusy: false,
      scriptPage: null,
      standOn: (scriptPage) => set({ scriptPage }),
      enterScript: async (source) => {
        const { isUnfinished } = await reachRooms()
        if (isUnfinished(source)) return false
        write('entry', [{ kind: 'string', text: source }])
        set(({ scriptHistory }) => ({ scriptHistory: [...scriptHistory, source].slice(-MOST_ENTRIES) }))
        await run(source, true)
        return true
      },
      runScriptFile: async () => {
        say('entry', `Run ${CLIENT_SCRIPT}`)
        await run(get().files[CLIENT_SCRIPT] ?? '', false)
      },
      clearScript: () => set({ scriptLines: [] }),
      preview: NO_PREVIEW,
      openPreview: async (address) => {
        const url = addressOf(address)
        await showPreview((preview) => preview.visit(url))
      },
      goBackInPreview: () => showPreview((preview) => preview.back()),
      reloadPreview: () => showPreview((preview) => preview.reload()),
      placePreview: (element) => {
        if (element === holder) return
        shown?.dispose()
        shown = null
        holder = element
        if (!element) set(({ preview }) => ({ preview: { ...NO_PREVIEW, url: preview.url } }))
      },
    }
  }
}
