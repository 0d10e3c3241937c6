// Shows what the app returns as a browser's tab would: in a frame of opaque origin, since one of our own could read what
// Peel has stored. Links and forms lead to the next document; a frame that goes away by itself is replaced.
import type { AskKind, FetchView, Page, PageRequest, PageResponse } from '../../protocol'
import { makeRealmFrame, type RealmFrame } from '../frame'
import { encodeText } from '../../requests'
import { attribute } from '../frame-html'
import { rewriteLocation } from '../frame/location'
import type { RealmBrowser, RealmListener } from '../serving'
import { compose, dataUrl, type Asset } from './compose'
import { loadKnown } from './known-assets'

export interface PreviewListener extends Pick<RealmListener, 'console' | 'clear'> {
  /** A document is on its way. */
  loading(request: PageRequest): void
  /** It is shown, or it could not be had: then there is no content. */
  shown(view: FetchView, content: PageResponse | null): void
  /** Whether there is a document to go back to. */
  past(hasPast: boolean): void
  /** Something of it can't be shown, in words for a learner. */
  omitted(text: string): void
}

/** Directives that have a say in scripts which stand in the document itself (CSP 3, 6.7.3). */
const INLINE_SCRIPTS = /(?:^|[;,\s])(?:default-src|script-src)/i
const INLINE_SCRIPTS_RUN =
  'The Content-Security-Policy of this document holds for all that it asks for. Scripts within the document are not judged ' +
  'here: they run, whatever it says of them.'

/** Documents in documents in documents: a page may hold itself. */
const DEEPEST = 3

const LEFT = 'A script of the document led the frame away in a way that is not followed here; nothing was fetched.'

export class Preview {
  readonly #container: HTMLElement
  readonly #browser: RealmBrowser
  readonly #listener: PreviewListener
  #frame: RealmFrame | null = null
  #current: AbortController | null = null
  /** What led to each document, the one that is shown last. */
  readonly #visited: PageRequest[] = []

  /** @param container  what the frame is put into */
  constructor(container: HTMLElement, browser: RealmBrowser, listener: PreviewListener) {
    this.#container = container
    this.#browser = browser
    this.#listener = listener
  }

  /** Goes to an address as one types it: it comes from nowhere, so the page that it leads to is the one that asks. */
  visit(url: string): Promise<void> {
    const request = getRequest(url, 'navigation', { url, sandboxed: false })
    return this.open({ ...request, page: { ...request.page, referrer: '' } })
  }

  /** Goes to a document. A newer call gives up an older one. */
  open(request: PageRequest): Promise<void> {
    this.#visited.push(request)
    return this.#go(request)
  }

  /** Asks for the document again, past the cache. */
  async reload(): Promise<void> {
    const request = this.#visited.at(-1)
    if (request) await this.#go({ ...request, page: { ...request.page, cache: 'no-cache' } })
  }

  /** Goes to the document before. */
  async back(): Promise<void> {
    const [request] = this.#visited.splice(-2)
    if (request) await this.open(request)
  }

