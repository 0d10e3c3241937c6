// One answer to a request: from the cache, or from a server with cookies going along and coming back (Fetch 4.6).
import type { CachedResponse, HeaderList } from '../protocol'
import { cookieFor, keepCookies } from './cookie-lines'
import { cacheMode, partitionOf, type Finished, type Flight, type Steps } from './flight'
import type { CacheQuestion } from './http-cache'
import { exchange, judgeNearness, keepAway, type Answer } from './network'
import { failedNetwork } from './outcome'
import { requestHeaders, sendRequest } from './sending'
import { withoutFragment } from './url'

export interface Loaded {
  readonly answer: Answer
  /** Puts the whole answer into the cache where `answer` was only its head; gives back what counts. */
  readonly settle: (whole: Answer) => Answer
}

export function* load(flight: Flight): Steps<Loaded | Finished> {
  const { memory } = flight
  const before = [...flight.notes]
  const headers = requestHeaders(flight, cookieFor(flight))
  const question = questionFor(flight, headers)
  const stored = memory.cache.ask(question, flight.nowMs)
  flight.isStored = stored.kind === 'stored'
  if (stored.kind === 'stored') {
    // No cookie has gone anywhere.
    flight.notes = [...before, stored.note]
    const kept = judgeNearness(flight)
    if (kept) return keepAway(flight, kept)
    return { answer: toAnswer(stored.response), settle: (whole) => whole }
  }
  if (stored.kind === 'miss') return failedNetwork(flight, 'net::ERR_CACHE_MISS', stored.note)
  if (stored.note) flight.notes.push(stored.note)
  const { conditions } = stored
  const answer = yield* exchange(flight, sendRequest(flight, [...headers, ...conditions]))
  if ('done' in answer) return answer
  keepCookies(flight, answer.headers)
  const settle = (whole: Answer): Answer => {
    const { status, reason: statusText, headers: lines, body: text, bodyEncoding: encoding, isCut = false } = whole
    const fresh = { status, statusText, headers: lines, body: { text, encoding }, isCut }
    const { response, note } = memory.cache.take(question, conditions, fresh, flight.nowMs)
    if (note) flight.notes.push(note)
    return response ? toAnswer(response) : whole
  }
  // A 304 has no body to wait for.
  return { answer: flight.isComing && answer.status !== 304 ? answer : settle(answer), settle }
}

function questionFor(flight: Flight, headers: HeaderList): CacheQuestion {
  const { ask, url, method } = flight
  return {
    url: withoutFragment(url),
    method,
    headers,
    mode: cacheMode(flight),
    partition: ask.page.sandboxed ? null : partitionOf(flight),
  }
}

function toAnswer({ status, statusText, headers, body }: CachedResponse): Answer {
  return { status, reason: statusText, headers, body: body.text, bodyEncoding: body.encoding }
}
