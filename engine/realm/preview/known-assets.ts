// Assets that FastAPI's own pages ask a CDN for. Nothing is fetched from elsewhere here, so they come along with Peel.
import { encodeText } from '../../requests'
import { LOCATION } from '../frame/location'
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

/** Of a script this long no tree is made: what it reads of an address is the realm's, as `rewriteLocation()` has it. */
function readRealmLocation(script: string): string {
  return script.replaceAll(
    /\.location(?=\??\.(?:href|origin|protocol|host|hostname|pathname)\b|\|\|\{\}|\))/g,
    `.${LOCATION}`,
  )
}

/** Our copy of a well-known asset; null where we have none. */
export async function loadKnown(url: string): Promise<Asset | null> {
  const known = KNOWN.find(({ pattern }) => pattern.test(url))
  if (!known) return null
  const response = await fetch((await known.find()).default)
  if (!response.ok) return null
  const text = await response.text()
  return { type: known.type, bytes: encodeText(known.type === 'text/javascript' ? readRealmLocation(text) : text) }
}
