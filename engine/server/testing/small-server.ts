// A stand-in for the engine behind the page's own fetches: knows a few paths, and remembers who left.
import type { FetchView, HeaderList, PageRequest } from '../../protocol'
import type { PageAnswer, PageAnswers } from '../network'

interface Seen {
  readonly status?: number
  readonly headers?: HeaderList
  readonly text?: string
}

/** What a page got for what it asked; null where the browser kept it back. */
export function viewOf(ask: PageRequest, seen: Seen | null): FetchView {
  const text = seen?.text ?? ''
  return {
    from: ask.from,
    title: ask.title,
    kind: ask.page.kind,
    page: { url: ask.page.url, sandboxed: false },
    method: ask.method,
    url: ask.url,
    exchanges: [],
    outcome: seen ? 'ok' : 'blocked',
    category: seen ? null : 'MissingAllowOriginHeader',
    text: '',
    fix: null,
    console: seen ? [] : [`Access to fetch at '${ask.url}' has been blocked by CORS policy`],
    exception: seen ? null : { name: 'TypeError', message: 'Failed to fetch' },
    response: seen && {
      type: 'cors',
      status: seen.status ?? 200,
      statusText: '',
      url: ask.url,
      redirected: false,
      headers: seen.headers ?? [],
      body: { text, encoding: 'utf8' },
      encodedBytes: text.length,
      decodedBytes: text.length,
    },
    fromCache: false,
    startedAt: 0,
    endedAt: 0,
  }
}

const HTML: HeaderList = [['content-type', 'text/html']]
const EVENTS: HeaderList = [['content-type', 'text/event-stream']]
const SCRIPT: HeaderList = [['content-type', 'text/javascript']]
const SVG: HeaderList = [['content-type', 'image/svg+xml']]
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'

export class SmallServer implements PageAnswers {
  readonly page = 'https://app.shop.test/'
  readonly heard: string[] = []
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  async fetch(ask: PageRequest, { signal }: { readonly signal: AbortSignal }): Promise<PageAnswer> {
    const { pathname } = new URL(ask.url)
    signal.addEventListener('abort', () => this.heard.push(`${pathname} lost`))
    switch (pathname) {
      case '/ask':
        return whole(ask, { text: JSON.stringify(ask) })
      case '/who':
        return whole(ask, { text: this.#name })
      case '/html':
        return whole(ask, { headers: HTML, text: `<!doctype html><p>${this.#name}</p>` })
      case '/script.js':
        return whole(ask, { headers: SCRIPT, text: `globalThis.scriptFrom = '${this.#name}'` })
      case '/picture':
        return whole(ask, { headers: SVG, text: PICTURE })
      case '/blocked':
        return whole(ask, null)
      case '/events':
        return this.#stream(ask, { headers: EVENTS }, (count) => `data: ${count}\n\n`)
      case '/never':
        return new Promise(() => {})
      case '/slow':
        await new Promise((resolve) => setTimeout(resolve, 400))
        return this.#stream(ask, {}, (count) => `chunk ${count}\n`)
      case '/endless':
        return this.#stream(ask, {}, (count) => `chunk ${count}\n`)
      default:
        return whole(ask, { status: 404, text: 'nothing here' })
    }
  }

  /** A chunk every 20 real ms for as long as somebody reads. */
  #stream(ask: PageRequest, seen: Seen, chunk: (count: number) => string): PageAnswer {
    let count = 0
    let end = (_view: FetchView): void => {}
    const done = new Promise<FetchView>((resolve) => (end = resolve))
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          await new Promise((resolve) => setTimeout(resolve, 20))
          try {
            controller.enqueue(new TextEncoder().encode(chunk(count++)))
          } catch {
            // Cancelled meanwhile.
          }
        },
        cancel: () => {
          this.heard.push(`${new URL(ask.url).pathname} cancelled after ${count}`)
          end(viewOf(ask, seen))
        },
      },
      { highWaterMark: 0 },
    )
    return { view: viewOf(ask, seen), body, done, isWhole: false }
  }
}

function whole(ask: PageRequest, seen: Seen | null): PageAnswer {
  const view = viewOf(ask, seen)
  const body = new Response(seen?.text).body ?? new ReadableStream({ start: (controller) => controller.close() })
  return { view, body, done: Promise.resolve(view), isWhole: true }
}
