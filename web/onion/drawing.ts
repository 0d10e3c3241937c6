// Says what to draw for an exchange at a step: kinds of segments, ports and notes, in words and numbers of the
// geometry. Pure; the component beside it turns this into SVG.
import {
  blockWords,
  isShown,
  ringsOfRow,
  rowName,
  tellingFirst,
  type BrowserPart,
  type HeaderChange,
  type RingOrigin,
  type RingView,
  type Row,
  type ShownExchange,
} from '../../engine/trace'
import type { ScopeChange } from '../../engine/protocol'
import {
  heightFor,
  layoutOnion,
  MIN_UNIT,
  pathPoints,
  segmentPath,
  turnY,
  unitOf,
  type GeometryRow,
  type OnionBox,
  type OnionLayout,
  type Point,
} from './geometry'
import { cutEnd, fitName, fitPlate, fitTitle, wrapNote, type FittedName } from './names'

export type SegmentKind = 'in' | 'out' | 'turn' | 'short' | 'error'

export interface Segment {
  readonly to: number
  readonly kind: SegmentKind
  readonly d: string
}

export type PortSign = 'none' | 'added' | 'changed' | 'removed' | 'born' | 'skipped' | 'caught' | 'blocked'

export interface Port {
  readonly to: number
  readonly side: 'in' | 'out'
  readonly sign: PortSign
  readonly at: Point
}

export type NoteTone = 'in' | 'out' | 'added' | 'changed' | 'removed' | 'say' | 'error' | 'short' | 'blocked'

export interface Note {
  readonly row: number
  readonly side: 'left' | 'right'
  readonly tone: NoteTone
  readonly lines: readonly string[]
  readonly to: number
}

export interface DrawnRow {
  readonly row: Row
  readonly index: number
  readonly origin: RingOrigin
  readonly name: FittedName
  readonly fullName: string
  readonly dead: boolean
  /** Skins to draw inside the edge of a folded row. */
  readonly skins: number
}

export interface Plate {
  readonly text: string
  readonly y: number
}

export interface Drawing {
  readonly layout: OnionLayout
  readonly rows: readonly DrawnRow[]
  readonly plates: readonly Plate[]
  readonly segments: readonly Segment[]
  readonly ports: readonly Port[]
  readonly notes: readonly Note[]
  /** Row whose lower edge carries the short circuit's bar, or null. */
  readonly barAt: number | null
  /** Point of the path at which the browser keeps the response from the page, or null. */
  readonly blockedAt: number | null
  readonly title: string
  readonly verdict: { readonly text: string; readonly tone: 'ok' | 'plain' | 'short' | 'error' | 'blocked' | 'none' }
  readonly points: readonly Point[]
}

const MOST_SKINS = 3
/** Characters of a margin note in the mono face, and in the narrower label face. */
const NOTE_MONO = 16
const NOTE_LABEL = 20

export function geometryRows(shown: ShownExchange): GeometryRow[] {
  return shown.rows.map((row) => {
    const first = shown.view.rings[row.rings[0] ?? 0]
    const outer = first?.role === 'browser' || first?.role === 'server'
    const minor = row.folded || first?.origin === 'framework'
    return {
      weight: outer ? 'outer' : minor ? 'minor' : 'full',
      mounted: first?.mountedAt != null && row.apart === undefined,
    }
  })
}

/** Whether rows have room in a box; give it to `foldExchange` as `fits`. */
export function fitsIn(box: OnionBox): (rows: readonly Row[], view: ShownExchange['view']) => boolean {
  return (rows, view) => unitOf(box, geometryRows({ view, rows, steps: [], turn: 0 })) >= MIN_UNIT * box.scale
}

function requestSign(ring: RingView): PortSign {
  const { headers, scope, body } = ring.request
  const kinds = new Set<PortSign>(headers.map((change) => change.kind))
  for (const change of scope) kinds.add(scopeKind(change))
  if (body) kinds.add('changed')
  return strongest(kinds)
}

function scopeKind({ before, after }: ScopeChange): HeaderChange['kind'] {
  return before === null ? 'added' : after === null ? 'removed' : 'changed'
}

