// `XMLHttpRequest` as a page has it (XHR standard), carried out by the modelled browser. Asynchronous only: a synchronous
// one would have to stop the very page that runs the server.
import { joinBytes, toBodyText } from '../../requests'
import type { HeaderList } from '../../protocol'
import type { Ask } from '../messages'
import { readBody } from './body'
import { send as sendAsk } from './fetch'
import { addHandlers } from './handlers'
import type { Line } from './line'

const EVENTS = ['loadstart', 'progress', 'load', 'error', 'abort', 'timeout', 'loadend'] as const
const STATES = { UNSENT: 0, OPENED: 1, HEADERS_RECEIVED: 2, LOADING: 3, DONE: 4 } as const

class Upload extends EventTarget {
  isListened = false

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.isListened = true
    super.addEventListener(...args)
  }
}
addHandlers(Upload.prototype, EVENTS)

/** Makes the class that stands in for `window.XMLHttpRequest`. */
export function makeXhr(line: Line): new () => EventTarget {
  class XMLHttpRequest extends EventTarget {
    readonly upload = new Upload()
    readyState: number = STATES.UNSENT
    status = 0
    statusText = ''
    responseURL = ''
    timeout = 0
    withCredentials = false
    #responseType: XMLHttpRequestResponseType = ''
    #method = 'GET'
    #url = ''
    #headers: (readonly [string, string])[] = []
    #received: HeaderList = []
    #mimeType: string | null = null
    #bytes: Uint8Array<ArrayBuffer> = new Uint8Array()
    #abort: AbortController | null = null
    #cached: unknown

    open(method: string, url: string | URL, isAsync = true): void {
      if (!isAsync) {
        throw new DOMException(
          'Synchronous requests are not to be had here: the server runs in this very page. Leave out the third argument of open().',
          'InvalidAccessError',
        )
      }
      this.#abort?.abort()
      this.#abort = null
      this.#method = String(method)
      this.#url = String(url)
      this.#headers = []
      this.#reset()
      this.#enter(STATES.OPENED)
    }

    setRequestHeader(name: string, value: string): void {
      if (this.readyState !== STATES.OPENED || this.#abort) {
        throw invalid('setRequestHeader', "The object's state must be OPENED.")
      }
      const trimmed = String(value).trim()
      const at = this.#headers.findIndex(([other]) => other.toLowerCase() === name.toLowerCase())
      const before = this.#headers[at]
      // XHR 3.5.2: a second value of a name joins the first.
      if (before) this.#headers[at] = [before[0], `${before[1]}, ${trimmed}`]
      else this.#headers.push([String(name), trimmed])
    }

    send(body: BodyInit | Document | null = null): void {
      if (this.readyState !== STATES.OPENED || this.#abort) {
        throw invalid('send', "The object's state must be OPENED.")
      }
      const abort = new AbortController()
      this.#abort = abort
      const hasNone = /^(GET|HEAD)$/i.test(this.#method)
      const given = body instanceof Document ? new XMLSerializer().serializeToString(body) : body
      this.#tell('loadstart')
      void this.#carryOut(hasNone ? null : given, abort.signal)
    }

    abort(): void {
      const wasSent = this.#abort !== null
      this.#abort?.abort('abort')
      this.#abort = null
      if (!wasSent || this.readyState === STATES.DONE) {
        if (this.readyState === STATES.DONE) this.readyState = STATES.UNSENT
        return
      }
      this.#fail('abort')
      this.readyState = STATES.UNSENT
    }

    getResponseHeader(name: string): string | null {
      return this.#received.find(([other]) => other.toLowerCase() === String(name).toLowerCase())?.[1] ?? null
    }

    getAllResponseHeaders(): string {
      return this.#received.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    }

    overrideMimeType(mime: string): void {
      this.#mimeType = mime
    }

    get responseType(): XMLHttpRequestResponseType {
      return this.#responseType
    }
    set responseType(type: XMLHttpRequestResponseType) {
      if (this.readyState >= STATES.LOADING) {
        throw new DOMException(
          "Failed to set the 'responseType' property on 'XMLHttpRequest': The response type cannot be set if the object's state is LOADING or DONE.",
          'InvalidStateError',
        )
      }
      if (['', 'arraybuffer', 'blob', 'document', 'json', 'text'].includes(type)) this.#responseType = type
    }

    get responseText(): string {
      if (this.#responseType !== '' && this.#responseType !== 'text') {
        throw new DOMException(
          `Failed to read the 'responseText' property from 'XMLHttpRequest': The value is only accessible if the object's 'responseType' is '' or 'text' (was '${this.#responseType}').`,
          'InvalidStateError',
        )
      }
      return this.readyState >= STATES.LOADING ? this.#text() : ''
    }

    get responseXML(): Document | null {
      if (this.readyState !== STATES.DONE || !/xml|html/.test(this.#type())) return null
      return new DOMParser().parseFromString(this.#text(), this.#type().includes('html') ? 'text/html' : 'text/xml')
    }

    get response(): unknown {
      if (this.#responseType === '' || this.#responseType === 'text') return this.responseText
      if (this.readyState !== STATES.DONE || this.status === 0) return null
      // The same object each time (XHR 3.6.9).
      this.#cached ??= this.#make()
      return this.#cached
    }

    #make(): unknown {
      switch (this.#responseType) {
        case 'arraybuffer':
          return this.#bytes.slice().buffer
        case 'blob':
          return new Blob([this.#bytes], { type: this.#type() })
        case 'document':
          return this.responseXML
        case 'json':
          try {
            return JSON.parse(this.#text()) as unknown
          } catch {
            return null
          }
        default:
          return this.#text()
      }
    }

    #type(): string {
      return (this.#mimeType ?? this.getResponseHeader('content-type') ?? 'text/xml').toLowerCase()
    }

    #text(): string {
      const charset = /charset="?([^";\s]+)/i.exec(this.#type())?.[1] ?? 'utf-8'
      try {
        return new TextDecoder(charset).decode(this.#bytes)
      } catch {
        return new TextDecoder().decode(this.#bytes)
      }
    }

    async #carryOut(given: BodyInit | null, signal: AbortSignal): Promise<void> {
      const timer = this.timeout > 0 ? setTimeout(() => this.#abort?.abort('timeout'), this.timeout) : undefined
      try {
        const body = await readBody(given)
        const ask: Ask = {
          method: this.#method,
          url: this.#url,
          headers: this.#headers,
          body: toBodyText(body?.bytes ?? new Uint8Array()),
          page: {
            kind: 'xhr',
            credentials: this.withCredentials ? 'include' : 'same-origin',
            hasBody: body !== null,
            bodyType: body?.type ?? null,
            ...(this.upload.isListened ? { listensToUpload: true } : {}),
          },
        }
        const response = await sendAsk(line, ask, signal)
        if (body && this.upload.isListened) {
          for (const type of ['progress', 'load', 'loadend']) this.#tell(type, this.upload, body.bytes.length)
        }
        this.status = response.status
        this.statusText = response.statusText
        this.responseURL = response.url.replace(/#.*$/, '')
        this.#received = [...response.headers]
        this.#enter(STATES.HEADERS_RECEIVED)
        await this.#read(response)
        this.#abort = null
        this.#enter(STATES.DONE)
        this.#tell('load', this, this.#bytes.length)
        this.#tell('loadend', this, this.#bytes.length)
      } catch {
        // Aborted by the script: abort() has told it.
        if (signal.reason !== 'abort' && this.#abort?.signal === signal) {
          this.#fail(signal.reason === 'timeout' ? 'timeout' : 'error')
        }
      } finally {
        clearTimeout(timer)
      }
    }

    async #read(response: Response): Promise<void> {
      const reader = response.body?.getReader()
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
        this.#bytes = joinBytes([this.#bytes, next.value]) as Uint8Array<ArrayBuffer>
        if (this.readyState !== STATES.LOADING) this.readyState = STATES.LOADING
        this.dispatchEvent(new Event('readystatechange'))
        this.#tell('progress', this, this.#bytes.length)
      }
    }

    #fail(type: 'error' | 'abort' | 'timeout'): void {
      this.#abort = null
      this.#reset()
      this.#enter(STATES.DONE)
      this.#tell(type)
      this.#tell('loadend')
    }

    #reset(): void {
      this.status = 0
      this.statusText = ''
      this.responseURL = ''
      this.#received = []
      this.#bytes = new Uint8Array()
      this.#cached = undefined
    }

    #enter(state: number): void {
      this.readyState = state
      this.dispatchEvent(new Event('readystatechange'))
    }

    #tell(type: string, target: EventTarget = this, loaded = 0): void {
      const length = Number(this.getResponseHeader('content-length') ?? 0)
      const total = target === this ? length : loaded
      target.dispatchEvent(new ProgressEvent(type, { lengthComputable: total > 0, loaded, total }))
    }
  }
  Object.assign(XMLHttpRequest, STATES)
  Object.assign(XMLHttpRequest.prototype, STATES)
  addHandlers(XMLHttpRequest.prototype, ['readystatechange', ...EVENTS])
  return XMLHttpRequest
}

function invalid(method: string, why: string): DOMException {
  return new DOMException(`Failed to execute '${method}' on 'XMLHttpRequest': ${why}`, 'InvalidStateError')
}
