// The network as msw sees it: fetches come in from the service worker's messages and go out as msw's handlers answer.
// Loaded on demand, for msw is heavy. Why not msw's own worker: it takes every request of the page, mixes up tabs,
// unregisters itself with the last one, and breaks open pages when it is updated.
import { http } from 'msw/http'
import { HttpNetworkFrame, NetworkSource, defineNetwork } from 'msw/experimental'
import type { ExchangeDesk } from './exchange-desk'
import { EXCHANGE_HEADER, isFetchCall } from './worker/messages'
import type { FetchAnswer, FetchCall } from './worker/messages'

/** One fetch on its way; the port leads back to the worker that waits for the answer. */
class WorkerFrame extends HttpNetworkFrame {
  readonly #port: MessagePort

  constructor(call: FetchCall, port: MessagePort) {
    const headers = call.headers.map(([name, value]): [string, string] => [name, value])
    super({ id: call.exchange, request: new Request(call.url, { method: call.method, headers }) })
    this.#port = port
  }

  /** Hands on the response. Its body is transferred, never copied, so that a cancel reaches whoever makes the body. */
  respondWith(response?: Response): void {
    if (!response || response.type === 'error') return this.#post(null)
    const { status, statusText, body } = response
    const head = { status, statusText, headers: [...response.headers] }
    if (!body) return this.#post({ ...head, body: null })
    try {
      this.#post({ ...head, body }, [body])
    } catch {
      // Not every browser can transfer a stream.
      response.arrayBuffer().then(
        (bytes) => this.#post({ ...head, body: bytes }, [bytes]),
        () => this.#post(null),
      )
    }
  }

  errorWith(reason?: unknown): void {
    if (reason instanceof Response) this.respondWith(reason)
    else this.#post(null)
  }

  /** Nothing may pass through: a marked fetch is never meant for the real network. */
  passthrough(): void {
    this.#post(null)
  }

  #post(answer: FetchAnswer, transfer: Transferable[] = []): void {
    this.#port.postMessage(answer, transfer)
  }
}

/** Takes the worker's messages. Any worker's: after an update it is another object that speaks. */
class WorkerSource extends NetworkSource<WorkerFrame> {
  readonly #container: ServiceWorkerContainer
  readonly #owns: (exchange: string) => boolean

  constructor(container: ServiceWorkerContainer, owns: (exchange: string) => boolean) {
    super()
    this.#container = container
    this.#owns = owns
  }

  enable(): void {
    this.#container.addEventListener('message', this.#listen)
    // Messages wait for DOMContentLoaded otherwise.
    this.#container.startMessages()
  }

  override disable(): void {
    void super.disable()
    this.#container.removeEventListener('message', this.#listen)
  }

  readonly #listen = ({ data, ports }: MessageEvent<unknown>): void => {
    const port = ports[0]
    if (!port || !isFetchCall(data) || !this.#owns(data.exchange)) return
    const frame = new WorkerFrame(data, port)
    this.queue(frame).catch((error: unknown) => frame.errorWith(error))
  }
}

/** The part of msw's network that the door needs. */
export interface Network {
  enable(): void
  disable(): void
}

/** Makes a network on which every fetch that comes through the service worker is answered from the desk. */
export function makeNetwork(container: ServiceWorkerContainer, desk: ExchangeDesk): Network {
  const network = defineNetwork({
    sources: [new WorkerSource(container, (exchange) => desk.owns(exchange))],
    handlers: [
      http.all('*', async ({ request }) => {
        const exchange = request.headers.get(EXCHANGE_HEADER)
        return (exchange === null ? null : await desk.take(exchange)) ?? Response.error()
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
