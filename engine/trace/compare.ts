// Lays two runs side by side and finds where they part: in what crossed the rings that both have, and in what the client
// got. For one program on two versions, or two programs with the same requests. Pure; knows no versions.
import type { BodyView, ErrorView, Exchange, HeaderList, MessageView, RunDocument, TraceEvent } from '../protocol'
import { bytesWords, eventWords, firstLine } from './event-words'
import { diffHeaders } from './headers'
import { PLUMBING } from './deeds'
import { cutMiddle, listWords } from './words'

/** The first event at which the runs part. Both events are null where a run did not come to any. */
export interface EventDifference {
  /** Index of the exchange; null before the first and after the last. */
  readonly exchange: number | null
  readonly a: TraceEvent | null
  readonly b: TraceEvent | null
  /** One sentence. */
  readonly what: string
}

/** The first thing that the client saw otherwise. */
export interface ClientDifference {
  readonly exchange: number
  readonly part: 'response' | 'status' | 'headers' | 'body' | 'messages' | 'time'
  readonly what: string
}

export interface Comparison {
  /** Neither the shared rings nor the client saw a difference. Rings that only one run has do not count. */
  readonly same: boolean
  readonly firstDifference: EventDifference | null
  readonly clientDifference: ClientDifference | null
  /** Ids of layers, from the outside in. */
  readonly layersOnlyIn: { readonly a: readonly string[]; readonly b: readonly string[] }
}

/** What of a run is looked at. */
export type Comparable = Pick<RunDocument, 'layers' | 'error' | 'exchanges' | 'events'>

/** How the two runs are called in sentences. */
export interface Names {
  readonly a: string
  readonly b: string
}

/** Kinds that tell of the framework's inner household, which no version promises anything of. */
const HOUSEHOLD: ReadonlySet<TraceEvent['kind']> = new Set(['task', 'done', 'caveat'])
const VALUE_CHARS = 60

/**
 * Compares two runs of the same requests. Positions, task numbers and line numbers inside of packages don't count; times
 * do, from the start of each exchange.
 */
export function compareRuns(a: Comparable, b: Comparable, names: Names): Comparison {
  const layersOnlyIn = { a: missingIn(b, a), b: missingIn(a, b) }
  const firstDifference = findEvent(a, b, names, new Set([...layersOnlyIn.a, ...layersOnlyIn.b]))
  const clientDifference = findForClient(a, b, names)
  return { same: !firstDifference && !clientDifference, firstDifference, clientDifference, layersOnlyIn }
}

function missingIn(other: Comparable, one: Comparable): string[] {
  const ids = new Set(other.layers.map(({ id }) => id))
  return one.layers.map(({ id }) => id).filter((id) => !ids.has(id))
}

/** An event with the part of it that can be compared. */
interface Aligned {
  readonly event: TraceEvent
  readonly traits: Traits
}

type Traits = Readonly<Record<string, unknown>>

function findEvent(a: Comparable, b: Comparable, names: Names, unshared: ReadonlySet<string>): EventDifference | null {
  const failed = findFailure(a, b, names)
  if (failed) return failed
  const left = inChapters(a, unshared)
  const right = inChapters(b, unshared)
  for (const chapter of chapterOrder(Math.max(a.exchanges.length, b.exchanges.length))) {
    const found = findInChapter(left.get(chapter) ?? [], right.get(chapter) ?? [], names)
    if (found) return { exchange: typeof chapter === 'number' ? chapter : null, ...found }
  }
  return null
}

/** A program that does not load, or a lifespan that fails, ends everything. */
function findFailure(a: Comparable, b: Comparable, names: Names): EventDifference | null {
  const [left, right] = [a.error, b.error].map((error) => error && errorTraits(error))
  if (isEqual(left, right)) return null
  const tell = (error: Comparable['error']): string => (error ? `stops before any request: ${error.text}` : 'starts.')
  return { exchange: null, a: null, b: null, what: `${names.a} ${tell(a.error)} ${names.b} ${tell(b.error)}` }
}

type Chapter = 'before' | number | 'after'

function chapterOrder(exchanges: number): Chapter[] {
  return ['before', ...Array.from({ length: exchanges }, (_, index) => index), 'after']
}

