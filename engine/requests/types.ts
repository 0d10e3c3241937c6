// What a `.http` file says, before anything is added to it. Knows nothing of browsers or of the wire.
import type { BodyText, HeaderList, Ms, SocketLine } from '../protocol'
import type { PageSettings } from './page-settings'

/** One request as it stands in the file, variables not yet filled in: what the form shows and edits. */
export interface RequestText {
  /** What follows `###`; empty without. */
  readonly title: string
  /** The `# @key value` lines in order. */
  readonly settings: readonly (readonly [key: string, value: string])[]
  readonly method: string
  /** The URL or path, its continuation lines joined. */
  readonly target: string
  readonly headers: HeaderList
  /** The body's text, or its `< file` line. */
  readonly body: string
}

/** One request with its variables filled in. */
export interface HttpRequest {
  /** Position in the file, 0-based. */
  readonly index: number
  /** Line of the request line, 1-based. */
  readonly line: number
  /** The `# @name`. */
  readonly name: string | null
  /** Name for people: the `# @name`, the `###` title, or `GET /path`. */
  readonly title: string
  /** `WEBSOCKET` where it opens one. */
  readonly method: string
  /** Absolute URL. */
  readonly url: string
  /** Request target as it goes into the request line. */
  readonly target: string
  /** The file's header lines, nothing added. Latin-1 text, one character a byte. */
  readonly headers: HeaderList
  readonly body: BodyText
  /** `# @wait`: virtual ms to let pass before. */
  readonly waitMs: Ms
  /** `# @at`: virtual ms after the start of its group; null without. */
  readonly atMs: Ms | null
  /** `# @times`: how many of it start at once. */
  readonly times: number
  /** `# @disconnect`: virtual ms after which the client hangs up; null without. */
  readonly disconnectMs: Ms | null
  /** `# @chunked`: in how many pieces the body is sent, and virtual ms between two of them; null without. */
  readonly chunked: { readonly pieces: number; readonly everyMs: Ms } | null
  /** What the client of a WebSocket says; null for HTTP. */
  readonly messages: readonly SocketLine[] | null
  /** The page whose script or element asks, by `# @page`; null for a plain client such as curl. */
  readonly page: PageSettings | null
  /** All `# @key value` lines, the last of a key counts. */
  readonly settings: Readonly<Record<string, string>>
  readonly text: RequestText
}

export interface HttpFile {
  readonly requests: readonly HttpRequest[]
  /** One line each, with file and line number. */
  readonly warnings: readonly string[]
}

/** A `.http` file that cannot be read: one line that says where and why. */
export class HttpFileError extends Error {
  override readonly name = 'HttpFileError'
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** The message without file and line. */
  readonly why: string

  constructor(file: string, line: number, why: string) {
    super(`${file}, line ${line}: ${why}`)
    this.file = file
    this.line = line
    this.why = why
  }
}
