// What a page's script does to ask for something in one of the many ways, and what it sees of it. Runs inside Chromium: each
// function stands for itself, as its source text is all that gets there.
import type { HeaderList } from '../../protocol'
import type { CaseRequest } from '../cases/to-page-request'

/** What a script can tell of something that it asked for by other means than `fetch()`. */
export interface LoadSeen {
  /** `load`, `open`, `message` and the like; or `error`. Null where neither came in time. */
  readonly event: string | null
  /** Of an XMLHttpRequest. */
  readonly status: number | null
  readonly headers: HeaderList | null
  /** Text of an answer, data of the first event or message; null for none. */
  readonly body: string | null
  /** Of a WebSocket: the one that was agreed on. */
  readonly protocol: string | null
  /** The exception's text. */
  readonly error: string | null
}

/** Asks by an element, an XMLHttpRequest and so on; waits until there is something to see. */
export async function doRequest([target, request, mostMs]: readonly [string, CaseRequest, number]): Promise<LoadSeen> {
  const { kind, method, headers, body, credentials, crossorigin, referrerPolicy } = request
  const nothing: LoadSeen = { event: null, status: null, headers: null, body: null, protocol: null, error: null }
  const toBody = (): string | Blob | FormData | URLSearchParams | null => {
    if (body === null || body === undefined || typeof body === 'string') return body ?? null
    switch (body.kind) {
      case 'formdata': {
        const form = new FormData()
        for (const [name, value] of Object.entries(body.fields)) form.append(name, value)
        return form
      }
      case 'params':
        return new URLSearchParams(body.fields)
      case 'blob':
        return new Blob([body.text], { type: body.type ?? '' })
      case 'bytes':
        return new Blob([new Uint8Array(body.bytes)])
      default:
        return body.text
    }
  }
  /** The first of an object's events. */
  const first = (
    object: EventTarget,
    names: readonly string[],
    look: (event: Event) => Partial<LoadSeen> = () => ({}),
  ): Promise<LoadSeen> =>
    new Promise((resolve) => {
      for (const name of names) {
        object.addEventListener(name, (event) => resolve({ ...nothing, event: event.type, ...look(event) }))
      }
      setTimeout(() => resolve(nothing), mostMs)
    })
  const setAttributes = (element: HTMLElement): void => {
    if (typeof crossorigin === 'string') element.setAttribute('crossorigin', crossorigin)
    if (referrerPolicy) element.setAttribute('referrerpolicy', referrerPolicy)
  }
  const put = <T extends HTMLElement>(element: T, start: (element: T) => void): Promise<LoadSeen> => {
    setAttributes(element)
    const seen = first(element, ['load', 'error'])
    start(element)
    document.body.append(element)
    return seen
  }
  try {
    switch (kind) {
      case 'img':
        return await put(document.createElement('img'), (img) => (img.src = target))
      case 'script':
        return await put(document.createElement('script'), (script) => (script.src = target))
      case 'module':
        return await put(document.createElement('script'), (script) => {
          script.type = 'module'
          script.src = target
        })
      case 'css':
        return await put(document.createElement('link'), (link) => {
          link.rel = 'stylesheet'
          link.href = target
        })
      case 'iframe':
        return await put(document.createElement('iframe'), (frame) => (frame.src = target))
      case 'font':
        return await new FontFace('loaded', `url(${JSON.stringify(target)})`).load().then(
          () => ({ ...nothing, event: 'load' }),
          (error: unknown) => ({ ...nothing, event: 'error', error: String(error) }),
        )
      case 'beacon':
        return { ...nothing, event: navigator.sendBeacon(target, toBody()) ? 'queued' : 'error' }
      case 'xhr': {
        const xhr = new XMLHttpRequest()
        xhr.open(method ?? 'GET', target)
        xhr.withCredentials = credentials === 'include'
        for (const [name, value] of Object.entries(headers ?? {})) xhr.setRequestHeader(name, value)
        if (request.uploadListener) xhr.upload.addEventListener('progress', () => {})
        const seen = first(xhr, ['load', 'error', 'abort'], () => ({
          status: xhr.status,
          headers: xhr
            .getAllResponseHeaders()
            .split('\r\n')
            .filter((line) => line !== '')
            .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
          body: xhr.responseText,
        }))
        xhr.send(toBody())
        return await seen
      }
      case 'eventsource': {
        const source = new EventSource(target, { withCredentials: credentials === 'include' })
        let isOpen = false
        source.addEventListener('open', () => (isOpen = true))
        const seen = await first(source, ['message', 'error'], (event) => {
          const isOver = event.type === 'error' && source.readyState === EventSource.CLOSED
          return { event: isOpen ? 'open' : isOver ? 'error' : 'again', body: (event as MessageEvent).data ?? null }
        })
        source.close()
        return seen
      }
      case 'websocket': {
        const asked = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')
        const socket = asked ? new WebSocket(target, asked[1].split(/,\s*/)) : new WebSocket(target)
        socket.addEventListener('open', () => socket.send(typeof body === 'string' ? body : 'hi'))
        const seen = await first(socket, ['message', 'error', 'close'], (event) => ({
          body: (event as MessageEvent).data ?? null,
          protocol: socket.protocol,
        }))
        socket.close()
        return seen
      }
      default:
        throw new Error(`Nothing is asked for by ${kind}.`)
    }
  } catch (error) {
    return { ...nothing, event: 'error', error: String(error) }
  }
}

/** Leaves the page by a link, or by a form with the body's fields. */
export function leavePage([target, { kind, method, body, referrerPolicy }]: readonly [string, CaseRequest]): void {
  if (kind === 'navigation') {
    const link = document.createElement('a')
    link.href = target
    if (referrerPolicy) link.referrerPolicy = referrerPolicy as ReferrerPolicy
    document.body.append(link)
    link.click()
    return
  }
  const form = document.createElement('form')
  form.action = target
  form.method = method ?? 'GET'
  const written = typeof body === 'object' && body !== null ? body : null
  if (written?.kind === 'formdata') form.enctype = 'multipart/form-data'
  if (written?.kind === 'blob') form.enctype = 'text/plain'
  const fields =
    written && 'fields' in written
      ? Object.entries(written.fields)
      : written?.kind === 'blob'
        ? [...new URLSearchParams(written.text)]
        : []
  for (const [name, value] of fields) {
    const field = document.createElement('input')
    field.type = 'hidden'
    field.name = name
    field.value = value
    form.append(field)
  }
  document.body.append(form)
  form.submit()
}
