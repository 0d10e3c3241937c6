// A run as an onion in text: layers from the outside in, what each did to request and response. Pure.
import {
  BROWSER,
  ENDPOINT,
  SERVER,
  type Exchange,
  type HeaderList,
  type RunDocument,
  type TraceEvent,
} from '../protocol'

const SIGNS = { yours: '■', library: '▨', framework: '·' } as const

/** Describes a whole run for a terminal. */
export function describeRun(document: RunDocument): string {
  const { versions, exchanges, events } = document
  const head = `FastAPI ${versions.fastapi}, Starlette ${versions.starlette}, uvicorn ${versions.uvicorn}, Python ${versions.python}`
  const parts = exchanges.map((exchange, index) =>
    describeExchange(
      document,
      exchange,
      events.filter((one) => one.exchange === index),
    ),
  )
  const outside = events
    .filter((one) => one.exchange === null && one.kind === 'log')
    .map((one) => (one.kind === 'log' ? `  ${one.text}` : ''))
  const legend = `${SIGNS.yours} yours  ${SIGNS.library} library  ${SIGNS.framework} framework`
  return [head, legend, ...(outside.length > 0 ? ['', ...outside] : []), ...parts].join('\n')
}

function describeExchange(document: RunDocument, exchange: Exchange, events: readonly TraceEvent[]): string {
  const { request, response, error } = exchange
  const status = response ? `${response.status} ${response.reason}` : 'no response'
  const lines = [`\n${request.method} ${request.url} → ${status}`]
  const rings = ringsOf(document, events)
  let inner: HeaderList | null = null
  const notes = new Map<string, string>()
  for (const ring of rings.toReversed()) {
    const start = events.find((one) => one.kind === 'send' && one.layer === ring.id && one.message.headers)
    const sent = start?.kind === 'send' ? (start.message.headers ?? null) : null
    notes.set(ring.id, responseNote(events, ring.id, sent, inner))
    if (sent) inner = sent
  }
  rings.forEach((ring, depth) => {
    const name = `${'  '.repeat(depth)}${ring.sign} ${ring.name}`
    lines.push(`  ${name.padEnd(46)} ${notes.get(ring.id) ?? ''}`.trimEnd())
  })
  if (error) lines.push(`  ${error.type}: ${error.message}${error.file ? ` (${error.file} line ${error.line})` : ''}`)
  for (const one of events) if (one.kind === 'log') lines.push(`  ${one.source === 'print' ? '>' : '#'} ${one.text}`)
  if (response) lines.push('', ...response.headers.map(([name, value]) => `  ${name}: ${value}`))
  if (response?.body)
    lines.push(
      '',
      `  ${response.bodyEncoding === 'utf8' ? response.body : `${response.body.length} characters of base64`}`,
    )
  return lines.join('\n')
}

function ringsOf(document: RunDocument, events: readonly TraceEvent[]): { id: string; name: string; sign: string }[] {
  const layers = new Map(document.layers.map((layer) => [layer.id, layer]))
  const route = events.find((one) => one.kind === 'route')
  const ids = [...new Set(events.filter((one) => one.kind === 'enter').map((one) => one.layer ?? ''))]
  const unmet = document.layers.filter((layer) => layer.parent === undefined && !ids.includes(layer.id))
  const named = (id: string): { id: string; name: string; sign: string } => {
    const layer = layers.get(id)
    if (layer) return { id, name: layer.name, sign: SIGNS[layer.origin] }
    if (id === ENDPOINT && route?.kind === 'route')
      return { id, name: `${route.endpoint} (${route.path})`, sign: SIGNS.yours }
    return { id, name: id === SERVER ? 'uvicorn' : id === BROWSER ? 'browser' : id, sign: SIGNS.framework }
  }
  return [
    ...ids.map(named),
    ...unmet.map((layer) => ({ id: layer.id, name: `${layer.name} (not reached)`, sign: SIGNS[layer.origin] })),
  ]
}

function responseNote(
  events: readonly TraceEvent[],
  id: string,
  sent: HeaderList | null,
  inner: HeaderList | null,
): string {
  const notes: string[] = []
  const raised = events.find((one) => one.kind === 'raise' && one.layer === id)
  const caught = events.find((one) => one.kind === 'catch' && one.layer === id)
  const exit = events.find((one) => one.kind === 'exit' && one.layer === id)
  if (caught?.kind === 'catch') notes.push(`catches ${caught.error.type}`)
  if (raised?.kind === 'raise')
    notes.push(raised.born ? `raises ${raised.error.type}` : `${raised.error.type} passes through`)
  if (sent && !inner)
    notes.push(exit?.kind === 'exit' && !exit.awaited && id !== ENDPOINT ? 'answers itself' : 'answers')
  if (sent && inner) {
    const before = new Set(inner.map(([name, value]) => `${name}: ${value}`))
    const names = new Set(inner.map(([name]) => name))
    for (const [name, value] of sent)
      if (!before.has(`${name}: ${value}`)) notes.push(`${names.has(name) ? '~' : '+'} ${name}`)
    const kept = new Set(sent.map(([name]) => name))
    for (const name of names) if (!kept.has(name)) notes.push(`- ${name}`)
  }
  return notes.join(', ')
}
