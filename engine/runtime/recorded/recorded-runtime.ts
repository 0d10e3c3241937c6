// Runtime `recorded`: plays a kept run of one program. A recorded trace is as good as a live one, but it can't be changed.
import { isPageRequest, packBatch } from '../../protocol'
import type { CallName, EngineCalls, RequestGroup, RunDocument, SourceFiles, TraceEvent } from '../../protocol'
import type { Emit, Runtime } from '../runtime'

/** A run with what it was a run of. */
export interface Recording {
  readonly files: SourceFiles
  readonly groups: readonly RequestGroup[]
  readonly document: RunDocument
}

/** Thrown when nothing was recorded for what is asked. */
export class NotRecorded extends Error {
  override readonly name = 'NotRecorded'
}

/** Plays recordings: the same program with the same groups in the same order gives the recorded events again. */
export class RecordedRuntime implements Runtime {
  readonly #recordings: readonly Recording[]
  readonly #emit: Emit
  #open: { recording: Recording; sent: number; at: Position } | null = null

  constructor(recordings: readonly Recording[], emit: Emit) {
    this.#recordings = recordings
    this.#emit = emit
  }

  call<C extends CallName>(name: C, input: EngineCalls[C]['in']): EngineCalls[C]['out'] {
    return this.#answer(name, input as never) as EngineCalls[C]['out']
  }

  #answer(name: CallName, input: never): unknown {
    switch (name) {
      case 'open':
        return this.#start(input)
      case 'send':
        return this.#send(input)
      case 'close':
        return this.#close()
      case 'check':
        throw new NotRecorded('Checks need the engine: a recording can only be looked at.')
      case 'client':
      case 'back':
      case 'live':
      case 'browser':
      case 'orders':
        throw new NotRecorded('This needs the engine: a recording can only be looked at.')
    }
  }

  #start({ files }: EngineCalls['open']['in']): EngineCalls['open']['out'] {
    const recording = this.#recordings.find((one) => sameFiles(one.files, files))
    if (!recording) throw new NotRecorded('This program was not recorded. It runs as soon as the engine is ready.')
    this.#open = { recording, sent: 0, at: { exchange: 0, fetch: 0 } }
    const { versions, layers, error, stop, events } = recording.document
    const first = events.findIndex((event) => isOfGroup(event))
    this.#play(events.slice(0, first < 0 ? events.length : first))
    return { versions, layers, error, stop: error ? stop : null }
  }

  #send(group: RequestGroup): EngineCalls['send']['out'] {
    const open = this.#open
    if (!open) throw new NotRecorded('No recorded session is open.')
    const expected = open.recording.groups[open.sent]
    if (!expected || JSON.stringify(expected) !== JSON.stringify(group)) {
      throw new NotRecorded('This request was not recorded. It can be sent as soon as the engine is ready.')
    }
    const from = open.at
    const to = endOf(group, from, open.recording.document)
    open.sent += 1
    open.at = to
    const { events, exchanges, fetches = [], browser, stop } = open.recording.document
    // Up to the first event of the next group, so that the clock's moves in between stay in their place.
    const start = events.findIndex((event) => isOfGroup(event, from))
    const end = events.findIndex((event) => isOfGroup(event, to))
    const rest = end < 0 ? lastOfGroups(events) + 1 : end
    if (start >= 0) this.#play(events.slice(start, rest))
    const got = fetches.slice(from.fetch, to.fetch)
    return {
      exchanges: exchanges.slice(from.exchange, to.exchange),
      stop: to.exchange >= exchanges.length && to.fetch >= fetches.length ? stop : null,
      ...(got.length > 0 ? { fetches: got, ...(browser ? { browser } : {}) } : {}),
    }
  }

  #close(): EngineCalls['close']['out'] {
    const open = this.#open
    this.#open = null
    if (open) {
      const { events } = open.recording.document
      this.#play(events.slice(lastOfGroups(events) + 1))
    }
    return { stop: null }
  }

  #play(events: RunDocument['events']): void {
    if (events.length > 0) this.#emit(packBatch(events))
  }
}

function sameFiles(a: SourceFiles, b: SourceFiles): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/** Numbers of the next exchange and the next fetch. */
interface Position {
  readonly exchange: number
  readonly fetch: number
}

/** A page may have sent nothing, or several things: what belongs to the group is known by its fetches. */
function endOf(group: RequestGroup, from: Position, { exchanges }: RunDocument): Position {
  const pages = group.requests.filter(isPageRequest).length
  const fetch = from.fetch + pages
  const sent = exchanges.filter((one) => one.fetch !== undefined && one.fetch >= from.fetch && one.fetch < fetch).length
  return { exchange: from.exchange + group.requests.length - pages + sent, fetch }
}

/** Whether an event belongs to an exchange or a fetch, from these numbers on. */
function isOfGroup(event: TraceEvent, from: Position = { exchange: 0, fetch: 0 }): boolean {
  const fetch = event.kind === 'rule' || event.kind === 'verdict' ? event.fetch : undefined
  return event.exchange === null ? fetch !== undefined && fetch >= from.fetch : event.exchange >= from.exchange
}

function lastOfGroups(events: RunDocument['events']): number {
  return events.findLastIndex((event) => isOfGroup(event))
}
