// Whether what asked can make use of an answer that it was let have: scripts, style sheets, frames, event streams.
import type { AskKind, RuleNote } from '../protocol'
import { isNosniff, judgeFraming, judgeOpaque, judgeResourcePolicy, type Kept } from './embedding'
import type { Finished, Flight } from './flight'
import { getHeader } from './headers'
import { judgeIntegrity } from './integrity'
import type { Answer } from './network'
import { blocked, failedNetwork } from './outcome'
import type { ReadBody } from './read-body'
import { essenceOf } from './request-headers'
import { withoutFragment } from './url'

/** MIME Sniffing 4.6, "JavaScript MIME type". */
const JAVASCRIPT =
  /^(?:(?:text|application)\/(?:x-)?(?:java|ecma)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/

/** What makes no use of a body that broke off; `fetch` and documents have what came. */
const NEEDS_WHOLE: ReadonlySet<AskKind> = new Set(['xhr', 'script', 'module', 'css', 'font'])

/** Ends a fetch whose answer is of no use; null where it is of use. */
export function judgeUse(flight: Flight, answer: Answer, body: ReadBody): Finished | null {
  const { ask, tainting, origin, url } = flight
  const { kind } = ask.page
  if (tainting === 'opaque') {
    const kept = judgeResourcePolicy(answer.headers, origin, url) ?? judgeEmbedded(flight, answer, body)
    if (kept) return keep(flight, kept)
  }
  if (body.fault && NEEDS_WHOLE.has(kind)) {
    const { category, note } = body.fault
    return failedNetwork(flight, category, note)
  }
  if (kind === 'iframe') {
    const kept = judgeFraming(answer.headers, ask.page, url)
    return kept && keep(flight, kept)
  }
  if (kind === 'eventsource') return judgeStream(flight, answer)
  if (kind === 'script' || kind === 'module') return judgeScript(flight, answer, body)
  if ((kind === 'css' || kind === 'font') && !isOk(answer)) return useless(flight, answer)
  return kind === 'font' && !flight.isComing ? judgeFont(flight, body) : null
}

function judgeEmbedded({ ask: { page } }: Flight, { headers }: Answer, { body }: ReadBody): Kept | null {
  const isEmbedded = page.kind === 'img' || page.kind === 'script' || page.kind === 'css'
  return isEmbedded ? judgeOpaque(headers, body.encoding === 'utf8' ? body.text : '') : null
}

function keep(flight: Flight, { error, note, console }: Kept): Finished {
  return failedNetwork(flight, error, note, console)
}

const isOk = ({ status }: Answer): boolean => status >= 200 && status <= 299

function useless(flight: Flight, { status }: Answer): Finished {
  return failedNetwork(flight, 'net::ERR_ABORTED', {
    rule: 'element-status',
    source: 'HTML 8.1.4.2, "fetch a classic script"',
    text: `The answer has the status ${status}, so the browser makes no use of it.`,
    fix: 'Answer with a status from 200 to 299.',
  })
}

/** What runs as a script: by its status, and for modules and under nosniff by its type. */
function judgeScript(flight: Flight, answer: Answer, { body }: ReadBody): Finished | null {
  if (!isOk(answer)) return useless(flight, answer)
  // Before its type, and with the status that it needs: so Chromium.
  const other = judgeIntegrity(flight, body, flight.tainting === 'opaque')
  if (other) return other
  const type = getHeader(answer.headers, 'content-type') ?? ''
  const essence = essenceOf(type) ?? ''
  if (JAVASCRIPT.test(essence)) return null
  const isModule = flight.ask.page.kind === 'module'
  if (!isModule && !isNosniff(answer.headers)) return null
  const note: RuleNote = {
    rule: 'script-type',
    source: 'HTML 8.1.4.2, "fetch a single module script"',
    text: isModule
      ? `A module has to come with a JavaScript type; this one is \`${type}\`.`
      : `The answer is \`${type}\` and says \`nosniff\`, so it is not run as a script.`,
    fix: 'Send `Content-Type: text/javascript`.',
  }
  return blocked(flight, 'ScriptType', note, [
    isModule
      ? 'Failed to load module script: Expected a JavaScript-or-Wasm module script but the server responded with a MIME ' +
        `type of "${essence}". Strict MIME type checking is enforced for module scripts per HTML spec.`
      : `Refused to execute script from '${withoutFragment(flight.url)}' because its MIME type ('${essence}') is not ` +
        'executable, and strict MIME type checking is enabled.',
  ])
}

/** First bytes of what is a font: WOFF, WOFF 2, OpenType, TrueType, a collection of them. */
const FONT = /^(?:wOFF|wOF2|OTTO|true|ttcf|\0\u0001\0\0)/

/** CSS Font Loading 4: what can't be read as a font fails the FontFace. Looks at the first bytes alone. */
function judgeFont(flight: Flight, { body }: ReadBody): Finished | null {
  const start = body.encoding === 'utf8' ? body.text : atob(body.text.slice(0, 8))
  if (FONT.test(start)) return null
  const note: RuleNote = {
    rule: 'font-bytes',
    source: 'CSS Fonts 4, 4.3',
    text: 'The answer was let through, but its bytes are no font.',
    fix: 'Send a font: WOFF, WOFF 2, OpenType or TrueType.',
  }
  return blocked(flight, 'FontBytes', note, [`Failed to decode downloaded font: ${withoutFragment(flight.url)}`])
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
