// A WebSocket that stays open between two turns, as whoever speaks over it has it.
import type { FetchView } from './page'
import type { BodyText } from './request'

/** An open WebSocket. */
export interface LiveSocket {
  /** The subprotocol that the server chose; empty for none. */
  readonly protocol: string
  say(frame: 'text' | 'binary', data: BodyText): void
  /** Without a code the frame has none either. */
  close(code?: number, reason?: string): void
}

export interface SocketListener {
  /** It could not be opened, and why; `closed` follows. */
  refused?(view: FetchView): void
  message(frame: 'text' | 'binary', data: BodyText): void
  /** @param wasClean  false where no closing handshake ended it: refused, cut, or the server is gone */
  closed(code: number, reason: string, wasClean: boolean): void
}
