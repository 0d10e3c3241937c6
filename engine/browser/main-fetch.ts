// Where a request may go at all, and how much of the answer there will be to see (Fetch 4.1, "main fetch").
import { bodyBytes } from '../requests'
import { isBuiltIn } from './built-in'
import { judgePolicy, upgradeInsecure } from './csp'
import type { Finished, Flight } from './flight'
import { isNavigation, isTopLevel } from './kinds'
import { judgeMixed } from './mixed-content'
import { blocked, blockedByCors, failedNetwork } from './outcome'
import { isSameOrigin, originOf } from './url'

/** Fetch 4.6: what all requests together may carry that outlive their page. */
const MOST_KEEPALIVE_BYTES = 65_536

/** What is refused before Chromium's network service sees it. */
const REFUSED = 'NotAllowedByFetchAPI'

const SOURCE = 'Fetch 4.1, "main fetch"'

/**
 * Ends what may not go where it is to go; else sets how much of the answer there will be to see. Asked again for each
 * redirect.
 */
export function enterFetch(flight: Flight): Finished | null {
  const kept = judgePolicy(flight)
  if (kept) return kept
  upgradeInsecure(flight)
  return checkScheme(flight) ?? checkKeepalive(flight) ?? chooseTainting(flight) ?? checkMixed(flight)
}

function checkScheme(flight: Flight): Finished | null {
  const { url, kind, urls, ask } = flight
  const { protocol, href } = url
  if (protocol === 'http:' || protocol === 'https:' || isBuiltIn(flight)) return null
  const note = {
    rule: 'scheme',
    source: 'Fetch 4.2, "scheme fetch"',
    text: `\`${protocol}\` is not fetched here, only \`http:\`, \`https:\`, \`data:\` and the page's own \`blob:\`.`,
  }
  const isFetch = ask.page.kind === 'fetch'
  if (protocol === 'data:' && isTopLevel(ask.page.kind)) {
    const text = 'No page may send the whole tab to a `data:` URL.'
    return blocked(flight, REFUSED, { ...note, source: 'Chromium', text }, [
      `Not allowed to navigate top frame to data URL: ${href}`,
    ])
  }
  if (protocol === 'file:' || (protocol === 'blob:' && !isFetch)) {
    return blocked(flight, REFUSED, note, [`Not allowed to load local resource: ${href}`])
  }
  const isFirst = urls.length === 1
  // Only what is not `fetch`, and redirects, get as far as Chromium's network service, which speaks of CORS.
  if (kind.mode === 'cors' && !(isFirst && isFetch)) {
    return blockedByCors(flight, { error: 'CorsDisabledScheme', detail: '', note })
  }
  if (!isFirst || (!isFetch && !isNavigation(ask.page.kind))) {
    return failedNetwork(flight, 'net::ERR_UNKNOWN_URL_SCHEME', note)
  }
  return blocked(flight, REFUSED, note, [
    `Fetch API cannot load ${href}. URL scheme "${protocol.slice(0, -1)}" is not supported.`,
  ])
}

function checkKeepalive(flight: Flight): Finished | null {
  const { ask, body } = flight
  const isKept = ask.page.keepalive === true || ask.page.kind === 'beacon'
  if (!isKept || body === null || bodyBytes(body) <= MOST_KEEPALIVE_BYTES) return null
  return blocked(flight, 'KeepaliveLimit', {
    rule: 'keepalive-limit',
    source: 'Fetch 4.6, "HTTP-network-or-cache fetch"',
    text: 'A request that outlives its page carries 64 KB at most. Nothing is sent.',
  })
}

function chooseTainting(flight: Flight): Finished | null {
  const { kind, origin, url, ask } = flight
  const isOwn = isSameOrigin(origin, originOf(url)) || isBuiltIn(flight)
  if (kind.mode === 'navigate' || (isOwn && flight.tainting === 'basic')) {
    flight.tainting = 'basic'
  } else if (kind.mode === 'same-origin') {
    const text = `The mode is \`same-origin\`, but ${originOf(url)} is another origin than the page's, ${origin}.`
    if (flight.urls.length > 1) {
      const note = { rule: 'same-origin-mode', source: SOURCE, text: `${text} The redirect is not followed.` }
      return failedNetwork(flight, 'net::ERR_ABORTED', note, [
        `Unsafe attempt to load URL ${url.href} from frame with URL ${ask.page.url}. ` +
          'Domains, protocols and ports must match.\n',
      ])
    }
    return blocked(flight, REFUSED, { rule: 'same-origin-mode', source: SOURCE, text: `${text} Nothing is sent.` }, [
      `Fetch API cannot load ${url.href}. Request mode is "same-origin" but the URL's origin is not same as the ` +
        `request origin ${origin}.`,
    ])
  } else if (kind.mode === 'no-cors') {
    if ((ask.page.redirect ?? 'follow') !== 'follow') {
      const text = 'A `no-cors` request to another origin has to follow redirects. Nothing is sent.'
      return blocked(flight, REFUSED, { rule: 'no-cors-redirect-mode', source: SOURCE, text }, [
        `Fetch API cannot load ${url.href}. Request mode is "no-cors" but the redirect mode is not "follow".`,
      ])
    }
    flight.tainting = 'opaque'
  } else {
    flight.tainting = 'cors'
  }
  return null
}

function checkMixed(flight: Flight): Finished | null {
  const mixed = isBuiltIn(flight) ? null : judgeMixed(flight)
  if (!mixed) return null
  if (mixed.verdict === 'blocked') return blocked(flight, mixed.category ?? 'mixed-content', mixed.note, mixed.console)
  flight.notes.push(mixed.note)
  flight.console.push(...mixed.console)
  flight.url = mixed.url
  flight.urls.splice(-1, 1, mixed.url)
  return null
}
