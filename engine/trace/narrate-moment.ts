// One plain sentence for each moment between two crossings: a line, a message, a task, a wait. No markup.
import { ENDPOINT, SERVER } from '../protocol'
import type { BodyView, MessageView, TraceEvent } from '../protocol'
import { firstLine } from './event-words'
import type { ExchangeView, RingView } from './model'
import type { Moment } from './moments'
import type { Sentence, SentencePart } from './narrate'
import { cutMiddle } from './words'

/** Two lines in the sentence's box hold about this much of a value beside the words. */
const VALUE_CHARS = 48
/** More names than this are counted. */
const MOST_LOCALS = 2
const OPAQUE = /^<[^']*>$/

type EventOf<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>

const t = (text: string): SentencePart => ({ kind: 'text', text })
const b = (text: string): SentencePart => ({ kind: 'strong', text })
const c = (text: string): SentencePart => ({ kind: 'code', text: cut(firstLine(text)) })

/** Of a dict or a list the beginning tells most, of anything else both ends. */
function cut(text: string): string {
  if (text.length <= VALUE_CHARS) return text
  return /^[{[(]/.test(text) ? `${text.slice(0, VALUE_CHARS - 1)}…` : cutMiddle(text, VALUE_CHARS)
}

/** Says what happened at a moment. */
export function narrateMoment(view: ExchangeView, { event }: Moment): Sentence {
  const ring = view.rings.find(({ id }) => id === event.layer) ?? null
  const who = b(subject(ring, event.layer))
  switch (event.kind) {
    case 'line':
      return sayLine(event, ring)
    case 'return':
      return sayReturn(event, ring)
    case 'send':
    case 'receive':
      return sayMessage(event.kind, event.message, who)
    case 'state':
      return sayState(event, who)
    case 'depends':
      return sayCall(event, 'The dependency ')
    case 'handler':
      return sayCall(event, 'The handler ')
    case 'background':
      return sayCall(event, 'The background task ')
    case 'store':
      return sayStore(event)
    case 'thread':
      return sayThread(event)
    case 'log':
      return sayLog(event, who)
    case 'clock':
      return [t(`${event.to - event.from} ms pass: `), t(PASSING[event.why])]
    case 'stall':
      return [t(sayStall(event))]
    case 'caveat':
      return [t(event.text)]
    default:
      return []
  }
}

function sayStall({ waits }: EventOf<'stall'>): string {
  const text = waits[0]?.text ?? 'Nothing can go on any more.'
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const PASSING = {
  sleep: 'somebody sleeps, and the loop is free for others.',
  block: 'somebody blocks the loop, and everybody waits.',
  wait: 'nobody has anything to do before the client goes on.',
} as const

function subject(ring: RingView | null, layer: string | null): string {
  if (ring) return ring.role === 'browser' ? 'The browser' : ring.name
  if (layer === SERVER) return 'uvicorn'
  return layer === null || layer === ENDPOINT ? 'The program' : layer
}

/** `In timing, `, or `In dispatch of Tickets, ` where the function is not the layer's own name. */
function place(name: string, ring: RingView | null): Sentence {
  if (!ring || ring.name === name || ring.role === 'endpoint' || ring.role === 'server')
    return [t('In '), b(name), t(', ')]
  return [t('In '), c(name), t(' of '), b(ring.name), t(', ')]
}

/** What the line before has left: `; took is 0.1 now`. */
function changed(locals: EventOf<'line'>['locals']): Sentence {
  const all = Object.entries(locals ?? {}).filter(([, value]) => value === null || !OPAQUE.test(value))
  const told = all.slice(0, MOST_LOCALS)
  if (told.length === 0) return []
  const rest = all.length - told.length
  return [
    ...told.flatMap(([name, value], at) => [
      t(at === 0 ? '; ' : ', '),
      c(name),
      ...(value === null ? [t(' is gone')] : [t(' is '), c(value)]),
    ]),
    ...(rest > 0 ? [t(` and ${rest} more ${rest === 1 ? 'name has' : 'names have'} values`)] : []),
  ]
}

function sayLine(event: EventOf<'line'>, ring: RingView | null): Sentence {
  return [
    ...place(event.function, ring),
    t(`line ${event.line} of `),
    c(event.file),
    t(' comes next'),
    ...changed(event.locals),
    t('.'),
  ]
}

function sayReturn(event: EventOf<'return'>, ring: RingView | null): Sentence {
  const isQuiet = event.value === 'None'
  return [
    ...place(event.function, ring),
    t(`line ${event.line} of `),
    c(event.file),
    ...(isQuiet ? [t(' was the last')] : [t(' returns '), c(event.value)]),
    ...changed(event.locals),
    t('.'),
  ]
}

function bytes({ bytes: count }: BodyView): string {
  return count === 1 ? '1 byte' : `${count} bytes`
}

function said(message: MessageView): Sentence {
  const { body } = message
  if (!body) return [t('a message')]
  if (message.frame !== 'binary' && body.text !== null && body.encoding === 'utf8') return [c(body.text)]
  return [t(`${bytes(body)}`)]
}

function sayMessage(kind: 'send' | 'receive', message: MessageView, who: SentencePart): Sentence {
  const { type, body, code } = message
  switch (type) {
    case 'websocket.connect':
      return [who, t(' is asked whether it takes the socket.')]
    case 'websocket.accept':
      return message.subprotocol
        ? [who, t(' takes the socket and speaks '), c(message.subprotocol), t('.')]
        : [who, t(' takes the socket.')]
    case 'websocket.receive':
      return [who, t(' receives '), ...said(message), t(' from the client.')]
    case 'websocket.send':
      return [who, t(' sends '), ...said(message), t(' to the client.')]
    case 'websocket.disconnect':
      return [who, t(` hears that the socket is closed${code === undefined ? '' : `, with ${code}`}.`)]
    case 'websocket.close':
      return [
        who,
        t(` closes the socket${code === undefined ? '' : ` with ${code}`}`),
        ...(message.reason ? [t(': '), c(message.reason)] : []),
        t('.'),
      ]
    case 'http.disconnect':
      return [who, t(' hears that the client has gone.')]
    default: {
      const count = body ? bytes(body) : 'nothing'
      const end = message.more === true ? ', and more is to come.' : '.'
      return kind === 'receive'
        ? [who, t(` reads ${count} of the request's body${end}`)]
        : [who, t(` lets out ${count} of the response's body${end}`)]
    }
  }
}

const WHERE = { request: 'request.state.', app: 'app.state.', contextvar: '' } as const

function sayState(event: EventOf<'state'>, who: SentencePart): Sentence {
  const what = [t(event.where === 'contextvar' ? 'the context variable ' : ''), c(`${WHERE[event.where]}${event.key}`)]
  if (event.after === null) return [who, t(' takes away '), ...what, t('.')]
  return event.before === null
    ? [who, t(' sets '), ...what, t(' to '), c(event.after), t('.')]
    : [who, t(' changes '), ...what, t(' from '), c(event.before), t(' to '), c(event.after), t('.')]
}

function sayCall(event: EventOf<'depends' | 'handler' | 'background'>, kind: string): Sentence {
  const { phase, name, error, value } = event
  const head = [t(kind), b(name)]
  const isTold = value !== undefined && value !== 'None'
  switch (phase) {
    case 'call':
      if (event.kind === 'handler') return [...head, t(' is called for '), c(event.handles), t('.')]
      return [...head, t(event.kind === 'background' ? ' begins.' : ' is called.')]
    case 'yield':
      return isTold
        ? [...head, t(' yields '), c(value), t(' and waits for the endpoint to be done.')]
        : [...head, t(' yields and waits for the endpoint to be done.')]
    case 'resume':
      return [...head, t(' goes on after its '), c('yield'), t('.')]
    case 'throw':
      return [...head, t(' gets '), c(error?.type ?? 'an exception'), t(' at its '), c('yield'), t('.')]
    case 'return':
      return isTold ? [...head, t(' returns '), c(value), t('.')] : [...head, t(' is done.')]
    case 'raise':
      return [
        ...head,
        t(' raises '),
        c(error?.type ?? 'an exception'),
        ...(error?.message ? [t(': '), c(error.message.replace(/\.$/, ''))] : []),
        t('.'),
      ]
  }
}

function sayStore(event: EventOf<'store'>): Sentence {
  const [first, ...rest] = event.changes
  if (!first) return [c(event.command ?? 'time'), t(` changes nothing in ${event.store}.`)]
  const more = rest.length > 0 ? ` and ${rest.length} more` : ''
  if (event.command === null) return [t('The time of '), c(first.key), t(`${more} has run out in ${event.store}.`)]
  const becomes: Sentence =
    first.after === null ? [t(' away')] : [t(first.before === null ? ' to ' : ' anew, to '), c(first.after)]
  return [
    c(event.command),
    t(first.after === null ? ' takes ' : ' sets '),
    c(first.key),
    ...becomes,
    t(`${more} in ${event.store}.`),
  ]
}

function sayThread(event: EventOf<'thread'>): Sentence {
  if (event.phase === 'start')
    return [
      b(event.name),
      t(` is not async, so it runs in a thread: ${event.busy} of ${event.of} ${event.busy === 1 ? 'is' : 'are'} busy.`),
    ]
  const slept = event.sleptMs ? `, after ${event.sleptMs} ms of sleep` : ''
  return [b(event.name), t(` gives its thread back${slept}.`)]
}

/** uvicorn writes level and address before what it has to say. */
const PREFIX = /^[A-Z]+:\s+(?:[\d.]+:\d+ - )?/

function sayLog(event: EventOf<'log'>, who: SentencePart): Sentence {
  // Its own full stop would stand before the sentence's.
  const text = event.text.trim().replace(/(?<!\.)\.$/, '')
  if (event.source === 'access')
    return [b('uvicorn'), t(' writes its access log: '), c(text.replace(PREFIX, '')), t('.')]
  if (event.source === 'server') return [b('uvicorn'), t(' logs '), c(text.replace(PREFIX, '')), t('.')]
  if (text === '') return [who, t(event.source === 'print' ? ' prints an empty line.' : ' logs nothing but its name.')]
  if (event.source === 'print')
    return [who, t(event.stream === 'stderr' ? ' writes to stderr: ' : ' prints '), c(text), t('.')]
  return [who, t(' logs '), c(text), t(event.level ? ` at ${event.level}.` : '.')]
}
