// A page with a real realm in it, for tests in a browser: what is asked of the modelled browser is written down and
// answered by a few lines, so that a test sees what the realm's own part is.
import { Preview, Realm, type Described, type Ran } from '..'
import type { FetchView, LiveSocket, Page, PageRequest, PageResponse, SocketListener } from '../../protocol'
import { encodeText } from '../../requests'

export interface Tried extends Ran {
  /** What was written into the console, a line each: level and text. */
  readonly console: readonly string[]
  readonly asked: readonly PageRequest[]
  /** Where links and forms led. */
  readonly navigations: readonly PageRequest[]
  /** Pieces of the endless body that were asked for, and bodies that were cancelled. */
  readonly pulled: number
  readonly cancelled: number
}

export interface RealmPage {
  /** Runs source in a realm, waits so many ms for what it began, and says what came of it. */
  run(source: string, options?: { isEntry?: boolean; page?: Page; waitMs?: number }): Promise<Tried>
  /** Runs source that draws a table. */
  table(source: string): Promise<Described['table']>
  /** Shows a document, and resolves when it is composed. */
  open(path: string): Promise<void>
  /** What the preview said since: documents, what was left out, what was written into the console. */
  told(): readonly string[]
  dispose(): void
}

declare global {
  interface Window {
    readonly realm: RealmPage
  }
}

const SITE: Page = { url: 'https://app.shop.test/cart', sandboxed: false }
const lines: string[] = []
const asked: PageRequest[] = []
const navigations: PageRequest[] = []
let pulled = 0
let cancelled = 0
let jar = 'a=1'

const tables: NonNullable<Described['table']>[] = []
const say = (level: string, parts: readonly Described[]): void => {
  lines.push(`${level}: ${parts.map(({ text }) => text).join(' ')}`)
  tables.push(...parts.flatMap(({ table }) => table ?? []))
}

let realm: Realm | null = null
let preview: Preview | null = null

const inPage: RealmPage = {
  async run(source, { isEntry = true, page = SITE, waitMs = 0 } = {}) {
    pulled = 0
    cancelled = 0
    realm ??= new Realm(
      page,
      { fetch: carryOut, socket: openSocket, cookie: () => jar },
      { console: say, clear: () => lines.splice(0), navigate: (to) => void navigations.push(to) },
    )
    const ran = await realm.run(source, isEntry)
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    return {
      ...ran,
      console: lines.splice(0),
      asked: asked.splice(0),
      navigations: navigations.splice(0),
      pulled,
      cancelled,
    }
  },
  async table(source) {
    tables.length = 0
    await inPage.run(source)
    return tables[0]
  },
  async open(path) {
    preview ??= new Preview(
      document.body,
      { fetch: carryOut, socket: openSocket, cookie: () => jar },
      {
        console: say,
        clear: () => undefined,
        loading: ({ method, url }) => void lines.push(`loading ${method} ${url}`),
        shown: ({ url }) => void lines.push(`shown ${url}`),
        past: () => undefined,
        omitted: (text) => void lines.push(`omitted ${text}`),
      },
    )
    await preview.visit(new URL(path, SITE.url).href)
  },
  told: () => lines.splice(0),
  dispose() {
    preview?.dispose()
    preview = null
    realm?.dispose()
    realm = null
  },
}
Object.defineProperty(window, 'realm', { value: inPage })

