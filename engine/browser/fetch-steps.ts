// A fetch from beginning to end (Fetch 4): what is sent, what is made of the answers, what the page gets.
// Generators: they yield what is to be sent and are resumed with what came back. Knows nothing of wires and clocks.
import type { Ms, PageRequest, RuleNote } from '../protocol'
import { askFirst } from './ask-first'
import { answerBuiltIn, isBuiltIn, noteBuiltIn } from './built-in'
import { constructRequest } from './construct'
import { checkCors } from './cors-check'
import { deliver } from './deliver'
import { judgeResourcePolicy } from './embedding'
import { serialOrigin, startFlight, type Finished, type Flight, type Steps } from './flight'
import { followRedirect, invalidRedirect } from './follow-redirect'
import { enterFetch } from './main-fetch'
import { judgeIntegrity, readIntegrity, waitsForWhole } from './integrity'
import type { Memory } from './memory'
import { load } from './load'
import type { Answer } from './network'
import { awaitWhole, whenWhole } from './open-response'
import { openSocket } from './open-socket'
import { aborted, blockedByCors, failedNetwork, refused } from './outcome'
import { readBody } from './read-body'
import { isRedirectStatus, redirectTarget } from './redirect'
import { readOrSetCookie } from './script-cookies'
import { judgeUse } from './use-response'

/** Does what a browser does for one request of a page. */
export function* fetchSteps(ask: PageRequest, memory: Memory, nowMs: Ms): Steps<Finished> {
  if (ask.page.kind === 'document.cookie') return readOrSetCookie(ask, memory, nowMs)
  const notes: RuleNote[] = []
  const console: string[] = []
  const built = constructRequest(ask, (note, line) => {
    notes.push(note)
    if (line !== undefined) console.push(line)
  })
  if ('message' in built) return refused(ask, built, notes, console)
  const flight = startFlight(ask, built, memory, { notes, console }, nowMs)
  if (ask.page.kind === 'websocket') return yield* openSocket(flight)
  readIntegrity(flight)
  for (;;) {
    const stopped = enterFetch(flight) ?? (flight.tainting === 'cors' ? yield* askFirst(flight) : null)
    if (stopped) return stopped
    if (isBuiltIn(flight)) return answerItself(flight)
    if (ask.page.isStream && flight.body !== null) return refuseStream(flight)
    const upgrade = memory.hsts.upgrade(flight.url, flight.nowMs)
    if (upgrade) {
      const stays = goToHttps(flight, upgrade)
      if (stays) return stays
      continue
    }
    const got = yield* load(flight)
    if ('done' in got) return got
    if (flight.isComing && waitsForWhole(flight) && !isRedirectStatus(got.answer.status)) {
      const whole = yield* awaitWhole(flight)
      return whole ? (receive(flight, got.settle(whole)) ?? aborted(flight)) : aborted(flight)
    }
    const ended = receive(flight, got.answer)
    if (ended) return yield* whenWhole(flight, ended, (whole) => receive(flight, got.settle(whole)))
  }
}

/** Fetch 4.2: the answer to a URL for which no server is asked. */
function answerItself(flight: Flight): Finished {
  const answer = answerBuiltIn(flight)
  if ('done' in answer) return answer
  return conclude(flight, answer, noteBuiltIn(flight))
}

/**
 * Chromium: a host that wants https alone is gone to by a redirect of the browser's own, which passes every check and
 * taints as others do. The standard changes the URL in place.
 */
function goToHttps(flight: Flight, { url, note }: { readonly url: URL; readonly note: RuleNote }): Finished | null {
  flight.notes.push(note)
  const headers = [['location', url.href]] as const
  const answer: Answer = { status: 307, reason: 'Internal Redirect', headers, body: '', bodyEncoding: 'utf8' }
  return followRedirect(flight, answer, url)
}

/** Chromium streams uploads over HTTP/2 and later alone. */
function refuseStream(flight: Flight): Finished {
  return failedNetwork(flight, 'net::ERR_ALPN_NEGOTIATION_FAILED', {
    rule: 'stream-upload',
    source: 'Chromium',
    text: 'A body that is a stream is sent over HTTP/2 or later alone, and uvicorn speaks HTTP/1.1. It stays unsent.',
    fix: 'Put a server that speaks HTTP/2 in front of it, or let the script send the body whole.',
  })
}

/** Fetch 4.3, "HTTP fetch", after the answer: CORS check, redirects, the end. Null where a redirect is followed. */
function receive(flight: Flight, answer: Answer): Finished | null {
  const { kind, tainting } = flight
  let note: RuleNote | null = null
  const target = redirectTarget(answer, flight.url)
  // Chromium's network reads where a redirect leads before anybody judges it.
  if (target && !target.url) return invalidRedirect(flight, target.location)
  if (tainting === 'cors') {
    const verdict = checkCors(answer.headers, serialOrigin(flight), kind.credentials === 'include')
    if (!verdict.ok) return blockedByCors(flight, verdict)
    note = verdict.note
  }
  // Chromium, unlike the standard, lets `error` have what leads nowhere.
  const isHeld = flight.ask.page.redirect === 'manual' && isRedirectStatus(answer.status)
  const redirect = target?.url ?? (isHeld ? flight.url : null)
  if (redirect) {
    const kept = tainting === 'opaque' ? judgeResourcePolicy(answer.headers, flight.origin, flight.url) : null
    if (kept) return failedNetwork(flight, kept.error, kept.note, kept.console)
    if (note) flight.notes.push(note)
    return followRedirect(flight, answer, redirect)
  }
  return conclude(flight, answer, note)
}

/** The last answer: whether it is of use, and what of it the page has. */
function conclude(flight: Flight, answer: Answer, note: RuleNote | null): Finished {
  const body = readBody(flight, answer)
  // Of scripts it is judged among the reasons not to run them.
  const isRunning = flight.ask.page.kind === 'script' || flight.ask.page.kind === 'module'
  return (
    judgeUse(flight, answer, body) ??
    (isRunning ? null : judgeIntegrity(flight, body.body, flight.tainting === 'opaque')) ??
    deliver(flight, answer, body, note)
  )
}
