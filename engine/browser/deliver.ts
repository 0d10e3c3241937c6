// The last answer of a fetch: hands over as much of it as the page may see (Fetch 2.2.6, 4.1).
import type { HeaderList, PageResponse, RuleNote } from '../protocol'
import { basicHeaders, corsHeaders } from './filter-response'
import type { Finished, Flight } from './flight'
import { isNavigation, isScripted } from './kinds'
import type { Answer } from './network'
import { finish } from './outcome'
import type { ReadBody } from './read-body'
import { isSameOrigin, originOf, withoutFragment } from './url'

/** @param checked  what the CORS check said, where there was one */
export function deliver(flight: Flight, answer: Answer, body: ReadBody, checked: RuleNote | null): Finished {
  if (body.note) flight.notes.push(body.note)
  if (body.fault) flight.notes.push(body.fault.note)
  const { tainting, kind, ask, origin, url } = flight
  if (ask.page.kind === 'beacon') {
    return finish(
      flight,
      {
        rule: 'response-beacon',
        source: 'Beacon 3.1',
        text: 'The beacon has arrived. The page never learns what the server answered.',
      },
      { outcome: 'opaque' },
    )
  }
  const type = tainting === 'cors' ? 'cors' : 'basic'
  const headers =
    tainting === 'cors' ? corsHeaders(answer.headers, kind.credentials === 'include') : basicHeaders(answer.headers)
  const whole = readableResponse(flight, answer, type, headers, body)
  if (isNavigation(ask.page.kind)) {
    const isOwn = isSameOrigin(origin, originOf(url)) || url.protocol === 'about:'
    const what = ask.page.kind === 'iframe' ? 'The frame shows the document' : 'The page is left for the document'
    const text = isOwn
      ? `${what}; it is of the page's own origin.`
      : `${what}, whatever its CORS headers say; a script of ${origin} can't look into it.`
    const note = { rule: 'response-document', source: 'HTML 7.4, "navigate"', text }
    return finish(flight, note, { outcome: isOwn ? 'ok' : 'opaque', used: whole })
  }
  if (tainting === 'opaque') {
    const isElement = !isScripted(ask.page.kind)
    return finish(
      flight,
      {
        rule: 'response-opaque',
        source: 'Fetch 2.2.6, "opaque filtered response"',
        text: isElement
          ? 'The browser makes use of the answer, but as CORS was not asked for, no script may look into it.'
          : 'The mode is `no-cors`: the request was made, but status, headers and body stay hidden from the page.',
      },
      {
        outcome: 'opaque',
        response: isElement ? null : hiddenResponse('opaque', ''),
        ...(isElement && { used: whole }),
      },
    )
  }
  const note = checked ?? {
    rule: 'response-basic',
    source: 'Fetch 2.2.6, "basic filtered response"',
    text: `The answer comes from the page's own origin, ${origin}: the page reads all of it but cookies.`,
  }
  return isScripted(ask.page.kind)
    ? finish(flight, note, { outcome: 'ok', response: whole })
    : finish(flight, note, { outcome: 'ok', used: whole })
}

function readableResponse(
  flight: Flight,
  { status, reason }: Answer,
  type: 'basic' | 'cors',
  headers: HeaderList,
  { body, encodedBytes, decodedBytes, fault }: ReadBody,
): PageResponse {
  return {
    type,
    status,
    statusText: reason,
    // Of what the page's policy has upgraded Chromium's `fetch` keeps the URL as it was asked for.
    url: withoutFragment(flight.urls.at(-1) ?? flight.url),
    redirected: flight.urls.length > 1,
    headers,
    body,
    encodedBytes,
    decodedBytes,
    ...(fault && { bodyError: { message: fault.message, category: fault.category } }),
  }
}

/** What there is of a response that a page may not look into. */
export function hiddenResponse(type: 'opaque' | 'opaqueredirect', url: string): PageResponse {
  return {
    type,
    status: 0,
    statusText: '',
    url,
    redirected: false,
    headers: [],
    body: { text: '', encoding: 'utf8' },
    encodedBytes: 0,
    decodedBytes: 0,
  }
}
