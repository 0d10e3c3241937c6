// Cookies of a fetch: whether they may go along at all, and whether what a server sets is kept (Fetch 4.6).
import type { HeaderList, RuleNote } from '../protocol'
import type { CookieContext } from './cookies'
import { isCredentialed, type Flight } from './flight'
import { hasHeader } from './headers'
import { isTopLevel } from './kinds'

/** The value of Cookie; null for none. */
export function cookieFor(flight: Flight): string | null {
  const { memory, nowMs } = flight
  const context = cookieContext(flight)
  if (isCredentialed(flight)) {
    const { header, notes } = memory.cookies.send(context, nowMs)
    flight.notes.push(...notes)
    return header
  }
  const kept = memory.cookies.explain(context, nowMs).filter(({ reasons }) => reasons.length === 0)
  if (kept.length > 0) {
    flight.notes.push({
      ...creditNote(flight),
      text: `${kept.map(({ cookie }) => `\`${cookie.name}\``).join(', ')} stays at home: ${creditNote(flight).text}`,
    })
  }
  return null
}

/** Takes in what an answer sets, also where the page may not read that answer. */
export function keepCookies(flight: Flight, headers: HeaderList): void {
  if (!hasHeader(headers, 'set-cookie')) return
  if (!isCredentialed(flight)) {
    const note = creditNote(flight)
    flight.notes.push({ ...note, rule: 'cookie-not-stored', text: `\`Set-Cookie\` is ignored: ${note.text}` })
    return
  }
  const verdicts = flight.memory.cookies.receive(headers, cookieContext(flight), flight.nowMs)
  flight.notes.push(...verdicts.map(({ note }) => note))
}

function creditNote({ kind }: Flight): RuleNote {
  return {
    rule: 'cookie-not-sent',
    source: 'Fetch 4.6, "HTTP-network-or-cache fetch"',
    text:
      kind.credentials === 'omit'
        ? 'the credentials mode is `omit`.'
        : 'the credentials mode is `same-origin`, and this is another origin.',
    fix: "Ask with `credentials: 'include'`, and let the server answer with `Access-Control-Allow-Credentials: true`.",
  }
}

export function cookieContext({ ask, url, method }: Flight): CookieContext {
  const { page } = ask
  return {
    url: url.href,
    method,
    page: { url: page.url, sandboxed: page.sandboxed },
    isTopNavigation: isTopLevel(page.kind),
  }
}
