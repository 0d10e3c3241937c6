// A run as an onion in text: rings from the outside in, what each did to request and response. Pure.
import type { ClientRun, ErrorView, Exchange, FetchView, RunDocument, SocketView } from '../protocol'
import { bodyBytes } from '../requests'
import { closeWords, eventWords, viewExchange, type ExchangeView, type HeaderChange, type RingView } from '../trace'

const ORIGINS = { yours: '■', library: '▨', framework: '·', browser: ' ', server: ' ' } as const
const CHANGES = { added: '+', changed: '~', removed: '−' } as const
/** Column at which the notes begin; deep stacks push it out. */
const NOTE_COLUMN = 44

/** Describes a whole run for a terminal; with `from` only its exchanges from that one on. */
export function describeRun(document: RunDocument, from = 0): string {
  const { versions, exchanges, clients = [] } = document
  const head = [
    `FastAPI ${versions.fastapi}, Starlette ${versions.starlette}, uvicorn ${versions.uvicorn}, Python ${versions.python}`,
    `${ORIGINS.yours} yours  ${ORIGINS.library} library  ${ORIGINS.framework} framework    → request  ← response`,
    ...logLines(document, null),
    ...clients.map((client) => describeClient(document, client)),
  ]
  const pages = placeFetches(document)
  const verdicts = (at: number): string[] => (pages.get(at) ?? []).map(describeFetch)
  const described = exchanges.map((_, index) => [describeExchange(document, index), ...verdicts(index)])
  return [...(from === 0 ? [...head, ...verdicts(-1)] : []), ...described.slice(from).flat()].join('\n')
}

/** Fetches by the exchange under which they are told: their last one; where nothing was sent, that of the fetch before. */
function placeFetches({ fetches = [] }: RunDocument): Map<number, FetchView[]> {
  const places = new Map<number, FetchView[]>()
  let last = -1
  for (const fetch of fetches) {
    last = fetch.exchanges.at(-1) ?? last
    places.set(last, [...(places.get(last) ?? []), fetch])
  }
  return places
}

/** What the page got, and what would have to change, in one line. */
function describeFetch({ kind, page, method, url, outcome, category, text, fix }: FetchView): string {
  const where = page.sandboxed ? `a sandboxed frame on ${page.url}` : page.url
  const why = category === null ? '' : ` (${category})`
  const line = `${kind} ${method} ${url} on ${where} → ${outcome}${why}: ${text}${fix === null ? '' : ` Fix: ${fix}`}`
  return `\n  page: ${line.replaceAll(/\s*\n\s*/g, ' ')}`
}

/** An exception in one line, as it ended a program. */
export function describeError({ type, message, file, line }: ErrorView, program: string): string {
  return `${file ?? program}${line === null ? '' : ` line ${line}`}: ${message ? `${type}: ${message}` : type}`
}

/** What a client program printed, and where in between it asked for what. */
function describeClient({ events, exchanges }: RunDocument, client: ClientRun): string {
  const asked = new Set<number>()
  const lines = events.slice(...client.seq).flatMap((event) => {
    if (event.exchange === null) return event.kind === 'log' ? [`  > ${event.text}`] : []
    const exchange = exchanges[event.exchange]
    if (!exchange || asked.has(event.exchange)) return []
    asked.add(event.exchange)
    return [`  ${exchange.request.method} ${exchange.request.url} → ${exchange.response?.status ?? 'no response'}`]
  })
  const failure = client.error ? [`  ${describeError(client.error, client.file)}`] : []
  return ['', client.file, ...lines, ...failure].join('\n')
}

function isOfClient({ clients = [] }: RunDocument, seq: number): boolean {
  return clients.some((client) => client.seq[0] <= seq && seq < client.seq[1])
}

