// One plain sentence for each step, the layer as its subject. Says only what the trace shows; no markup.
import type { ExchangeView, HeaderChange, RingView, Row, RowStep, ShownExchange } from './model'
import { cutMiddle, numberWord, originWords, pageWords, ringsOfRow, subjectOf, tellingFirst, isShown } from './words'
import type { BrowserPart } from './page-view'

/** A piece of a sentence: plain, a name to be stressed, or something from the wire or the program. */
export interface SentencePart {
  readonly kind: 'text' | 'strong' | 'code'
  readonly text: string
}

export type Sentence = readonly SentencePart[]

/** Names beyond this many are counted: the box of the sentence has two lines. */
const MOST_NAMES = 3
const VALUE_CHARS = 40

const t = (text: string): SentencePart => ({ kind: 'text', text })
const b = (text: string): SentencePart => ({ kind: 'strong', text })
const c = (text: string): SentencePart => ({ kind: 'code', text })

/** A text of the browser's rules, what stands between backticks as code. */
function ticked(text: string): SentencePart[] {
  return text.split('`').flatMap((piece, i) => (piece === '' ? [] : [i % 2 === 1 ? c(piece) : t(piece)]))
}

/** The sentence as plain text, for `aria-valuetext` and for tests. */
export function sentenceText(sentence: Sentence): string {
  return sentence.map((part) => part.text).join('')
}

function join(items: readonly Sentence[], word = 'and'): SentencePart[] {
  return items.flatMap((item, i) => (i === 0 ? item : [t(i === items.length - 1 ? ` ${word} ` : ', '), ...item]))
}

function codes(names: readonly string[]): SentencePart[] {
  const shownNames = names.length > MOST_NAMES + 1 ? names.slice(0, MOST_NAMES) : names
  const rest = names.length - shownNames.length
  const items: Sentence[] = shownNames.map((name) => [c(name)])
  return join(rest > 0 ? [...items, [t(`${rest} more`)]] : items)
}

/** `adds x and y`, `changes z`, `removes w`; a single header with its value. */
function headerPhrases(changes: readonly HeaderChange[]): Sentence[] {
  const phrases: Sentence[] = []
  for (const [kind, verb] of [
    ['added', 'adds'],
    ['changed', 'changes'],
    ['removed', 'removes'],
  ] as const) {
    const own = changes.filter((change) => change.kind === kind)
    const first = own[0]
    if (!first) continue
    if (own.length === 1 && kind === 'added')
      phrases.push([t(`${verb} `), c(`${first.name}: ${cutMiddle(first.after ?? '', VALUE_CHARS)}`)])
    else if (own.length === 1 && kind === 'changed')
      phrases.push([t(`${verb} `), c(first.name), t(' to '), c(cutMiddle(first.after ?? '', VALUE_CHARS))])
    else phrases.push([t(`${verb} `), ...codes([...new Set(own.map((change) => change.name))])])
  }
  return phrases
}

function requestPhrases(ring: RingView): Sentence[] {
  const phrases = headerPhrases(ring.request.headers)
  for (const change of ring.request.scope.slice(0, 2)) {
    if (change.after === null) phrases.push([t('removes '), c(change.key)])
    else
      phrases.push([
        t(change.before === null ? 'sets ' : 'changes '),
        c(change.key),
        t(' to '),
        c(cutMiddle(change.after, VALUE_CHARS)),
      ])
  }
  const rest = ring.request.scope.length - 2
  if (rest > 0) phrases.push([t(`changes ${rest} more entries of the scope`)])
  if (ring.request.body) phrases.push([t('changes the body')])
  return phrases
}

function responsePhrases(ring: RingView): Sentence[] {
  const phrases: Sentence[] = []
  if (ring.response.statusBefore !== null)
    phrases.push([t(`turns ${ring.response.statusBefore} into ${ring.response.status ?? ''}`)])
  phrases.push(...headerPhrases(ring.response.headers))
  if (ring.response.body) phrases.push([t('changes the body')])
  return phrases
}

function place(error: { file: string | null; line: number | null }): Sentence {
  return error.file === null ? [] : [t(' at '), c(error.line === null ? error.file : `${error.file}:${error.line}`)]
}

function brief(message: string): Sentence {
  // Its own full stop would stand before the sentence's.
  const line = (message.split('\n')[0] ?? '').replace(/\.$/, '')
  return line ? [t(': '), c(cutMiddle(line, VALUE_CHARS))] : []
}

