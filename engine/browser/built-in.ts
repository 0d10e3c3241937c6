// What the browser answers by itself, without a server: `data:` and `blob:` URLs, and the empty document (Fetch 4.2).
import type { RuleNote } from '../protocol'
import { bodyBytes, encodeText, toBodyText } from '../requests'
import type { Finished, Flight } from './flight'
import { isTopLevel } from './kinds'
import type { Answer } from './network'
import { failedNetwork } from './outcome'
import { essenceOf } from './request-headers'
import { isSameOrigin, originOf, withoutFragment } from './url'

const SOURCE = 'Fetch 4.2, "scheme fetch"'

/** Whether the browser answers such a URL by itself, for what asks. */
export function isBuiltIn({ url, ask: { page }, urls, origin }: Flight): boolean {
  if (urls.length > 1 || isTopLevel(page.kind)) return false
  if (url.protocol === 'data:') return true
  if (url.protocol === 'about:') return page.kind === 'iframe' && url.pathname === 'blank'
  return url.protocol === 'blob:' && (page.blob !== undefined || isSameOrigin(origin, originOf(url)))
}

/** The browser's own answer; or the end, where the URL has none. Only for what is built in. */
export function answerBuiltIn(flight: Flight): Answer | Finished {
  const { url, ask, method } = flight
  if (url.protocol === 'blob:') {
    const { blob } = ask.page
    if (method !== 'GET') {
      return failedNetwork(flight, 'net::ERR_METHOD_NOT_SUPPORTED', {
        ...{ rule: 'scheme', source: SOURCE },
        text: `A \`blob:\` URL is read with GET alone, not with ${method}.`,
      })
    }
    if (!blob) {
      return failedNetwork(flight, 'net::ERR_FILE_NOT_FOUND', {
        ...{ rule: 'scheme', source: SOURCE },
        text: 'No blob has this URL: it was never made on this page, or it was revoked.',
        fix: 'Call `URL.createObjectURL()` on this page, and `URL.revokeObjectURL()` only when nobody needs it any more.',
      })
    }
    return toAnswer(
      [
        ['content-length', String(bodyBytes(blob.body))],
        ['content-type', blob.type],
      ],
      blob.body,
    )
  }
  const read =
    url.protocol === 'data:' ? readDataUrl(url) : { type: 'text/html;charset=utf-8', bytes: new Uint8Array() }
  if (!read) {
    return failedNetwork(flight, 'net::ERR_INVALID_URL', {
      ...{ rule: 'scheme', source: 'Fetch 6, "data: URL processor"' },
      text: 'This is no `data:` URL: it has no comma before its content, or its base64 is none.',
      fix: 'Write it as `data:text/plain,hello`, or as `data:text/plain;base64,aGVsbG8=`.',
    })
  }
  // A body is read of none but GET: what HEAD gets has no body.
  return toAnswer([['content-type', read.type]], toBodyText(method === 'HEAD' ? new Uint8Array() : read.bytes))
}

function toAnswer(headers: Answer['headers'], { text, encoding }: ReturnType<typeof toBodyText>): Answer {
  return { status: 200, reason: 'OK', headers, body: text, bodyEncoding: encoding }
}

/** What is said of such an answer; null where a server gave it. */
export function noteBuiltIn(flight: Flight): RuleNote | null {
  if (!isBuiltIn(flight)) return null
  const { protocol } = flight.url
  const texts: Readonly<Record<string, string>> = {
    'data:': 'A `data:` URL holds its answer itself. No server is asked, and CORS has nothing to say.',
    'blob:': 'A `blob:` URL stands for bytes that the page itself has made. No server is asked.',
    'about:': 'The frame shows the empty document, which is of the page’s own origin. No server is asked.',
  }
  return { rule: 'scheme', source: SOURCE, text: texts[protocol] ?? '' }
}

/** Fetch 6, "data: URL processor"; null where it is none. */
export function readDataUrl(url: URL): { readonly type: string; readonly bytes: Uint8Array } | null {
  const text = withoutFragment(url).slice('data:'.length)
  const comma = text.indexOf(',')
  if (comma < 0) return null
  const written = text.slice(0, comma).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '')
  const bytes = percentDecode(text.slice(comma + 1))
  const coded = /^(.*?); *base64$/is.exec(written)
  const given = coded?.[1] ?? written
  const type = given.startsWith(';') ? `text/plain${given}` : given
  const content = coded ? decodeBase64(bytes) : bytes
  return content && { type: essenceOf(type) === null ? 'text/plain;charset=US-ASCII' : type, bytes: content }
}

/** WHATWG URL, "percent-decode": what is no escape stays. */
function percentDecode(text: string): Uint8Array {
  const bytes = encodeText(text)
  const decoded: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    const hex = byte === 0x25 ? String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0) : ''
    if (/^[0-9a-f]{2}$/i.test(hex)) {
      decoded.push(parseInt(hex, 16))
      at += 2
    } else decoded.push(byte)
  }
  return Uint8Array.from(decoded)
}

/** Infra, "forgiving-base64 decode", which is what `atob` does. */
function decodeBase64(bytes: Uint8Array): Uint8Array | null {
  try {
    const text = new TextDecoder('latin1').decode(bytes)
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}
