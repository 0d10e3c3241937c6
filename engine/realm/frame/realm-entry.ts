// The script of a realm's frame: makes its global object that of a page in the modelled browser, then runs what it is
// given. Its origin is opaque and nothing can be loaded; all that asks goes over one port to the page.
import { EventSource } from 'eventsource'
import type { RealmUp, Standing, ToRealm } from '../messages'
import { installConsole } from './console'
import { describe } from './describe'
import { evaluate, watchTurns } from './evaluate'
import { makeFetch, send } from './fetch'
import { formAsk } from './forms'
import { Line, type Reply } from './line'
import { makeWebSocket } from './web-socket'
import { makeXhr } from './xhr'
import { readBody } from './body'
import { toBodyText } from '../../requests'

let standing: Standing = { url: 'about:blank', origin: 'null', cookie: '' }

addEventListener(
  'message',
  (event) => {
    const [port] = event.ports
    if (event.source === parent && port) install(port)
  },
  { once: true },
)
const up: RealmUp = { kind: 'peel/realm-up' }
parent.postMessage(up, '*')

function install(port: MessagePort): void {
  const line = new Line(port, (message) => hear(line, message))
  installConsole(
    (level, parts) => line.say({ kind: 'console', level, parts }),
    () => line.say({ kind: 'clear' }),
  )
  const fetchOfEvents = makeFetch(line, 'eventsource')
  replace('fetch', makeFetch(line))
  replace('XMLHttpRequest', makeXhr(line))
  replace(
    'WebSocket',
    makeWebSocket(line, () => standing.url),
  )
  replace(
    'EventSource',
    class extends EventSource {
      constructor(url: string | URL, init: EventSourceInit = {}) {
        super(new URL(url, standing.url), { ...init, fetch: (at, how) => fetchOfEvents(at, how as RequestInit) })
      }
    },
  )
  navigator.sendBeacon = (url, data) => {
    void sendBeacon(line, String(url), data ?? null)
    return true
  }
  Object.defineProperty(document, 'cookie', {
    configurable: true,
    get: () => standing.cookie,
    set: (text: unknown) => setCookie(line, String(text)),
  })
  installForms(line)
  addEventListener('error', (event) => {
    line.say({ kind: 'console', level: 'error', parts: [describe(`Uncaught ${describe(event.error).text}`)] })
    event.preventDefault()
  })
  addEventListener('unhandledrejection', (event) => {
    line.say({
      kind: 'console',
      level: 'error',
      parts: [describe(`Uncaught (in promise) ${describe(event.reason).text}`)],
    })
    event.preventDefault()
  })
  watchTurns()
}

function replace(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}

function hear(line: Line, message: Exclude<ToRealm, Reply>): void {
  if (message.kind === 'stand') {
    standing = message.standing
    base().href = standing.url
    replace('origin', standing.origin)
  } else {
    void run(line, message)
  }
}

/** Relative URLs are read from here; the frame's own address says nothing. */
function base(): HTMLBaseElement {
  const found = document.querySelector('base')
  if (found) return found
  const made = document.createElement('base')
  document.head.prepend(made)
  return made
}

async function run(line: Line, { run: number, source, isEntry }: Extract<ToRealm, { kind: 'run' }>): Promise<void> {
  try {
    // `location` can't be replaced on the window, only hidden behind a name of the program's own.
    const result = await evaluate(source, isEntry, { location: new URL(standing.url) })
    const value = isEntry ? describe(result?.value, 0) : null
    line.say({ kind: 'ran', run: number, value: value && quoted(value), isError: false })
  } catch (error) {
    const text = `Uncaught ${describe(error).text}`
    line.say({ kind: 'ran', run: number, value: { kind: 'error', text }, isError: true })
  }
}

/** The value of an entry is shown as it would be written. */
function quoted(value: ReturnType<typeof describe>): ReturnType<typeof describe> {
  return value.kind === 'string'
    ? { ...value, text: describe([value.text]).entries?.[0]?.[1].text ?? value.text }
    : value
}

async function sendBeacon(line: Line, url: string, data: BodyInit | null): Promise<void> {
  const body = await readBody(data)
  await send(line, {
    method: 'POST',
    url,
    headers: [],
    body: toBodyText(body?.bytes ?? new Uint8Array()),
    page: { kind: 'beacon', hasBody: body !== null, bodyType: body?.type ?? null },
  }).catch(() => undefined) // a script never learns what became of it
}

/** The jar is the browser's; what is set is seen here at once, as a page expects, and put right when the jar has answered. */
function setCookie(line: Line, text: string): void {
  const [pair = ''] = text.split(';')
  const name = pair.slice(0, Math.max(0, pair.indexOf('='))).trim()
  const rest = standing.cookie.split('; ').filter((one) => one !== '' && one.split('=')[0] !== name)
  const isGone = /;\s*max-age\s*=\s*(?:0|-)/i.test(text)
  standing = { ...standing, cookie: [...rest, ...(isGone ? [] : [pair.trim()])].join('; ') }
  void send(line, {
    method: 'GET',
    url: standing.url,
    headers: [],
    body: { text: '', encoding: 'utf8' },
    page: { kind: 'document.cookie', hasBody: false, bodyType: null, cookie: text },
  }).catch(() => undefined)
}

/** The frame may not submit forms, so nothing happens by itself. */
function installForms(line: Line): void {
  const submit = (form: HTMLFormElement, submitter: HTMLElement | null): void => {
    void formAsk(form, submitter)
      .then((ask) => send(line, ask))
      .catch(() => undefined)
  }
  HTMLFormElement.prototype.submit = function () {
    submit(this, null)
  }
  HTMLFormElement.prototype.requestSubmit = function (submitter: HTMLElement | null = null) {
    if (!this.reportValidity()) return
    const event = new SubmitEvent('submit', { bubbles: true, cancelable: true, submitter })
    if (this.dispatchEvent(event)) submit(this, submitter)
  }
}