function describeExchange(document: RunDocument, index: number): string {
  const exchange = document.exchanges[index]
  if (!exchange) return ''
  const { request, response, error, socket, role } = exchange
  const view = viewExchange(document, index)
  const answer = response ? `${response.status} ${response.reason}`.trim() : 'no response'
  // Whoever is stalled names the place in the sentence.
  const at = error?.file && error.type !== 'Stalled' ? `, ${error.file} line ${error.line}` : ''
  const failure = error && `  ${error.type}: ${error.message}${at}`
  const body = response?.bodyEncoding === 'base64' ? `(${response.body.length} characters of base64)` : response?.body
  return [
    '',
    `${socket ? 'WEBSOCKET' : request.method} ${request.url} → ${answer}${role === 'preflight' ? '  (preflight)' : ''}`,
    ...view.rings.map((ring, depth) => ringLine(view, ring, depth)),
    ...(failure ? [failure] : []),
    ...logLines(document, index),
    ...(response ? ['', ...response.headers.map(([name, value]) => `  ${name}: ${value}`)] : []),
    ...(body ? ['', `  ${body}`] : []),
    ...(socket && response?.status === 101 ? ['', ...talkLines(socket, exchange)] : []),
  ].join('\n')
}

/** What was said over a WebSocket, with the virtual time since its handshake. */
function talkLines({ messages, close }: SocketView, { startedAt }: Exchange): string[] {
  const times = messages.map(({ at }) => `${(at - startedAt) / 1000} s`)
  const width = Math.max(0, ...times.map((time) => time.length))
  return [
    ...messages.map(({ from, frame, data }, index) => {
      const text =
        frame === 'text' ? data.text.replaceAll('\n', `\n${' '.repeat(width + 6)}`) : `(${bodyBytes(data)} bytes)`
      return `  ${(times[index] ?? '').padStart(width)}  ${from === 'client' ? '→' : '←'} ${text}`
    }),
    `  ${closeWords(close)}`,
  ]
}

function ringLine(view: ExchangeView, ring: RingView, depth: number): string {
  const route = ring.role === 'endpoint' && ring.route ? ` ${ring.route}` : ''
  const name = `  ${'  '.repeat(depth)}${ORIGINS[ring.origin]} ${ring.name}${route}`
  return `${name.padEnd(NOTE_COLUMN)} ${notes(view, ring).join('  ')}`.trimEnd()
}

function notes(view: ExchangeView, ring: RingView): string[] {
  if (view.rings.indexOf(ring) > view.turn || !ring.reached) return ['not reached']
  const asked = [...marks(ring.request.headers), ...ring.request.scope.map(({ key }) => `~${key}`)]
  const answered = marks(ring.response.headers)
  return [
    ...(asked.length > 0 ? [`→ ${asked.join(' ')}`] : []),
    ...(answered.length > 0 ? [`← ${answered.join(' ')}`] : []),
    ...(ring.shortCircuit ? [`answers ${ring.response.status ?? ''} itself`] : []),
    ...(ring.error ? [`${FATES[ring.error.fate]} ${ring.error.error.type}`] : []),
    ...(ring.stopped ? ['stopped here'] : []),
  ]
}

const FATES = { raised: '× raises', passed: '^ skipped by', caught: '◇ stops' } as const

function marks(changes: readonly HeaderChange[]): string[] {
  return changes.map(({ kind, name }) => `${CHANGES[kind]}${name}`)
}

/** What was printed and logged, and the calls at the core in between: dependencies, handlers, background tasks. */
function logLines(document: RunDocument, exchange: number | null): string[] {
  return document.events.flatMap((event) => {
    if (event.exchange !== exchange || (exchange === null && isOfClient(document, event.seq))) return []
    if (event.kind === 'log') return [`  ${event.source === 'print' ? '>' : '|'} ${shorten(event)}`]
    if (event.kind === 'caveat') return [`  ! ${event.text}`]
    const isCall = event.kind === 'depends' || event.kind === 'handler' || event.kind === 'background'
    // That a dependency is called says little beside what it gives.
    return isCall && !(event.kind === 'depends' && event.phase === 'call') ? [`  ƒ ${eventWords(event)}`] : []
  })
}

/** uvicorn logs whole tracebacks, some sixty lines of the framework; the error's own line stands above. */
function shorten({ source, text }: { source: string; text: string }): string {
  return source === 'server' ? (text.split('\n')[0] ?? '') : text.replaceAll('\n', '\n    ')
}
