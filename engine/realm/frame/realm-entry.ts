// The script of a realm's frame: makes its global object that of a page in the modelled browser, then runs what it is
// given. Its origin is opaque and nothing can be loaded; all that asks goes over one port to the page.
import { EventSource } from 'eventsource'
import type { RealmUp, Standing, ToRealm } from '../messages'
import { installConsole } from './console'
import { describe } from './describe'
import { evaluate, watchTurns } from './evaluate'
import { makeFetch, send } from './fetch'
import { formAsk, linkAsk } from './forms'
import { Line, type Reply } from './line'
import { makeWebSocket } from './web-socket'
import { makeXhr } from './xhr'
import { readBody } from './body'
import { toBodyText } from '../../requests'

// Everything is in place before the next element of the document is read; what is asked until the port comes waits.
const script = document.currentScript
let standing = JSON.parse(script?.dataset['standing'] ?? '{}') as Standing
script?.remove()
replace('origin', standing.origin)
const line = new Line((message) => hear(line, message))
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
  } else {
    void run(line, message)
  }
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
