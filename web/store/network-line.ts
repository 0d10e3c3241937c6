// The line that Chromium's console has for a request that failed on the network or was answered with an error. Pure.
import type { FetchView, RunDocument } from '../../engine/protocol'

/**
 * The line, in Chromium's words; null where it writes none.
 * @param document  the run so far, where the fetch's exchanges may be found
 */
export function networkLine(view: FetchView, document: Pick<RunDocument, 'exchanges'> | null): string | null {
  const { kind, method, url, category, outcome } = view
  // Their own lines say all; a document's failure is shown in its place.
  if (kind === 'websocket' || kind === 'navigation' || kind === 'form' || kind === 'document.cookie') return null
  const wire = view.response ?? view.used ?? document?.exchanges[view.exchanges.at(-1) ?? -1]?.response ?? null
  const status = wire === null ? '' : `${wire.status} (${'reason' in wire ? wire.reason : wire.statusText})`
  if (outcome === 'blocked') {
    if (category === null || category === 'NotAllowedByFetchAPI' || category === 'network:net::ERR_ABORTED') return null
    const [, error] = /^network:(net::.*)$/.exec(category) ?? []
    // A preflight's answer is not the answer to what was asked.
    const isAnswer = error === undefined && !category.startsWith('Preflight') && !category.endsWith('PreflightResponse')
    return [method, url, error ?? 'net::ERR_FAILED', ...(isAnswer && status ? [status] : [])].join(' ')
  }
  return wire && wire.status >= 400 ? `${method} ${url} ${status}` : null
}
