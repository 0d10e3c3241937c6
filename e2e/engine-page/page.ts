// A page with the engine alone, for tests and measurements: no editor, no views. Driven from outside through `enginePage`.
import { createEngine } from '../../engine'
import type { CaseBody, CaseFields, CaseRequest } from '../../engine/browser/cases/to-page-request'
import type {
  Engine,
  FetchView,
  Lane,
  PageEngineOptions,
  PageRequest,
  Program,
  RequestGroup,
  RunDocument,
} from '../../engine'

/** What a fetch gave, once its body was read to the end. */
export interface Fetched {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly text: string
  /** Of the exception that it, or its body, ended in. */
  readonly error: string | null
}

/** What happened to a WebSocket, in order. */
export type SocketLog = readonly (readonly ['open' | 'refused' | 'message' | 'closed', ...unknown[]])[]

export interface EnginePage {
  /** Boots an engine; settles when it could run. */
  boot(options?: PageEngineOptions): Promise<Lane>
  /** Starts a program afresh, and sends it what there is. */
  run(program: Program, groups?: readonly RequestGroup[]): Promise<RunDocument>
  /** The session as it is now. */
  document(): RunDocument
  /** Asks past the service worker. */
  ask(request: PageRequest): Promise<{ readonly fetched: Fetched; readonly view: FetchView }>
  /** A real fetch of this page, which stands on `page`. */
  fetch(page: string, request: CaseRequest): Promise<Fetched>
  /** Asks without a script that could read the answer: a beacon, an image, a module, a font. Settles when it is over. */
  load(page: string, request: CaseRequest): Promise<void>
  /** What of the request's headers this browser lets a script set; null where it refuses the request itself. */
  guard(request: CaseRequest): PageRequest['headers'] | null
  /** Opens a WebSocket, says each line once something was heard, and closes it when there is nothing left to say. */
  talk(request: PageRequest, lines: readonly string[]): Promise<SocketLog>
  /** Real ms of each fetch by either door, by turns. */
  compareDoors(request: PageRequest, rounds: number): Promise<{ readonly direct: number[]; readonly worker: number[] }>
}

declare global {
  var enginePage: EnginePage
}

let engine: Engine | null = null
let grown: RunDocument | null = null

function reach(): Engine {
  if (!engine) throw new Error('boot the engine first')
  return engine
}

async function read(
  answering: Promise<{ status: number; headers: Fetched['headers']; body: ReadableStream | null }>,
): Promise<Fetched> {
  let text = ''
  let head: Pick<Fetched, 'status' | 'headers'> = { status: 0, headers: [] }
  try {
    const { status, headers, body } = await answering
    head = { status, headers }
    const decoder = new TextDecoder()
    for await (const chunk of body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true })
    return { ...head, text, error: null }
  } catch (error) {
    return { ...head, text, error: String(error) }
  }
}

/** The second argument of the fetch that a case is about. */
function initOf({
  method,
  headers,
  body,
  mode,
  credentials,
  redirect,
  cache,
  referrerPolicy,
  keepalive,
}: CaseRequest): RequestInit {
  return {
    ...(method && { method }),
    ...(headers && { headers: pairsOf(headers) }),
    ...(body !== null && body !== undefined && { body: bodyOf(body) }),
    ...(mode && { mode }),
    ...(credentials && { credentials }),
    ...(redirect && { redirect }),
    ...(cache && { cache }),
    ...(referrerPolicy && { referrerPolicy: referrerPolicy as ReferrerPolicy }),
    ...(keepalive && { keepalive }),
  }
}

async function loadOf({ kind, url, body, crossorigin }: CaseRequest): Promise<unknown> {
  if (kind === 'beacon') return navigator.sendBeacon(url, body && bodyOf(body))
  if (kind === 'font') return new FontFace('pretend', `url(${url})`).load()
  const element = kind === 'img' ? new Image() : document.createElement('script')
  if (element instanceof HTMLScriptElement && kind === 'module') element.type = 'module'
  if (typeof crossorigin === 'string') element.crossOrigin = crossorigin
  element.src = url
  document.head.append(element)
  return new Promise((resolve) => {
    element.addEventListener('load', resolve)
    element.addEventListener('error', resolve)
  })
}

