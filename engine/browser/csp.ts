// The page's own Content-Security-Policy: what it lets the page ask for, in Chromium's words (CSP3 4.1.2, "should request be
// blocked"). Nonces and hashes of scripts, reports and workers are left out (decision 014).
import type { AskKind, PageRequest, RuleNote } from '../protocol'
import type { Finished, Flight } from './flight'
import { blocked, failedNetwork } from './outcome'
import { isTrustworthy } from './sites'
import { matchesSourceList } from './source-list'
import { isSameOrigin, originOf } from './url'

/** CSP3 6.8.3, "get fetch directive fallback list": the first that a policy has counts. */
const CONNECT = ['connect-src', 'default-src'] as const
const SCRIPT = ['script-src-elem', 'script-src', 'default-src'] as const
const DIRECTIVES: Readonly<Record<AskKind, readonly string[]>> = {
  fetch: CONNECT,
  xhr: CONNECT,
  beacon: CONNECT,
  eventsource: CONNECT,
  websocket: CONNECT,
  img: ['img-src', 'default-src'],
  script: SCRIPT,
  module: SCRIPT,
  css: ['style-src-elem', 'style-src', 'default-src'],
  font: ['font-src', 'default-src'],
  iframe: ['frame-src', 'child-src', 'default-src'],
  form: ['form-action'],
  navigation: [],
  'document.cookie': [],
}

/** What the console says is done. */
const DEEDS: Partial<Readonly<Record<AskKind, string>>> = {
  img: 'Loading the image',
  script: 'Loading the script',
  module: 'Loading the script',
  css: 'Loading the stylesheet',
  font: 'Loading the font',
  iframe: 'Framing',
  form: 'Sending form data to',
}

interface Directive {
  readonly name: string
  /** As written. */
  readonly value: string
}