function unreachedNames(shown: ShownExchange, row: number): Sentence {
  const yours = shown.rows
    .slice(row + 1)
    .flatMap((one) => ringsOfRow(shown, one))
    .filter((ring) => ring.origin === 'yours' && ring.role === 'layer')
  if (yours.length === 0) return [t(' The endpoint is not reached.')]
  const names: Sentence[] = yours.slice(0, 2).map((ring) => [b(ring.name)])
  const rest = yours.length - names.length
  const list = rest > 0 ? [...names, [t(`${rest} more`)]] : names
  return [t(' '), ...join(list), t(yours.length === 1 ? ' is not reached.' : ' are not reached.')]
}

/** Several layers as one subject. A row that stands for a whole onion is told by the layer that acts. */
function isMany(row: Row | undefined): boolean {
  return row !== undefined && row.folded && row.apart === undefined
}

function sayEnter(shown: ShownExchange, step: RowStep, ring: RingView, subject: SentencePart): Sentence {
  const many = isMany(shown.rows[step.row])
  const phrases = requestPhrases(ring)
  if (ring.role === 'browser') {
    if (shown.view.browser) return sayAsk(shown, shown.view.browser, subject)
    const names = ring.request.headers.map((change) => change.name)
    return names.length > 0
      ? [subject, t(' adds '), ...codes(names), t(' and sends the request.')]
      : [subject, t(' sends the request as it stands.')]
  }
  if (ring.role === 'server') {
    return phrases.length > 0
      ? [subject, t(' reads the bytes, makes a scope of them, and '), ...join(phrases), t('.')]
      : [subject, t(' reads the bytes and makes a scope of them.')]
  }
  if (ring.role === 'endpoint') {
    const thread = ring.sync && ring.ran ? ', which runs in a thread.' : '.'
    return ring.route
      ? [t('The route '), c(ring.route), t(' leads to '), subject, t(thread)]
      : [subject, t(' is handed the request.')]
  }
  if (ring.stopped || ring.shortCircuit || !goesOn(shown, step)) {
    return phrases.length > 0
      ? [subject, t(' is handed the request and '), ...join(phrases), t('.')]
      : [subject, t(' is handed the request.')]
  }
  if (many) {
    const row = shown.rows[step.row]
    const mounting = row && ringsOfRow(shown, row).flatMap((one) => one.request.scope)[0]
    return mounting?.after != null
      ? [subject, t(' set '), c(mounting.key), t(' to '), c(mounting.after), t(' and pass the request on.')]
      : [subject, t(' pass the request on. They have changed nothing.')]
  }
  if (ring.route !== null && ring.style === 'router') {
    return [subject, t(' finds the route '), c(ring.route), t(' and passes the request on.')]
  }
  return phrases.length > 0
    ? [subject, t(' '), ...join([...phrases, [t('passes the request on')]]), t('.')]
    : [subject, t(' passes the request on.')]
}

/** Whether the request went further in than this step. */
function goesOn(shown: ShownExchange, step: RowStep): boolean {
  return step.row < shown.turn
}

function saySend(shown: ShownExchange, step: RowStep, ring: RingView, subject: SentencePart): Sentence {
  const many = isMany(shown.rows[step.row])
  const phrases = responsePhrases(ring)
  const status = ring.response.status
  if (ring.role === 'browser') return sayJudge(shown, ring, subject)
  if (ring.role === 'server') {
    return phrases.length > 0
      ? [subject, t(' '), ...join(phrases), t(', and writes the bytes.')]
      : [subject, t(' writes the bytes.')]
  }
  if (ring.shortCircuit) {
    return [
      subject,
      t(` answers ${status ?? ''} itself and never awaits the app inside.`),
      ...unreachedNames(shown, step.row),
    ]
  }
  if (shown.view.socket && status === null) return sayAccept(shown, step, subject, phrases)
  if (step.row === shown.turn || step.row === shown.rows.length - 1) {
    const names = [...new Set(ring.response.headers.filter((one) => one.kind === 'added').map((one) => one.name))]
    const headers: Sentence = names.length > 0 ? [t(' with '), ...codes(names)] : []
    if (!ring.ran) return [t(`FastAPI answers ${status ?? ''}`), ...headers, t(', and '), subject, t(' is not run.')]
    return [subject, t(` answers ${status ?? ''}`), ...headers, t('.')]
  }
  if (many) return [subject, t(' let the response through. They have nothing to add.')]
  return phrases.length > 0
    ? [subject, t(' gets the response back and '), ...join(phrases), t('.')]
    : [subject, t(' lets the response through and changes nothing.')]
}

