// Sorts the events of one exchange by the ring that they belong to: what each did, before anybody compares rings.
import type { ErrorView, MessageView, RunDocument, TraceEvent } from '../protocol'

/** The part of a run document that a view needs; a live session has it before it has ended. */
export type Readable = Pick<RunDocument, 'layers' | 'exchanges' | 'events' | 'stop' | 'fetches'>

export type EventOf<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>

/** Everything one ring did in one exchange. */
export interface RingRecord {
  enter: EventOf<'enter'> | null
  firstSeq: number | null
  readonly received: MessageView[]
  start: EventOf<'send'> | null
  readonly bodies: EventOf<'send'>[]
  readonly raises: EventOf<'raise'>[]
  readonly catches: EventOf<'catch'>[]
  readonly handlers: EventOf<'handler'>[]
  readonly added: (readonly [string, string])[]
  exit: EventOf<'exit'> | null
  route: EventOf<'route'> | null
  readonly lines: EventOf<'line'>[]
}

function emptyRecord(): RingRecord {
  return {
    enter: null,
    firstSeq: null,
    received: [],
    start: null,
    bodies: [],
    raises: [],
    catches: [],
    handlers: [],
    added: [],
    exit: null,
    route: null,
    lines: [],
  }
}

/**
 * The browser hands the page a response in one piece; everybody else sends a head and then bodies. A WebSocket's head is that
 * it was accepted, or closed before it was.
 */
export function isHead({ type }: MessageView): boolean {
  return (
    type === 'http.response' ||
    type.endsWith('.response.start') ||
    type === 'websocket.accept' ||
    type === 'websocket.close'
  )
}

/** How asyncio clears away the inside of a layer that failed: a consequence, and no exception of anybody's. */
export function isCancel(error: ErrorView): boolean {
  return error.type === 'CancelledError'
}

export function collect(events: readonly TraceEvent[]): Map<string, RingRecord> {
  const records = new Map<string, RingRecord>()
  for (const event of events) {
    if (event.layer === null) continue
    let record = records.get(event.layer)
    if (!record) records.set(event.layer, (record = emptyRecord()))
    record.firstSeq ??= event.seq
    if (event.kind === 'enter') record.enter ??= event
    else if (event.kind === 'receive') record.received.push(event.message)
    else if (event.kind === 'send') {
      if (isHead(event.message)) record.start ??= event
      else if (event.message.body) record.bodies.push(event)
    } else if (event.kind === 'raise') {
      if (!isCancel(event.error)) record.raises.push(event)
    } else if (event.kind === 'catch') {
      if (!isCancel(event.error)) record.catches.push(event)
    }
    if (event.kind === 'rule') record.added.push(...event.added)
    else if (event.kind === 'exit') record.exit = event
    else if (event.kind === 'route') record.route = event
    else if (event.kind === 'line') record.lines.push(event)
    else if (event.kind === 'handler' && event.phase === 'call') record.handlers.push(event)
  }
  return records
}
