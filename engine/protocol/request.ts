// What a request looks like before and after it becomes bytes. Knows nothing of threads, frameworks or pages.
import type { PageRequest } from './page'

/** Milliseconds of the session's virtual clock, counted from the start of the session. */
export type Ms = number

/** Headers as ordered pairs, duplicates kept. Values are Latin-1 text, one character a byte, as ASGI has them. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** Bytes as text: `utf8` where they are valid UTF-8, else `base64`. JSON-safe. */
export interface BodyText {
  readonly text: string
  readonly encoding: 'utf8' | 'base64'
}

/**
 * One request ready for the wire. The header list is complete and exact: Host and Content-Length are in it
 * (the browser ring put them there, see `engine/browser/prepare.ts`); the engine adds nothing.
 */
export interface WireRequest {
  /** Position of the request in its `.http` file, 0-based; several exchanges may share it (`# @times`). */
  readonly from: number
  /** Name for people: the `# @name`, the `###` title, or `GET /path`. */
  readonly title: string
  readonly method: string
  /** Absolute URL, e.g. `http://localhost:8000/items?x=1`. An https URL makes the server's scheme https. */
  readonly url: string
  /** Request target exactly as it stands in the request line, e.g. `/items?x=1`. */
  readonly target: string
  readonly headers: HeaderList
  /** Header names (lower case) that the browser ring added, for the trace. */
  readonly added: readonly string[]
  readonly body: BodyText
  /** Virtual ms after the start of its group at which the request starts (`# @at`, seconds there). */
  readonly atMs: Ms
  /**
   * Body bytes as they go onto the wire (chunked coding included), piece by piece, each at its time after the start of the
   * request. Without it `body` goes at once.
   */
  readonly pieces?: readonly { readonly bytes: BodyText; readonly atMs: Ms }[]
  /** Virtual ms after the start of the request at which the client hangs up, whatever it has got by then. */
  readonly hangUpMs?: Ms
  /** A WebSocket: the request is its handshake. */
  readonly socket?: SocketScript
}

/** What the client of a WebSocket says. Afterwards it listens until nothing more can come, and closes with 1000. */
export interface SocketScript {
  readonly messages: readonly SocketLine[]
}

export interface SocketLine {
  readonly frame: 'text' | 'binary'
  readonly data: BodyText
  /** Say it once the server has sent so many messages since the line before (since the handshake, for the first). */
  readonly afterReplies: number
}

/** Requests that share the stage: they start at their own virtual times and may overlap. */
export interface RequestGroup {
  /** Virtual ms to let pass before the group starts (`# @wait`, seconds there). */
  readonly waitMs: Ms
  /** Those with a `page` go through the modelled browser, which may send nothing, or more than one. */
  readonly requests: readonly (WireRequest | PageRequest)[]
}