const DOCUMENTS: Readonly<Record<string, readonly [type: string, text: string]>> = {
  '/page': [
    'text/html; charset=utf-8',
    `<!doctype html><html><head><title>Shop</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="/no.ico">
     <script src="/app.js"></script></head><body><h1>Shop</h1><img src="dot.svg" alt="dot"><a href="/next?x=1">on</a>
     <form action="/search" method="post"><input name="q" value="tea"><button>go</button></form><iframe src="/inner"></iframe>
     <a id="away" href="#here">here</a></body></html>`,
  ],
  '/style.css': ['text/css', 'h1 { color: rgb(1, 2, 3) }'],
  '/app.js': [
    'text/javascript',
    "console.log('ran', document.baseURI); fetch('/items').then((r) => r.text()).then((t) => console.log(t))",
  ],
  '/dot.svg': ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"/>'],
  '/next': ['text/plain', 'a < b'],
  '/search': ['application/json', '{"found": []}'],
  '/leaves': [
    'text/html',
    '<p>going</p><script>const gone = window; gone["loca" + "tion"].href = "https://elsewhere.test/"</script>',
  ],
  '/moves': ['text/html', '<p>going</p><script>location = "/next?x=2"</script>'],
  '/where': [
    'text/html',
    '<script>console.log(location.href, document.location.pathname); location.hash = "x"; console.log(location.hash)</script>',
  ],
  '/holds': ['text/html', '<iframe src="/inner"></iframe>'],
  '/inner': ['text/html', '<h1>Inner</h1><script>parent.postMessage("x", "*"); console.log("inner ran")</script>'],
}

function view(
  request: PageRequest,
  response: Partial<PageResponse> | null,
  exception: FetchView['exception'] = null,
): FetchView {
  const { from, title, method, url, page } = request
  return {
    from,
    title,
    kind: page.kind,
    page,
    method,
    url,
    exchanges: [],
    outcome: response ? 'ok' : 'blocked',
    category: null,
    text: '',
    fix: null,
    console: [],
    exception,
    response: response && {
      type: 'cors',
      status: 200,
      statusText: 'OK',
      url,
      redirected: false,
      headers: [['content-type', 'text/plain']],
      body: { text: '', encoding: 'utf8' },
      encodedBytes: 0,
      decodedBytes: 0,
      ...response,
    },
    fromCache: false,
    startedAt: 0,
    endedAt: 0,
  }
}

async function carryOut(request: PageRequest, { signal }: { readonly signal: AbortSignal }) {
  asked.push(request)
  if (request.page.cookie !== undefined) jar = `${jar}; ${request.page.cookie.split(';')[0]}`
  const { pathname } = new URL(request.url, request.page.url)
  if (pathname === '/hang') {
    await new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        cancelled++
        reject(signal.reason as Error)
      }),
    )
  }
  if (pathname === '/blocked') {
    return {
      view: view(request, null, { name: 'TypeError', message: 'Failed to fetch' }),
      body: stream([]),
    }
  }
  if (pathname === '/no-events') {
    const failed = view(request, null)
    return { view: { ...failed, category: new URL(request.url).search.slice(1) }, body: stream([]) }
  }
  if (pathname === '/opaque') {
    return {
      view: view(request, { type: 'opaque', status: 0, statusText: '', url: '', headers: [] }),
      body: stream([]),
    }
  }
  if (pathname === '/events') {
    const type: [string, string][] = [['content-type', 'text/event-stream']]
    return { view: view(request, { headers: type }), body: stream(['retry: 10\nid: 7\ndata: one\n\n']) }
  }
  if (pathname === '/endless') {
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => controller.enqueue(encodeText(`${++pulled}\n`)),
        cancel: () => void cancelled++,
      },
      { highWaterMark: 0 },
    )
    return { view: view(request, {}), body }
  }
  const document = DOCUMENTS[pathname]
  if (document) {
    const type: [string, string][] = [['content-type', document[0]]]
    return { view: view(request, { headers: type }), body: stream([document[1]]) }
  }
  if (pathname === '/empty') return { view: view(request, { status: 204 }), body: stream([]) }
  return { view: view(request, { redirected: pathname === '/redirected' }), body: stream(['hello ', 'there']) }
}

function stream(parts: readonly string[]): ReadableStream<Uint8Array> {
  const rest = [...parts]
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = rest.shift()
      if (part === undefined) controller.close()
      else controller.enqueue(encodeText(part))
    },
  })
}

function openSocket(request: PageRequest, listener: SocketListener): Promise<LiveSocket | null> {
  asked.push(request)
  if (request.url.endsWith('/refused')) {
    listener.closed(1006, '', false)
    return Promise.resolve(null)
  }
  return Promise.resolve({
    protocol: 'chat',
    say: (frame, data) => listener.message(frame, data),
    close: (code, reason) => listener.closed(code ?? 1005, reason ?? '', true),
  })
}
