// The network as msw sees it: fetches come in from the service worker's messages and go out as msw's handlers answer.
// Loaded on demand, for msw is heavy. Why not msw's own worker: it takes every request of the page, mixes up tabs,
// unregisters itself with the last one, and breaks open pages when it is updated.
import { http } from 'msw/http'
import { HttpNetworkFrame, NetworkSource, defineNetwork } from 'msw/experimental'
import type { FetchView, PageRequest } from '../protocol'
import { pageResponse } from './build-response'
import type { ExchangeDesk } from './exchange-desk'
import { readPageRequest } from './page-ask'
import type { PageAddress } from './pretend-url'
import { Vigil } from './worker/presence'
import { GAVE_UP, OVER, isFetchCall, isRollCall } from './worker/messages'
import type { FetchAnswer, FetchCall, WorkerNews } from './worker/messages'

/** What a page got, while its body may still be coming. */
export interface PageAnswer {
  /** Complete but for the body. */
  readonly view: FetchView
  /** What the page may read, decoded; cancelling it tells the app. */
  readonly body: ReadableStream<Uint8Array>
  /** The view when nothing more comes. */
  readonly done: Promise<FetchView>
  /** Whether all of the body is here by now. */
  readonly isWhole: boolean
}

/** Whoever answers what pages ask for. */
export interface PageAnswers {
  /** URL of the page on which the Peel page's own fetches stand. */
  readonly page: string
  /** @param signal  aborted when whoever asked gave up */
  fetch(ask: PageRequest, options: { readonly signal: AbortSignal }): Promise<PageAnswer>
}

/** One fetch on its way; the port leads back to the worker that waits for the answer. */
class WorkerFrame extends HttpNetworkFrame {
  readonly call: FetchCall
  readonly #port: MessagePort
  readonly #abort = new AbortController()
  #last: Promise<unknown> = Promise.resolve()
  #isWhole = false
  #forget = (): void => {}

  constructor(call: FetchCall, port: MessagePort) {
    const { url, method } = call.request
    // Its body stays out: msw clones requests, and what is cloned is kept until both have been read.
    super({ request: new Request(url, { method, credentials: 'omit' }) })
    this.call = call
    this.#port = port
    port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data === GAVE_UP) this.#abort.abort()
    })
    port.start()
  }

  /** The worker was stopped: the answer can't get to anybody any more. */
  giveUp(): void {
    this.#abort.abort()
  }

  /** Aborted when whoever asked has gone. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /**
   * Keeps the worker up until then; without it, until the answer's head is out.
   * @param isWhole  the body is here and goes in one piece: that is faster by some messages to and fro
   */
  lastsUntil(end: Promise<unknown>, isWhole: boolean): void {
    this.#last = end
    this.#isWhole = isWhole
  }

  /** Called once, when nothing more goes out. */
  whenOver(forget: () => void): void {
    this.#forget = forget
  }

  /** Hands on the response. Its body is transferred, never copied, so that a cancel reaches whoever makes the body. */
  respondWith(response?: Response): void {
    if (!response || response.type === 'error') return this.#post(null)
    const { status, statusText, body } = response
    const head = { status, statusText, headers: [...response.headers] }
    if (!body) return this.#post({ ...head, body: null })
    try {
      if (!this.#isWhole) return this.#post({ ...head, body }, [body])
    } catch {
      // Not every browser can transfer a stream.
    }
    response.arrayBuffer().then(
      (bytes) => this.#post({ ...head, body: bytes }, [bytes]),
      () => this.#post(null),
    )
  }

  errorWith(reason?: unknown): void {
    if (reason instanceof Response) this.respondWith(reason)
    else this.#post(null)
  }

  /** Nothing may pass through: these fetches are never meant for the real network. */
  passthrough(): void {
    this.#post(null)
  }

  #post(answer: FetchAnswer, transfer: Transferable[] = []): void {
    this.#port.postMessage(answer, transfer)
    const close = (): void => {
      // Anything but a stream has gone out with its head.
      if (answer?.body instanceof ReadableStream) this.#port.postMessage(OVER)
      this.#port.close()
      this.#forget()
    }
    this.#last.then(close, close)
  }
}

/** Takes the worker's messages. Any worker's: after an update it is another object that speaks. */
class WorkerSource extends NetworkSource<WorkerFrame> {
  readonly #container: ServiceWorkerContainer
  readonly #options: NetworkOptions
  /** Frames and workers that were answered: a worker that was stopped has forgotten whose they are. */
  readonly #clients = new Set<string>()
  readonly #vigil = new Vigil()

  constructor(container: ServiceWorkerContainer, options: NetworkOptions) {
    super()
    this.#container = container
    this.#options = options
  }

  enable(): void {
    this.#container.addEventListener('message', this.#listen)
    this.#container.addEventListener('controllerchange', this.#announce)
    // Messages wait for DOMContentLoaded otherwise.
    this.#container.startMessages()
    this.#announce()
  }

