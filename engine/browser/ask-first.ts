// Asks a server with a preflight, where it has to be asked and has not said so lately (Fetch 4.8).
import { cacheMode, partitionOf, serialOrigin, type Finished, type Flight, type Steps } from './flight'
import { invalidRedirect } from './follow-redirect'
import { withoutHeaders } from './headers'
import { exchange } from './network'
import { blockedByCors } from './outcome'
import { judgePreflight, needPreflight } from './preflight'
import { readMaxAge, type PreflightKey } from './preflight-cache'
import { redirectTarget } from './redirect'
import { sendPreflight } from './sending'

const LAST_EVENT: ReadonlySet<string> = new Set(['last-event-id'])

/** Fetch 4.8: asks the server with a preflight, where it has to be asked and has not said so lately. */
export function* askFirst(flight: Flight): Steps<Finished | null> {
  const { ask, kind, method, headers, memory } = flight
  const need = needPreflight({
    method,
    // HTML 9.2.2: an EventSource says by itself where it stopped, and asks nobody.
    headers: ask.page.kind === 'eventsource' ? withoutHeaders(headers, LAST_EVENT) : headers,
    // XMLHttpRequest 3.5.6, "send": without a body there is no upload to listen to.
    listensToUpload: (ask.page.listensToUpload ?? false) && flight.body !== null,
    isStream: ask.page.isStream ?? false,
  })
  if (!need) return null
  const isIncluded = kind.credentials === 'include'
  const names = need.headers
  if (knowsAnswer(flight, method, names, isIncluded)) return null
  flight.notes.push(need.note)
  const upgrade = memory.hsts.upgrade(flight.url, flight.nowMs)
  if (upgrade) {
    flight.notes.push(upgrade.note)
    const text = 'That is a redirect, and a preflight is never redirected.'
    const fix = 'Let the page ask for the https URL itself.'
    const note = { rule: 'preflight-check', source: 'Chromium', text, fix }
    return blockedByCors(flight, { error: 'PreflightDisallowedRedirect', detail: '', note })
  }
  const answer = yield* exchange(flight, sendPreflight(flight, names))
  if ('done' in answer) return answer
  const redirect = redirectTarget(answer, flight.url)
  // Chromium reads where a redirect leads before it asks who may follow it.
  if (redirect && !redirect.url) return invalidRedirect(flight, redirect.location)
  const verdict = judgePreflight(
    { ...answer, isRedirect: redirect !== null },
    { origin: serialOrigin(flight), method, headers: names, isCredentialed: isIncluded },
  )
  if (!verdict.ok) return blockedByCors(flight, verdict)
  flight.notes.push(verdict.note)
  const key = preflightKey(flight)
  if (verdict.allowed && key && !bypassesCache(flight)) {
    const { lifeMs, text } = readMaxAge(answer.headers)
    memory.preflights.keep(key, verdict.allowed, isIncluded, lifeMs, flight.nowMs)
    flight.notes.push({
      rule: 'preflight-kept',
      source: 'Fetch 4.9, "CORS-preflight cache"',
      text: `The browser remembers this answer for ${text}, for this URL alone.`,
    })
  }
  return null
}

function knowsAnswer(flight: Flight, method: string, headers: readonly string[], isIncluded: boolean): boolean {
  const source = 'Fetch 4.9, "CORS-preflight cache"'
  if (bypassesCache(flight)) {
    flight.notes.push({
      rule: 'preflight-cache-bypassed',
      source: 'Chromium',
      text: `The cache mode is \`${cacheMode(flight)}\`, so answers to preflights are neither used nor remembered.`,
    })
    return false
  }
  const key = preflightKey(flight)
  if (!key) {
    const text =
      'The origin is opaque (`null`): no answer to a preflight is remembered for it, so each request asks again.'
    flight.notes.push({ rule: 'preflight-cache-bypassed', source: 'Chromium', text })
    return false
  }
  const ask = { method, headers, isCredentialed: isIncluded }
  const found = flight.memory.preflights.find(key, ask, flight.nowMs)
  if (!found) return false
  if ('why' in found) {
    flight.notes.push({
      rule: 'preflight-cache-missed',
      source,
      text: `An earlier answer for this URL does not help: ${found.why}.`,
    })
    return false
  }
  flight.notes.push({
    rule: 'preflight-cached',
    source,
    text:
      'No preflight is sent: the server has allowed this before, and the answer counts for another ' +
      `${(found.entry.untilMs - flight.nowMs) / 1000} s.`,
  })
  return true
}

/** By trial with Chromium 156; the standard knows of no such thing. */
function bypassesCache(flight: Flight): boolean {
  return ['no-store', 'reload', 'no-cache'].includes(cacheMode(flight))
}

/** Null for an opaque origin, of a sandboxed frame or behind redirects: Chromium 156 keeps nothing for it. */
function preflightKey(flight: Flight): PreflightKey | null {
  const { origin, ask, url, isTainted } = flight
  if (isTainted || ask.page.sandboxed) return null
  // Chromium 156 tells URLs apart by their fragments, too.
  return { origin, url: url.href, partition: partitionOf(flight) }
}
