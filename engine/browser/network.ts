// One exchange with a server: nobody there, no answer, or the head of one.
import type { Exchange } from '../protocol'
import { judgeAddressSpace, type KeptAway } from './address-space'
import { refuseCodings } from './decode'
import type { Finished, Flight, Reply, Sending, Steps } from './flight'
import { getHeader } from './headers'
import { isTopLevel } from './kinds'
import { isNobodysName } from './sites'
import { aborted, blocked, blockedByCors, failedNetwork, pending } from './outcome'
import { refuseHead, refusePort, type Refused } from './refuse-head'
import { originOf, portOf, withoutFragment } from './url'

export type Answer = NonNullable<Exchange['response']>

/** Sends one thing and reads what came; ends the fetch where no head of an answer did. */
export function* exchange(flight: Flight, sending: Sending): Steps<Answer | Finished> {
  const { url, memory } = flight
  const asked = getHeader(sending.wire.headers, 'accept-encoding') ?? ''
  const badPort = refusePort(url)
  if (badPort) {
    flight.notes = [...sending.notes, ...flight.notes]
    return refuse(flight, badPort)
  }
  if (isNobodysName(url.hostname)) {
    flight.notes = [...sending.notes, ...flight.notes]
    return failedNetwork(flight, 'net::ERR_NAME_NOT_RESOLVED', {
      rule: 'network',
      source: 'RFC 6761 6.4, "invalid."',
      text: `No address is known for the name ${url.hostname}: nobody could be asked. This has nothing to do with CORS.`,
      fix: 'Look for a slip in the name, or give it an address in DNS. Names in `.invalid` never have one.',
    })
  }
  if (!memory.listens(withoutFragment(url))) {
    flight.notes = [...sending.notes, ...flight.notes]
    const spoken = speaksOther(flight)
    if (spoken) return spoken
    return failedNetwork(flight, 'net::ERR_CONNECTION_REFUSED', {
      rule: 'network',
      source: 'Fetch 4.7, "HTTP-network fetch"',
      text: `Nobody listens at ${originOf(url)}: the connection is refused. This has nothing to do with CORS.`,
      fix: 'Start a server there, or ask the address where one is.',
    })
  }
  const kept = judgeNearness(flight)
  if (kept) {
    flight.notes = [...sending.notes, ...flight.notes]
    return keepAway(flight, kept)
  }
  const { reply, nowMs } = yield sending
  flight.nowMs = nowMs
  flight.isComing = 'head' in reply
  flight.isAborted = isTakenBack(flight, reply)
  const came = 'head' in reply ? reply.head : reply
  if ('failed' in came) return flight.isAborted ? aborted(flight) : lost(flight, came.failed)
  if (came.response) {
    const learned = memory.hsts.learn(url, came.response.headers, nowMs)
    if (learned) flight.notes.push(learned)
    return refuseAnswer(flight, came.response, asked) ?? came.response
  }
  if (flight.isAborted) return aborted(flight)
  if (came.error?.type === 'Stalled') return pending(flight)
  return lost(flight, 'net::ERR_EMPTY_RESPONSE')
}

/** Whether the script had taken a request back when its answer came. */
export function isTakenBack({ ask, nowMs, startedMs }: Flight, reply: Reply): boolean {
  if ('failed' in reply && reply.failed === 'aborted') return true
  return ask.hangUpMs !== undefined && nowMs - startedMs >= ask.hangUpMs
}

/** Whether a server is nearer than the page may reach; where a page goes itself, that is no question. */
export function judgeNearness({ ask: { page }, url, memory }: Flight): KeptAway | null {
  return isTopLevel(page.kind) ? null : judgeAddressSpace(page, url, memory.settings)
}

/** What may not be reached ends as CORS has it, but for WebSockets; of a frame the console says nothing. */
export function keepAway(flight: Flight, kept: KeptAway): Finished {
  const { kind } = flight.ask.page
  if (kind === 'websocket') return failedNetwork(flight, 'net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS', kept.note)
  return kind === 'iframe' ? blocked(flight, kept.error, kept.note) : blockedByCors(flight, kept)
}

/** A server that listens there, but speaks http where the URL says https, or the other way round. */
function speaksOther(flight: Flight): Finished | null {
  const { url, memory } = flight
  const isSafe = url.protocol === 'https:' || url.protocol === 'wss:'
  const other = `${isSafe ? 'http' : 'https'}://${url.hostname}:${portOf(url)}${url.pathname}`
  if (!memory.listens(other)) return null
  return failedNetwork(flight, isSafe ? 'net::ERR_SSL_PROTOCOL_ERROR' : 'net::ERR_EMPTY_RESPONSE', {
    rule: 'network',
    source: 'Fetch 4.7, "HTTP-network fetch"',
    text: isSafe
      ? `At ${url.host} a server listens, but it speaks http and not https.`
      : `At ${url.host} a server listens, but it speaks https and closes the connection.`,
    fix: `Ask for ${originOf(other)}.`,
  })
}

/** What is wrong with an answer's head, whatever the page may see. */
function refuseAnswer(flight: Flight, { headers, status }: Answer, asked: string): Finished | null {
  const badHead = refuseHead(headers)
  if (badHead) return refuse(flight, badHead)
  const badCoding = status === 304 || status === 204 ? null : refuseCodings(headers, asked)
  return badCoding && refuse(flight, { error: badCoding.category, text: badCoding.text })
}

function refuse(flight: Flight, { error, ...note }: Refused): Finished {
  return failedNetwork(flight, error, { rule: 'network', source: 'Chromium', ...note })
}

function lost(flight: Flight, name: string): Finished {
  const texts: Readonly<Record<string, string>> = {
    'net::ERR_EMPTY_RESPONSE': 'The server closed the connection without an answer.',
    'net::ERR_CONNECTION_REFUSED': `Nobody listens at ${originOf(flight.url)}: the connection is refused.`,
  }
  return failedNetwork(flight, name, {
    rule: 'network',
    source: 'Fetch 4.7, "HTTP-network fetch"',
    text: texts[name] ?? `The network failed with ${name}.`,
  })
}
