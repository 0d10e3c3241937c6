// Opens a WebSocket: a handshake to which CORS does not apply (WebSockets 2.1, "establish a WebSocket connection").
import { cookieFor, keepCookies } from './cookie-lines'
import { judgePolicy, upgradeInsecure } from './csp'
import type { Finished, Flight, Steps } from './flight'
import { getHeader } from './headers'
import { documentUrl, isLetNear } from './mixed-content'
import { exchange } from './network'
import { whenWhole } from './open-response'
import { blocked, finish, refused } from './outcome'
import { isTrustworthy } from './sites'
import { sendHandshake } from './sending'

const SOURCE = 'WebSockets 3, "establish a WebSocket connection"'

export function* openSocket(flight: Flight): Steps<Finished> {
  const { ask, url: asked, origin } = flight
  // WebSockets 3: http and https stand for ws and wss.
  if (asked.protocol === 'http:' || asked.protocol === 'https:') asked.protocol = asked.protocol.replace('http', 'ws')
  const refuse = (name: string, why: string, text: string, console: readonly string[] = []): Finished =>
    refused(
      ask,
      {
        name,
        message: `Failed to construct 'WebSocket': ${why}`,
        note: { rule: 'websocket-constructor', source: SOURCE, text: `${text} Nothing is sent.` },
      },
      flight.notes,
      console,
    )
  if (asked.protocol !== 'ws:' && asked.protocol !== 'wss:') {
    return refuse(
      'SyntaxError',
      `The URL's scheme must be either 'http', 'https', 'ws', or 'wss'. '${asked.protocol.slice(0, -1)}' is not allowed.`,
      `\`${asked.protocol}\` opens no WebSocket.`,
    )
  }
  if (asked.hash !== '') {
    const id = asked.hash.slice(1)
    return refuse(
      'SyntaxError',
      `The URL contains a fragment identifier ('${id}'). Fragment identifiers are not allowed in WebSocket URLs.`,
      'The URL of a WebSocket has no fragment.',
    )
  }
  const kept = judgePolicy(flight)
  if (kept) return kept
  upgradeInsecure(flight)
  const { url } = flight
  if (ask.page.url.startsWith('https:') && !isTrustworthy(url.href)) {
    const begin =
      `Mixed Content: The page at '${documentUrl(ask.page)}' was loaded over HTTPS, but attempted to connect to the insecure ` +
      `WebSocket endpoint '${url.href}'.`
    if (!isLetNear(ask.page, url)) {
      return refuse(
        'SecurityError',
        'An insecure WebSocket connection may not be initiated from a page loaded over HTTPS.',
        'A page loaded over https opens no unencrypted WebSocket.',
        [`${begin} This request has been blocked; this endpoint must be available over WSS.`],
      )
    }
    flight.console.push(
      `${begin} This endpoint should be available via WSS. Insecure access is deprecated.`,
      'Connecting to a non-secure WebSocket server from a secure origin is deprecated.',
    )
  }
  const upgrade = flight.memory.hsts.upgrade(url, flight.nowMs)
  if (upgrade) {
    flight.notes.push(upgrade.note)
    flight.url = upgrade.url
  }
  const answer = yield* exchange(flight, sendHandshake(flight, cookieFor(flight)))
  if ('done' in answer) return answer
  keepCookies(flight, answer.headers)
  if (answer.status !== 101) {
    return blocked(
      flight,
      'network:net::ERR_INVALID_RESPONSE',
      {
        rule: 'websocket-handshake',
        source: SOURCE,
        text: `The handshake was answered with status ${answer.status}; only 101 opens a WebSocket.`,
        fix: 'Accept the WebSocket in the app. A path without a WebSocket route answers 403 or 404.',
      },
      [
        `WebSocket connection to '${url.href}' failed: Error during WebSocket handshake: Unexpected response code: ` +
          `${answer.status}`,
      ],
    )
  }
  const protocol = getHeader(answer.headers, 'sec-websocket-protocol')
  const offered = getHeader(flight.headers, 'sec-websocket-protocol')
  const mismatch = judgeProtocol(offered, protocol)
  if (mismatch) {
    const text = `The page offers ${offered ?? 'no subprotocol'}, the server takes ${protocol ?? 'none'}: the browser closes the connection.`
    const fix = 'Accept with one of those that are offered: `await websocket.accept(subprotocol=…)`.'
    const note = { rule: 'websocket-protocol', source: 'RFC 6455 4.1', text, fix }
    const line = `WebSocket connection to '${url.href}' failed: Error during WebSocket handshake: ${mismatch}`
    return blocked(flight, 'network:net::ERR_INVALID_RESPONSE', note, [line])
  }
  const opened = (): Finished => {
    return finish(
      flight,
      {
        rule: 'websocket-open',
        source: SOURCE,
        text:
          `The WebSocket is open${protocol === null ? '' : `, with the subprotocol \`${protocol}\``}. CORS does not apply to it: ` +
          `the server was told \`Origin: ${origin}\`, and has to judge by itself.`,
      },
      { outcome: 'ok' },
    )
  }
  return yield* whenWhole(flight, opened(), opened)
}

/** RFC 6455 4.1: the server takes one of the subprotocols that were offered, and only then names one. In Chromium's words. */
function judgeProtocol(offered: string | null, taken: string | null): string | null {
  const name = "'Sec-WebSocket-Protocol' header"
  if (offered === null && taken !== null) return `Response must not include ${name} if not present in request: ${taken}`
  if (offered === null) return null
  if (taken === null) return `Sent non-empty ${name} but no response was received`
  if (offered.split(/,\s*/).includes(taken)) return null
  return `${name} value '${taken}' in response does not match any of sent values`
}