/** Cuts a header's value into policies and these into directives; of several of one name the first counts (CSP3 2.2.1). */
export function parsePolicies(header: string): readonly (readonly Directive[])[] {
  return header.split(',').map((policy) => {
    const directives = new Map<string, Directive>()
    for (const part of policy.split(';')) {
      const [, written = '', value = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(part) ?? []
      const name = written.toLowerCase()
      if (name !== '' && !directives.has(name)) directives.set(name, { name, value })
    }
    return [...directives.values()]
  })
}

function policiesOf({ document }: PageRequest['page']): ReturnType<typeof parsePolicies> {
  return document?.contentSecurityPolicy ? parsePolicies(document.contentSecurityPolicy) : []
}

interface Violation extends Directive {
  /** Its own directive, which the policy does not have; null where it has. */
  readonly instead: string | null
  readonly sources: readonly string[]
}

/** The directives, one of each policy, that do not let a URL through. */
function violationsOf({ ask: { page }, url, urls }: Flight): readonly Violation[] {
  const names = DIRECTIVES[page.kind]
  // A frame's empty document is nobody's.
  if (url.protocol === 'about:' && page.kind === 'iframe') return []
  return policiesOf(page).flatMap((policy) => {
    const name = names.find((one) => policy.some((directive) => directive.name === one))
    const directive = policy.find((one) => one.name === name)
    if (!directive) return []
    const sources = directive.value.split(/\s+/).filter(Boolean)
    // What a script inserts is trusted with it.
    const isTrusted = names === SCRIPT && sources.some((source) => /^'strict-dynamic'$/i.test(source))
    if (isTrusted || matchesSourceList(sources, url, new URL(page.url), urls.length > 1)) return []
    const [own = ''] = names
    return [{ ...directive, instead: own === directive.name ? null : own, sources }]
  })
}

/** Ends what the page's policy keeps it from asking for; null where it may. Asked again for each redirect. */
export function judgePolicy(flight: Flight): Finished | null {
  const violations = violationsOf(flight)
  const [first] = violations
  if (!first) return null
  const { ask, url, urls } = flight
  const { kind } = ask.page
  const lines = violations.map((violation) => describe(violation, flight))
  const note: RuleNote = {
    rule: 'content-security-policy',
    source: 'CSP3 4.1.2, "should request be blocked by Content Security Policy"',
    text:
      `The page came with \`Content-Security-Policy: ${`${first.name} ${first.value}`.trim()}\`, which does not let it ask ` +
      `${placeOf(url)}${first.instead === null ? '' : ` (\`${first.name}\` counts, as there is no \`${first.instead}\`)`}. ` +
      'Nothing is sent there: this is not CORS, and no header of the server that was asked could help.',
    fix: `Where the page itself is served, add \`${placeOf(url)}\` to \`${first.instead ?? first.name}\` of its policy.`,
  }
  if (kind === 'iframe') return failedNetwork(flight, 'net::ERR_BLOCKED_BY_CSP', note, lines)
  const isFetched = kind === 'fetch' && urls.length === 1
  const more = `Fetch API cannot load ${url.href}. Refused to connect because it violates the document's Content Security Policy.`
  return blocked(flight, 'csp', note, isFetched ? [...lines, more] : lines)
}

/** An origin, or a scheme where there is none. */
function placeOf(url: URL): string {
  const origin = originOf(url)
  return origin === 'null' || url.protocol === 'blob:' ? url.protocol : origin
}

function describe({ name, value, instead, sources }: Violation, { ask, url, urls, origin }: Flight): string {
  const { kind } = ask.page
  const isDocument = kind === 'iframe' || kind === 'form'
  const fallback =
    instead === null ? [] : [`Note that '${instead}' was not explicitly set, so '${name}' is used as a fallback.`]
  const scheme = url.protocol
  const star =
    sources.includes('*') && !isDocument
      ? [
          "Note that '*' matches only URLs with network schemes ('http', 'https', 'ws', 'wss'), or URLs whose scheme matches " +
            `\`self\`'s scheme. The scheme '${scheme}' must be added explicitly.`,
        ]
      : []
  const subject = kind === 'iframe' ? framed(url, origin) : (kind === 'form' ? (urls[0] ?? url) : url).href
  const begin =
    `${DEEDS[kind] ?? 'Connecting to'} '${subject}' violates the following Content Security Policy directive: ` +
    `"${name} ${value}".`
  return isDocument
    ? `${[begin, 'The request has been blocked.', ...fallback].join(' ')}\n`
    : [begin, ...fallback, ...star, 'The action has been blocked.'].join(' ')
}

/** Of documents of others a page learns the origin alone. */
function framed(url: URL, origin: string): string {
  if (isSameOrigin(origin, originOf(url))) return url.href
  return originOf(url) === 'null' ? '' : `${originOf(url)}/`
}

/**
 * Puts https in the place of http where the page's policy asks for it (Upgrade Insecure Requests 3.2): for links only to the
 * page's own host. Of `fetch` Chromium keeps the URL as it was asked for.
 */
export function upgradeInsecure(flight: Flight): void {
  const { ask, url, urls } = flight
  const { page } = ask
  if (!/^(?:http|ws):$/.test(url.protocol) || isTrustworthy(url.href)) return
  if (!policiesOf(page).some((policy) => policy.some(({ name }) => name === 'upgrade-insecure-requests'))) return
  if (page.kind === 'navigation' && url.hostname !== new URL(page.url).hostname) return
  const better = new URL(url)
  better.protocol = url.protocol.replace(/^(http|ws):$/, '$1s:')
  flight.url = better
  if (page.kind !== 'fetch' || urls.length > 1) urls.splice(-1, 1, better)
  flight.notes.push({
    rule: 'upgrade-insecure-requests',
    source: 'Upgrade Insecure Requests 3.2',
    text: `The page's policy says \`upgrade-insecure-requests\`, so it asks ${originOf(better)} in the place of ${originOf(url)}.`,
  })
}
