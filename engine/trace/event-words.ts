// One phrase for one event of the trace, its ring as the subject. Says what happened, not why.
import type { BodyView, MessageView, TraceEvent } from '../protocol'
import { cutMiddle, listWords } from './words'

const TEXT_CHARS = 80
const STREAM_END = { true: ', more to come', false: ', the last' } as const

/** What happened, as a phrase: `timing sends the head of a 200`. */
export function eventWords(event: TraceEvent): string {
  const ring = ringWords(event.layer)
  switch (event.kind) {
    case 'enter':
      return `${ring} is entered${event.scope?.path === undefined ? '' : ` for ${event.scope.path}`}`
    case 'receive':
      return `${ring} receives ${messageWords(event.message)}`
    case 'send':
      return `${ring} sends ${messageWords(event.message)}`
    case 'raise': {
      const error = `${event.error.type}${event.error.message ? `: ${cut(event.error.message)}` : ''}`
      return event.born ? `${ring} raises ${error}` : `${error} passes ${ring}`
    }
    case 'catch':
      return `${event.error.type} stops at ${ring}${event.answered ? ', which answers' : ''}`
    case 'exit':
      return event.awaited ? `${ring} is done` : `${ring} is done without having called the app inside`
    case 'route':
      return `${event.path} leads to ${event.endpoint}`
    case 'rule':
    case 'verdict':
      return event.text
    case 'lifespan':
      return `lifespan ${event.phase}: ${event.status}`
    case 'line':
      return `line ${event.line} of ${event.file} runs, in ${event.function}`
    case 'return':
      return `${event.function} returns at line ${event.line} of ${event.file}`
    case 'depends':
      return `dependency ${callWords(event)}`
    case 'handler':
      return `handler ${callWords(event)}`
    case 'background':
      return `background task ${callWords(event)}`
    case 'state': {
      const where = { request: 'request.state', app: 'app.state', contextvar: 'contextvar' }[event.where]
      return event.after === null ? `${where} ${event.key} goes` : `${where} ${event.key} becomes ${cut(event.after)}`
    }
    case 'thread':
      return `a thread ${event.phase === 'start' ? 'takes up' : 'is done with'} ${event.name}`
    case 'stall':
      return event.waits[0]?.text ?? 'nothing can go on'
    case 'caveat':
      return event.text
    case 'log':
      return `${event.source === 'print' ? 'printed' : 'logged'}: ${cut(firstLine(event.text))}`
    case 'task':
      return `task ${event.name} begins`
    case 'done':
      return `a task ends (${event.outcome})`
    case 'store':
      return `${event.command ?? 'time'} changes ${listWords(event.changes.map(({ key }) => key))} in ${event.store}`
    case 'clock':
      return clockWords(event, ring)
    case 'stop':
      return event.stop.text
  }
}

function clockWords({ from, to, why }: Extract<TraceEvent, { kind: 'clock' }>, ring: string): string {
  const ms = `${Number((to - from).toFixed(3))} ms`
  if (why === 'block') return `${ring} holds the loop for ${ms}`
  return why === 'sleep' ? `${ms} pass, and the loop is free` : `${ms} pass until a client goes on`
}

/** The first line of a text; servers log whole tracebacks. */
export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

function ringWords(layer: string | null): string {
  if (layer === null) return 'the program'
  return layer === 'browser' || layer === 'server' || layer === 'endpoint' ? `the ${layer}` : layer
}

function messageWords({ type, status, body, more, code }: MessageView): string {
  if (status !== undefined) return `the head of a ${status}`
  if (code !== undefined) return `${type} ${code}`
  if (body === undefined || !/\.(body|request)$/.test(type)) return type
  const end = more === undefined ? '' : STREAM_END[`${more}`]
  return `${bytesWords(body)} of ${type.endsWith('.request') ? 'request ' : ''}body${end}`
}

export function bytesWords({ bytes }: Pick<BodyView, 'bytes'>): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`
}

const PHASES = {
  call: 'is called',
  yield: 'yields',
  resume: 'goes on after its yield',
  return: 'is done',
} as const

function callWords(event: Extract<TraceEvent, { kind: 'depends' | 'handler' | 'background' }>): string {
  const { kind, phase, name, error, value } = event
  if (phase === 'throw') return `${name} gets ${error?.type ?? 'an exception'} at its yield`
  if (phase === 'raise') return `${name} raises ${error?.type ?? 'an exception'}`
  if (phase === 'call' && kind === 'handler') return `${name} is called for ${event.handles}`
  if (value === undefined) return `${name} ${PHASES[phase]}`
  return `${name} ${phase === 'return' ? 'returns' : PHASES[phase]} ${cut(value)}`
}

function cut(text: string): string {
  return cutMiddle(text, TEXT_CHARS)
}
