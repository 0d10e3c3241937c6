// What a fetch ends with: the words for the learner, Chromium's category and console line, and what the script gets.
import type { FetchView, PageRequest, PageResponse, RuleNote } from '../protocol'
import { ABORTED, corsLine, type CorsError } from './console-texts'
import type { Refusal } from './construct'
import { takeNotes, type Done, type Finished, type Flight } from './flight'

type Exception = FetchView['exception']

/** A fetch that CORS forbids. */
export function blockedByCors(
  flight: Flight,
  { error, detail, note }: { readonly error: CorsError; readonly detail: string; readonly note: RuleNote },
): Finished {
  const { kind, origin, url, urls } = flight
  const line = corsLine({
    error,
    detail,
    subject: kind.subject,
    url: url.href,
    // What the page's policy has upgraded was not redirected.
    firstUrl: (urls.length > 1 ? (urls[0] ?? url) : url).href,
    origin,
  })
  return finish(flight, note, { outcome: 'blocked', category: error, console: [line] })
}

/** A fetch that ended for another reason than CORS; `category` is Chromium's name, or ours where it has none. */
export function blocked(flight: Flight, category: string, note: RuleNote, console: readonly string[] = []): Finished {
  return finish(flight, note, { outcome: 'blocked', category, console })
}

/** A network error, by Chromium's name of it. */
export function failedNetwork(flight: Flight, name: string, note: RuleNote, console: readonly string[] = []): Finished {
  const line = `WebSocket connection to '${flight.url.href}' failed: Error in connection establishment: ${name}`
  return blocked(flight, `network:${name}`, note, flight.ask.page.kind === 'websocket' ? [line] : console)
}

/** Nobody will ever answer: in the app nothing can go on. */
export function pending(flight: Flight): Finished {
  const text = 'No answer ever comes: in the app nothing can go on any more. A browser would wait for minutes.'
  const note: RuleNote = { rule: 'network', source: 'Fetch 4.7, "HTTP-network fetch"', text }
  return finish(flight, note, { outcome: 'pending' })
}

/** The script took it back. */
export function aborted(flight: Flight): Finished {
  const note: RuleNote = {
    rule: 'aborted',
    source: 'Fetch 5.6, "fetch method"',
    text: 'The script aborted the request before an answer had begun. The server may have done its work all the same.',
  }
  const exception = flight.ask.page.kind === 'fetch' ? { name: 'AbortError', message: ABORTED } : null
  return finish(flight, note, { outcome: 'blocked', category: 'network:net::ERR_ABORTED', exception })
}

export function finish(
  flight: Flight,
  note: RuleNote,
  end: {
    readonly outcome: FetchView['outcome']
    readonly category?: string | null
    readonly console?: readonly string[]
    readonly exception?: Exception
    readonly response?: PageResponse | null
    readonly used?: PageResponse
  },
): Finished {
  const { ask, method, urls } = flight
  flight.notes.push(note)
  const exception = end.exception ?? (end.outcome === 'blocked' ? exceptionOf(ask.page.kind) : null)
  return {
    notes: takeNotes(flight),
    done: {
      ...common(ask),
      method,
      url: (urls[0] ?? flight.url).href,
      outcome: end.outcome,
      category: end.category ?? null,
      text: note.text,
      fix: note.fix ?? null,
      console: [...flight.console, ...(end.console ?? [])],
      exception,
      response: end.response ?? null,
      ...(end.used && { used: end.used }),
      fromCache: flight.isStored,
    },
  }
}

/** Refused before anything was sent. */
export function refused(
  ask: PageRequest,
  refusal: Refusal,
  notes: readonly RuleNote[],
  console: readonly string[] = [],
): Finished {
  const { name, message, note } = refusal
  return {
    notes: [...notes, note],
    done: {
      ...common(ask),
      method: ask.method,
      url: ask.url,
      outcome: 'blocked',
      category: 'NotAllowedByFetchAPI',
      text: note.text,
      fix: note.fix ?? null,
      console,
      // Elements and navigations throw nothing.
      exception: !isThrowing(ask.page.kind) ? null : { name, message },
      response: null,
      fromCache: false,
    },
  }
}

function common({ from, title, page }: PageRequest): Pick<Done, 'from' | 'title' | 'kind' | 'page'> {
  return { from, title, kind: page.kind, page: { url: page.url, sandboxed: page.sandboxed } }
}

/** What a script gets for any network error: no reason, so that it can't tell what it may not see. */
function exceptionOf(kind: PageRequest['page']['kind']): Exception {
  if (kind === 'fetch') return { name: 'TypeError', message: 'Failed to fetch' }
  if (kind === 'font') return { name: 'NetworkError', message: 'A network error occurred.' }
  return null
}

function isThrowing(kind: PageRequest['page']['kind']): boolean {
  return ['fetch', 'xhr', 'beacon', 'eventsource', 'websocket'].includes(kind)
}
