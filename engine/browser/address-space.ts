// How near a server is: on this machine, in its network, or anywhere. Which pages may ask it (Local Network Access).
import type { AddressSpace, BrowserSettings, PageRequest, RuleNote } from '../protocol'
import type { CorsError } from './console-texts'
import { isLoopback, isTrustworthy } from './sites'
import { portOf } from './url'

const SOURCE = 'Local Network Access 3.1, "local network access check"'

/** IPv4 and IPv6 addresses that lead into the network one stands in (Local Network Access 2.1, "IP address space"). */
const LOCAL_ADDRESS =
  /^(?:0|10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^\[f[cd]|^\[fe[89ab]/

/** Whether a URL's host says by itself that it is near: an address of the network one stands in, or a name in `.local`. */
export function isNamedLocal({ hostname }: URL): boolean {
  return isLoopback(hostname) || LOCAL_ADDRESS.test(hostname) || /(?:^|\.)local\.?$/.test(hostname)
}

/**
 * How near the server of a URL is. Pretend hosts have no address: names count as of the internet unless they say otherwise
 * by themselves, or the settings tell ports apart.
 */
export function addressSpaceOf(url: URL, { addressSpaces }: BrowserSettings): AddressSpace {
  if (addressSpaces) {
    const port = Number(portOf(url))
    const told = addressSpaces.find((one) => one.port === port || one.port === null)
    if (told) return told.space
  }
  if (isLoopback(url.hostname)) return 'loopback'
  return isNamedLocal(url) ? 'local' : 'public'
}

/** How near a page's own server is; null where nobody has said, and all count as equally near. */
function spaceOfPage({ url, document }: PageRequest['page'], settings: BrowserSettings): AddressSpace | null {
  if (document?.addressSpace) return document.addressSpace
  return settings.addressSpaces ? addressSpaceOf(new URL(url), settings) : null
}

export interface KeptAway {
  readonly error: Extract<
    CorsError,
    'InsecureLocalNetwork' | 'LocalNetworkAccessPermissionDenied' | 'InvalidLocalNetworkAccess'
  >
  readonly detail: string
  readonly note: RuleNote
}

/**
 * Judges a connection that is made: a page of the internet asks a nearer server only over https and with permission.
 * Chromium 156 tells no difference between `local` and `loopback`.
 * @returns null where it may
 */
export function judgeAddressSpace(page: PageRequest['page'], url: URL, settings: BrowserSettings): KeptAway | null {
  const space = addressSpaceOf(url, settings)
  const where = PLACES[space]
  const rule = 'local-network-access'
  const target = page.targetAddressSpace
  if (target && target !== space) {
    return {
      error: 'InvalidLocalNetworkAccess',
      detail: `${target} ${space}`,
      note: {
        rule,
        source: SOURCE,
        text: `The script said that the server is \`${target}\`, but ${url.host} is ${where}: \`${space}\`. Nothing is sent.`,
        fix: `Say \`targetAddressSpace: "${space}"\`, or leave it out.`,
      },
    }
  }
  if (space === 'public' || spaceOfPage(page, settings) !== 'public') return null
  if (!isTrustworthy(page.url)) {
    return {
      error: 'InsecureLocalNetwork',
      detail: space,
      note: {
        rule,
        source: SOURCE,
        text:
          `The page comes from the public internet over plain http, and ${url.host} is ${where}. Such a page may not ask ` +
          'for anything nearer than itself. Nothing is sent, so no header of the server could help.',
        fix: 'Serve the page over https, and let the user grant it access to the local network.',
      },
    }
  }
  if (page.document?.localNetworkAccess === 'granted') return null
  return {
    error: 'LocalNetworkAccessPermissionDenied',
    detail: space,
    note: {
      rule,
      source: SOURCE,
      text:
        `The page comes from the public internet, and ${url.host} is ${where}. The browser asks the user before it lets such a ` +
        'page reach it, and here it was not granted. Nothing is sent, so no header of the server could help.',
      fix: 'Let the user grant the page access to the local network. Or open the page from this computer too, as in development.',
    },
  }
}

const PLACES: Readonly<Record<AddressSpace, string>> = {
  public: 'a server of the public internet',
  local: 'in the local network',
  loopback: 'this computer',
}
