// Follows a redirect, or says why not (Fetch 4.4, "HTTP-redirect fetch").
import { hiddenResponse } from './deliver'
import type { Finished, Flight } from './flight'
import { getHeader, withoutHeaders } from './headers'
import { judgeIntegrity } from './integrity'
import type { Answer } from './network'
import { blocked, blockedByCors, failedNetwork, finish } from './outcome'
import { becomesGet, BODY_HEADERS, MOST_REDIRECTS } from './redirect'
import { parsePolicy } from './referrer'
import { OWN_HINTS } from './request-headers'
import { isTrustworthy } from './sites'
import { isSameOrigin, originOf, withoutFragment } from './url'

/** Schemes that the browser answers itself: a server may not lead there (Chromium). */
const BUILT_IN: ReadonlySet<string> = new Set(['data:', 'about:', 'blob:', 'file:', 'filesystem:'])

/** Fetch 4.4, "HTTP-redirect fetch". Of several reasons to end it Chromium's first one counts, by trial with 156. */
export function followRedirect(flight: Flight, answer: Answer, url: URL): Finished | null {
  const { ask, kind, origin } = flight
  const source = 'Fetch 4.4, "HTTP-redirect fetch"'
  const rule = 'redirect'
  const mode = ask.page.redirect ?? 'follow'
  if (mode === 'manual') {
    const unread = judgeIntegrity(flight, { text: '', encoding: 'utf8' }, true)
    if (unread) return unread
    return finish(
      flight,
      {
        rule,
        source,
        text: `The answer is the redirect ${answer.status}. With \`redirect: "manual"\` the page learns that there was one, not where it leads.`,
      },
      { outcome: 'opaqueredirect', response: hiddenResponse('opaqueredirect', withoutFragment(flight.url)) },
    )
  }
  if (flight.urls.length > MOST_REDIRECTS) {
    return failedNetwork(flight, 'net::ERR_TOO_MANY_REDIRECTS', {
      rule,
      source,
      text: `This was redirect number ${MOST_REDIRECTS + 1}; a browser follows ${MOST_REDIRECTS} and then gives up.`,
      fix: 'Look where the redirects lead: most often two of them lead to each other.',
    })
  }
  if (BUILT_IN.has(url.protocol)) {
    const text = `The redirect leads to \`${url.protocol}\`, and only \`http:\` and \`https:\` are followed.`
    return failedNetwork(flight, 'net::ERR_UNSAFE_REDIRECT', { rule, source, text })
  }
  const hasUser = url.username !== '' || url.password !== ''
  if (kind.mode === 'cors' && hasUser && (flight.tainting === 'cors' || !isSameOrigin(origin, originOf(url)))) {
    return blockedByCors(flight, {
      error: 'RedirectContainsCredentials',
      detail: '',
      note: {
        rule,
        source,
        text: 'The redirect leads to a URL with a user name or password, which a cross-origin request may not follow.',
        fix: 'Leave user name and password out of `Location`.',
      },
    })
  }
  if (mode === 'error') {
    return failedNetwork(flight, 'net::ERR_FAILED', {
      rule,
      source,
      text: `The answer is the redirect ${answer.status}, and the script asked for an error in that case.`,
    })
  }
  if (kind.mode !== 'navigate' && hasUser) {
    return blocked(flight, 'origin', {
      rule,
      source: 'Chromium',
      text: 'The redirect leads to a URL with a user name or password, which only navigations follow.',
      fix: 'Leave user name and password out of `Location`.',
    })
  }
  turn(flight, answer, url)
  return null
}

/** The end where a redirect leads to no URL. */
export function invalidRedirect(flight: Flight, location: string): Finished {
  return failedNetwork(flight, 'net::ERR_INVALID_REDIRECT', {
    rule: 'redirect',
    source: 'Fetch 4.4, "HTTP-redirect fetch"',
    text: `\`Location: ${location}\` is no URL.`,
    fix: 'Send an absolute URL, or a path.',
  })
}

/** Sets the flight on its new course. */
function turn(flight: Flight, answer: Answer, url: URL): void {
  const { method } = flight
  const from = originOf(flight.url)
  const to = originOf(url)
  const texts = [`The answer is the redirect ${answer.status} to ${withoutFragment(url)}.`]
  if (becomesGet(answer.status, method)) {
    flight.method = 'GET'
    flight.body = null
    flight.headers = withoutHeaders(flight.headers, BODY_HEADERS)
    texts.push(`${method} becomes GET, and the body is left behind.`)
  } else if (method !== 'GET') {
    texts.push(flight.body === null ? `${method} is kept.` : `${method} and its body are kept.`)
  }
  if (from !== to) {
    const kept = withoutHeaders(flight.headers, new Set(['authorization']))
    if (kept.length < flight.headers.length) texts.push('`Authorization` is not sent to another origin.')
    flight.headers = kept
    if (!isSameOrigin(flight.origin, from) && !flight.isTainted) {
      flight.isTainted = true
      if (flight.tainting === 'cors') {
        texts.push('It leads from one foreign origin to another, so `Origin` is `null` from here on.')
      }
    }
  }
  if (!isSameOrigin(flight.origin, to)) {
    const kept = withoutHeaders(flight.headers, OWN_HINTS)
    if (kept.length < flight.headers.length) texts.push('Client hints are not carried on to another origin (Chromium).')
    flight.headers = kept
  }
  // Referrer Policy 8.2: a redirect may change the policy for what follows.
  flight.policy = parsePolicy(getHeader(answer.headers, 'referrer-policy')) ?? flight.policy
  flight.hasHints &&= isTrustworthy(url.href)
  flight.url = url
  flight.urls.push(url)
  flight.notes.push({ rule: 'redirect', source: 'Fetch 4.4, "HTTP-redirect fetch"', text: texts.join(' ') })
}
