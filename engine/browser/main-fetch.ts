// Where a request may go at all, and how much of the answer there will be to see (Fetch 4.1, "main fetch").
import type { RuleNote } from '../protocol'
import type { Finished, Flight } from './flight'
import { blocked, blockedByCors } from './outcome'
import { isSameOrigin, originOf } from './url'

/** Fetch 4.1, "main fetch": how much of the answer there will be to see; ends what may not go there at all. */
export function chooseTainting(flight: Flight): Finished | null {
  const { kind, origin, url, ask } = flight
  const isOwn = isSameOrigin(origin, originOf(url))
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuseScheme(flight)
  if (kind.mode === 'navigate' || (isOwn && flight.tainting === 'basic')) {
    flight.tainting = 'basic'
  } else if (kind.mode === 'same-origin') {
    return blocked(
      flight,
      'DisallowedByMode',
      {
        rule: 'same-origin-mode',
        source: 'Fetch 4.1, "main fetch"',
        text: `The mode is \`same-origin\`, but ${originOf(url)} is another origin than the page's, ${origin}. Nothing is sent.`,
      },
      [
        `Fetch API cannot load ${url.href}. Request mode is "same-origin" but the URL's origin is not same as the ` +
          `request origin ${origin}.`,
      ],
    )
  } else if (kind.mode === 'no-cors') {
    if ((ask.page.redirect ?? 'follow') !== 'follow') {
      return blocked(
        flight,
        'NoCorsRedirectModeNotFollow',
        {
          rule: 'no-cors-redirect-mode',
          source: 'Fetch 4.1, "main fetch"',
          text: 'A `no-cors` request to another origin has to follow redirects. Nothing is sent.',
        },
        [`Fetch API cannot load ${url.href}. Request mode is "no-cors" but the redirect mode is not "follow".`],
      )
    }
    flight.tainting = 'opaque'
  } else {
    flight.tainting = 'cors'
  }
  return null
}

function refuseScheme(flight: Flight): Finished {
  const { url } = flight
  const note: RuleNote = {
    rule: 'scheme',
    source: 'Fetch 4.2, "scheme fetch"',
    text: `\`${url.protocol}\` is not fetched here, only \`http:\` and \`https:\`.`,
  }
  if (flight.ask.page.kind !== 'fetch') return blockedByCors(flight, { error: 'CorsDisabledScheme', detail: '', note })
  return blocked(flight, 'NotAllowedByFetchAPI', note, [
    `Fetch API cannot load ${url.href}. URL scheme "${url.protocol.slice(0, -1)}" is not supported.`,
  ])
}
