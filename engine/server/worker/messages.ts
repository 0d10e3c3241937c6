// What the page and the service worker say to each other. Plain constants and types: both sides bundle their own copy.

/** Raise it when a message changes its meaning; a page and a worker of different numbers do not work together. */
export const PROTOCOL = 1

/** The header by which the worker knows which fetches are its own, and the page which exact request is meant. */
export const EXCHANGE_HEADER = 'x-peel-exchange'

/** Page to worker. Each comes with a port for the `WorkerReply`. */
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

/** Worker to page: a fetch of this page, with a port for the `FetchAnswer`. */
export interface FetchCall {
  readonly type: 'peel/fetch'
  readonly exchange: string
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
}

/** Page to worker. `null` means that there is nothing to show: the fetch fails. */
export type FetchAnswer = {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: ReadableStream<Uint8Array> | ArrayBuffer | null
} | null

/** Whether a message that reached the page is a `FetchCall`; other code may use the same channel. */
export function isFetchCall(data: unknown): data is FetchCall {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'peel/fetch'
}