/** A path says more than that there is another one. */
function scopeText({ key, after }: ScopeChange): string {
  const path = key === 'root_path' || key === 'path' ? /^'(.*)'$/.exec(after ?? '')?.[1] : undefined
  return path === undefined ? key : `${key} ${path}`
}

function responseSign(ring: RingView): PortSign {
  const { headers, body, statusBefore } = ring.response
  const kinds = new Set<PortSign>(headers.map((change) => change.kind))
  if (body || statusBefore !== null) kinds.add('changed')
  return strongest(kinds)
}

function strongest(kinds: ReadonlySet<PortSign>): PortSign {
  for (const kind of ['added', 'changed', 'removed'] as const) if (kinds.has(kind)) return kind
  return 'none'
}

const MARKS: Readonly<Record<HeaderChange['kind'], string>> = { added: '+', changed: '~', removed: '−' }

interface Entry {
  readonly kind: HeaderChange['kind']
  readonly text: string
}

function changeNote(entries: readonly Entry[], room: number): { tone: NoteTone; lines: string[] } | null {
  const first = entries[0]
  if (!first) return null
  const tone = entries.find((one) => one.kind === 'added')?.kind ?? first.kind
  const texts = entries.map((one) => `${MARKS[one.kind]} ${one.text}`)
  const text = texts[0] ?? ''
  // A path that has no room is left out before it is cut.
  const alone = room === 1 && text.length > NOTE_MONO ? text.replace(/^(. root_path) .*$/, '$1') : text
  if (texts.length === 1) return { tone, lines: room === 1 ? [cutEnd(alone, NOTE_MONO)] : wrapNote(text, NOTE_MONO) }
  const rest = texts.length - 1
  if (room === 1) {
    const together = texts.join(' ')
    const count = `, ${rest} more`
    return { tone, lines: [together.length <= NOTE_MONO ? together : cutEnd(text, NOTE_MONO - count.length) + count] }
  }
  return { tone, lines: [cutEnd(text, NOTE_MONO), rest === 1 ? cutEnd(texts[1] ?? '', NOTE_MONO) : `and ${rest} more`] }
}

function unique(changes: readonly HeaderChange[]) {
  const entries: Entry[] = []
  for (const { kind, name } of changes)
    if (!entries.some((one) => one.kind === kind && one.text === name)) entries.push({ kind, text: name })
  return entries
}

function leftNote(shown: ShownExchange, row: Row, room: number): { tone: NoteTone; lines: string[] } | null {
  const rings = ringsOfRow(shown, row)
  const first = rings[0]
  if (!first || shown.view.kind === 'stack') return null
  if (!first.reached) return { tone: 'say', lines: ['not reached'] }
  if (rings.some((ring) => ring.stopped)) return { tone: 'error', lines: ['stopped here'] }
  const browser = first.role === 'browser' ? shown.view.browser : null
  if (browser?.role === null) return { tone: 'say', lines: ['nothing is sent'] }
  const entries = unique(browser ? tellingFirst(first.request.headers) : first.request.headers)
  for (const change of rings.flatMap((ring) => ring.request.scope))
    entries.push({ kind: scopeKind(change), text: scopeText(change) })
  if (first.request.body) entries.push({ kind: 'changed', text: 'body' })
  const note = changeNote(entries, room)
  if (note) return note
  if (first.role === 'server') return { tone: 'say', lines: ['bytes to scope'] }
  if (rings.some((ring) => ring.style === 'router' && ring.route !== null))
    return { tone: 'say', lines: ['route found'] }
  return null
}

