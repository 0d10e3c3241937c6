// What the page and the service worker say to each other. Plain constants and types: both sides bundle their own copy.

/** Raise it when a message changes its meaning; a page and a worker of different numbers do not work together. */
export const PROTOCOL = 2

/** The header by which the worker knows a fetch that the page makes for Run, and the page which exact request is meant. */
export const EXCHANGE_HEADER = 'x-peel-exchange'

/** Page to worker, each with a port for the `WorkerReply`. */
export type WorkerCall =
  | { readonly type: 'peel/hello' }
  | { readonly type: 'peel/claim' }
  /** A page that is just starting asks a waiting, newer worker to become the one in charge. */
  | { readonly type: 'peel/take-over' }

export interface WorkerReply {
  readonly protocol: number
  /** Whether what was asked for was done. */
  readonly done: boolean
}

/** Page to worker, without a reply. */
export type WorkerNews =
  /** The page answers fetches of this session; `clients` are frames and workers that it has answered before. */
  | { readonly type: 'peel/own'; readonly session: string; readonly clients: readonly string[] }
  /** Said in the name of a frame: it belongs to this session. */
  | { readonly type: 'peel/child'; readonly session: string }

/** Worker to pages: it was stopped, and knows nobody any more. */
export interface RollCall {
  readonly type: 'peel/roll'
}

/** Worker to page: a fetch to answer, with a port for the `FetchAnswer`. */
export interface FetchCall {
  readonly type: 'peel/fetch'
  /** Lock that the worker holds while it lives. */
  readonly worker: string
  /** Set where the page itself made the fetch for Run. */
  readonly exchange: string | null
  /** Who asks; for a navigation the frame that will hold what comes. */
  readonly client: string
  /** URL of who asks, as a navigation's is not known; `about:srcdoc` for such frames. */
  readonly clientUrl: string | null
  readonly isWorker: boolean
  readonly request: FetchedRequest
}

/** What a service worker can see of a request. */
export interface FetchedRequest {
  readonly url: string
  readonly method: string
  /** Lower case, sorted and combined; the browser's own are among them. */
  readonly headers: readonly (readonly [string, string])[]
  readonly mode: RequestMode
  readonly credentials: RequestCredentials
  readonly redirect: RequestRedirect
  readonly cache: RequestCache
  readonly destination: RequestDestination
  readonly referrer: string
  readonly referrerPolicy: string
  readonly integrity: string
  readonly keepalive: boolean
  readonly body: ReadableStream<Uint8Array> | ArrayBuffer | null
}

/** Page to worker; after its body `OVER`. `null` means that there is nothing to show: the fetch fails. */
export type FetchAnswer = {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: ReadableStream<Uint8Array> | ArrayBuffer | null
} | null

/** Page to worker, on the port of a fetch: nothing more goes out. */
export const OVER = 'peel/over'

/** Worker to page, on the port of a fetch: whoever asked does not want the answer any more. */
export const GAVE_UP = 'peel/gave-up'

/** Whether a message that reached the page is a `FetchCall`; other code may use the same channel. */
export function isFetchCall(data: unknown): data is FetchCall {
  return hasType(data, 'peel/fetch')
}

export function isRollCall(data: unknown): data is RollCall {
  return hasType(data, 'peel/roll')
}

function hasType(data: unknown, type: string): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === type
}
