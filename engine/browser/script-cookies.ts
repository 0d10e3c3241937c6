// `document.cookie`, read or set: no request at all.
import type { BrowserState, Ms, Page, PageRequest } from '../protocol'
import { CookieJar } from './cookies'
import type { Finished } from './flight'
import type { Memory } from './memory'

export function readOrSetCookie(ask: PageRequest, memory: Memory, nowMs: Ms): Finished {
  const { from, title, method, page } = ask
  const source = 'HTML 3.1.4, "document.cookie"'
  const common = {
    from,
    title,
    method,
    kind: page.kind,
    page: { url: page.url, sandboxed: page.sandboxed },
    url: page.url,
  }
  const empty = {
    fix: null,
    category: null,
    console: [],
    exception: null,
    response: null,

    fromCache: false,
  }
  if (page.sandboxed) {
    const what = page.cookie === undefined ? 'read' : 'set'
    const preposition = page.cookie === undefined ? 'from' : 'on'
    const text = 'A sandboxed document has no origin of its own, and so no cookies.'
    const message =
      `Failed to ${what} the 'cookie' property ${preposition} 'Document': The document is sandboxed and lacks the ` +
      "'allow-same-origin' flag."
    return {
      notes: [{ rule: 'document-cookie', source, text }],
      done: {
        ...common,
        ...empty,
        outcome: 'blocked',
        category: 'SecurityError',
        text,
        exception: { name: 'SecurityError', message },
      },
    }
  }
  const frame = { url: page.url, sandboxed: false }
  if (page.cookie !== undefined) {
    const { note } = memory.cookies.writeScript(frame, page.cookie, nowMs)
    return { notes: [note], done: { ...common, ...empty, outcome: 'ok', text: note.text, fix: note.fix ?? null } }
  }
  const seen = memory.cookies.readScript(frame, nowMs)
  const text =
    seen === '' ? 'The script sees no cookie.' : `The script sees \`${seen}\`. HttpOnly ones are hidden from it.`
  return {
    notes: [{ rule: 'document-cookie', source, text }],
    done: {
      ...common,
      ...empty,
      outcome: 'ok',
      text,
      response: {
        type: 'basic',
        status: 0,
        statusText: '',
        url: '',
        redirected: false,
        headers: [],
        body: { text: seen, encoding: 'utf8' },
        encodedBytes: 0,
        decodedBytes: 0,
      },
    },
  }
}

/** What `document.cookie` says on a page; empty on a sandboxed one, which has none to say it with. */
export function documentCookie({ cookies, settings }: BrowserState, page: Page, nowMs: Ms): string {
  return page.sandboxed ? '' : new CookieJar(cookies, settings).readScript(page, nowMs)
}
