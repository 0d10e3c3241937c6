// What the `# @key value` lines of a file mean, for hover, completion and messages. Reads no file itself.
import { ADDRESS_SPACES, REFERRER_POLICIES } from '../protocol'
import { ANSWERS, CACHES, CREDENTIALS, KINDS, MODES, REDIRECTS, type PageSetting } from './page-settings'

export interface SettingHelp {
  /** One or two sentences; backticks mark code. */
  readonly text: string
  /** What it takes; empty for what is typed freely, or where it stands alone. */
  readonly values: readonly string[]
}

/** Settings that mean something to every client. */
export const CLIENT_SETTINGS = ['name', 'wait', 'at', 'times', 'chunked', 'disconnect'] as const
type ClientSetting = (typeof CLIENT_SETTINGS)[number]

const PAGES = ['https://app.shop.test', 'http://localhost:3000', 'https://shop.test']

export const SETTING_HELP: Readonly<Record<ClientSetting | PageSetting, SettingHelp>> = {
  name: { text: 'A name for the request, shown on its tab.', values: [] },
  wait: { text: 'Seconds to wait before it is sent, once the one before is answered.', values: ['1'] },
  at: { text: 'Virtual second at which it is sent, whoever else is under way then.', values: ['0', '0.5'] },
  times: { text: 'How many of it are sent, all at once.', values: ['10', '100'] },
  chunked: { text: 'Sends the body in pieces, without Content-Length.', values: [] },
  disconnect: { text: 'Seconds after which the client hangs up.', values: ['0.5'] },
  page: {
    text: 'The page whose script asks. The modelled browser then adds Origin, cookies and Sec-Fetch headers, asks with a preflight where it must, and judges the answer. Without it the request is a plain client’s, such as curl.',
    values: PAGES,
  },
  sandbox: {
    text: 'The page is a sandboxed frame: its origin is `null`, and it has no cookies of its own.',
    values: [],
  },
  'page-address-space': {
    text: 'Where the page itself came from: the public network, a local one, or this machine.',
    values: ADDRESS_SPACES,
  },
  'page-local-network-access': {
    text: 'What was answered when the browser asked whether the page may reach the local network.',
    values: ANSWERS,
  },
  'page-csp': {
    text: 'Content-Security-Policy that the page itself came with. What it forbids is never asked, whatever the server would allow.',
    values: ["default-src 'self'", "connect-src 'self'", 'upgrade-insecure-requests'],
  },
  'page-referrer-policy': {
    text: 'Referrer-Policy that the page itself came with; `# @referrer-policy` of a request comes before it.',
    values: REFERRER_POLICIES,
  },
  kind: { text: 'What of the page asks. Each kind has a mode and credentials of its own.', values: KINDS },
  mode: {
    text: '`cors` lets a script read the answer where the server allows it, `no-cors` sends and reads nothing, `same-origin` never leaves the origin.',
    values: MODES,
  },
  credentials: {
    text: 'Whether cookies go along and are kept: `include` for every origin, `same-origin` as usual, `omit` for none. With `include` the server must name the origin and send `Access-Control-Allow-Credentials: true`.',
    values: CREDENTIALS,
  },
  redirect: {
    text: 'What a redirect does: `follow` as usual, `error` makes it fail, `manual` stops at it with nothing to read.',
    values: REDIRECTS,
  },
  cache: {
    text: 'How the HTTP cache is used: `no-store` passes it over, `reload` refreshes it, `no-cache` asks whether it still holds.',
    values: CACHES,
  },
  'referrer-policy': { text: 'How much of the page’s address Referer tells.', values: REFERRER_POLICIES },
  'target-address-space': {
    text: 'Where the script says that the server is; a private one asks for permission.',
    values: ADDRESS_SPACES,
  },
  integrity: {
    text: 'Hash that the body must have, such as `sha256-…`; with another it is kept from the page.',
    values: [],
  },
}

/** The known setting that is most likely meant; null where nothing is near. */
export function nearestSetting(key: string): string | null {
  const near = Object.keys(SETTING_HELP)
    .map((name) => ({ name, far: distance(name, key) }))
    .toSorted((a, b) => a.far - b.far)[0]
  return near && near.far <= 2 ? near.name : null
}

/** Letters to add, take away or change, and neighbours to swap. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (rows[i - 2]?.[j - 2] ?? 0) + 1)
      row.push(least)
    }
    rows.push(row)
  }
  return rows[a.length]?.[b.length] ?? 0
}
