// Whether what asked can make use of an answer that it was let have: scripts, style sheets, frames, event streams.
import type { AskKind, RuleNote } from '../protocol'
import { IMAGE, isDownload } from './document-type'
import { isNosniff, framingLines, judgeFraming, judgeOpaque, judgeResourcePolicy, type Kept } from './embedding'
import type { Finished, Flight } from './flight'
import { getHeader } from './headers'
import { judgeIntegrity } from './integrity'
import { isNavigation } from './kinds'
import type { Answer } from './network'
import { blocked, failedNetwork } from './outcome'
import type { ReadBody } from './read-body'
import { essenceOf } from './request-headers'
import { withoutFragment } from './url'

/** MIME Sniffing 4.6, "JavaScript MIME type". */
const JAVASCRIPT =
  /^(?:(?:text|application)\/(?:x-)?(?:java|ecma)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/

/** Fetch 3.2, "should response to request be blocked due to its MIME type". */
const NO_SCRIPT = /^(?:image|audio|video)\/|^text\/csv$/
/** What is of no use with a status that says so; an image is shown all the same. */
const STATUS_COUNTS: ReadonlySet<AskKind> = new Set(['script', 'module', 'css', 'font'])
/** What makes no use of a body that broke off; `fetch` and documents have what came, if anything did. */
const NEEDS_WHOLE: ReadonlySet<AskKind> = new Set(['xhr', 'img', 'script', 'module', 'css', 'font'])

/** Ends a fetch whose answer is of no use; null where it is of use. */
export function judgeUse(flight: Flight, answer: Answer, body: ReadBody): Finished | null {
  const { ask, tainting, origin, url } = flight
  const { kind } = ask.page
  if (tainting === 'opaque') {
    const kept = judgeResourcePolicy(answer.headers, origin, url) ?? judgeEmbedded(flight, answer, body)
    if (kept) return keep(flight, kept)
  }
  if (STATUS_COUNTS.has(kind) && !isOk(answer)) return useless(flight, answer)
  if (body.fault && NEEDS_WHOLE.has(kind)) {
    const { category, note } = body.fault
    return failedNetwork(flight, category, note)
  }
  const kept = kind === 'iframe' ? judgeFraming(answer.headers, ask.page, url) : null
  if (kept) return keep(flight, kept)
  if (isNavigation(kind)) {
    if (flight.isComing) return null
    const lost = judgeDocument(flight, answer, body)
    if (!lost && kind === 'iframe') flight.console.push(...framingLines(answer.headers, url))
    return lost
  }
  if (kind === 'eventsource') return judgeStream(flight, answer)
  if (kind === 'script' || kind === 'module') return judgeScript(flight, answer, body)
  if (kind === 'css') return judgeStyle(flight, answer)
  if (flight.isComing) return null
  if (kind === 'img') return judgeImage(flight, answer, body)
  return kind === 'font' ? judgeFont(flight, body) : null
}

function judgeEmbedded({ ask: { page } }: Flight, { headers }: Answer, { body }: ReadBody): Kept | null {
  const isEmbedded = page.kind === 'img' || page.kind === 'script' || page.kind === 'css'
  return isEmbedded ? judgeOpaque(headers, body.encoding === 'utf8' ? body.text : '') : null
}

function keep(flight: Flight, { error, note, console }: Kept): Finished {
  return failedNetwork(flight, error, note, console)
}

/** Chromium: the standard wants a status from 200 to 299. */
const isOk = ({ status }: Answer): boolean => status < 400

function useless(flight: Flight, { status }: Answer): Finished {
  return failedNetwork(flight, 'net::ERR_ABORTED', {
    rule: 'element-status',
    source: 'HTML 8.1.4.2, "fetch a classic script"',
    text: `The answer has the status ${status}, so the browser makes no use of it.`,
    fix: 'Answer with a status below 400.',
  })
}

/** What runs as a script: by its status, and for modules and under nosniff by its type. */
function judgeScript(flight: Flight, answer: Answer, { body }: ReadBody): Finished | null {
  // Before its type, and with the status that it needs: so Chromium.
  const other = judgeIntegrity(flight, body, flight.tainting === 'opaque')
  if (other) return other
  const type = getHeader(answer.headers, 'content-type') ?? ''
  const essence = essenceOf(type) ?? ''
  if (JAVASCRIPT.test(essence)) return null
  const isModule = flight.ask.page.kind === 'module'
  const isStrict = isNosniff(answer.headers)
  if (!isModule && !isStrict && !NO_SCRIPT.test(essence)) return null
  const note: RuleNote = {
    rule: 'script-type',
    source: 'HTML 8.1.4.2, "fetch a single module script"',
    text: isModule
      ? `A module has to come with a JavaScript type; this one is \`${type}\`.`
      : `The answer is \`${type}\`${isStrict ? ' and says `nosniff`' : ''}, so it is not run as a script.`,
    fix: 'Send `Content-Type: text/javascript`.',
  }
  return blocked(flight, 'ScriptType', note, [
    isModule
      ? 'Failed to load module script: Expected a JavaScript-or-Wasm module script but the server responded with a MIME ' +
        `type of "${essence}". Strict MIME type checking is enforced for module scripts per HTML spec.`
      : `Refused to execute script from '${withoutFragment(flight.url)}' because its MIME type ('${essence}') is not ` +
        `executable${isStrict ? ', and strict MIME type checking is enabled' : ''}.`,
  ])
}

/** HTML 4.6.8.14: a style sheet says that it is one. Chromium refuses it under nosniff; else it loads, and counts for nothing. */
function judgeStyle(flight: Flight, { headers }: Answer): Finished | null {
  const essence = essenceOf(getHeader(headers, 'content-type') ?? '') ?? ''
  if (essence === 'text/css') return null
  const isStrict = isNosniff(headers)
  if (essence === '' && !isStrict) return null
  const note: RuleNote = {
    rule: 'style-type',
    source: isStrict ? 'Fetch 3.3, "should response to request be blocked due to nosniff"' : 'Chromium',
    text: isStrict
      ? `The answer is \`${essence}\` and says \`nosniff\`, so it is no style sheet.`
      : `The answer is \`${essence}\`: the element says that it has loaded, but none of its rules count.`,
    fix: 'Send `Content-Type: text/css`.',
  }
  if (!isStrict) {
    flight.notes.push(note)
    return null
  }
  return blocked(flight, 'StyleType', note, [
    `Refused to apply style from '${withoutFragment(flight.url)}' because its MIME type ('${essence}') is not a ` +
      'supported stylesheet MIME type, and strict MIME checking is enabled.',
  ])
}

/** What can't be shown fails the element, whatever its type says; only SVG has to be announced. */
function judgeImage(flight: Flight, { headers }: Answer, { body }: ReadBody): Finished | null {
  const start = firstBytes(body, 64)
  const essence = essenceOf(getHeader(headers, 'content-type') ?? '')
  if (IMAGE.test(start) || (essence === 'image/svg+xml' && /<svg[\s>/]/i.test(body.text))) return null
  return blocked(flight, 'ImageBytes', {
    rule: 'image-bytes',
    source: 'HTML 4.8.4.3.5, "updating the image data"',
    text: 'The answer was let through, but its bytes are no image.',
    fix: 'Send an image; SVG as `image/svg+xml`.',
  })
}

/** HTML 7.4.5: a document takes the page's place; a file is saved, and where there is nothing the page stays (204, 205). */
function judgeDocument(flight: Flight, { headers, status }: Answer, read: ReadBody): Finished | null {
  const { page } = flight.ask
  const source = 'HTML 7.4.5, "attempt to populate the history entry\'s document"'
  if (NO_DOCUMENT.has(status)) {
    const text = `The status is ${status}: no document comes of that, and the page stays.`
    return failedNetwork(flight, 'net::ERR_ABORTED', { rule: 'no-document', source, text })
  }
  if (isDownload(headers, firstBytes(read.body, 1446))) {
    const text = 'The browser saves the answer as a file. No document comes of it, and the page stays.'
    const fix = 'To have it shown send a type such as `text/html`, and no `Content-Disposition: attachment`.'
    const note = { rule: 'download', source, text, fix }
    // Chromium saves no file of an error.
    return failedNetwork(
      flight,
      status >= 400 ? 'net::ERR_INVALID_RESPONSE' : 'net::ERR_ABORTED',
      note,
      page.sandboxed ? [NO_DOWNLOADS] : [],
    )
  }
  if (read.decodedBytes > 0) return null
  if (status >= 400) {
    const text = `The status is ${status} and there is nothing to show, so the browser shows an error page of its own.`
    return failedNetwork(flight, 'net::ERR_HTTP_RESPONSE_CODE_FAILURE', {
      rule: 'error-page',
      source: 'Chromium',
      text,
    })
  }
  if (!read.fault) return null
  // The head was judged before the body turned out to be nothing.
  const lines = page.kind === 'iframe' ? framingLines(headers, flight.url) : []
  return failedNetwork(flight, read.fault.category, read.fault.note, lines)
}

/** Nothing takes the page's place. */
const NO_DOCUMENT: ReadonlySet<number> = new Set([204, 205, 304])
const NO_DOWNLOADS =
  'Download is disallowed. The frame initiating or instantiating the download is sandboxed, but the flag ‘allow-downloads’ ' +
  'is not set. See https://www.chromestatus.com/feature/5706745674465280 for more details.'

/** A character for each of the first bytes. */
function firstBytes({ text, encoding }: ReadBody['body'], count: number): string {
  return encoding === 'utf8' ? text.slice(0, count) : atob(text.slice(0, Math.ceil(count / 3) * 4))
}

/** First bytes of what is a font: WOFF, WOFF 2, OpenType, TrueType, a collection of them. */
const FONT = /^(?:wOFF|wOF2|OTTO|true|ttcf|\0\u0001\0\0)/

/** CSS Font Loading 4: what can't be read as a font fails the FontFace. Looks at the first bytes alone. */
function judgeFont(flight: Flight, { body }: ReadBody): Finished | null {
  const start = firstBytes(body, 6)
  if (FONT.test(start)) return null
  // Chromium writes it with a sign.
  const version = [0, 1, 2, 3].reduce((sum, at) => (sum << 8) | start.charCodeAt(at), 0)
  const note: RuleNote = {
    rule: 'font-bytes',
    source: 'CSS Fonts 4, 4.3',
    text: 'The answer was let through, but its bytes are no font.',
    fix: 'Send a font: WOFF, WOFF 2, OpenType or TrueType.',
  }
  return blocked(flight, 'FontBytes', note, [
    `Failed to decode downloaded font: ${(flight.urls[0] ?? flight.url).href}`,
    ...(start.length < 4 ? [] : [`OTS parsing error: invalid sfntVersion: ${version}`]),
  ])
}

/** HTML 9.2.3: an event stream has the status 200 and its own type; anything else ends the EventSource for good. */
function judgeStream(flight: Flight, answer: Answer): Finished | null {
  const type = getHeader(answer.headers, 'content-type') ?? ''
  const essence = essenceOf(type) ?? ''
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1]
  const source = 'HTML 9.2.3, "EventSource"'
  const rule = 'event-stream'
  if (answer.status !== 200) {
    return blocked(flight, 'EventSourceStatus', {
      rule,
      source,
      text: `The answer has the status ${answer.status}; an event stream has 200. The EventSource gives up, and does not try again.`,
      fix: 'Answer with 200. To end a stream for good, 204 is the way.',
    })
  }
  if (essence !== 'text/event-stream') {
    const note = {
      rule,
      source,
      text: `The answer is \`${type}\`, not \`text/event-stream\`. The EventSource gives up, and does not try again.`,
      fix: 'Send `Content-Type: text/event-stream`, with StreamingResponse by `media_type="text/event-stream"`.',
    }
    return blocked(flight, 'EventSourceType', note, [
      `EventSource's response has a MIME type ("${essence}") that is not "text/event-stream". Aborting the connection.`,
    ])
  }
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') {
    const note = { rule, source, text: 'An event stream is UTF-8, and nothing else.', fix: 'Leave the charset out.' }
    return blocked(flight, 'EventSourceType', note, [
      `EventSource's response has a charset ("${charset}") that is not UTF-8. Aborting the connection.`,
    ])
  }
  return null
}
