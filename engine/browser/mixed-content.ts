// Mixed content: what a page loaded over https may not get over http (Mixed Content 4 and 5).
import type { AskKind, PageRequest, RuleNote } from '../protocol'
import { isNamedLocal } from './address-space'
import type { Flight } from './flight'
import { isAddress, isTrustworthy } from './sites'
import { withoutFragment } from './url'

/** What Chromium calls what was asked for. */
const NAMES: Partial<Record<AskKind, string>> = {
  xhr: 'XMLHttpRequest endpoint',
  eventsource: 'EventSource endpoint',
  beacon: 'Beacon endpoint',
  iframe: 'frame',
  script: 'script',
  module: 'script',
  css: 'stylesheet',
  font: 'font',
  img: 'image',
}

/** A verdict on a URL that a page of https asks for over http. */
export interface Mixed {
  readonly verdict: 'blocked' | 'let' | 'upgraded'
  /** Where DevTools has another name for it. */
  readonly category?: string
  /** Where it goes instead; where it is not upgraded, the same. */
  readonly url: URL
  readonly note: RuleNote
  readonly console: readonly string[]
}

/** Judges where a request goes now; null where nothing is mixed. Links may leave for http. */
export function judgeMixed({ ask, url, urls, method }: Pick<Flight, 'ask' | 'url' | 'urls' | 'method'>): Mixed | null {
  const { page } = ask
  if (!page.url.startsWith('https:') || isTrustworthy(url.href) || page.kind === 'navigation') return null
  if (page.kind === 'form') {
    if (urls.length === 1) return judgeForm(page, url, new URL(ask.url, page.url).href)
    // What was meant for https would go over http; a GET has left it behind.
    return method === 'POST' ? { ...judgeForm(page, url, ''), ...BEHIND_REDIRECT } : null
  }
  const begin = `Mixed Content: The page at '${documentUrl(page)}' was loaded over HTTPS, but requested an insecure`
  const isNear = isLetNear(page, url)
  const isImage = page.kind === 'img'
  if (isImage && !isNear && !isAddress(url.hostname)) {
    const better = new URL(url)
    const where = page.sandboxed ? 'about:srcdoc' : page.url
    better.protocol = 'https:'
    return {
      verdict: 'upgraded',
      url: better,
      // Chromium tells of it only where nothing has been sent yet.
      console:
        urls.length > 1
          ? []
          : [
              `Mixed Content: The page at '${where}' was loaded over HTTPS, but requested an insecure element '${url.href}'. This request was automatically upgraded to HTTPS, For more information see ` +
                'https://blog.chromium.org/2019/10/no-more-mixed-messages-about-https.html',
            ],
      note: {
        rule: 'mixed-content',
        source: 'Mixed Content 4.1, "upgrade a mixed content request"',
        text: `The page came over https, so the image is asked for over https as well: ${better.href}.`,
      },
    }
  }
  const why = isAddress(url.hostname) ? "its URL's host is an IP address" : 'it is a local network request'
  const notUpgraded = `${begin} element '${url.href}'. This request was not upgraded to HTTPS because ${why}.`
  // Chromium leaves the fragment out where nothing has been sent yet.
  const named = urls.length === 1 && page.kind !== 'iframe' ? withoutFragment(url) : url.href
  const what = `${begin} ${NAMES[page.kind] ?? 'resource'} '${named}'. `
  if (isNear) {
    const line = `${what}This content should also be served over HTTPS.`
    return {
      verdict: 'let',
      url,
      console: isImage ? [notUpgraded, line] : [line],
      note: {
        rule: 'mixed-content',
        source: 'Local Network Access 3.2, "Mixed Content"',
        text: 'The page came over https, and this is plain http. It is let through, because the server says by its name or address that it is in the local network, where hardly anybody has a certificate.',
      },
    }
  }
  const line = `${what}This request has been blocked; the content must be served over HTTPS.`
  return {
    verdict: 'blocked',
    url,
    console: isImage ? [notUpgraded, line] : [line],
    note: {
      rule: 'mixed-content',
      source: 'Mixed Content 4.4, "should fetching request be blocked"',
      text: 'The page came over https, and what it makes use of may not come over http. Nothing is sent there.',
      fix: 'Serve it over https. Only localhost and 127.0.0.1 are safe enough without.',
    },
  }
}

/** What is in the local network by its name or address, or as the script says, is let through over http as well. */
export function isLetNear({ targetAddressSpace: target }: PageRequest['page'], url: URL): boolean {
  return isNamedLocal(url) || target === 'local' || target === 'loopback'
}

const BEHIND_REDIRECT = { category: 'network:net::ERR_BLOCKED_BY_CLIENT', console: [] } as const

/** Chromium asks the person first, and sends nothing until then. The standard lets forms leave for http. */
function judgeForm(page: Flight['ask']['page'], url: URL, action: string): Mixed {
  const line = (target: string): string =>
    `Mixed Content: The page at '${documentUrl(page)}' was loaded over a secure connection, but contains a form that ` +
    `targets an insecure endpoint '${target}'. This endpoint should be made available over a secure connection.`
  return {
    verdict: 'blocked',
    url,
    // Once when there is such a form, once when it is sent.
    console: [line(action), line(url.href)],
    note: {
      rule: 'mixed-content',
      source: 'Chromium',
      text: 'The page came over https and the form goes to http: the browser warns, and sends nothing unless the person insists.',
      fix: 'Serve it over https.',
    },
  }
}

/** A sandboxed frame names the origin of the page around it. */
export function documentUrl({ url, sandboxed }: { readonly url: string; readonly sandboxed: boolean }): string {
  return sandboxed ? `${new URL(url).origin}/` : url
}