  override disable(): void {
    void super.disable()
    this.#container.removeEventListener('message', this.#listen)
    this.#container.removeEventListener('controllerchange', this.#announce)
  }

  readonly #listen = ({ data, ports }: MessageEvent<unknown>): void => {
    if (isRollCall(data)) return this.#announce()
    const port = ports[0]
    if (!port || !isFetchCall(data)) return
    const { desk } = this.#options
    if (data.exchange !== null && !desk.owns(data.exchange)) return
    if (data.client !== '') this.#clients.add(data.client)
    const frame = new WorkerFrame(data, port)
    frame.whenOver(this.#vigil.watch(data.worker, () => frame.giveUp()))
    this.queue(frame).catch((error: unknown) => frame.errorWith(error))
  }

  /** Says whose fetches this page answers: its own, those of its frames, and those it answered before. */
  readonly #announce = (): void => {
    const session = this.#options.address.door
    say(this.#container, { type: 'peel/own', session, clients: [...this.#clients] })
    for (const frame of framesOf(window)) say(frame.navigator.serviceWorker, { type: 'peel/child', session })
  }
}

function say(container: ServiceWorkerContainer, news: WorkerNews): void {
  container.controller?.postMessage(news)
}

/** The frames in a window that share its origin, such as those of a `srcdoc`; they need not know of the worker. */
function* framesOf(outer: Window): Generator<Window> {
  for (let at = 0; at < outer.length; at++) {
    const frame = outer[at]
    if (!frame || !isReachable(frame)) continue
    yield frame
    yield* framesOf(frame)
  }
}

function isReachable(frame: Window): boolean {
  try {
    // Of another origin, or without service workers, this throws or is missing.
    return Boolean(frame.navigator.serviceWorker)
  } catch {
    return false
  }
}

export interface NetworkOptions {
  readonly desk: ExchangeDesk
  readonly address: PageAddress
  readonly pages: PageAnswers
}

/** The part of msw's network that the door needs. */
export interface Network {
  enable(): void
  disable(): void
}

/** Makes a network on which Run's own fetches are answered from the desk, and all others as pages' are. */
export function makeNetwork(container: ServiceWorkerContainer, options: NetworkOptions): Network {
  const frames = new WeakMap<Request, WorkerFrame>()
  class Source extends WorkerSource {
    override queue(frame: WorkerFrame): Promise<void> {
      frames.set(frame.data.request, frame)
      return super.queue(frame)
    }
  }
  const network = defineNetwork({
    sources: [new Source(container, options)],
    handlers: [
      http.all('*', async ({ request }) => {
        const exchange = frames.get(request)?.call.exchange ?? null
        // Nothing is said of others: the next handler has them.
        return exchange === null ? undefined : ((await options.desk.take(exchange)) ?? Response.error())
      }),
      http.all('*', async ({ request }) => {
        const frame = frames.get(request)
        return frame ? answerPage(frame, options.pages, options.address) : Response.error()
      }),
    ],
    onUnhandledFrame: 'bypass',
    // Else msw clones each response for its log, and a clone keeps a cancel from arriving.
    context: { quiet: true },
  })
  return {
    enable: () => void network.enable(),
    disable: () => void network.disable(),
  }
}

async function answerPage(frame: WorkerFrame, pages: PageAnswers, address: PageAddress): Promise<Response> {
  const { body: sent } = frame.call.request
  const bytes = sent && new Uint8Array(await new Response(sent).arrayBuffer())
  const ask = readPageRequest(frame.call, bytes, { address, page: pages.page })
  try {
    const { view, body, done, isWhole } = await pages.fetch(ask, { signal: frame.signal })
    frame.lastsUntil(done, isWhole)
    done.then(
      (seen) => tellConsole(seen.console),
      () => undefined,
    )
    const shown = readable(view, body)
    const response = pageResponse(view, shown) ?? Response.error()
    // The answer to a HEAD comes to an end as well, though nobody reads it.
    if (!response.body) shown.pipeTo(new WritableStream()).catch(() => undefined)
    return response
  } catch (error) {
    if (!frame.signal.aborted) tellConsole([error instanceof Error ? error.message : String(error)])
    return Response.error()
  }
}

/** A script waits for the end of an opaque response, and reads nothing of it. */
function readable({ response }: FetchView, body: PageAnswer['body']): PageAnswer['body'] {
  return response?.type === 'opaque' ? body.pipeThrough(new TransformStream({ transform() {} })) : body
}

/** The browser knows nothing of the modelled one's reasons, and only says that a fetch failed. */
function tellConsole(lines: readonly string[]): void {
  // oxlint-disable-next-line no-console -- Here is where whoever typed the fetch looks for them.
  for (const line of lines) console.error(line)
}
