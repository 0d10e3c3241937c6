// The browser's seat beside Python: one agent for each session, asked with JSON text from within a running loop.
// Knows who listens where; decides nothing.
import { Agent, type Reply } from '../../browser'
import type { BrowserState, Ms, OpenOptions, PageRequest } from '../../protocol'

/** What Python asks: see `engine/python/peel/fetches.py`. */
type Question = { readonly id: number; readonly nowMs: Ms } & (
  { readonly call: 'begin'; readonly ask: PageRequest } | { readonly call: 'next'; readonly reply: Reply }
)

/** What of a session's options the browser has to know. */
export type BrowserOptions = Pick<OpenOptions, 'browser' | 'serves' | 'neighbours'>

/** Holds the session's browser. */
export class BrowserSeat {
  #agent = new Agent()
  #listens: (url: string) => boolean = () => true

  /** A session begins: its browser too. */
  begin(options: BrowserOptions): void {
    this.#listens = whoListens(options)
    this.put(options.browser)
  }

  /** Another one takes the seat, which remembers this; fetches that are under way are forgotten. */
  put(state: BrowserState | undefined): void {
    this.#agent = new Agent(state, this.#listens)
  }

  get state(): BrowserState {
    return this.#agent.state
  }

  /** Answers Python: a question as JSON, a `BrowserTurn` as JSON. */
  readonly answer = (payload: string): string => {
    const question = JSON.parse(payload) as Question
    const { id, nowMs } = question
    return JSON.stringify(
      question.call === 'begin'
        ? this.#agent.begin(id, question.ask, nowMs)
        : this.#agent.next(id, question.reply, nowMs),
    )
  }
}

function whoListens({ serves, neighbours = [] }: BrowserOptions): (url: string) => boolean {
  if (!serves) return () => true
  const origins = new Set([...serves, ...neighbours.flatMap((one) => one.serves)].map((one) => originOf(one)))
  return (url) => origins.has(originOf(url)) || origins.has(originOf(url, '*'))
}

/** Scheme, host and port; a WebSocket goes to the server of the same pages. @param host  in the place of its own */
function originOf(url: string, host?: string): string | null {
  const http = url.replace(/^ws(?=s?:)/i, 'http')
  if (!URL.canParse(http)) return null
  const parsed = new URL(http)
  if (host !== undefined) parsed.hostname = host
  return parsed.origin
}
