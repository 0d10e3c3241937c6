// The rings of one exchange from the outside in: browser, server, the layers that hang in one another, the endpoint.
import { BROWSER, ENDPOINT, SERVER } from '../protocol'
import type { Exchange, Layer, TraceEvent } from '../protocol'
import type { RingOrigin, RingRole, RingView } from './model'
import type { EventOf, Readable, RingRecord } from './records'

/** Layers that hang together as `met` does: same parent, mount and route, one after the other, ever deeper. */
function stackAround(layers: readonly Layer[], met: Layer): Layer[] {
  const same = layers.filter(
    (layer) => layer.parent === met.parent && layer.mount === met.mount && layer.route === met.route,
  )
  const at = same.indexOf(met)
  let first = at
  while (first > 0 && (same[first - 1]?.depth ?? 0) < (same[first]?.depth ?? 0)) first--
  let last = at
  while (last + 1 < same.length && (same[last + 1]?.depth ?? 0) > (same[last]?.depth ?? 0)) last++
  return same.slice(first, last + 1)
}

/** Rings of the stack in the order in which a request meets them, mounted apps only where this request met them. */
function chainOf(layers: readonly Layer[], entered: ReadonlySet<string>): { layer: Layer; nest: number }[] {
  const chain: { layer: Layer; nest: number }[] = []
  let stack = layers.filter((layer) => layer.parent === undefined).sort((a, b) => a.depth - b.depth)
  let nest = 0
  while (stack.length > 0) {
    const ids = new Set(stack.map((layer) => layer.id))
    const met = layers.find((layer) => layer.parent !== undefined && ids.has(layer.parent) && entered.has(layer.id))
    const last = met ? stack.findIndex((layer) => layer.id === met.parent) : stack.length - 1
    for (const [index, layer] of stack.entries())
      if (index <= last || entered.has(layer.id)) chain.push({ layer, nest })
    if (!met) break
    stack = stackAround(layers, met)
    // Layers around one route are no app within the app.
    if (met.route === undefined) nest++
  }
  return chain
}

/** A ring by itself, before anybody knows what the request did in it. */
export type Ring = Pick<RingView, 'id' | 'name' | 'role' | 'origin' | 'style' | 'nest' | 'mountedAt' | 'file' | 'line'>

function plainRing(id: string, name: string, role: RingRole, origin: RingOrigin, nest = 0): Ring {
  return { id, name, role, origin, style: null, nest, mountedAt: null, file: null, line: null }
}

function layerRing(layer: Layer, nest: number, first: boolean): Ring {
  return {
    id: layer.id,
    name: layer.name,
    role: 'layer',
    origin: layer.origin,
    style: layer.style,
    nest,
    mountedAt: first && nest > 0 ? (layer.mount ?? '/') : null,
    file: layer.file ?? null,
    line: layer.line ?? null,
  }
}

/** The route this request would have met, if another exchange of the session with the same method and path met one. */
function routeElsewhere(doc: Readable, index: number, events: readonly TraceEvent[]): EventOf<'route'> | null {
  const own = doc.exchanges[index]
  if (!own) return null
  const path = (exchange: Exchange) => `${exchange.request.method} ${exchange.request.url.split('?')[0]}`
  for (const event of events) {
    if (event.kind !== 'route' || event.exchange === null) continue
    const other = doc.exchanges[event.exchange]
    if (other && path(other) === path(own)) return event
  }
  return null
}

export function ringsOf(
  doc: Readable,
  index: number,
  records: ReadonlyMap<string, RingRecord>,
  all: readonly TraceEvent[],
): Ring[] {
  const entered = new Set([...records].filter(([, record]) => record.enter !== null).map(([id]) => id))
  const chain = chainOf(doc.layers, entered)
  const rings: Ring[] = [
    plainRing(BROWSER, 'Browser', 'browser', 'browser'),
    plainRing(SERVER, 'uvicorn', 'server', 'server'),
  ]
  let nest = 0
  for (const { layer, nest: depth } of chain) {
    rings.push(layerRing(layer, depth, depth > nest))
    nest = depth
  }
  const known = new Set(rings.map((ring) => ring.id))
  // A live trace may name a layer before the list of layers has arrived.
  for (const id of entered)
    if (!known.has(id) && id !== ENDPOINT) rings.push(plainRing(id, id.split('/').at(-1) ?? id, 'layer', 'framework'))

  const innermost = rings.at(-1)
  const own = records.get(ENDPOINT)
  const found = own?.route ?? [...records.values()].find((record) => record.route)?.route ?? null
  const answeredByRouter = innermost?.style === 'router' && entered.has(innermost.id) && !own?.enter && !found
  const settled = doc.exchanges[index] !== undefined
  // Static files, a bare function: an app without routes is the core itself.
  const core = chain.at(-1)?.layer
  const isPlainApp = core !== undefined && core.style !== 'router' && core.route === undefined && !own?.enter
  if (!isPlainApp && !(answeredByRouter && settled)) {
    const route = found ?? routeElsewhere(doc, index, all)
    const origin = route && route.file === null ? 'framework' : 'yours'
    rings.push({
      ...plainRing(ENDPOINT, route?.endpoint ?? 'endpoint', 'endpoint', origin, nest),
      file: route?.file ?? null,
      line: route?.line ?? null,
    })
  }
  return rings
}