/** Events of the shared rings, each exchange's own together: those of several at once may mix in many ways. */
function inChapters({ exchanges, events }: Comparable, unshared: ReadonlySet<string>): Map<Chapter, Aligned[]> {
  const chapters = new Map<Chapter, Aligned[]>()
  const firstRequest = events.findIndex(({ exchange }) => exchange !== null)
  const carried = new Map<number | null, TraceEvent[]>()
  for (const [position, event] of events.entries()) {
    const { exchange } = event
    if (HOUSEHOLD.has(event.kind)) continue
    if (event.layer !== null && unshared.has(event.layer)) {
      if (event.kind === 'enter') carried.set(exchange, [...(carried.get(exchange) ?? []), event])
      continue
    }
    // What the rings before did to the scope shows at the next one that is entered, which may not be shared.
    const before = event.kind === 'enter' ? (carried.get(exchange) ?? []) : []
    if (event.kind === 'enter') carried.delete(exchange)
    const chapter = exchange ?? (firstRequest < 0 || position < firstRequest ? 'before' : 'after')
    const startedAt = exchange === null ? null : (exchanges[exchange]?.startedAt ?? null)
    const list = chapters.get(chapter) ?? []
    list.push({ event, traits: traitsOf(event, before, startedAt) })
    chapters.set(chapter, list)
  }
  return chapters
}

function findInChapter(
  left: readonly Aligned[],
  right: readonly Aligned[],
  names: Names,
): Omit<EventDifference, 'exchange'> | null {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [a, b] = [left[index], right[index]]
    if (a && b && isEqual(a.traits, b.traits)) continue
    return { a: a?.event ?? null, b: b?.event ?? null, what: partingWords(a, b, names) }
  }
  return null
}

function partingWords(a: Aligned | undefined, b: Aligned | undefined, names: Names): string {
  if (a && b && a.traits['kind'] === b.traits['kind'] && a.traits['layer'] === b.traits['layer']) {
    const words = traitWords(a.traits, b.traits, names)
    const [left, right] = [eventWords(a.event), eventWords(b.event)]
    if (left === right) return `${left} in both, but with ${words}.`
  }
  const tell = (one: Aligned | undefined): string => (one ? eventWords(one.event) : 'nothing more happens')
  return `${names.a}: ${tell(a)}. ${names.b}: ${tell(b)}.`
}

/** The part of an event that means something beside another run. */
function traitsOf(event: TraceEvent, carried: readonly TraceEvent[], startedAt: number | null): Traits {
  return {
    kind: event.kind,
    layer: event.layer,
    ...kindTraits(event, carried),
    ...(startedAt === null ? {} : { 'time in ms': event.at - startedAt }),
  }
}

function kindTraits(event: TraceEvent, carried: readonly TraceEvent[]): Traits {
  switch (event.kind) {
    case 'enter':
      return { scope: event.scope ?? null, ...scopeTraits([...carried, event]) }
    case 'receive':
    case 'send':
      return messageTraits(event.message)
    case 'raise':
      return { ...errorTraits(event.error), born: event.born }
    case 'catch':
      return { ...errorTraits(event.error), answered: event.answered }
    case 'exit':
      return { awaited: event.awaited }
    case 'route':
      return { endpoint: event.endpoint, path: event.path, sync: event.sync }
    case 'rule':
      return { rule: event.rule, added: event.added }
    case 'verdict':
      return { outcome: event.outcome, category: event.category }
    case 'lifespan':
      return { phase: event.phase, status: event.status }
    // Values are left out where they may be objects of the framework: their names are its own affair.
    case 'line':
    case 'return':
      return { file: event.file, line: event.line, function: event.function }
    case 'depends':
    case 'background':
      return { phase: event.phase, name: event.name, error: event.error?.type ?? null }
    case 'handler':
      return { phase: event.phase, name: event.name, handles: event.handles, error: event.error?.type ?? null }
    case 'state':
      return { where: event.where, key: event.key, value: event.after }
    case 'thread':
      return { phase: event.phase, name: event.name, slept: event.sleptMs ?? 0 }
    case 'stall':
      return { waiting: event.waits.map(({ layer }) => layer) }
    case 'log':
      return { source: event.source, level: event.level ?? null, text: logText(event), fields: event.fields ?? {} }
    case 'store':
      return { server: event.server, command: event.command, changes: event.changes }
    case 'clock':
      return { ms: event.to - event.from, why: event.why }
    case 'stop':
      return { reason: event.stop.reason }
    default:
      return {}
  }
}

/** What the rings since the last shared one did to the scope, by key: the last word counts. */
function scopeTraits(entered: readonly TraceEvent[]): Traits {
  const after: Record<string, string | null> = {}
  for (const event of entered) {
    if (event.kind !== 'enter') continue
    for (const change of event.changes) if (!PLUMBING.test(change.key)) after[change.key] = change.after
  }
  return after
}

function messageTraits({ type, status, headers, body, more, ...rest }: MessageView): Traits {
  return { type, status, headers, body: body && bodyTraits(body), more, ...rest }
}

function bodyTraits({ bytes, text, encoding, sha256 }: BodyView): Traits {
  return { bytes, text, encoding, sha256 }
}

function errorTraits({ type, message }: Pick<ErrorView, 'type' | 'message'>): Traits {
  return { error: type, message }
}

