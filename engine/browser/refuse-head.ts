// What the network part of a browser refuses whatever the page may see: ports that other protocols live on, and heads of
// responses that could be read in two ways.
import type { HeaderList } from '../protocol'
import { headerValues } from './headers'

/** Fetch 2.9, "bad port". */
const BAD_PORTS: ReadonlySet<number> = new Set([
  ...[0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109],
  ...[110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530],
  ...[531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190],
  ...[5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
])

/** Bytes of a response's head that Chromium reads before it gives up. */
const MOST_HEAD_BYTES = 256 * 1024

/** Headers of which there can be only one: several that differ are an attempt to smuggle something in (Chromium). */
const SINGLE = ['Location', 'Content-Length', 'Content-Disposition'] as const

export interface Refused {
  /** Chromium's name of the error. */
  readonly error: string
  readonly text: string
  readonly fix?: string
}

/** Why no connection is made to a URL's port; null where nothing speaks against it. */
export function refusePort(url: URL): Refused | null {
  if (url.port === '' || !BAD_PORTS.has(Number(url.port))) return null
  return {
    error: 'net::ERR_UNSAFE_PORT',
    text: `Port ${url.port} belongs to another protocol than HTTP, and no browser connects to it. Nothing is sent.`,
    fix: 'Let the server listen at another port, such as 8000.',
  }
}

/** Why a response is thrown away with its head; null where nothing speaks against it. */
export function refuseHead(headers: HeaderList): Refused | null {
  const bytes = headers.reduce((sum, [name, value]) => sum + name.length + value.length + ': \r\n'.length, 0)
  if (bytes > MOST_HEAD_BYTES) {
    return {
      error: 'net::ERR_RESPONSE_HEADERS_TOO_BIG',
      text: `The head of the response has ${bytes} bytes; Chromium reads ${MOST_HEAD_BYTES} and then gives up.`,
      fix: 'Send what is large in the body.',
    }
  }
  for (const name of SINGLE) {
    const values = new Set(headerValues(headers, name.toLowerCase()))
    if (values.size < 2) continue
    return {
      error: `net::ERR_RESPONSE_HEADERS_MULTIPLE_${name.toUpperCase().replace('-', '_')}`,
      text: `The response has ${values.size} different ${name} headers, and which one counts nobody knows.`,
      fix: `Send ${name} once.`,
    }
  }
  return null
}
