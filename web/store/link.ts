// Links to a moment: made from where the learner stands, and opened. Nothing of it is sent anywhere.
import type { StateCreator } from 'zustand/vanilla'
import type { SourceFiles } from '../../engine/protocol'
import type { MomentLink } from './moment-link'
import { hasSameFiles, type Place } from './places'
import type { All } from './state'

/** What there is to say about a link. */
export type LinkNote =
  | { readonly kind: 'made'; readonly url: string; readonly isCopied: boolean }
  /** It brought files of its own, which run once somebody says so; what was there is on the shelf. */
  | { readonly kind: 'restored'; readonly isRun: boolean }
  | { readonly kind: 'trouble'; readonly text: string }

export interface LinkSlice {
  readonly linkNote: LinkNote | null
  /** Puts a link to what is on screen into the clipboard. */
  copyLink(page: Pick<Location, 'origin' | 'pathname'>, write: (text: string) => Promise<void>): Promise<void>
  /** Opens a link's fragment: its place, its files, a run, and the moment in it. Files that it brought wait for `runLink`. */
  openLink(hash: string): Promise<void>
  /** Runs what the opened link brought, and goes to its moment. */
  runLink(): Promise<void>
  closeLinkNote(): void
}

const DAMAGED = 'This link is damaged, or only a part of it was copied. Ask for it once more.'

export const createLinkSlice: StateCreator<All, [], [], LinkSlice> = (set, get) => {
  const trouble = (text: string) => set({ linkNote: { kind: 'trouble', text } })
  /** Goes on with the opened link; null when there is none that waits. */
  let goOn: (() => Promise<void>) | null = null
  const standAt = async (link: MomentLink, place: Place, files: SourceFiles) => {
    const ran = get().shown
    if (!ran || !hasSameFiles(ran.files, files)) await get().run()
    const { shown, trouble: failed } = get()
    if (get().place !== place || failed || !shown || !hasSameFiles(shown.files, files)) return
    const { exchanges, fetches = [] } = shown.document
    const isThere = link.exchange === null ? fetches[link.fetch ?? -1] : exchanges[link.exchange]
    if (!isThere) {
      trouble('The run has no request at which this link stood, so you see another one.')
      return
    }
    if (link.exchange === null) get().chooseFetch(link.fetch ?? 0)
    else get().chooseExchange(link.exchange)
    if (link.step !== null) get().seek(link.step, link.moment)
  }
  /** What writes and reads links; null where it could not be fetched, which is said. */
  const fetchLinks = () =>
    import('./moment-link').catch(() => {
      trouble('What reads and writes links could not be fetched. Check the connection, then try again.')
      return null
    })
  return {
    linkNote: null,
    closeLinkNote: () => set({ linkNote: null }),
    runLink: async () => {
      const go = goOn
      goOn = null
      await go?.()
    },
    copyLink: async (page, write) => {
      const links = await fetchLinks()
      if (!links) return
      const { MOST_LINK_CHARS, filesBeyond, writeMomentLink } = links
      const { place, shown, exchangeIndex, unsentFetch, cursor, moment, fastapi, versions } = get()
      // A question's program is in no catalog: its link brings it whole, to the lesson it belongs to.
      const [id = place.id, question] = place.id.split('#')
      const ran = shown?.files ?? get().files
      const files = question === undefined ? filesBeyond(place.start, ran) : ran
      const newest = versions[0]?.fastapi
      const hash = writeMomentLink({
        place: id,
        ...(files && { files }),
        ...(fastapi !== null && newest !== undefined && fastapi !== newest && { fastapi }),
        exchange: unsentFetch === null ? exchangeIndex : null,
        ...(unsentFetch !== null && { fetch: unsentFetch }),
        step: cursor,
        moment: cursor === null ? null : moment,
      })
      const url = `${page.origin}${page.pathname}${hash}`
      if (url.length > MOST_LINK_CHARS) {
        const size = `${(url.length / 1024).toFixed(1)} kB`
        trouble(
          `With this program the link would have ${size}, and many programs cut links after 8 kB. Hand over the files.`,
        )
        return
      }
      const isCopied = await write(url).then(
        () => true,
        () => false,
      )
      set({ linkNote: { kind: 'made', url, isCopied } })
    },
    openLink: async (hash) => {
      const links = await fetchLinks()
      if (!links) return
      const { filesWith, readMomentLink } = links
      const link = readMomentLink(hash)
      if (!link) {
        trouble(DAMAGED)
        return
      }
      if (!get().catalog.some(({ id }) => id === link.place)) {
        trouble('This link leads to a lesson that is not in this version of Peel.')
        return
      }
      goOn = null
      set({ linkNote: null })
      if (link.fastapi !== undefined) {
        const { versions } = await get().reachEngine()
        if (!versions.some(({ fastapi }) => fastapi === link.fastapi)) {
          trouble(`This link was made with FastAPI ${link.fastapi.slice(0, 20)}, which is not in this version of Peel.`)
          return
        }
        get().chooseVersion(link.fastapi)
      }
      await get().openPlace(link.place)
      const { place } = get()
      // Could not be fetched, which the page says; or somebody went elsewhere meanwhile.
      if (place.id !== link.place) return
      const files = filesWith(place.start, link.files)
      if (!hasSameFiles(files, get().files)) {
        get().replaceFiles(files)
        // Somebody else wrote this program: nobody runs it unasked.
        set({ linkNote: { kind: 'restored', isRun: false } })
        goOn = async () => {
          set({ linkNote: { kind: 'restored', isRun: true } })
          await standAt(link, place, files)
        }
        return
      }
      await standAt(link, place, files)
    },
  }
}
