// What a real Chromium and the modelled browser can both be asked about CORS, made comparable.
import type { SeenRequest } from './far-end'
import type { CaseSeen, StepSeen } from './live-case'

/** Headers that a server may judge by; the rest says what browser it is, and how it keeps its connection. */
const COMPARED = new Set([
  ...['host', 'origin', 'referer', 'access-control-request-method', 'access-control-request-headers', 'cookie'],
  ...['accept', 'accept-encoding', 'accept-language', 'content-language', 'content-type', 'content-length', 'range'],
  ...['sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', 'sec-fetch-storage-access', 'pragma', 'cache-control'],
  ...['sec-websocket-protocol', 'last-event-id', 'upgrade-insecure-requests'],
  ...[
    'authorization',
    'x-a',
    'x-b',
    'x-http-method-override',
    'dpr',
    'save-data',
    'device-memory',
    'width',
    'viewport-width',
    'rtt',
    'downlink',
    'ect',
    'intervention',
  ],
])

/** What both can see of each fetch: what the server was asked, what it said, and what the page has of it. */
export function comparableCors({ steps }: CaseSeen): unknown {
  return steps.filter(({ fate }) => fate !== null).map(comparableStep)
}

function comparableStep({ asked, got, fate }: StepSeen): unknown {
  const preflights = asked.filter(isPreflight)
  const requests = asked.filter((one) => !isPreflight(one))
  return {
    preflight: preflights.length > 0,
    preflightCount: preflights.length,
    preflightStatus: preflights.at(-1)?.status ?? null,
    actualSent: requests.length > 0,
    serverStatus: requests.at(-1)?.status ?? null,
    asked: comparableAsked(asked),
    fate: fate && { ...fate, console: fate.console.map((line) => maskName(line, preflights.at(-1))) },
    got: got && 'headers' in got ? { ...got, headers: got.headers.map(([name, value]) => `${name}: ${value}`) } : got,
  }
}

/** Which of several headers that were not allowed is named hangs on a hash table of Chromium's (decision 014). */
function maskName(line: string, preflight: SeenRequest | undefined): string {
  const names = preflight?.headers.find(([name]) => name === 'access-control-request-headers')?.[1]
  return names?.includes(',') ? line.replace(/Request header field \S+ is not/, 'Request header field … is not') : line
}

/** What was asked, as far as a server may judge by it. */
export function comparableAsked(asked: readonly SeenRequest[]): unknown {
  return asked.map(comparableRequest)
}

function isPreflight({ method, headers }: SeenRequest): boolean {
  return method === 'OPTIONS' && headers.some(([name]) => name === 'access-control-request-method')
}

function comparableRequest({ method, url, headers, bodyBytes }: SeenRequest): unknown {
  const lines = headers.filter(([name]) => COMPARED.has(name)).map(([name, value]) => `${name}: ${value}`)
  // A form's boundary is made up anew each time.
  const fixed = lines.map((line) => line.replace(/(boundary=-+WebKitFormBoundary)\w{16}$/, '$1'))
  return { line: `${method} ${url}`, headers: fixed.toSorted(), bodyBytes }
}
