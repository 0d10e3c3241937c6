// Assets that FastAPI's own pages ask a CDN for. Nothing is fetched from elsewhere here, so they come along with Peel.
import type { Asset } from './compose'

interface Known {
  readonly pattern: RegExp
  readonly type: string
  /** Address of our own copy. */
  readonly find: () => Promise<{ readonly default: string }>
}

const KNOWN: readonly Known[] = [
  {
    pattern: /\/swagger-ui-dist@5[^/]*\/swagger-ui-bundle\.js$/,
    type: 'text/javascript',
    find: () => import('swagger-ui-dist/swagger-ui-bundle.js?url'),
  },
  {
    pattern: /\/swagger-ui-dist@5[^/]*\/swagger-ui\.css$/,
    type: 'text/css',
    find: () => import('swagger-ui-dist/swagger-ui.css?url'),
  },
]

/** Our copy of a well-known asset; null where we have none. */
export async function loadKnown(url: string): Promise<Asset | null> {
  const known = KNOWN.find(({ pattern }) => pattern.test(url))
  if (!known) return null
  const response = await fetch((await known.find()).default)
  return response.ok ? { type: known.type, bytes: new Uint8Array(await response.arrayBuffer()) } : null
}