/** uvicorn logs tracebacks with all of their lines inside of packages; the error itself is compared as an event. */
function logText({ source, text }: Extract<TraceEvent, { kind: 'log' }>): string {
  return source === 'server' ? firstLine(text) : text
}

/** `status 200 and 404`, `another vary`: what differs between two events of one kind. */
function traitWords(a: Traits, b: Traits, names: Names): string {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !isEqual(a[key], b[key]))
  return listWords(
    keys.map((key) => {
      if (key === 'headers') return `other headers (${headerWords(asHeaders(a[key]), asHeaders(b[key]), names)})`
      if (key === 'body' || key === 'scope') return `another ${key}`
      return `${key} ${valueWords(a[key])} in ${names.a} and ${valueWords(b[key])} in ${names.b}`
    }),
  )
}

function asHeaders(value: unknown): HeaderList {
  return Array.isArray(value) ? (value as HeaderList) : []
}

function valueWords(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  return cutMiddle(typeof value === 'string' ? value : JSON.stringify(value), VALUE_CHARS)
}

function headerWords(a: HeaderList, b: HeaderList, names: Names): string {
  const changes = diffHeaders(a, b)
  if (changes.length === 0) return 'the same ones in another order'
  const show = (name: string, value: string | null): string => `${name}: ${cutMiddle(value ?? '', VALUE_CHARS)}`
  return changes
    .map(({ kind, name, before, after }) => {
      if (kind === 'added') return `${show(name, after)} only in ${names.b}`
      if (kind === 'removed') return `${show(name, before)} only in ${names.a}`
      return `${show(name, before)} in ${names.a}, ${cutMiddle(after ?? '', VALUE_CHARS)} in ${names.b}`
    })
    .join('; ')
}

function findForClient(a: Comparable, b: Comparable, names: Names): ClientDifference | null {
  for (let index = 0; index < Math.max(a.exchanges.length, b.exchanges.length); index++) {
    const found = judgeExchange(a.exchanges[index], b.exchanges[index], names)
    if (found) return { exchange: index, ...found }
  }
  return null
}

type Found = Omit<ClientDifference, 'exchange'>

function judgeExchange(a: Exchange | undefined, b: Exchange | undefined, names: Names): Found | null {
  const [left, right] = [a?.response ?? null, b?.response ?? null]
  if (!left || !right) {
    if (left === right) return judgeMessages(a, b, names) ?? judgeTime(a, b, names)
    const [has, lacks, status] = left ? [names.a, names.b, left.status] : [names.b, names.a, right?.status]
    return { part: 'response', what: `The client gets ${status} with ${has} and no answer with ${lacks}.` }
  }
  if (left.status !== right.status) {
    const what = `The client gets ${left.status} with ${names.a} and ${right.status} with ${names.b}.`
    return { part: 'status', what }
  }
  if (!isEqual(left.headers, right.headers)) {
    return {
      part: 'headers',
      what: `The client gets other headers: ${headerWords(left.headers, right.headers, names)}.`,
    }
  }
  if (left.body !== right.body || left.bodyEncoding !== right.bodyEncoding) {
    const show = ({ body, bodyEncoding }: typeof left): string =>
      bodyEncoding === 'base64' ? bytesWords({ bytes: atob(body).length }) : `"${cutMiddle(body, VALUE_CHARS)}"`
    const what = `The client gets another body: ${show(left)} with ${names.a}, ${show(right)} with ${names.b}.`
    return { part: 'body', what }
  }
  return judgeMessages(a, b, names) ?? judgeTime(a, b, names)
}

function judgeTime(a: Exchange | undefined, b: Exchange | undefined, names: Names): Found | null {
  if (!a || !b || a.endedAt - a.startedAt === b.endedAt - b.startedAt) return null
  const after = (one: Exchange): string => `${one.endedAt - one.startedAt} ms`
  return { part: 'time', what: `The answer is there after ${after(a)} with ${names.a}, ${after(b)} with ${names.b}.` }
}

function judgeMessages(a: Exchange | undefined, b: Exchange | undefined, names: Names): Found | null {
  const [left, right] = [a, b].map((exchange) => ({
    messages: (exchange?.socket?.messages ?? []).map(({ from, frame, data }) => ({ from, frame, data })),
    close: exchange?.socket?.close ?? null,
  }))
  if (!left || !right || isEqual(left, right)) return null
  const at = left.messages.findIndex((message, index) => !isEqual(message, right.messages[index]))
  const which = at < 0 ? 'the end' : `message ${at + 1}`
  return { part: 'messages', what: `The WebSocket of ${names.a} and of ${names.b} part at ${which}.` }
}

/** Deep equality of plain data; the order of keys does not matter, the order in lists does. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Traits, b as Traits]
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...keys].every((key) => isEqual(left[key], right[key]))
}