/** A WebSocket is accepted by a message without a status; uvicorn makes a 101 of it. */
function sayAccept(shown: ShownExchange, step: RowStep, subject: SentencePart, phrases: readonly Sentence[]): Sentence {
  if (step.row === shown.turn || step.row === shown.rows.length - 1) return [subject, t(' takes the socket.')]
  if (shown.rows[step.row]?.folded) return [subject, t(' let that through. They have nothing to add.')]
  return phrases.length > 0
    ? [subject, t(' hears that the socket is taken and '), ...join(phrases), t('.')]
    : [subject, t(' lets that through and changes nothing.')]
}

/** What was said over a WebSocket, at the end of it where somebody reads or writes. */
function sayAtEnd({ view }: ShownExchange, step: RowStep, of: string): Sentence {
  const who = view.browser ? 'The page' : 'The client'
  const does = step.direction === 'in' ? 'sends' : 'gets'
  const message = view.socket?.messages[(step.message ?? 0) - 1]
  const text = message?.frame === 'text' && message.data.encoding === 'utf8' ? message.data.text : null
  const bytes = `${step.bytes} ${step.bytes === 1 ? 'byte' : 'bytes'}`
  return text === null
    ? [t(`${who} ${does} message ${step.message ?? ''}${of}, ${bytes}.`)]
    : [t(`${who} ${does} message ${step.message ?? ''}${of}: `), c(cutMiddle(text, VALUE_CHARS)), t('.')]
}

function sayOpaque({ kind, verdict }: BrowserPart): Sentence {
  if (kind === 'fetch' || kind === 'xhr')
    return [t('The page gets an opaque response: status 0, no headers, no body. It learns that something came.')]
  return ticked(verdict?.text ?? 'No script of the page reads it.')
}

function sayWish({ view }: ShownExchange, browser: BrowserPart): Sentence {
  const wish = c(
    `${browser.role === 'preflight' ? browser.method : view.method} ${cutMiddle(view.target, VALUE_CHARS)}`,
  )
  if (browser.after === 'preflight') return [t('The preflight has passed. Now '), wish, t(' may go out.')]
  if (browser.after === 'redirect') return [t('The browser follows the redirect by itself: '), wish, t(' comes next.')]
  return [t('A page at '), c(pageWords(browser.page)), t(' asks for '), wish, t('. Nothing is on the wire yet.')]
}

function sayAsk(shown: ShownExchange, browser: BrowserPart, subject: SentencePart): Sentence {
  const { outcome } = shown.view
  if (browser.role === null)
    return [
      subject,
      t(
        browser.verdict?.fromCache
          ? ' has the answer in its cache, and sends nothing.'
          : ' looks at the request and does not send it.',
      ),
    ]
  const added = shown.view.rings[0]?.request.headers ?? []
  const names = codes(tellingFirst(added).map((change) => change.name))
  if (browser.role === 'preflight')
    return [t('The browser asks first: may '), c(originOf(browser)), t(' send '), ...wishOf(shown), t('?')]
  const sends =
    outcome.kind === 'blocked' && outcome.status === null && shown.turn === 0
      ? ' and tries to send the request.'
      : ' and sends the request.'
  return added.length > 0
    ? [subject, t(' adds '), ...names, t(sends)]
    : [subject, t(' sends the request as it stands.')]
}

/** What a preflight asks for: the method, and the headers where there are any. */
function wishOf({ view }: ShownExchange): Sentence {
  const asked = (view.requestHeaders[0] ?? []).find(([name]) => name.toLowerCase() === 'access-control-request-headers')
  const names = asked?.[1].split(',').map((name) => name.trim()) ?? []
  return [c(view.browser?.method ?? ''), ...(names.length > 0 ? [t(' with '), ...codes(names)] : [])]
}

function originOf({ page }: BrowserPart): string {
  return page.sandboxed ? 'null' : originWords(page.url)
}