function rightNote(shown: ShownExchange, row: Row, room: number): { tone: NoteTone; lines: string[] } | null {
  const first = ringsOfRow(shown, row)[0]
  if (!first || !first.reached || shown.view.kind === 'stack') return null
  if (first.role === 'browser' && shown.view.browser) return pageNote(shown, shown.view.browser, room)
  const { status, statusBefore } = first.response
  if (first.error) {
    const { fate, error, answered, handler } = first.error
    const where = error.file === null ? '' : error.line === null ? error.file : `${error.file}:${error.line}`
    if (handler !== null)
      return {
        tone: 'error',
        lines: [cutEnd(error.type, NOTE_LABEL), ...(room > 1 ? [`handler makes a ${status ?? 'response'}`] : [])],
      }
    if (fate === 'raised')
      return {
        tone: 'error',
        lines: [cutEnd(error.type, NOTE_LABEL), ...(where && room > 1 ? [cutEnd(where, NOTE_LABEL)] : [])],
      }
    if (fate === 'passed') {
      if (first.role === 'server') return { tone: 'error', lines: ['logs the exception'] }
      return {
        tone: 'error',
        lines: [
          // Only this layer of Starlette's looks for a handler; the others simply never go on.
          ringsOfRow(shown, row).some(({ name }) => name === 'ExceptionMiddleware')
            ? 'no handler for it'
            : first.error.ranLines
              ? 'lets it pass'
              : 'skipped',
        ],
      }
    }
    return {
      tone: 'error',
      lines: wrapNote(answered ? `makes a ${status ?? 'response'} of it` : 'stops it here', NOTE_LABEL),
    }
  }
  if (first.shortCircuit) return { tone: 'short', lines: [`answers ${status ?? ''} itself`] }
  const entries = unique(first.response.headers)
  if (first.response.body) entries.unshift({ kind: 'changed', text: 'body' })
  if (statusBefore !== null) entries.unshift({ kind: 'changed', text: `${statusBefore} to ${status ?? ''}` })
  return changeNote(entries, room)
}

/** What the browser did with the response: in few words why it is blocked, or what it hides. */
function pageNote(
  shown: ShownExchange,
  browser: BrowserPart,
  room: number,
): { tone: NoteTone; lines: string[] } | null {
  const { outcome, rings } = shown.view
  const wrap = (text: string) => (room === 1 ? [cutEnd(text, NOTE_LABEL)] : wrapNote(text, NOTE_LABEL))
  if (outcome.kind === 'blocked') return { tone: 'blocked', lines: wrap(blockWords(browser.verdict?.category ?? null)) }
  if (browser.kind === 'websocket') return null
  if (outcome.kind === 'opaque') return { tone: 'removed', lines: wrap('hides all of it') }
  if (outcome.kind === 'kept')
    return { tone: 'say', lines: [browser.role === 'preflight' ? 'may follow' : 'follows it'] }
  if (browser.verdict?.fromCache) return { tone: 'short', lines: ['answers from cache'] }
  const hidden = rings[0]?.response.headers.map(({ name }) => name) ?? []
  // Those that the learner's own layers added say more than date and server.
  const own = new Set(
    rings
      .filter(({ origin }) => origin === 'yours')
      .flatMap(({ response }) => response.headers.map(({ name }) => name)),
  )
  const [first, ...rest] = [...hidden].sort((a, b) => Number(own.has(b)) - Number(own.has(a)))
  if (first === undefined) return null
  const more = rest.length > 0 ? [`and ${rest.length} more`] : []
  if (room === 1 || more.length > 0)
    return { tone: 'removed', lines: [cutEnd(`hides ${first}`, NOTE_LABEL), ...more.slice(0, room - 1)] }
  return { tone: 'removed', lines: wrapNote(`hides ${first}`, NOTE_LABEL) }
}

function verdictOf(shown: ShownExchange, narrow: boolean): Drawing['verdict'] {
  const { outcome, rings, kind } = shown.view
  if (kind === 'stack') return { text: '', tone: 'none' }
  if (outcome.kind === 'stopped') return { text: narrow ? 'no answer' : 'nothing came back', tone: 'error' }
  if (outcome.kind === 'nothing') return { text: 'no answer', tone: 'error' }
  const { browser } = shown.view
  if (browser && outcome.kind !== 'pending') return pageVerdict(shown, browser, narrow)
  if (outcome.kind === 'pending' || outcome.status === null) return { text: '', tone: 'none' }
  if (rings.some((ring) => ring.error?.late)) return { text: `${outcome.status}, breaks off`, tone: 'error' }
  const text = narrow ? String(outcome.status) : `${outcome.status} ${outcome.reason}`.trim()
  if (rings.some((ring) => ring.shortCircuit)) return { text, tone: 'short' }
  return { text, tone: outcome.status >= 500 ? 'error' : outcome.status >= 400 ? 'plain' : 'ok' }
}

