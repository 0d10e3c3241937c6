// The words by which a row of the onion is read aloud. The full name always comes first.
import type { ExchangeView, HeaderChange, RingView, Row, ShownExchange } from './model'
import { listWords, namesByKind, ringsOfRow, tellingFirst, usedWords } from './words'

function originWords(ring: RingView): string {
  if (ring.role === 'browser') return ''
  if (ring.role === 'server') return ', server'
  const mounted = ring.nest > 0 ? ', in the mounted app' : ''
  return `, ${ring.origin}${ring.role === 'endpoint' ? ', endpoint' : ''}${mounted}`
}

function headerWords(changes: readonly HeaderChange[], of: string): string[] {
  const names = namesByKind(changes)
  const words: string[] = []
  if (names.added.length > 0) words.push(`adds ${listWords(names.added)} to the ${of}`)
  if (names.changed.length > 0) words.push(`changes ${listWords(names.changed)} of the ${of}`)
  if (names.removed.length > 0) words.push(`removes ${listWords(names.removed)} from the ${of}`)
  return words
}

function requestWords(ring: RingView, goesOn: boolean): string[] {
  const words = headerWords(ring.request.headers, 'request')
  for (const change of ring.request.scope)
    words.push(change.after === null ? `removes ${change.key}` : `sets ${change.key} to ${change.after}`)
  if (ring.request.body) words.push('changes the request body')
  if (ring.role === 'browser') words.push('sends the request')
  else if (ring.role === 'server') words.push('makes a scope of the bytes')
  else if (goesOn) words.push('passes the request on')
  return words
}

/** A browser adds a dozen headers: those that tell something are named. */
function addedWords({ request }: RingView): string[] {
  const [first, second, ...rest] = tellingFirst(request.headers).map(({ name }) => name)
  if (first === undefined) return []
  if (second === undefined) return [`adds ${first} to the request`]
  return [
    `adds ${listWords([first, second, ...(rest.length > 0 ? [`${rest.length} more headers`] : [])])} to the request`,
  ]
}

/** What the modelled browser did: its rings' words are of pages, not of layers. */
function browserWords(shown: ShownExchange, ring: RingView): string {
  const { browser, outcome } = shown.view
  const { status } = ring.response
  const came = status === null ? 'receives nothing' : `receives ${status}`
  const asks =
    browser?.role === null
      ? ['sends nothing']
      : browser?.role === 'preflight'
        ? [...addedWords(ring), 'asks first with a preflight']
        : [...addedWords(ring), 'sends the request']
  const ends = {
    read: `${browser?.verdict?.fromCache ? 'answers from its cache' : `${came}, and the page may read it`}`,
    blocked: `${browser?.role === null ? '' : `${came}, `}blocked: the page gets an error`,
    opaque: `${came}; ${usedWords(browser?.kind ?? 'fetch')}`,
    kept: browser?.role === 'preflight' ? `${came}, and goes on` : `${came}, and follows it`,
    nothing: '',
    stopped: '',
    pending: '',
  }[outcome.kind]
  const hidden = namesByKind(ring.response.headers).removed
  const hides = hidden.length > 0 ? [`hides ${listWords(hidden)} from the page`] : []
  return [...asks, ...(ends ? [ends] : []), ...hides].join('; ')
}

function responseWords(ring: RingView): string[] {
  const { status, statusBefore } = ring.response
  if (status === null) return []
  const words: string[] = []
  if (statusBefore !== null) words.push(`turns ${statusBefore} into ${status}`)
  words.push(...headerWords(ring.response.headers, 'response'))
  if (ring.response.body) words.push('changes the response body')
  if (words.length > 0) return words
  return [ring.role === 'browser' ? `receives ${status}` : 'changes nothing in the response']
}

function errorWords(ring: RingView): string[] {
  if (!ring.error) return []
  const { fate, error, answered, raisedAgain, late } = ring.error
  if (late)
    return [...(ring.response.status === null ? [] : [`answers ${ring.response.status}`]), `then raises ${error.type}`]
  if (ring.error.handler !== null)
    return [
      `raises ${error.type}, which its handler ${ring.error.handler} turns into ${ring.response.status ?? 'a response'}`,
    ]
  if (fate === 'raised') return [`raises ${error.type}`]
  if (fate === 'passed') return [`skipped by ${error.type} on its way out`]
  if (!answered) return [`stops ${error.type}`]
  return [
    `turns ${error.type} into ${ring.response.status ?? 'a response'}${raisedAgain ? ' and raises it again' : ''}`,
  ]
}

function deedWords(shown: ShownExchange, ring: RingView, isCore: boolean): string {
  if (shown.view.kind === 'stack') return 'no request has met it yet'
  if (!ring.reached) return 'not reached'
  if (ring.role === 'browser' && shown.view.browser) return browserWords(shown, ring)
  if (ring.stopped) return [...requestWords(ring, false), 'the session was stopped here'].join('; ')
  const { status } = ring.response
  if (ring.shortCircuit)
    return [...requestWords(ring, false), `answers ${status ?? ''} itself, the app inside is not asked`].join('; ')
  if (ring.error) {
    const goesOn = !isCore && shown.view.rings.indexOf(ring) < shown.view.turn
    return [...requestWords(ring, goesOn), ...errorWords(ring)].join('; ')
  }
  if (isCore) {
    if (status === null) return 'runs'
    const names = namesByKind(ring.response.headers).added
    const who = ring.ran ? 'answers' : 'is not run, FastAPI answers'
    return `${who} ${status}${names.length > 0 ? ` with ${listWords(names)}` : ''}`
  }
  return [...requestWords(ring, true), ...responseWords(ring)].join('; ')
}

/** What one ring did, without its name: `passes the request on; adds x-took to the response`. */
export function ringWords(view: ExchangeView, at: number): string {
  const ring = view.rings[at]
  const shown: ShownExchange = { view, rows: [], steps: [], turn: view.turn }
  return ring ? deedWords(shown, ring, at === view.rings.length - 1) : ''
}

/**
 * Words for one item of the flat list: full name, origin, what it did to request and response, `not reached` where so.
 * A folded run names all of its layers.
 * @example `TimingMiddleware, yours: passes the request on; adds x-process-time to the response`
 */
export function layerLabel(shown: ShownExchange, row: Row): string {
  const rings = ringsOfRow(shown, row)
  const first = rings[0]
  if (!first) return ''
  const isCore = row.rings.includes(shown.view.rings.length - 1)
  const plate = first.mountedAt === null ? '' : `, first of the app mounted at ${first.mountedAt}`
  if (!row.folded) return `${first.name}${originWords(first)}${plate}: ${deedWords(shown, first, isCore)}`
  const names = listWords(rings.map((ring) => ring.name))
  const origins = [...new Set(rings.map((ring) => ring.origin))]
  const together = { ...first, request: { ...first.request, scope: rings.flatMap(({ request }) => request.scope) } }
  return `${names}, ${listWords(origins)}, folded${plate || (first.nest > 0 ? ', in the mounted app' : '')}: ${deedWords(shown, together, false)}`
}