  async #go(request: PageRequest): Promise<void> {
    this.#listener.past(this.#visited.length > 1)
    this.#current?.abort()
    const { signal } = (this.#current = new AbortController())
    this.#listener.loading(request)
    try {
      const { view, body } = await this.#browser.fetch(request, { signal })
      const used = contentOf(view)
      const bytes = used ? await readAll(body) : new Uint8Array()
      const page = pageOf(view)
      const html = await this.#document(view, bytes, page, { signal })
      if (signal.aborted) return
      this.#show(html, page)
      this.#listener.shown(view, used)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  dispose(): void {
    this.#current?.abort()
    this.#frame?.dispose()
    this.#frame = null
  }

  #show(html: string, page: Page): void {
    this.#frame?.dispose()
    this.#frame = makeRealmFrame({
      page,
      browser: this.#browser,
      title: `Document at ${page.url}`,
      html,
      listener: {
        console: (level, parts) => this.#listener.console(level, parts),
        clear: () => this.#listener.clear(),
        navigate: (request) => void this.open(request),
      },
      onLeft: () => {
        // Its scripts would lead it away again.
        this.#show(message('The document left', LEFT), page)
        this.#listener.omitted(LEFT)
      },
    })
    this.#container.append(this.#frame.element)
  }

  async #document(
    view: FetchView,
    bytes: Uint8Array,
    page: Page,
    { signal, depth = 0 }: { readonly signal: AbortSignal; readonly depth?: number },
  ): Promise<string> {
    const used = contentOf(view)
    if (!used) {
      const { host } = URL.canParse(view.url) ? new URL(view.url) : { host: '' }
      const title = depth > 0 && host ? `${host} refused to connect` : 'This page can’t be reached'
      return message(title, [view.text, view.fix].filter(Boolean).join(' '))
    }
    const type = typeOf(used)
    if (bytes.length === 0) return message('Nothing to show', `The answer is ${used.status}, without a body.`)
    if (/^text\/html\b/.test(type)) {
      const isStrict = used.headers.some(
        ([name, value]) => name === 'content-security-policy' && INLINE_SCRIPTS.test(value),
      )
      if (isStrict) this.#listener.omitted(INLINE_SCRIPTS_RUN)
      return compose(new TextDecoder().decode(bytes), page.url, {
        load: (url, kind) => this.#load(url, kind, page, signal),
        loadFrame: (url) => this.#loadFrame(url, page, signal, depth + 1),
        omit: (text) => this.#listener.omitted(text),
      })
    }
    if (type.startsWith('image/')) return `<img alt="" src="${dataUrl(attribute(type), bytes)}">`
    if (type === '' || /^text\/|json|javascript|xml/.test(type)) {
      const text = attribute(new TextDecoder().decode(bytes))
      return `<pre style="white-space:pre-wrap;overflow-wrap:anywhere">${text}</pre>`
    }
    return message('A download', `${bytes.length} bytes of ${type}, which a browser would save as a file.`)
  }

  /** The document of a frame within the document. */
  async #loadFrame(url: string, page: Page, signal: AbortSignal, depth: number): Promise<string> {
    if (depth > DEEPEST) return ''
    const { view, body } = await this.#browser.fetch(getRequest(url, 'iframe', page), { signal })
    const used = contentOf(view)
    const bytes = used ? await readAll(body) : new Uint8Array()
    const inner = pageOf(view)
    const html = await this.#document(view, bytes, inner, { signal, depth })
    return `<!doctype html><base href="${attribute(inner.url)}">${html}`
  }

  async #load(url: string, kind: AskKind, page: Page, signal: AbortSignal): Promise<Asset | null> {
    const known = await loadKnown(url)
    if (known) return known
    const { view, body } = await this.#browser.fetch(getRequest(url, kind, page), { signal })
    const used = contentOf(view)
    if (!used) {
      this.#listener.omitted(`${url} could not be loaded. ${view.text}`)
      return null
    }
    const bytes = await readAll(body)
    if (kind !== 'script' && kind !== 'module') return { type: typeOf(used), bytes }
    const sourceType = kind === 'module' ? 'module' : 'script'
    const source = rewriteLocation(new TextDecoder().decode(bytes), { sourceType })
    return { type: typeOf(used), bytes: encodeText(source) }
  }
}

/** What the browser itself got, also where no script could read it; null where it got nothing. */
function contentOf({ response, used }: FetchView): PageResponse | null {
  return used ?? response
}

function typeOf({ headers }: PageResponse): string {
  return (headers.find(([name]) => name === 'content-type')?.[1] ?? '').toLowerCase()
}

async function readAll(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body).arrayBuffer())
}

/** The page that a document is: what it asks for obeys the policies that it came with. */
function pageOf({ used, url }: FetchView): Page {
  const header = (name: string): string => used?.headers.find(([one]) => one === name)?.[1] ?? ''
  const contentSecurityPolicy = header('content-security-policy')
  const referrerPolicy = header('referrer-policy')
  const document = {
    ...(contentSecurityPolicy && { contentSecurityPolicy }),
    ...(referrerPolicy && { referrerPolicy }),
  }
  return { url: used?.url || url, sandboxed: false, ...(Object.keys(document).length > 0 && { document }) }
}

function getRequest(url: string, kind: AskKind, page: Page): PageRequest {
  return {
    from: -1,
    title: `GET ${new URL(url).pathname}`,
    method: 'GET',
    url,
    headers: [],
    body: { text: '', encoding: 'utf8' },
    atMs: 0,
    page: { ...page, kind, hasBody: false, bodyType: null },
  }
}

function message(title: string, text: string): string {
  const style = 'font:16px system-ui;max-width:36em;margin:15vh auto;padding:0 16px'
  return `<div style="${style}"><h1 style="font-size:20px">${attribute(title)}</h1><p>${attribute(text)}</p></div>`
}