/** Status first, then what it is to the page: `401, page reads it`. */
function pageVerdict(shown: ShownExchange, browser: BrowserPart, narrow: boolean): Drawing['verdict'] {
  const { outcome, rings } = shown.view
  const status = outcome.status === null ? '' : `${outcome.status}, `
  const say = (long: string, short: string) => status + (narrow ? short : long)
  if (outcome.kind === 'blocked') {
    if (browser.role === null) return { text: 'not sent', tone: 'blocked' }
    return { text: status ? say('page sees nothing', 'hidden') : 'no answer', tone: 'blocked' }
  }
  const { kind } = browser
  if (outcome.kind === 'opaque' || outcome.kind === 'read') {
    if (isShown(kind)) return { text: say('browser shows it', 'shown'), tone: 'ok' }
    if (kind === 'websocket' && outcome.status === 101) return { text: say('socket is open', 'open'), tone: 'ok' }
  }
  if (outcome.kind === 'opaque') {
    const isScript = kind === 'fetch' || kind === 'xhr'
    return { text: isScript ? say('opaque to the page', 'opaque') : say('used, not read', 'used'), tone: 'plain' }
  }
  if (outcome.kind === 'kept') {
    const text = browser.role === 'preflight' ? say('browser goes on', 'goes on') : say('browser follows', 'follows')
    return { text, tone: 'plain' }
  }
  if (browser.verdict?.fromCache) return { text: say('from the cache', 'cached'), tone: 'ok' }
  const bad = (outcome.status ?? 0) >= 500
  const tone = rings.some((ring) => ring.shortCircuit)
    ? 'short'
    : bad
      ? 'error'
      : (outcome.status ?? 0) >= 400
        ? 'plain'
        : 'ok'
  return { text: say('page reads it', 'read'), tone }
}

function segmentsOf(shown: ShownExchange, layout: OnionLayout, furthest: number): Segment[] {
  const { turn, rows, view } = shown
  const segments: Segment[] = []
  const ringAt = (row: number) => view.rings[rows[row]?.rings[0] ?? -1]
  for (let to = 1; to <= furthest; to++) {
    let kind: SegmentKind = 'in'
    if (to === turn + 2) {
      const ring = ringAt(turn)
      const atCore = turn === rows.length - 1
      kind =
        (ring?.error?.fate === 'raised' && !ring.error.late) || ring?.error?.handler != null
          ? 'error'
          : ring?.shortCircuit
            ? 'short'
            : atCore
              ? 'turn'
              : 'out'
    } else if (to > turn + 2) {
      const left = ringAt(2 * turn + 3 - to)
      kind = left?.error && left.error.fate !== 'caught' && !left.error.late ? 'error' : 'out'
    }
    segments.push({ to, kind, d: segmentPath(layout, turn, to) })
  }
  return segments
}

function portsOf(shown: ShownExchange, layout: OnionLayout, points: readonly Point[], furthest: number): Port[] {
  const { turn, rows, view } = shown
  const ports: Port[] = []
  const core = view.rings[view.turn]
  // Born and answered in one ring: the birth stands on the turn, the diamond at the port.
  if (core?.error?.handler != null && furthest >= turn + 2)
    ports.push({ to: turn + 2, side: 'out', sign: 'born', at: { x: layout.centre, y: turnY(layout, turn) } })
  for (let row = 0; row <= turn; row++) {
    const ring = view.rings[rows[row]?.rings[0] ?? -1]
    const inAt = points[row + 1]
    const outTo = 2 * turn + 2 - row
    const outAt = points[outTo]
    const all = shown.rows[row]
    if (!ring || !all) continue
    if (inAt && row + 1 <= furthest) {
      const signs = new Set(ringsOfRow(shown, all).map(requestSign))
      ports.push({ to: row + 1, side: 'in', sign: strongest(signs), at: inAt })
    }
    if (outAt && outTo <= furthest) {
      const fate = ring.error?.fate
      const sign =
        row === 0 && view.outcome.kind === 'blocked'
          ? 'blocked'
          : fate === 'raised'
            ? 'born'
            : fate === 'passed'
              ? 'skipped'
              : fate === 'caught'
                ? 'caught'
                : responseSign(ring)
      ports.push({ to: outTo, side: 'out', sign, at: outAt })
    }
  }
  return ports
}

