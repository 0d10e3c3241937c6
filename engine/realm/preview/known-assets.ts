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

/** What stands in the place of Redoc, whose script is as large as the rest of Peel's page. */
const NO_REDOC = `addEventListener('DOMContentLoaded', () => {
  const place = document.querySelector('redoc') ?? document.body
  place.innerHTML = '<p style="font:16px system-ui;max-width:36em;margin:15vh auto;padding:0 16px">' +
    'Redoc is not part of Peel, and nothing is fetched from elsewhere. <a href="/docs">/docs</a> shows the same API, ' +
    'and <a href="/openapi.json">/openapi.json</a> is what both of them read.</p>'
})`

/** Our copy of a well-known asset, or what stands in its place; null where we have none. */
export async function loadKnown(url: string): Promise<Asset | null> {
  if (/\/redoc@[^/]+\/bundles\/redoc\.standalone\.js$/.test(url)) {
    return { type: 'text/javascript', bytes: encodeText(NO_REDOC) }
  }
  if (url.startsWith('https://fonts.googleapis.com/')) return { type: 'text/css', bytes: new Uint8Array() }
  const known = KNOWN.find(({ pattern }) => pattern.test(url))
  if (!known) return null
  const response = await fetch((await known.find()).default)
  if (!response.ok) return null
  const text = await response.text()
  return { type: known.type, bytes: encodeText(known.type === 'text/javascript' ? readRealmLocation(text) : text) }
}
