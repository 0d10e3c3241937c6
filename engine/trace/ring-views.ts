// Puts together what is shown of each ring: its deeds, its exception, whether it answered by itself.
import { ENDPOINT } from '../protocol'
import { NO_REQUEST, NO_RESPONSE, type readRequest, type readResponse } from './deeds'
import type { RequestDeeds, ResponseDeeds, RingView } from './model'
import type { BrowserPart } from './page-view'
import type { RingRecord } from './records'
import { readErrors } from './ring-error'
import type { Ring } from './rings'

interface Read {
  readonly rings: readonly Ring[]
  readonly records: ReadonlyMap<string, RingRecord>
  readonly request: ReturnType<typeof readRequest>
  readonly response: ReturnType<typeof readResponse>
  readonly reached: readonly boolean[]
  /** Index of the ring at which the path turned. */
  readonly turn: number
  /** Index of the ring in which the session was stopped; -1 for none. */
  readonly stoppedAt: number
  readonly browser: BrowserPart | null
  /** Whether the learner's lines were recorded at all. */
  readonly hasLines: boolean
}

export function viewRings({
  rings,
  records,
  request,
  response,
  reached,
  turn,
  stoppedAt,
  browser,
  hasLines,
}: Read): RingView[] {
  const errors = readErrors(rings, records)
  const lastRouter = rings.findLastIndex((ring) => ring.style === 'router')
  const anyRoute = [...records.values()].find((record) => record.route)?.route
  return rings.map((ring, i) => {
    const record = records.get(ring.id)
    const isReached = reached[i] ?? false
    const isEndpoint = ring.role === 'endpoint'
    const deeds = { request: request.deeds[i] ?? NO_REQUEST, response: response.deeds[i] ?? NO_RESPONSE }
    const error = errors[i] ?? null
    const isCore = i === rings.length - 1
    const answers = !isCore && i === turn && record?.start != null && error === null && record.exit?.awaited !== true
    const routed = isEndpoint ? anyRoute : record?.route
    const route = routed ?? (i === lastRouter ? records.get(ENDPOINT)?.route : undefined) ?? null
    // A 422 is made before the endpoint's first line.
    const isPassedOver =
      isEndpoint &&
      ring.origin === 'yours' &&
      (deeds.response.status ?? 0) >= 400 &&
      hasLines &&
      record?.lines.length === 0
    return {
      ...ring,
      ...deeds,
      reached: isReached,
      touched: isReached && hasChanged(deeds),
      shortCircuit: ring.role === 'browser' ? browser?.verdict != null && turn === 0 : ring.role === 'layer' && answers,
      error,
      route: route?.path ?? null,
      sync: isEndpoint && (route?.sync ?? false),
      ran: !isPassedOver,
      stopped: i === stoppedAt,
    }
  })
}

function hasChanged({ request, response }: { request: RequestDeeds; response: ResponseDeeds }): boolean {
  const count = request.headers.length + request.scope.length + response.headers.length
  return count > 0 || request.body || response.body || response.statusBefore !== null
}
