// Reads one ring of an exchange for the inspector: what came in and what went on, what it set, how long it took, which of
// its lines ran, what it logged. Pure; draws nothing and knows no cursor.
import type { BodyView, HeaderList, Ms, ScopeChange, TraceEvent } from '../protocol'
import { groupHeaders } from './headers'
import type { ExchangeView, HeaderChange, RingView } from './model'
import { eventsOf } from './page-view'
import type { Readable } from './records'

type EventOf<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>

/** One value of a message as it stood before and behind the ring. */
export interface LayerLine {
  readonly name: string
  readonly kind: 'same' | HeaderChange['kind']
  /** Null where it was absent. */
  readonly before: string | null
  readonly after: string | null
}

/** A message at a ring: the request on its way in, the response on its way out. */
export interface LayerMessage {
  /** Headers and, for the request, entries of the scope: what changed first, else in the order of the wire. */
  readonly lines: readonly LayerLine[]
  /** Status further in and as the ring let it out; null for requests and where there was none. */
  readonly status: { readonly before: number | null; readonly after: number | null } | null
  /** Bytes before and behind the ring; null where nobody read or sent any. */
  readonly body: { readonly before: number | null; readonly after: number | null; readonly changed: boolean } | null
}

export interface LayerState {
  readonly where: 'request' | 'app' | 'contextvar' | 'scope'
  readonly key: string
  readonly before: string | null
  readonly after: string | null
}

/** Virtual ms of the exchange. */
export interface LayerTime {
  /** From its first `enter` to its last `exit`, or as far as the trace goes. */
  readonly whole: Ms
  /** Of that while a ring further in was at work, and the rest. */
  readonly inner: Ms
  readonly own: Ms
  /** Of its own time: that for which it held up the loop. */
  readonly blocked: Ms
  /** From its `enter` until it let a response head out; null where it did not. */
  readonly untilHead: Ms | null
}

/** A line of the learner's that the ring ran. */
export interface LayerCode {
  readonly file: string
  readonly line: number
  readonly function: string
  /** How often it ran. */
  readonly times: number
  /** First event. */
  readonly seq: number
}

export interface LayerLog {
  readonly seq: number
  readonly at: Ms
  readonly source: EventOf<'log'>['source']
  readonly level: string | null
  readonly text: string
}

export interface LayerReading {
  readonly ring: RingView
  /** Null where the ring was not reached. */
  readonly request: LayerMessage | null
  /** Null where no response head passed it. */
  readonly response: LayerMessage | null
  readonly state: readonly LayerState[]
  readonly time: LayerTime | null
  readonly code: readonly LayerCode[]
  readonly logs: readonly LayerLog[]
}

/**
 * Lists two header lists as one, names in lower case: a line for each value, those that differ first.
 * Values of one name are paired in order; what stayed is found first, as in `diffHeaders`.
 */
export function headerLines(before: HeaderList, after: HeaderList): LayerLine[] {
  const old = groupHeaders(before)
  const now = groupHeaders(after)
  const lines: LayerLine[] = []
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const gone = [...(old.get(name) ?? [])]
    const came: string[] = []
    for (const value of now.get(name) ?? []) {
      const at = gone.indexOf(value)
      if (at < 0) came.push(value)
      else {
        gone.splice(at, 1)
        lines.push({ name, kind: 'same', before: value, after: value })
      }
    }
    for (const value of came) {
      const previous = gone.shift() ?? null
      lines.push({ name, kind: previous === null ? 'added' : 'changed', before: previous, after: value })
    }
    for (const value of gone) lines.push({ name, kind: 'removed', before: value, after: null })
  }
  return changedFirst(lines)
}

function changedFirst(lines: readonly LayerLine[]): LayerLine[] {
  return [...lines.filter(({ kind }) => kind !== 'same'), ...lines.filter(({ kind }) => kind === 'same')]
}

function scopeLine({ key, before, after }: ScopeChange): LayerLine {
  return { name: key, kind: before === null ? 'added' : after === null ? 'removed' : 'changed', before, after }
}

/** Header lines of the changes turned back: how the list looked before them. */
function without(headers: HeaderList, changes: readonly HeaderChange[]): HeaderList {
  const added = changes.filter(({ kind }) => kind === 'added').map(({ name, after }) => `${name}: ${after ?? ''}`)
  return headers.filter(([name, value]) => {
    const at = added.indexOf(`${name.toLowerCase()}: ${value}`)
    if (at >= 0) added.splice(at, 1)
    return at < 0
  })
}

