// A body as whoever asked reads it: content decoding undone, and what goes wrong while reading.
import type { BodyText, PageResponse, RuleNote } from '../protocol'
import { bodyBytes, fromBodyText, toBodyText } from '../requests'
import { ABORTED } from './console-texts'
import { decodeBody } from './decode'
import { hasHeader } from './headers'
import type { Flight } from './flight'
import type { Answer } from './network'
import { faultOfBody } from './response-faults'

export interface ReadBody extends Pick<PageResponse, 'body' | 'encodedBytes' | 'decodedBytes'> {
  /** Chromium's name of what went wrong, and what that means; null where the body came whole. */
  readonly fault: { readonly category: string; readonly message: string; readonly note: RuleNote } | null
  /** What was decoded; null where nothing had to be. */
  readonly note: RuleNote | null
}

/** Fetch 2.2.3, "null body status": there is none, whatever came. */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304])

/** What reading a body throws in a page, for any reason of the network's. */
const MESSAGE = 'Failed to fetch'

export function readBody(flight: Flight, answer: Answer): ReadBody {
  const wire: BodyText = NULL_BODY.has(answer.status)
    ? { text: '', encoding: 'utf8' }
    : { text: answer.body, encoding: answer.bodyEncoding }
  const encodedBytes = bodyBytes(wire)
  const isCut = answer.isCut === true
  if (flight.isAborted && isCut) {
    const text = 'The script aborted the request while the body was still coming.'
    const note = { rule: 'aborted', source: 'Fetch 5.6, "fetch method"', text }
    return {
      ...decodeWire(wire, encodedBytes, answer),
      fault: { category: 'net::ERR_ABORTED', message: ABORTED, note },
    }
  }
  const read = decodeWire(wire, encodedBytes, answer)
  const broken = read.fault ? null : faultOfBody(answer.headers, encodedBytes, isCut)
  if (!broken) return read
  const note = { rule: 'body-broken', source: 'RFC 9112 8, "handling incomplete messages"', text: broken.text }
  return { ...read, fault: { category: broken.category, message: MESSAGE, note } }
}

function decodeWire(wire: BodyText, encodedBytes: number, { headers }: Answer): ReadBody {
  const plain: ReadBody = { body: wire, encodedBytes, decodedBytes: encodedBytes, fault: null, note: null }
  if (!hasHeader(headers, 'content-encoding') || encodedBytes === 0) return plain
  const { body, codings, error } = decodeBody(fromBodyText(wire), headers)
  const source = 'Fetch 4.7, "HTTP-network fetch"'
  if (codings.length === 0) return plain
  return {
    body: toBodyText(body),
    encodedBytes,
    decodedBytes: body.length,
    fault: error && {
      category: error.category,
      message: MESSAGE,
      note: { rule: 'content-decoding', source, text: error.text },
    },
    note: {
      rule: 'content-decoding',
      source,
      text: `The body is decoded (${codings.join(', ')}): ${encodedBytes} bytes on the wire are ${body.length} bytes for the page.`,
    },
  }
}
