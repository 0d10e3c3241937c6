// The script of a realm's frame: makes its global object that of a page in the modelled browser, then runs what it is
// given. Its origin is opaque and nothing can be loaded; all that asks goes over one port to the page.
import { EventSource } from 'eventsource'
import type { RealmUp, Standing, ToRealm } from '../messages'
import { Blobs } from './blobs'
import { installConsole } from './console'
import { describe } from './describe'
import { evaluate, watchTurns } from './evaluate'
import { makeFetch, makeFetchOfEvents, send } from './fetch'
import { formAsk, linkAsk } from './forms'
import { Line, type Reply } from './line'
import { makeWebSocket } from './web-socket'
import { makeXhr } from './xhr'
import { LOCATION, PageLocation } from './location'
import { installDialogs, PageStorage } from './window'
import { readBody } from './body'
import { toBodyText } from '../../requests'

// Everything is in place before the next element of the document is read; what is asked until the port comes waits.
const script = document.currentScript
let standing = JSON.parse(script?.dataset['standing'] ?? '{}') as Standing
script?.remove()
replace('origin', standing.origin)
const blobs = new Blobs()
blobs.install(() => standing.origin)
const line = new Line(
  (message) => hear(line, message),
  (ask) => blobs.complete(ask),
)
install(line)
addEventListener('message', connect)
const up: RealmUp = { kind: 'peel/realm-up' }
parent.postMessage(up, '*')

function connect(event: MessageEvent): void {
  const [port] = event.ports
  if (event.source !== parent || !port) return
  removeEventListener('message', connect)
  // No script of the document may hear of it.
  event.stopImmediatePropagation()
  line.connect(port)
}

function install(line: Line): void {
  installConsole(
    (level, parts) => limited(() => line.say({ kind: 'console', level, parts })),
    () => line.say({ kind: 'clear' }),
  )
  const fetchOfEvents = makeFetchOfEvents(line)
  replace('fetch', makeFetch(line))
  replace('XMLHttpRequest', makeXhr(line))
  replace(
    'WebSocket',
    makeWebSocket(line, () => standing.url),
  )
  replace(
    'EventSource',
    class extends EventSource {
      static {
        named(this, 'EventSource')
      }
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
    get: () => {
      if (standing.origin === 'null') throw noCookies('read', 'from')
      return standing.cookie
    },
    set: (text: unknown) => {
      if (standing.origin === 'null') throw noCookies('set', 'on')
      setCookie(line, String(text))
    },
  })
  installNavigation(line)
  installLocation(line)
  if (standing.origin !== 'null') {
    replace('localStorage', new PageStorage().proxy)
    replace('sessionStorage', new PageStorage().proxy)
  }
  installDialogs((text) => line.say({ kind: 'console', level: 'info', parts: [describe(text)] }))
  const tellError = (text: string): void => line.say({ kind: 'console', level: 'error', parts: [describe(text)] })
  addEventListener('error', (event) => {
    tellError(`Uncaught ${describe(event.error).text}`)
    event.preventDefault()
  })
  addEventListener('unhandledrejection', (event) => {
    tellError(`Uncaught (in promise) ${describe(event.reason).text}`)
    event.preventDefault()
  })
  addEventListener('load', () => line.say({ kind: 'loaded' }))
  watchTurns()
}

function installLocation(line: Line): void {
  const location = new PageLocation(standing.url, (url) => line.say({ kind: 'navigate', ask: linkAsk(url) }))
  for (const holder of [globalThis, document]) {
    Object.defineProperty(holder, LOCATION, { get: () => location, set: (to: unknown) => location.assign(String(to)) })
  }
  // A document of opaque origin may not change its address.
  for (const name of ['pushState', 'replaceState'] as const) {
    history[name] = (_state: unknown, _title: string, url?: string | URL | null) => location.move(url)
  }
}