/**
 * Draws an exchange into a box. A box too low for the rows grows: read `layout.box.height` and let it scroll.
 * Which parts lie ahead of the cursor is told by each part's `to`, a point of the path.
 */
export function drawOnion(shown: ShownExchange, box: OnionBox): Drawing {
  const kinds = geometryRows(shown)
  const layout = layoutOnion({ ...box, height: heightFor(box, kinds) }, kinds)
  const { view, turn } = shown
  const points = pathPoints(layout, turn)
  const furthest = shown.steps.reduce((most, step) => Math.max(most, step.point), 0)
  const { scale, margin } = box
  const rows = shown.rows.map((row, index): DrawnRow => {
    const first = view.rings[row.rings[0] ?? 0]
    const fullName = rowName(shown, row)
    return {
      row,
      index,
      origin:
        row.folded && !ringsOfRow(shown, row).every((ring) => ring.origin === first?.origin)
          ? 'framework'
          : (first?.origin ?? 'framework'),
      name: fitName(fullName, layout.nameRoom / scale),
      fullName,
      dead: view.kind === 'run' && first?.reached === false,
      skins: row.folded ? Math.min(MOST_SKINS, row.rings.length) - 1 : 0,
    }
  })
  // No answer may get back to the browser: then it is blocked where the path ends.
  const home = view.outcome.kind === 'blocked' ? Math.min(2 * turn + 2, furthest) : 2 * turn + 2
  const notes: Note[] = []
  if (margin > 0) {
    for (const [i, row] of shown.rows.entries()) {
      // Two lines stand 14 px apart; in a lower crown the second would touch the next row's note.
      const room = (layout.rows[i]?.height ?? 0) >= 27 * scale ? 2 : 1
      const left = leftNote(shown, row, room)
      if (left) notes.push({ ...left, row: i, side: 'left', to: i <= turn ? i + 1 : turn + 1 })
      const right = rightNote(shown, row, room)
      const to = i === 0 ? home : 2 * turn + 2 - i
      if (right && to <= furthest) notes.push({ ...right, row: i, side: 'right', to })
    }
  }
  const turning = view.rings[view.turn]
  return {
    layout,
    rows,
    plates: layout.mounts.map((mount) => ({
      text: fitPlate(
        view.rings[shown.rows[mount.row]?.rings[0] ?? -1]?.mountedAt ?? '',
        (layout.xOut - layout.xIn) / scale - 10,
      ),
      y: mount.plateY,
    })),
    segments: segmentsOf(shown, layout, furthest),
    ports: portsOf(shown, layout, points, furthest),
    notes,
    barAt: turning?.shortCircuit ? turn : null,
    blockedAt: view.outcome.kind === 'blocked' ? home : null,
    title:
      view.kind === 'stack' ? '' : fitTitle(view.method, view.target, layout.xIn / scale - (margin === 0 ? 4 : 12)),
    verdict: verdictOf(shown, margin === 0),
    points,
  }
}

/** The furthest point of the path that the exchange had got to at a step. */
export function reachedPoint(shown: ShownExchange, step: number): number {
  return shown.steps.slice(0, step + 1).reduce((most, one) => Math.max(most, one.point), 0)
}

export interface Pulse {
  readonly number: number
  readonly side: 'in' | 'out'
  readonly row: number
  readonly bytes: number
  /** The cursor is with it. */
  readonly now: boolean
}

/**
 * Messages of a stream or a WebSocket that are on their way at a step, each in the row it has got to; and the one that the
 * step is about, also where it has arrived.
 */
export function pulsesAt(shown: ShownExchange, step: number): Pulse[] {
  const last = new Map<number, number>()
  const at = new Map<number, Pulse>()
  for (const [i, { message, row, direction, bytes }] of shown.steps.entries()) {
    if (message === null) continue
    last.set(message, i)
    if (i <= step)
      at.set(message, { number: message, side: direction === 'in' ? 'in' : 'out', row, bytes, now: i === step })
  }
  return [...at.values()].filter(({ number, now }) => now || (last.get(number) ?? 0) > step)
}