function sayJudge(shown: ShownExchange, ring: RingView, subject: SentencePart): Sentence {
  const { browser, outcome } = shown.view
  const { status } = ring.response
  if (!browser) return [subject, t(` receives ${status ?? 'the response'}.`)]
  if (browser.role === null) return ticked(browser.verdict?.text ?? 'The browser answers from its cache.')
  if (outcome.kind === 'opaque')
    return [subject, t(` receives ${status ?? 'the response'}. No script of the page may look into it.`)]
  if (browser.kind === 'websocket')
    return [subject, t(` receives ${status ?? 'the answer'}: the server takes the socket.`)]
  const hidden = ring.response.headers.map((change) => change.name)
  return hidden.length > 0
    ? [subject, t(` receives ${status ?? 'the response'}, lets the page read it, and hides `), ...codes(hidden), t('.')]
    : [subject, t(` receives ${status ?? 'the response'} and lets the page read it.`)]
}

/** The response ends at the browser: it goes on with the fetch, or gives the page an error. */
function sayEnd(shown: ShownExchange, step: RowStep, subject: SentencePart): Sentence {
  const { browser, outcome } = shown.view
  if (step.kind === 'block') return ticked(browser?.verdict?.text ?? 'The browser keeps the response from the page.')
  if (browser?.role === 'preflight')
    return [
      subject,
      t(` receives ${outcome.status ?? 'the answer'} and finds what it asked for. The `),
      c(browser.method),
      t(' may follow.'),
    ]
  const location = shown.view.responseHeaders[0]?.find(([name]) => name.toLowerCase() === 'location')?.[1]
  return [
    subject,
    t(` receives ${outcome.status ?? 'a redirect'} and goes on`),
    ...(location === undefined ? [] : [t(' to '), c(cutMiddle(location, VALUE_CHARS))]),
    t('. The page does not see this response.'),
  ]
}

function sayError(shown: ShownExchange, step: RowStep, ring: RingView, subject: SentencePart): Sentence {
  const many = isMany(shown.rows[step.row])
  const error = ring.error?.error
  const name: SentencePart = error ? c(error.type) : t('the exception')
  if (step.kind === 'raise')
    return error
      ? [
          subject,
          t(' raises '),
          name,
          ...place(error),
          ...brief(error.message),
          t(ring.error?.late ? '. The head has gone out already, so the response breaks off.' : '.'),
        ]
      : [subject, t(' raises an exception.')]
  if (step.kind === 'catch') {
    if (!ring.error?.answered) return [subject, t(' stops '), name, t(' and sends nothing in its place.')]
    const status = ring.response.status
    if (ring.error.handler !== null)
      return [
        t('The exception handler '),
        c(ring.error.handler),
        t(` makes a ${status ?? 'response'} of `),
        name,
        t('.'),
      ]
    return [
      subject,
      t(' turns '),
      name,
      t(` into a ${status ?? 'response'}`),
      t(ring.error.raisedAgain ? ', and raises it again so that the server can log it.' : '.'),
    ]
  }
  if (ring.role === 'server') return [name, t(' reaches '), subject, t('.')]
  if (many)
    return (shown.rows[step.row]?.rings ?? []).some((i) => shown.view.rings[i]?.name === 'ExceptionMiddleware')
      ? [subject, t(' have no handler for '), name, t('. It goes on outwards.')]
      : [subject, t(' are skipped: '), name, t(' goes through them, outwards.')]
  if (ring.error?.ranLines)
    return [
      subject,
      t(' comes to its '),
      c('except'),
      t(' or '),
      c('finally'),
      t(', and '),
      name,
      t(' goes on outwards.'),
    ]
  return ring.origin === 'yours'
    ? [subject, t(' is left in the middle: nothing after its '), c('await'), t(' runs.')]
    : ring.name === 'ExceptionMiddleware'
      ? [subject, t(' has no handler for '), name, t('. It goes on outwards.')]
      : [subject, t(' is skipped: '), name, t(' goes through it, outwards.')]
}

function sayStop(shown: ShownExchange, ring: RingView, subject: SentencePart): Sentence {
  const stop = shown.view.stop
  return stop ? [t(stop.text)] : [t('The session was stopped in '), { ...subject, text: ring.name }, t('.')]
}

/**
 * Says a step in one or two plain sentences, made only of what the trace holds.
 * @param index  index in `shown.steps`; out of range gives an empty sentence
 */