/** A loop that writes and writes would keep the page busy long after it was stopped. */
const MOST_LINES_A_TURN = 1000
let linesOfTurn = 0
function limited(write: () => void): void {
  if (++linesOfTurn === 1) setTimeout(() => (linesOfTurn = 0))
  if (linesOfTurn <= MOST_LINES_A_TURN) return write()
  if (linesOfTurn > MOST_LINES_A_TURN + 1) return
  const text = `More than ${MOST_LINES_A_TURN} lines without a pause: the rest is left out.`
  line.say({ kind: 'console', level: 'warn', parts: [describe(text)] })
}

/** Puts a thing of the modelled page in the place of the frame's own. Bundling shortens the names of classes. */
function replace(name: string, value: unknown): void {
  if (typeof value === 'function') named(value, name)
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}

function named(value: object, name: string): void {
  Object.defineProperty(value, 'name', { value: name, configurable: true })
}

function hear(line: Line, message: Exclude<ToRealm, Reply>): void {
  if (message.kind === 'stand') {
    standing = message.standing
  } else {
    void run(line, message)
  }
}

async function run(line: Line, { run: number, source, isEntry }: Extract<ToRealm, { kind: 'run' }>): Promise<void> {
  try {
    const result = await evaluate(source, isEntry, isEntry ? commands(line) : {})
    if (isEntry) lastValue = result?.value
    const value = isEntry ? describe(result?.value, 0) : null
    line.say({ kind: 'ran', run: number, value: value && quoted(value), isError: false })
  } catch (error) {
    const text = `Uncaught ${describe(error).text}`
    line.say({ kind: 'ran', run: number, value: { kind: 'error', text }, isError: true })
  }
}

/** What DevTools' console has besides: `$_` is the value before, `clear()` empties it. */
let lastValue: unknown
function commands(line: Line): Readonly<Record<string, unknown>> {
  return { $_: lastValue, clear: () => line.say({ kind: 'clear' }) }
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

/** In Chromium's words. */
function noCookies(what: string, preposition: string): DOMException {
  const why = "The document is sandboxed and lacks the 'allow-same-origin' flag."
  return new DOMException(`Failed to ${what} the 'cookie' property ${preposition} 'Document': ${why}`, 'SecurityError')
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

/** Links and forms lead to where the page decides; the frame itself stays. It may not submit forms, so it does not try. */
function installNavigation(line: Line): void {
  const submit = (form: HTMLFormElement, submitter: HTMLElement | null): void => {
    void formAsk(form, submitter).then((ask) => line.say({ kind: 'navigate', ask }))
  }
  // On the window, and late: what the document's own scripts make of a click comes first.
  addEventListener('click', (event) => {
    if (event.defaultPrevented || !(event.target instanceof Element)) return
    const button = event.target.closest<HTMLButtonElement | HTMLInputElement>(
      'button, input[type=submit], input[type=image]',
    )
    if (button?.form && (button.type === 'submit' || button.type === 'image')) {
      event.preventDefault()
      return button.form.requestSubmit(button)
    }
    const link = event.target.closest<HTMLAnchorElement | HTMLAreaElement>('a[href], area[href]')
    if (!link) return
    const url = new URL(link.href, document.baseURI)
    event.preventDefault()
    if (url.hash !== '' && url.href.split('#')[0] === standing.url.split('#')[0]) {
      document.getElementById(decodeURIComponent(url.hash.slice(1)))?.scrollIntoView()
    } else if (/^https?:$/.test(url.protocol)) {
      line.say({ kind: 'navigate', ask: linkAsk(url.href) })
    }
  })
  HTMLFormElement.prototype.submit = function () {
    submit(this, null)
  }
  HTMLFormElement.prototype.requestSubmit = function (submitter: HTMLElement | null = null) {
    if (!this.reportValidity()) return
    const event = new SubmitEvent('submit', { bubbles: true, cancelable: true, submitter })
    if (this.dispatchEvent(event)) submit(this, submitter)
  }
}
