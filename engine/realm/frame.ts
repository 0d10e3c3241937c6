// A realm's frame in the page: its opaque origin, the port into it, and what happens when it goes away.
import { frameHead } from './frame-html'
import type { RealmUp } from './messages'
import { Serving, standingOf, type RealmBrowser, type RealmListener } from './serving'
import type { Page } from '../protocol'

export interface RealmFrame {
  readonly element: HTMLIFrameElement
  /** Settles when the realm's script has come up. */
  readonly serving: Promise<Serving>
  /** Takes the frame away; what is under way is aborted. */
  dispose(): void
}

export interface RealmFrameOptions {
  readonly page: Page
  readonly browser: RealmBrowser
  readonly listener: RealmListener
  /** Name of the frame for people who can't see it. */
  readonly title: string
  /** HTML that follows the realm's own head. */
  readonly html: string
  /** Called when the frame has loaded something else than what it was given. */
  readonly onLeft?: () => void
}

/** Long enough for a document on a busy machine to say that it has loaded: to replace one that is there is worse than to wait. */
const SAID_MS = 2500

/** Makes a frame without putting it into the page; it comes up as soon as somebody does. */
export function makeRealmFrame({ page, browser, listener, title, html, onLeft }: RealmFrameOptions): RealmFrame {
  const element = document.createElement('iframe')
  element.sandbox.add('allow-scripts')
  element.title = title
  element.srcdoc = `<!doctype html>${frameHead(standingOf(page, browser))}${html}`
  let open: Serving | null = null
  let loads = 0
  element.addEventListener('load', () => {
    loads++
    // Only the document that was given says over its port that it has loaded.
    setTimeout(() => {
      if (element.isConnected && (open?.loads ?? 0) < loads) onLeft?.()
    }, SAID_MS)
  })
  let stopListening = (): void => {}
  const serving = new Promise<Serving>((resolve) => {
    const hear = ({ source, data }: MessageEvent<RealmUp | undefined>): void => {
      if (source === null || source !== element.contentWindow || data?.kind !== 'peel/realm-up') return
      const { port1, port2 } = new MessageChannel()
      open = new Serving(port1, page, browser, listener)
      // An opaque origin can't be named; the window is the frame's own.
      element.contentWindow?.postMessage(null, '*', [port2])
      resolve(open)
    }
    stopListening = () => removeEventListener('message', hear)
    addEventListener('message', hear)
  })
  return {
    element,
    serving,
    dispose() {
      stopListening()
      open?.close()
      element.remove()
    },
  }
}