function bytesOf(bodies: readonly BodyView[]): number | null {
  return bodies.length === 0 ? null : bodies.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Bodies that crossed a ring: what it was handed (`receive`), or what it let out (`send`). */
function bodiesAt(own: readonly TraceEvent[], id: string | undefined, kind: 'receive' | 'send'): BodyView[] {
  return own.flatMap((event) =>
    event.kind === kind && event.layer === id && event.message.body && event.message.body.bytes > 0
      ? [event.message.body]
      : [],
  )
}

function bodyOf(before: number | null, after: number | null, changed: boolean): LayerMessage['body'] {
  return before === null && after === null ? null : { before, after, changed }
}

function readRequest(view: ExchangeView, at: number, own: readonly TraceEvent[]): LayerMessage | null {
  const ring = view.rings[at]
  const headers = view.requestHeaders[at]
  if (!ring?.reached || !headers) return null
  const further = view.rings.findIndex((_, i) => i > at && view.requestHeaders[i] !== null)
  const isBrowser = ring.role === 'browser'
  // The browser's own list is the one that it sent; what the page asked for is without what it added.
  const before = isBrowser ? without(headers, ring.request.headers) : headers
  const after = isBrowser || further < 0 ? headers : (view.requestHeaders[further] ?? headers)
  const lines = [...ring.request.scope.map(scopeLine), ...headerLines(before, after)]
  const read = bytesOf(bodiesAt(own, ring.id, 'receive'))
  const passed = further < 0 ? null : bytesOf(bodiesAt(own, view.rings[further]?.id, 'receive'))
  return {
    lines: changedFirst(lines),
    status: null,
    body: bodyOf(read, ring.role === 'endpoint' || further < 0 ? read : passed, ring.request.body),
  }
}

function readResponse(view: ExchangeView, at: number, own: readonly TraceEvent[]): LayerMessage | null {
  const ring = view.rings[at]
  const after = view.responseHeaders[at]
  if (!ring?.reached || !after) return null
  const further = view.rings.findIndex((_, i) => i > at && view.responseHeaders[i] !== null)
  const thrown = ring.error?.fate === 'caught' && ring.error.handler === null
  const hasInner = further >= 0 && !thrown && !ring.shortCircuit
  const before = hasInner ? (view.responseHeaders[further] ?? []) : []
  const isPage = ring.role === 'browser' && view.browser !== null
  const hidden = new Set(isPage ? ring.response.headers.map(({ name }) => name) : [])
  const lines = isPage
    ? headerLines(
        after,
        after.filter(([name]) => !hidden.has(name.toLowerCase())),
      )
    : headerLines(before, after)
  const sent = (i: number) => bytesOf(bodiesAt(own, view.rings[i]?.id, 'send'))
  return {
    lines,
    status: {
      before: isPage ? ring.response.status : hasInner ? (view.rings[further]?.response.status ?? null) : null,
      after: isPage && view.outcome.kind !== 'read' ? null : ring.response.status,
    },
    body: bodyOf(hasInner ? sent(further) : null, sent(at), ring.response.body),
  }
}

/** Times of a ring's stays, from `enter` to `exit`; one that has not ended lasts until `end`. */
function stays(own: readonly TraceEvent[], id: string | undefined, end: Ms): [from: Ms, to: Ms][] {
  const found: [Ms, Ms][] = []
  let open: Ms | null = null
  for (const event of own) {
    if (event.layer !== id) continue
    if (event.kind === 'enter' && open === null) open = event.at
    else if ((event.kind === 'exit' || event.kind === 'raise') && open !== null) {
      found.push([open, event.at])
      open = null
    }
  }
  if (open !== null) found.push([open, end])
  return found
}

const lengthOf = (spans: readonly (readonly [Ms, Ms])[]) => spans.reduce((sum, [from, to]) => sum + to - from, 0)

/** Who holds up the loop is known; who sleeps is not, as everybody may do so at once. */
function blocks(event: TraceEvent, id: string): event is EventOf<'clock'> {
  return event.kind === 'clock' && event.why === 'block' && event.layer === id
}

function readTime(view: ExchangeView, at: number, own: readonly TraceEvent[]): LayerTime | null {
  const ring = view.rings[at]
  if (!ring?.reached) return null
  const end = view.endedAt ?? own.at(-1)?.at ?? view.startedAt
  const mine = stays(own, ring.id, end)
  const spans: readonly (readonly [Ms, Ms])[] = mine.length > 0 ? mine : [[view.startedAt, end]]
  const further = view.rings.findIndex((one, i) => i > at && one.reached && stays(own, one.id, end).length > 0)
  // A part further in may outlive the ring, e.g. when it sends what is left of a stream.
  const inner = further < 0 ? [] : stays(own, view.rings[further]?.id, end)
  const inside = inner.flatMap(([from, to]) =>
    spans.flatMap(([a, b]): [Ms, Ms][] =>
      Math.min(b, to) > Math.max(a, from) ? [[Math.max(a, from), Math.min(b, to)]] : [],
    ),
  )
  const whole = lengthOf(spans)
  const innerMs = Math.min(whole, lengthOf(inside))
  const head = own.find((event) => event.kind === 'send' && event.layer === ring.id && event.message.body === undefined)
  return {
    whole,
    inner: innerMs,
    own: whole - innerMs,
    blocked: own.reduce((sum, event) => sum + (blocks(event, ring.id) ? event.to - event.from : 0), 0),
    untilHead: head && spans[0] ? head.at - spans[0][0] : null,
  }
}

function readState(ring: RingView, own: readonly TraceEvent[]): LayerState[] {
  const state: LayerState[] = own.flatMap((event) =>
    event.kind === 'state' && event.layer === ring.id
      ? [{ where: event.where, key: event.key, before: event.before, after: event.after }]
      : [],
  )
  const told = new Set(state.filter(({ where }) => where === 'request').map(({ key }) => key))
  for (const { key, before, after } of ring.request.scope) {
    const name = key.startsWith('state.') ? key.slice('state.'.length) : null
    if (name !== null && told.has(name)) continue
    state.push({ where: name === null ? 'scope' : 'request', key: name ?? key, before, after })
  }
  return state
}

function readCode(ring: RingView, own: readonly TraceEvent[]): LayerCode[] {
  const lines = new Map<string, LayerCode>()
  for (const event of own) {
    if (event.kind !== 'line' || event.layer !== ring.id) continue
    const key = `${event.file}:${event.line}`
    const known = lines.get(key)
    const { file, line, function: name, seq } = event
    lines.set(key, known ? { ...known, times: known.times + 1 } : { file, line, function: name, times: 1, seq })
  }
  return [...lines.values()]
}

/**
 * Reads one ring of an exchange.
 * @param doc   the session that the view was made of
 * @param index index of the exchange, null for a fetch that sent nothing
 * @param at    index in `view.rings`
 * @returns null for a ring that is not there
 */
export function readLayer(doc: Readable, index: number | null, view: ExchangeView, at: number): LayerReading | null {
  const ring = view.rings[at]
  if (!ring) return null
  const own = eventsOf(doc, index, view.browser?.fetch ?? null, doc.events)
  const logs = own.flatMap((event): LayerLog[] =>
    event.kind === 'log' && event.layer === ring.id
      ? [{ seq: event.seq, at: event.at, source: event.source, level: event.level ?? null, text: event.text }]
      : [],
  )
  return {
    ring,
    request: readRequest(view, at, own),
    response: readResponse(view, at, own),
    state: readState(ring, own),
    time: readTime(view, at, own),
    code: readCode(ring, own),
    logs,
  }
}

/** A piece of a file: line numbers from `from` to `to`, both included, 1-based. */
export interface SourceBlock {
  readonly from: number
  readonly to: number
}

const indentOf = (line: string) => line.length - line.trimStart().length

/** The `def` or `class` that begins at a line or around it, with its decorators, as far as it is indented. */
export function blockAt(lines: readonly string[], line: number): SourceBlock {
  const text = (at: number) => lines[at] ?? ''
  const isBlank = (at: number) => text(at).trim() === ''
  const isHead = (at: number) => /^\s*(async\s+def|def|class)\b/.test(text(at))
  // A signature may go on over several lines, whose last is indented no deeper than its first.
  const closes = (at: number) => /^\s*\)/.test(text(at))
  const isDecorator = (at: number) => /^\s*@/.test(text(at))
  let head = line - 1
  while (isDecorator(head) && head < lines.length - 1) head++
  let indent = indentOf(text(head))
  // Outwards: what encloses a line is above it and indented less.
  for (let at = head - 1; !isHead(head) && at >= 0; at--) {
    if (isBlank(at) || closes(at) || indentOf(text(at)) >= indent) continue
    indent = indentOf(text(at))
    if (isHead(at)) head = at
  }
  // A line outside of any function stands for itself.
  if (!isHead(head)) return { from: line, to: line }
  let to = head
  while (to + 1 < lines.length && (isBlank(to + 1) || indentOf(text(to + 1)) > indent || closes(to + 1))) to++
  while (isBlank(to)) to--
  let from = head
  while (from > 0 && isDecorator(from - 1) && indentOf(text(from - 1)) === indent) from--
  return { from: from + 1, to: to + 1 }
}

/** Pieces of a file that show where a layer is defined and every line that it ran; in order, none inside another. */
export function sourceBlocks(text: string, defined: number | null, ran: readonly number[]): SourceBlock[] {
  const lines = text.split('\n')
  let blocks: SourceBlock[] = []
  const isIn = (line: number, { from, to }: SourceBlock) => from <= line && line <= to
  for (const line of [...(defined === null ? [] : [defined]), ...ran]) {
    if (line < 1 || line > lines.length || blocks.some((block) => isIn(line, block))) continue
    const block = blockAt(lines, line)
    blocks = [...blocks.filter(({ from, to }) => !(isIn(from, block) && isIn(to, block))), block]
  }
  return blocks.sort((a, b) => a.from - b.from)
}
