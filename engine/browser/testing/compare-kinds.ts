// What a real Chromium and the modelled browser can both be asked about all ways to ask, made comparable.
import { comparableAsked } from './compare-cors'
import type { AskStep, CaseSeen, FetchFate, LiveCase, StepSeen } from './live-case'

/** What an element or a beacon tells of its answer: that it could be used. */
const UNREAD = new Set([
  'img',
  'script',
  'module',
  'css',
  'font',
  'iframe',
  'navigation',
  'form',
  'beacon',
  'websocket',
])

/** What both can see of each ask. */
export function comparableKinds({ steps }: CaseSeen, { steps: asks }: LiveCase): unknown {
  return steps.flatMap((seen, index) => {
    const step = asks[index]
    return step?.by === 'request' ? [comparableStep(seen, step)] : []
  })
}

function comparableStep({ asked, seen, fate }: StepSeen, { request = {}, sandboxed, hops }: AskStep): unknown {
  const kind = request.kind ?? 'fetch'
  // Of brotli that breaks Chromium shows a document without content, and here it is an error (decision 016).
  const isBrotli = hops.some(({ headers }) => headers.some(([, value]) => value === 'br'))
  if ((kind === 'navigation' || kind === 'form') && isBrotli) return { asked: comparableAsked(asked) }
  const isLoaded = fate?.outcome === 'opaque' || fate?.outcome === 'ok'
  return {
    asked: comparableAsked(asked.filter(({ url }) => !url.endsWith('/favicon.ico'))),
    outcome: kind === 'beacon' ? null : UNREAD.has(kind) ? (isLoaded ? 'ok' : fate?.outcome) : fate?.outcome,
    category: fate === null || isUntold(kind, fate) || (kind === 'iframe' && sandboxed) ? null : fate.category,
    console: fate?.console,
    error: seen?.error ?? null,
    ...(kind === 'xhr' && {
      status: seen?.status || null,
      headers: seen?.headers?.map(([name, value]) => `${name}: ${value}`).toSorted() ?? [],
      body: seen?.body || null,
    }),
  }
}

/** Names that are none of Chromium's (decision 014). */
const OURS = /^(?:ScriptType|EventSource\w+|FontBytes|ImageBytes|StyleType|SecurityError|KeepaliveLimit|mixed-content)$/

/**
 * Whether DevTools has no name for it. Of handshakes, beacons, links to http and frames in sandboxed ones it tells nothing; what gives up early may be
 * told of with an error of the network's that comes after it.
 */
function isUntold(kind: string, { category, console }: FetchFate): boolean {
  if (kind === 'websocket' || kind === 'beacon') return true
  // A frame of another process may end before anybody listens to it.
  if (kind === 'iframe' && category === 'network:net::ERR_CONTENT_DECODING_FAILED') return true
  if (kind === 'eventsource' && category === 'network:net::ERR_ABORTED') return true
  if (kind === 'eventsource' && console.some((line) => line.startsWith("EventSource's response"))) return true
  if (category === 'mixed-content' && (kind === 'xhr' || kind === 'fetch')) return false
  return category !== null && OURS.test(category)
}
