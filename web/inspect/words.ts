// What the inspector says of a layer: its kind, its times, what stayed. Pure wording.
import type { LayerMessage, LayerTime, RingView } from '../../engine/trace'

const ORIGINS = { yours: 'yours', library: 'library', framework: 'framework', browser: '', server: 'server' } as const
const STYLES = {
  function: 'a function',
  base: 'a BaseHTTPMiddleware',
  asgi: 'an ASGI class',
  router: 'a router',
} as const

/** `yours, an ASGI class`; empty for the browser. */
export function kindWords({ origin, role, style, sync, nest }: RingView): string {
  const words: string[] = [ORIGINS[origin]]
  if (role === 'endpoint') words.push(sync ? 'the endpoint, a def that runs in a thread' : 'the endpoint')
  else if (style) words.push(STYLES[style])
  if (nest > 0) words.push('in the mounted app')
  return words.filter(Boolean).join(', ')
}

/** `0 ms`, `120 ms`, `0.5 ms`, `2.5 s` of virtual time. */
export function msWords(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return `${Number(ms.toFixed(1))} ms`
}

/** One or two sentences on where the time of a layer went. */
export function timeSentence({ whole, own, inner, blocked, untilHead }: LayerTime, isCore: boolean): string {
  const parts = isCore
    ? [`It took ${msWords(whole)}.`]
    : [`${msWords(whole)} from the request to its end: ${msWords(own)} its own, ${msWords(inner)} further in.`]
  if (blocked > 0) parts.push(`It held up the loop for ${msWords(blocked)}, and nobody else could go on.`)
  // Where the head leaves at the end, that says nothing more.
  if (untilHead !== null && untilHead < whole) parts.push(`Its head went out after ${msWords(untilHead)}.`)
  return parts.join(' ')
}

/** `It went on as it came in.`, or that nothing came; null where the differences say it. `isTurn`: no ring further in was asked. */
export function sameWords(
  message: LayerMessage | null,
  of: 'request' | 'response',
  ring: RingView,
  isTurn: boolean,
): string | null {
  if (!message)
    return of === 'request'
      ? 'The request did not get here.'
      : ring.reached
        ? 'No response head passed here.'
        : 'No response came from here.'
  if (message.lines.some(({ kind }) => kind !== 'same') || message.body?.changed) return null
  if (message.status && message.status.before !== message.status.after) return null
  if (of === 'request')
    return ring.role === 'endpoint' ? 'It ends here.' : isTurn ? 'It went no further.' : 'It went on as it came in.'
  return 'It was let out as it came from inside.'
}

/** Heads of the two columns of values. */
export function columnWords(of: 'request' | 'response', ring: RingView, hasPage: boolean): readonly [string, string] {
  if (of === 'request') return ring.role === 'browser' ? ['asked for', 'sent'] : ['came in', 'went on']
  return ring.role === 'browser' && hasPage ? ['on the wire', 'to the page'] : ['from inside', 'let out']
}

/** `5 more, unchanged`. */
export function moreWords(count: number, hasChanges: boolean): string {
  if (!hasChanges) return count === 1 ? '1 header' : `${count} headers`
  return `${count} more, unchanged`
}