function bodyOf(body: CaseBody): BodyInit {
  if (typeof body === 'string') return body
  switch (body.kind) {
    case 'params':
      return new URLSearchParams(pairsOf(body.fields))
    case 'formdata': {
      const form = new FormData()
      for (const [name, value] of pairsOf(body.fields)) form.append(name, value)
      return form
    }
    case 'blob':
      return new Blob([contentOf(body)], { type: body.type ?? '' })
    case 'bytes':
      return contentOf(body)
    case 'stream':
      return new Blob([contentOf(body)]).stream()
  }
}

function contentOf({ text = '', bytes }: { text?: string | undefined; bytes?: Iterable<number> }): BlobPart {
  return bytes ? Uint8Array.from(bytes) : text
}

function pairsOf(fields: CaseFields): [string, string][] {
  return [...(Symbol.iterator in fields ? fields : Object.entries(fields))].map(([name, value]) => [name, value])
}

globalThis.enginePage = {
  async boot(options = {}) {
    engine?.dispose()
    const own = createEngine({ base: '/engine/', ...options })
    engine = own
    const ready = new Promise<void>((resolve, reject) => {
      own.subscribe((notice) => {
        if (notice.kind === 'live') grown = notice.document
        if (notice.kind !== 'status') return
        if (notice.status.kind === 'ready') resolve()
        if (notice.status.kind === 'failed') reject(new Error(notice.status.message))
      })
    })
    own.boot()
    await ready
    return own.lane
  },
  async run(program, groups = []) {
    grown = await reach().run(program, groups)
    return grown
  },
  document() {
    if (!grown) throw new Error('run something first')
    return grown
  },
  async ask(request) {
    let view: FetchView | null = null
    const fetched = await read(
      reach()
        .fetch(request)
        .then(async (answer) => {
          view = answer.view
          answer.done.then(
            (whole) => (view = whole),
            () => undefined,
          )
          const { status, headers } = answer.view.response ?? { status: 0, headers: [] }
          return { status, headers, body: answer.body }
        }),
    )
    if (!view) throw new Error(fetched.error ?? 'there is no view')
    return { fetched, view }
  },
  fetch(page, request) {
    reach().page = page
    return read(
      globalThis
        .fetch(request.url, initOf(request))
        .then(({ status, headers, body }) => ({ status, headers: [...headers], body })),
    )
  },
  async load(page, request) {
    reach().page = page
    const before = grown?.fetches?.length ?? 0
    await loadOf(request).catch(() => undefined)
    while (!grown?.fetches?.[before] || grown.fetches[before].outcome === 'pending')
      await new Promise((resolve) => setTimeout(resolve, 5))
  },
  guard(request) {
    try {
      const { body: _body, ...init } = initOf(request)
      return [...new Request(request.url, init).headers]
    } catch {
      return null
    }
  },
  async talk(request, lines) {
    const log: [SocketLog[number][0], ...unknown[]][] = []
    const left = [...lines]
    return new Promise((resolve) => {
      const opening = reach().socket(request, {
        message: (_frame, { text }) => {
          log.push(['message', text])
          void opening.then(sayNext)
        },
        closed: (...how) => {
          log.push(['closed', ...how])
          resolve(log)
        },
      })
      const sayNext = (socket: Awaited<typeof opening>): void => {
        const line = left.shift()
        if (line === undefined) socket?.close(1000, 'done')
        else socket?.say('text', { text: line, encoding: 'utf8' })
      }
      void opening.then((socket) => {
        log.push(socket ? ['open', socket.protocol] : ['refused'])
        sayNext(socket)
      })
    })
  },
  async compareDoors(request, rounds) {
    const times = { direct: [] as number[], worker: [] as number[] }
    const byDoor = {
      direct: async () => new Response((await reach().fetch(request)).body).text(),
      worker: async () => (await globalThis.fetch(request.url)).text(),
    }
    for (let round = 0; round < rounds; round++) {
      for (const door of ['direct', 'worker'] as const) {
        const started = performance.now()
        await byDoor[door]()
        times[door].push(performance.now() - started)
      }
    }
    return times
  },
}
document.title = 'ready'
