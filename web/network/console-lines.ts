// Reads what a session printed and logged into lines for the console, each with the layer it came from. Pure.
import type { RunDocument, TraceEvent } from '../../engine/protocol'

export interface ConsoleLine {
  readonly seq: number
  readonly at: number
  readonly source: 'print' | 'logging' | 'structlog' | 'access' | 'server' | 'browser'
  /** A warning or worse, or stderr. */
  readonly isBad: boolean
  /** `WARNING shop.limits`; empty for prints. */
  readonly label: string
  /** Name of the layer the line came from; null outside of any. */
  readonly layer: string | null
  readonly text: string
  readonly traceback: Traceback | null
  /** What would change it: beneath what a browser says. */
  readonly fix: string | null
}

/** The exchange's heading is null for what was said while loading, starting or stopping. */
export interface ConsoleGroup {
  readonly exchange: number | null
  readonly title: string
  readonly lines: readonly ConsoleLine[]
}

export interface TracebackPart {
  /** `hidden` stands for frames that are not the learner's. */
  readonly kind: 'head' | 'hidden' | 'frame' | 'error'
  readonly text: string
  readonly file: string | null
  readonly line: number | null
}

export interface Traceback {
  readonly parts: readonly TracebackPart[]
  readonly full: string
}

const BAD = /^(WARNING|ERROR|CRITICAL)$/

/** Everything that was said in a session, by the program and by pages' browser, in order, cut where another exchange speaks. */
export function readConsole(
  document: Pick<RunDocument, 'events' | 'layers' | 'exchanges' | 'fetches'>,
): ConsoleGroup[] {
  const names = new Map(document.layers.map(({ id, name }) => [id, name]))
  const groups: { exchange: number | null; title: string; lines: ConsoleLine[] }[] = []
  for (const event of document.events) {
    const lines =
      event.kind === 'log' ? [readLine(event, names)] : event.kind === 'verdict' ? browserLines(document, event) : []
    if (lines.length === 0) continue
    const last = groups.at(-1)
    if (last?.exchange === event.exchange && last) last.lines.push(...lines)
    else groups.push({ exchange: event.exchange, title: titleOf(document, event), lines })
  }
  return groups
}

/** What a browser writes into its own console about a fetch. */
function browserLines(
  { fetches }: Pick<RunDocument, 'fetches'>,
  { seq, at, fetch, fix }: Extract<TraceEvent, { kind: 'verdict' }>,
): ConsoleLine[] {
  const texts = fetches?.[fetch]?.console ?? []
  return texts.map((text, index) => ({
    ...{
      seq: seq + index / 100,
      at,
      source: 'browser',
      isBad: true,
      label: '',
      layer: 'Browser',
      text,
      traceback: null,
    },
    fix: index === texts.length - 1 ? fix : null,
  }))
}

function titleOf(document: Pick<RunDocument, 'exchanges' | 'events'>, event: TraceEvent): string {
  if (event.exchange === null && event.kind === 'verdict') return 'Page'
  if (event.exchange === null) return event.seq < firstExchange(document) ? 'Start' : 'End'
  const exchange = document.exchanges[event.exchange]
  return exchange ? `${exchange.request.method} ${exchange.request.url.replace(/^[a-z]+:\/\/[^/]*/i, '')}` : 'Request'
}

function firstExchange(document: Pick<RunDocument, 'events'>): number {
  return document.events.find(({ exchange }) => exchange !== null)?.seq ?? Infinity
}

function readLine(event: Extract<TraceEvent, { kind: 'log' }>, names: ReadonlyMap<string, string>): ConsoleLine {
  const { seq, at, source, stream, level, logger, layer } = event
  const text = event.text.replace(/\n$/, '')
  // uvicorn's own lines begin with their level already.
  const label =
    source === 'logging' || source === 'structlog'
      ? [level, logger].filter(Boolean).join(' ')
      : source === 'print' && stream === 'stderr'
        ? 'stderr'
        : ''
  return {
    seq,
    at,
    source,
    isBad: level !== undefined ? BAD.test(level) : source === 'print' && stream === 'stderr',
    label,
    layer: layer === null ? null : (names.get(layer) ?? { browser: 'Browser', server: 'uvicorn' }[layer] ?? layer),
    ...splitTraceback(text),
    fix: null,
  }
}

const FRAME = /^\s+(?:\||\+)?\s*File "([^"]+)", line (\d+)/

/** Parts a log line from the traceback below it. */
export function splitTraceback(text: string): { text: string; traceback: Traceback | null } {
  const start = text.search(/^\s*(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\):/m)
  if (start < 0) return { text, traceback: null }
  const full = text.slice(start)
  return { text: text.slice(0, start).trimEnd(), traceback: { parts: readTraceback(full), full } }
}

/**
 * Reads a traceback as Python prints it and folds the frames that are not the learner's: a learner's file has a
 * path without the folders of a Python installation.
 */
export function readTraceback(text: string): TracebackPart[] {
  const parts: TracebackPart[] = []
  let hidden = 0
  let current: { text: string; file: string; line: number } | null = null
  const closeFrame = () => {
    if (!current) return
    if (isOwn(current.file)) {
      closeHidden()
      parts.push({ kind: 'frame', ...current })
    } else hidden++
    current = null
  }
  const closeHidden = () => {
    if (hidden > 0) {
      const words = hidden === 1 ? '… 1 frame of the framework' : `… ${hidden} frames of the framework`
      parts.push({ kind: 'hidden', text: words, file: null, line: null })
    }
    hidden = 0
  }
  for (const line of text.split('\n')) {
    const frame = FRAME.exec(line)
    if (frame) {
      closeFrame()
      current = { text: line, file: frame[1] ?? '', line: Number(frame[2]) }
    } else if (current && /^\s/.test(line)) {
      const open: { text: string; file: string; line: number } = current
      current = { ...open, text: `${open.text}\n${line}` }
    } else {
      closeFrame()
      closeHidden()
      if (line.trim() !== '') {
        parts.push({ kind: /Traceback \(most/.test(line) ? 'head' : 'error', text: line, file: null, line: null })
      }
    }
  }
  closeFrame()
  closeHidden()
  return parts
}

function isOwn(file: string): boolean {
  return !/site-packages|\/lib\/python|python\d+\.zip|^<frozen|\/peel\//.test(file)
}
