// One exchange with a server: nobody there, no answer, or the head of one.
import type { Exchange } from '../protocol'
import type { Finished, Flight, Sending, Steps } from './flight'
import { aborted, failedNetwork, pending } from './outcome'
import { refuseHead, refusePort, type Refused } from './refuse-head'
import { originOf, withoutFragment } from './url'

export type Answer = NonNullable<Exchange['response']>

/** Sends one thing and reads what came; ends the fetch where no head of an answer did. */
export function* exchange(flight: Flight, sending: Sending): Steps<Answer | Finished> {
  const { url, ask, memory } = flight
  const badPort = refusePort(url)
  if (badPort) {
    flight.notes = [...sending.notes, ...flight.notes]
    return refuse(flight, badPort)
  }
  if (!memory.listens(withoutFragment(url))) {
    flight.notes = [...sending.notes, ...flight.notes]
    return failedNetwork(flight, 'net::ERR_CONNECTION_REFUSED', {
      rule: 'network',
      source: 'Fetch 4.7, "HTTP-network fetch"',
      text: `Nobody listens at ${originOf(url)}: the connection is refused. This has nothing to do with CORS.`,
      fix: 'Start a server there, or ask the address where one is.',
    })
  }
  const { reply, nowMs } = yield sending
  flight.nowMs = nowMs
  const isOver = ask.hangUpMs !== undefined && nowMs - flight.startedMs >= ask.hangUpMs
  const isAborted = isOver || ('failed' in reply && reply.failed === 'aborted')
  flight.isComing = 'head' in reply
  if ('head' in reply) return reply.head.response ?? lost(flight, 'net::ERR_EMPTY_RESPONSE')
  if ('failed' in reply) return isAborted ? aborted(flight) : lost(flight, reply.failed)
  if (reply.response) {
    const badHead = refuseHead(reply.response.headers)
    return badHead ? refuse(flight, badHead) : reply.response
  }
  if (isAborted) return aborted(flight)
  if (reply.error?.type === 'Stalled') return pending(flight)
  return lost(flight, 'net::ERR_EMPTY_RESPONSE')
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
