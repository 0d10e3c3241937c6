// Reads what a request says of the page that it is made by: `# @page` and the settings that belong to it.
import { ADDRESS_SPACES, REFERRER_POLICIES, type AskKind, type PageDocument, type PageRequest } from '../protocol'
import type { Line } from './scan'
import { HttpFileError } from './types'

/** What a request in a file says of its page; absent settings are the browser's defaults. */
export type PageSettings = Pick<
  PageRequest['page'],
  | 'url'
  | 'sandboxed'
  | 'document'
  | 'kind'
  | 'mode'
  | 'credentials'
  | 'redirect'
  | 'cache'
  | 'referrerPolicy'
  | 'targetAddressSpace'
  | 'integrity'
>

type SettingLine = Line & { readonly key: string; readonly value: string }

/** Kinds that a file may ask for; `document.cookie` is no request, and WEBSOCKET says itself what it is. */
export const KINDS = [
  ...['fetch', 'xhr', 'beacon', 'eventsource', 'navigation', 'form', 'iframe'],
  ...['img', 'script', 'module', 'css', 'font'],
] as readonly AskKind[]
export const MODES = ['cors', 'no-cors', 'same-origin', 'navigate'] as const
export const CREDENTIALS = ['omit', 'same-origin', 'include'] as const
export const REDIRECTS = ['follow', 'error', 'manual'] as const
export const ANSWERS = ['granted', 'denied'] as const
export const CACHES = ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'] as const

/** Settings that mean something to a browser alone. */
export const PAGE_SETTINGS = [
  ...['page', 'sandbox', 'page-address-space', 'page-local-network-access'],
  ...['page-csp', 'page-referrer-policy'],
  ...['kind', 'mode', 'credentials', 'redirect', 'cache', 'referrer-policy', 'target-address-space', 'integrity'],
] as const

export type PageSetting = (typeof PAGE_SETTINGS)[number]

/**
 * Reads the page of a request.
 * @param settings  of the request, variables filled in; the last one of a key counts
 * @param isSocket  whether it opens a WebSocket
 * @param warn  is told of settings that do nothing
 * @returns null for a plain client, which has no `# @page`
 * @throws {HttpFileError} at a value that a browser does not know
 */
export function readPage(
  settings: readonly SettingLine[],
  isSocket: boolean,
  file: string,
  warn: (at: number, text: string) => void,
): PageSettings | null {
  const find = (key: string): SettingLine | undefined => settings.findLast((one) => one.key === key)
  const fail = (line: SettingLine, why: string): never => {
    throw new HttpFileError(file, line.at + 1, `@${line.key} ${why}, not "${line.value}".`)
  }
  function oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const line = find(key)
    if (!line) return undefined
    return values.find((value) => value === line.value) ?? fail(line, `takes ${listValues(values)}`)
  }
  const page = find('page')
  const rest = {
    kind: oneOf('kind', KINDS),
    mode: oneOf('mode', MODES),
    credentials: oneOf('credentials', CREDENTIALS),
    redirect: oneOf('redirect', REDIRECTS),
    cache: oneOf('cache', CACHES),
    referrerPolicy: oneOf('referrer-policy', REFERRER_POLICIES),
    targetAddressSpace: oneOf('target-address-space', ADDRESS_SPACES),
    integrity: find('integrity')?.value,
  }
  const document: PageDocument = withoutUndefined({
    addressSpace: oneOf('page-address-space', ADDRESS_SPACES),
    localNetworkAccess: oneOf('page-local-network-access', ANSWERS),
    contentSecurityPolicy: find('page-csp')?.value,
    referrerPolicy: oneOf('page-referrer-policy', REFERRER_POLICIES),
  })
  const sandbox = find('sandbox')
  if (sandbox && sandbox.value !== '') fail(sandbox, 'stands alone')
  if (!page) {
    for (const { key, at } of settings.filter(({ key: one }) => PAGE_SETTINGS.some((known) => known === one))) {
      warn(at, `@${key} is for browsers, and without @page this request is a plain client's.`)
    }
    return null
  }
  const url = URL.canParse(page.value) ? new URL(page.value) : fail(page, USE)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') fail(page, USE)
  const kindLine = find('kind')
  if (isSocket && kindLine) fail(kindLine, 'does nothing here: WEBSOCKET says what asks')
  const { kind = isSocket ? 'websocket' : 'fetch', ...set } = rest
  return {
    url: url.href,
    sandboxed: sandbox !== undefined,
    ...(Object.keys(document).length > 0 && { document }),
    kind,
    ...withoutUndefined(set),
  }
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

function withoutUndefined<T extends object>(given: T): Defined<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>
}

const USE = 'takes the URL of the page that asks, such as https://app.shop.test/cart'

function listValues(values: readonly string[]): string {
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`
}
