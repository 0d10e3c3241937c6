// What each ring changed of the request on its way in and of the response on its way out, by comparing neighbours.
import { BROWSER } from '../protocol'
import type { BodyView, Exchange, HeaderList, MessageView, ScopeChange } from '../protocol'
import { diffHeaders, parseHeaderLines } from './headers'
import type { HeaderChange, RequestDeeds, ResponseDeeds } from './model'
import type { BrowserPart } from './page-view'
import type { RingRecord } from './records'
import type { Ring } from './rings'

/** Entries of the scope that the framework keeps for itself: true of every request, so nobody learns from them. */
export const PLUMBING = /^(app|router|endpoint|route|path_params|extensions|asgi|starlette\..*|fastapi.*)$/

function sameBytes(a: readonly BodyView[], b: readonly BodyView[]): boolean {
  const sum = (bodies: readonly BodyView[]) => bodies.reduce((total, body) => total + body.bytes, 0)
  if (sum(a) !== sum(b)) return false
  if (a.some((body) => body.text === null) || b.some((body) => body.text === null)) {
    // Too long to be kept: with the same cuts the hashes tell, else equal length has to do.
    return a.length !== b.length || a.every((body, i) => couldBeSame(body, b[i]))
  }
  if (a.some((body) => body.encoding !== b[0]?.encoding) || b.some((body) => body.encoding !== a[0]?.encoding))
    return a.length !== b.length || a.every((body, i) => body.text === b[i]?.text)
  return a.map((body) => body.text).join('') === b.map((body) => body.text).join('')
}

/** One of them may have been kept when there was no more room for the other. */
function couldBeSame(a: BodyView, b: BodyView | undefined): boolean {
  if (a.bytes !== b?.bytes) return false
  if (a.text !== null && b.text !== null) return a.text === b.text
  return a.sha256 === undefined || b.sha256 === undefined || a.sha256 === b.sha256
}

function bodiesOf(messages: readonly MessageView[]): BodyView[] {
  return messages.flatMap((message) => (message.body && message.body.bytes > 0 ? [message.body] : []))
}

export const NO_REQUEST: RequestDeeds = { headers: [], scope: [], body: false }
export const NO_RESPONSE: ResponseDeeds = { status: null, statusBefore: null, headers: [], body: false }

/** Header lists of the request as each ring was handed them, and what the ring outside had changed by then. */
export function readRequest(
  rings: readonly Ring[],
  records: ReadonlyMap<string, RingRecord>,
  exchange: Exchange | undefined,
) {
  const deeds: RequestDeeds[] = rings.map(() => NO_REQUEST)
  const headers: (HeaderList | null)[] = rings.map(() => null)
  let current: HeaderList | null = null
  let outside = -1
  let outsideReceived: readonly BodyView[] | null = null
  for (const [i, ring] of rings.entries()) {
    const record = records.get(ring.id)
    if (!record?.enter) continue
    const headerChange = record.enter.changes.find((change) => change.key === 'headers')
    const before: HeaderList | null = current
    current = record.enter.scope?.headers ?? (headerChange ? parseHeaderLines(headerChange.after) : current)
    headers[i] = current
    const received = record.received.length > 0 ? bodiesOf(record.received) : null
    if (outside >= 0) {
      const scope: ScopeChange[] = record.enter.changes.filter(
        (change) => change.key !== 'headers' && !PLUMBING.test(change.key),
      )
      const changed = headerChange
        ? diffHeaders(parseHeaderLines(headerChange.before), parseHeaderLines(headerChange.after))
        : before && current
          ? diffHeaders(before, current)
          : []
      const body = received !== null && outsideReceived !== null && !sameBytes(outsideReceived, received)
      // What the browser added is told by its rules; the server only reads.
      if (rings[outside]?.role !== 'browser') deeds[outside] = { headers: changed, scope, body }
    }
    outside = i
    if (received !== null) outsideReceived = received
  }
  const browser = rings.findIndex((ring) => ring.role === 'browser')
  const added = records.get(BROWSER)?.added ?? []
  if (browser >= 0 && added.length > 0) {
    deeds[browser] = {
      ...NO_REQUEST,
      headers: added.map(([name, value]) => ({ name: name.toLowerCase(), kind: 'added', before: null, after: value })),
    }
  }
  if (browser >= 0) headers[browser] = exchange?.request.headers ?? headers[browser] ?? null
  return { deeds, headers }
}

/** What each ring let out, compared with the next ring inside that let anything out. */
export function readResponse(
  rings: readonly Ring[],
  records: ReadonlyMap<string, RingRecord>,
  exchange: Exchange | undefined,
  browser: BrowserPart | null,
) {
  const deeds: ResponseDeeds[] = rings.map(() => NO_RESPONSE)
  const headers: (HeaderList | null)[] = rings.map(() => null)
  let inner: { status: number | null; headers: HeaderList; bodies: readonly BodyView[] | null } | null = null
  for (let i = rings.length - 1; i >= 0; i--) {
    const ring = rings[i]
    if (!ring) continue
    const record = records.get(ring.id)
    const wire = exchange?.response ?? null
    const onWire = ring.role === 'browser' || ring.role === 'server'
    const sent = record?.start?.message
    const out: HeaderList | null = onWire && wire ? wire.headers : (sent?.headers ?? (sent ? [] : null))
    // Who raises in place of answering has thrown away what came from further in.
    if (!sent && record?.raises[0]) inner = null
    if (!out) continue
    const status = onWire && wire ? wire.status : (sent?.status ?? null)
    const bodies: readonly BodyView[] | null =
      onWire || !record ? null : bodiesOf(record.bodies.map((event) => event.message))
    headers[i] = out
    // An exchange may be cut off after the head: bodies compare only where both rings let theirs out.
    const complete = record?.bodies.some((event) => event.message.more === false) ?? false
    deeds[i] = {
      status,
      statusBefore: inner && inner.status !== status ? inner.status : null,
      headers: diffHeaders(inner?.headers ?? [], out),
      body: bodies !== null && complete && inner !== null && inner.bodies !== null && !sameBytes(inner.bodies, bodies),
    }
    inner = { status, headers: out, bodies: complete ? bodies : null }
  }
  const [outermost] = deeds
  // Where the page gets a response at all, what it doesn't get of the headers is the browser's deed.
  if (outermost && rings[0]?.role === 'browser' && browser?.response && browser.verdict?.outcome === 'ok') {
    deeds[0] = { ...outermost, headers: browser.headers.flatMap(hidden) }
  }
  return { deeds, headers }
}

function hidden({ name, said, fate }: BrowserPart['headers'][number]): HeaderChange[] {
  return fate === 'hidden' ? [{ name, kind: 'removed', before: said.join(', '), after: null }] : []
}
