// Strict-Transport-Security: hosts that asked for https alone (RFC 6797). Knows no pages and no requests.
import type { BrowserState, HeaderList, Ms, RuleNote } from '../protocol'
import { formatMoment } from './clock'
import { isToken } from './headers'
import { isAddress, isLoopback } from './sites'

/** Chromium keeps no host longer. */
const LONGEST_MS = 365 * 86_400_000

type HstsHost = BrowserState['hsts'][number]

export class HstsHosts {
  #entries: readonly HstsHost[]

  constructor(entries: readonly HstsHost[]) {
    this.#entries = entries
  }

  get entries(): readonly HstsHost[] {
    return this.#entries
  }

  /** Takes in what a response says (RFC 6797 8.1). @returns what was learned, or why it counts for nothing; null if it says nothing */
  learn(url: URL, headers: HeaderList, nowMs: Ms): RuleNote | null {
    const value = headers.find(([name]) => name.toLowerCase() === 'strict-transport-security')?.[1]
    if (value === undefined) return null
    const ignored = (text: string, fix: string): RuleNote => ({
      rule: 'hsts-ignored',
      source: 'RFC 6797 8.1',
      text: `\`Strict-Transport-Security\` counts for nothing here: ${text}`,
      fix,
    })
    const host = nameOf(url)
    if (url.protocol !== 'https:' && url.protocol !== 'wss:') {
      return ignored('over http anybody on the way could have written it.', 'Redirect to https, and send it there.')
    }
    if (isAddress(host)) return ignored(`${host} is an address, not a name.`, 'Serve under a host name.')
    if (isLoopback(host)) {
      // Chromium since 132: else one local server would break all the others.
      return {
        ...ignored(`${host} is this machine.`, 'Nothing to do: it works once it is deployed.'),
        source: 'Chromium',
      }
    }
    const asked = parsePolicy(value)
    if (!asked)
      return ignored(`\`${value}\` can't be read.`, 'Write `max-age=31536000`, and `includeSubDomains` if you like.')
    this.#entries = this.#entries.filter((entry) => entry.host !== host && entry.untilMs > nowMs)
    const what = `${host}${asked.subdomains ? ' and all below it' : ''}`
    const note = { rule: 'hsts-learned', source: 'RFC 6797 8.1' }
    if (asked.ageMs === 0) return { ...note, text: `The browser forgets that ${host} wanted https alone (max-age=0).` }
    const untilMs = nowMs + Math.min(asked.ageMs, LONGEST_MS)
    this.#entries = [...this.#entries, { host, subdomains: asked.subdomains, untilMs }]
    return { ...note, text: `Until ${formatMoment(untilMs)} the browser asks ${what} over https alone.` }
  }

  /**
   * The https (or wss) URL that is asked in place of an http one (RFC 6797 8.3); null where nobody wants that. An explicit
   * port stays, but 80, which a URL doesn't show.
   */
  upgrade(url: URL, nowMs: Ms): { readonly url: URL; readonly note: RuleNote } | null {
    if (url.protocol !== 'http:' && url.protocol !== 'ws:') return null
    const host = nameOf(url)
    if (isLoopback(host)) return null
    const entry = this.#entries.find(
      (one) => one.untilMs > nowMs && (one.host === host || (one.subdomains && host.endsWith(`.${one.host}`))),
    )
    if (!entry) return null
    const upgraded = new URL(url)
    upgraded.protocol = url.protocol === 'http:' ? 'https:' : 'wss:'
    return {
      url: upgraded,
      note: {
        rule: 'hsts-upgrade',
        source: 'RFC 6797 8.3',
        text: `${entry.host} has asked for https alone${entry.host === host ? '' : ', for all below it too'}: the browser goes to ${upgraded.href} by itself, with a 307 that no server sent.`,
      },
    }
  }
}

/** RFC 6797 6.1: directives in any order, each once; max-age must be there. */
function parsePolicy(value: string): { ageMs: Ms; subdomains: boolean } | null {
  const directives = new Map<string, string | null>()
  for (const text of value.split(';').map((part) => part.trim())) {
    if (text === '') continue
    const [, name = '', quoted, plain] = /^([^=\s]+)\s*(?:=\s*(?:"([^"]*)"|(\S+)))?$/.exec(text) ?? []
    const key = name.toLowerCase()
    if (!isToken(name) || directives.has(key)) return null
    directives.set(key, quoted ?? plain ?? null)
  }
  const age = directives.get('max-age')
  const subdomains = directives.get('includesubdomains')
  if (age == null || !/^\d+$/.test(age) || (subdomains !== undefined && subdomains !== null)) return null
  return { ageMs: Number(age) * 1000, subdomains: subdomains === null }
}

const nameOf = ({ hostname }: URL): string => hostname.replace(/\.$/, '')
