// `WebSocket` as a page has it (WebSockets standard), carried out by the modelled browser.
import { encodeText } from '../../requests'
import { addHandlers } from './handlers'
import type { Line } from './line'

const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const LONGEST_REASON = 123

/** Makes the class that stands in for `window.WebSocket`. `base` is the URL of the page. */
export function makeWebSocket(
  line: Line,
  base: () => string,
): new (url: string | URL, protocols?: string | string[]) => EventTarget {
  class WebSocket extends EventTarget {
    readonly url: string
    readyState: number = STATES.CONNECTING
    protocol = ''
    readonly extensions = ''
    readonly bufferedAmount = 0
    binaryType: BinaryType = 'blob'
    readonly #id: number

    constructor(url: string | URL, protocols: string | string[] = []) {
      super()
      this.url = readUrl(url, base())
      const wanted = [protocols].flat()
      const bad = wanted.find((name, index) => !TOKEN.test(name) || wanted.indexOf(name) !== index)
      if (bad !== undefined) {
        throw syntax(
          TOKEN.test(bad) ? `The subprotocol '${bad}' is duplicated.` : `The subprotocol '${bad}' is invalid.`,
        )
      }
      this.#id = line.begin(
        'socket',
        {
          method: 'GET',
          url: this.url,
          headers: wanted.length > 0 ? [['Sec-WebSocket-Protocol', wanted.join(', ')]] : [],
          body: { text: '', encoding: 'utf8' },
          socket: { messages: [] },
          page: { kind: 'websocket', hasBody: false, bodyType: null },
        },
        (reply) => {
          if (reply.kind === 'opened') {
            this.protocol = reply.protocol
            this.readyState = STATES.OPEN
            this.dispatchEvent(new Event('open'))
          } else if (reply.kind === 'message') {
            this.dispatchEvent(new MessageEvent('message', { data: this.#received(reply.data), origin: this.#origin }))
          } else if (reply.kind === 'closed') {
            this.readyState = STATES.CLOSED
            line.forget(this.#id)
            const { code, reason, wasClean } = reply
            if (!wasClean) this.dispatchEvent(new Event('error'))
            this.dispatchEvent(new CloseEvent('close', { code, reason, wasClean }))
          }
        },
      )
    }

    send(data: string | BufferSource | Blob): void {
      if (this.readyState === STATES.CONNECTING) {
        throw new DOMException(
          "Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.",
          'InvalidStateError',
        )
      }
      if (this.readyState !== STATES.OPEN) return
      if (typeof data === 'string') return line.say({ kind: 'say', id: this.#id, data })
      void new Response(data)
        .arrayBuffer()
        .then((bytes) => line.say({ kind: 'say', id: this.#id, data: new Uint8Array(bytes) }))
    }

    close(code?: number, reason = ''): void {
      if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
        throw new DOMException(
          `Failed to execute 'close' on 'WebSocket': The close code must be either 1000, or between 3000 and 4999. ${code} is neither.`,
          'InvalidAccessError',
        )
      }
      if (encodeText(reason).length > LONGEST_REASON) {
        throw syntax('The close reason must not be greater than 123 UTF-8 bytes.', "execute 'close' on")
      }
      if (this.readyState >= STATES.CLOSING) return
      this.readyState = STATES.CLOSING
      line.say({ kind: 'close', id: this.#id, code: code ?? null, reason })
    }

    get #origin(): string {
      return new URL(this.url).origin
    }

    #received(data: string | Uint8Array<ArrayBuffer>): unknown {
      if (typeof data === 'string') return data
      return this.binaryType === 'blob' ? new Blob([data]) : data.buffer
    }
  }
  Object.assign(WebSocket, STATES)
  Object.assign(WebSocket.prototype, STATES)
  addHandlers(WebSocket.prototype, ['open', 'message', 'error', 'close'])
  return WebSocket
}

/** WebSockets 3.1, "obtain a WebSocket URL". */
function readUrl(given: string | URL, base: string): string {
  const text = String(given)
  if (!URL.canParse(text, base)) throw syntax(`The URL '${text}' is invalid.`)
  const url = new URL(text, base)
  url.protocol = url.protocol.replace(/^http/, 'ws')
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw syntax(
      `The URL's scheme must be either 'http', 'https', 'ws', or 'wss'. '${url.protocol.slice(0, -1)}' is not allowed.`,
    )
  }
  if (url.hash !== '') {
    throw syntax(
      `The URL contains a fragment identifier ('${url.hash.slice(1)}'). Fragment identifiers are not allowed in WebSocket URLs.`,
    )
  }
  return url.href
}

function syntax(why: string, what = 'construct'): DOMException {
  return new DOMException(`Failed to ${what} 'WebSocket': ${why}`, 'SyntaxError')
}