export function narrate(shown: ShownExchange, index: number): Sentence {
  const step = shown.steps[index]
  if (!step) return []
  const { view } = shown
  if (step.kind === 'leave' && view.browser) return sayWish(shown, view.browser)
  if (step.kind === 'leave' && view.socket)
    return [
      t('The client is about to open a WebSocket at '),
      c(cutMiddle(view.target, VALUE_CHARS)),
      t('. Nothing is on the wire yet.'),
    ]
  if (step.kind === 'leave')
    return [
      t('The client is about to send '),
      c(`${view.method} ${cutMiddle(view.target, VALUE_CHARS)}`),
      t('. Nothing is on the wire yet.'),
    ]
  if (step.kind === 'arrive') {
    if (view.outcome.kind === 'opaque' && view.browser) return sayOpaque(view.browser)
    if (view.browser?.kind === 'websocket') return [t('The socket is open. The page reads no header of its handshake.')]
    if (view.socket && view.outcome.status === 101) return [t('The socket is open for both sides.')]
    return [
      t(view.browser ? 'The page reads ' : 'The client reads '),
      b(`${view.outcome.status ?? ''} ${view.outcome.reason}`.trim()),
      t(view.rings.some((ring) => ring.error?.late) ? ', and a body that breaks off.' : '.'),
    ]
  }
  const row = shown.rows[step.row]
  const ring = view.rings[step.ring]
  if (!row || !ring) return []
  const subject = b(row.apart === undefined ? subjectOf(shown, row) : ring.name)
  if (step.kind === 'stop') return sayStop(shown, ring, subject)
  if (step.kind === 'body') {
    const of = view.streamed > 1 ? ` of ${view.streamed}` : ''
    const bytes = `${step.bytes} ${step.bytes === 1 ? 'byte' : 'bytes'}`
    if (view.socket && ring.role === 'browser') return sayAtEnd(shown, step, of)
    if (step.direction === 'in')
      return [
        subject,
        t(
          step.row === shown.turn
            ? ` ${isMany(row) ? 'get' : 'gets'} message ${step.message ?? ''}${of}, ${bytes}.`
            : ` ${isMany(row) ? 'pass' : 'passes'} message ${step.message ?? ''}${of} on inwards, ${bytes}.`,
        ),
      ]
    return [
      subject,
      t(
        ` ${isMany(row) ? 'let' : 'lets'} message ${step.message ?? ''}${of} out, ${bytes}.${step.message === 1 && ring.origin === 'yours' && view.socket === null ? ' Its headers went first.' : ''}`,
      ),
    ]
  }
  if (step.kind === 'enter') return sayEnter(shown, step, ring, subject)
  if (step.kind === 'keep' || step.kind === 'block') return sayEnd(shown, step, subject)
  if (step.kind === 'send') return saySend(shown, step, ring, subject)
  return sayError(shown, step, ring, subject)
}

/** How many of the response's headers a page may read; empty where no page asked, or no response came. */
export function pageReads({ browser, outcome }: ExchangeView): Sentence {
  if (!browser || browser.headers.length === 0) return []
  const { headers, role, verdict } = browser
  const readable = headers.filter(({ fate }) => fate === 'readable').length
  if (outcome.kind === 'kept')
    return role === 'preflight'
      ? [t('A preflight’s response is for the browser. The page reads '), b('nothing'), t(' of it.')]
      : [t('The browser follows this redirect. The page reads '), b('nothing'), t(' of it.')]
  if (outcome.kind === 'blocked')
    return [
      t('The page may read '),
      b('nothing'),
      t(', not even the status'),
      ...(verdict?.exception ? [t(': the fetch rejects with a '), c(verdict.exception.name), t('.')] : [t('.')]),
    ]
  if (browser.kind === 'websocket') return [t('The page may read '), b('nothing'), t(' of the handshake.')]
  if (outcome.kind === 'opaque' || isShown(browser.kind))
    return [t('A script of the page may read '), b('nothing'), t(' of this response.')]
  return [t('The page may read '), b(`${readable} of ${headers.length}`), t('.')]
}

/** Says what a stack without any exchange holds: `Your app has six layers, and no request has met them.` */
export function narrateStack(shown: ShownExchange): Sentence {
  const count = shown.view.rings.filter((ring) => ring.role === 'layer').length
  const word = numberWord(count).toLowerCase()
  return [
    t(
      `Your app has ${word} ${count === 1 ? 'layer' : 'layers'}, and no request has met ${count === 1 ? 'it' : 'them'}.`,
    ),
  ]
}
