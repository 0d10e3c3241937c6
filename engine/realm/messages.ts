// What the page and a realm say to each other: plain data over one port that only the two of them hold.
import type { FetchView, Page, PageRequest } from '../protocol'

/** What a script asks for. Where it stands is not its to say: the page fills that in. */
export interface Ask extends Pick<PageRequest, 'method' | 'url' | 'headers' | 'body' | 'socket'> {
  readonly page: Omit<PageRequest['page'], keyof Page>
}

/** Which page the scripts believe to be on. */
export interface Standing {
  readonly url: string
  /** `null` for a sandboxed frame. */
  readonly origin: string
  /** What `document.cookie` says. */
  readonly cookie: string
}

export type ConsoleLevel = 'log' | 'info' | 'warn' | 'error' | 'debug'

/** A value as a console shows it: one line, and what opens beneath it. */
export interface Described {
  readonly kind: 'string' | 'number' | 'boolean' | 'nothing' | 'symbol' | 'function' | 'error' | 'object'
  /** One line; for an error with its stack. */
  readonly text: string
  /** Names and values inside; absent where there is nothing to open. */
  readonly entries?: readonly (readonly [name: string, value: Described])[]
  /** What `console.table` draws: a row for each thing, its name first; texts as they are shown. */
  readonly table?: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
}

export type ToRealm =
  | { readonly kind: 'stand'; readonly standing: Standing }
  /** `isEntry`: a line of the console, whose last value is shown; else a file. */
  | { readonly kind: 'run'; readonly run: number; readonly source: string; readonly isEntry: boolean }
  /** The head of a response (`view.response` is null when there is none). */
  | { readonly kind: 'head'; readonly id: number; readonly view: FetchView }
  /** A piece of a body, one for each `pull`; null ends it. */
  | { readonly kind: 'chunk'; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> | null }
  /** It broke off: the body where a head had come, else the whole. */
  | { readonly kind: 'failed'; readonly id: number; readonly name: string; readonly message: string }
  | { readonly kind: 'opened'; readonly id: number; readonly protocol: string }
  | { readonly kind: 'message'; readonly id: number; readonly data: string | Uint8Array<ArrayBuffer> }
  | {
      readonly kind: 'closed'
      readonly id: number
      readonly code: number
      readonly reason: string
      readonly wasClean: boolean
    }

export type FromRealm =
  | { readonly kind: 'fetch'; readonly id: number; readonly ask: Ask }
  | { readonly kind: 'pull'; readonly id: number }
  /** Aborts a fetch or cancels a body. */
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'socket'; readonly id: number; readonly ask: Ask }
  /** A link was followed or a form submitted: the page goes elsewhere. */
  | { readonly kind: 'navigate'; readonly ask: Ask }
  | { readonly kind: 'say'; readonly id: number; readonly data: string | Uint8Array<ArrayBuffer> }
  | { readonly kind: 'close'; readonly id: number; readonly code: number | null; readonly reason: string }
  | { readonly kind: 'console'; readonly level: ConsoleLevel; readonly parts: readonly Described[] }
  | { readonly kind: 'clear' }
  /** The document has loaded: it is still the one that was given. */
  | { readonly kind: 'loaded' }
  /** A run's first turn is over; `value` is null for a file. */
  | { readonly kind: 'ran'; readonly run: number; readonly value: Described | null; readonly isError: boolean }

/** The only message over `window`: the frame has its script, and the port may come. What was said before waits. */
export interface RealmUp {
  readonly kind: 'peel/realm-up'
}
