// The `# @key value` lines of a request that say what a browser does for it: read, and written back. Pure.

import { PAGE_SETTINGS } from '../../engine/requests'

type Settings = readonly (readonly [key: string, value: string])[]

/** Settings with one of them set, in its place or at the end; taken away with null. */
export function withSetting(settings: Settings, key: string, value: string | null): Settings {
  const others = settings.filter(([name]) => name !== key)
  if (value === null) return others
  const at = settings.findIndex(([name]) => name === key)
  if (at < 0) return [...settings, [key, value]]
  return settings.flatMap((pair, index) => (index === at ? [[key, value] as const] : pair[0] === key ? [] : [pair]))
}

/** The value of a setting, the last one where there are several; null without. */
export function settingOf(settings: Settings, key: string): string | null {
  return settings.findLast(([name]) => name === key)?.[1] ?? null
}

/** Where a request comes from. */
export type PageChoice =
  { readonly kind: 'plain' } | { readonly kind: 'page'; readonly url: string; readonly isSandboxed: boolean }

export interface OfferedPage {
  readonly id: string
  readonly name: string
  readonly choice: PageChoice
}

const SHOP = 'https://app.shop.test'

/** Pages to stand on, each for what it is there to show. */
export const PAGES: readonly OfferedPage[] = [
  { id: 'plain', name: 'No page: a plain client, such as curl', choice: { kind: 'plain' } },
  offer(SHOP),
  offer('http://localhost:3000'),
  offer(SHOP, `A sandboxed frame of ${SHOP}`, true),
  offer(`${SHOP}.evil.test`, `A look-alike, ${SHOP}.evil.test`),
]

function offer(url: string, name = url, isSandboxed = false): OfferedPage {
  return { id: isSandboxed ? `${url} sandbox` : url, name, choice: { kind: 'page', url, isSandboxed } }
}

export function readPageChoice(settings: Settings): PageChoice {
  const url = settingOf(settings, 'page')
  if (url === null) return { kind: 'plain' }
  return { kind: 'page', url, isSandboxed: settingOf(settings, 'sandbox') !== null }
}

/** The same request on another page. Without one the settings of pages go as well: a plain client has no use for them. */
export function withPage(settings: Settings, choice: PageChoice): Settings {
  if (choice.kind === 'plain') return settings.filter(([key]) => !OF_PAGES.has(key))
  const paged = withSetting(settings, 'page', choice.url)
  return withSetting(paged, 'sandbox', choice.isSandboxed ? '' : null)
}

const OF_PAGES: ReadonlySet<string> = new Set(PAGE_SETTINGS)

/** The offered page that these settings are; null for a page of one's own. */
export function offeredPage(choice: PageChoice): OfferedPage | null {
  return PAGES.find((page) => JSON.stringify(page.choice) === JSON.stringify(choice)) ?? null
}

/** A page as it is read among others: its origin, and whether it stands in a sandboxed frame. */
export function pageName({ url, sandboxed }: { readonly url: string; readonly sandboxed: boolean }): string {
  const name = url.replace(/\/$/, '')
  return sandboxed ? `a sandboxed frame of ${name}` : name
}

/** What a `fetch` has of options, with the words of the form. An empty value leaves the browser's own. */
export const FETCH_OPTIONS = [
  {
    key: 'kind',
    name: 'Asked by',
    usual: 'fetch',
    values: ['fetch', 'xhr', 'beacon', 'eventsource', 'navigation', 'form', 'iframe', 'img', 'script', 'css', 'font'],
  },
  { key: 'credentials', name: 'Credentials', usual: 'same-origin', values: ['omit', 'same-origin', 'include'] },
  { key: 'mode', name: 'Mode', usual: 'cors', values: ['cors', 'no-cors', 'same-origin', 'navigate'] },
  { key: 'redirect', name: 'Redirect', usual: 'follow', values: ['follow', 'error', 'manual'] },
  {
    key: 'cache',
    name: 'Cache',
    usual: 'default',
    values: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'],
  },
] as const

/** Settings that are headers of the page's own document. */
export const DOCUMENT = { csp: 'page-csp', referrer: 'page-referrer-policy' } as const

const SPACE = 'page-address-space'
const ACCESS = 'page-local-network-access'

/** Where the page's own server stands, and what the user has granted: two settings of which only these pairs differ. */
export const ORIGINS = [
  { id: 'near', name: 'from as near as the servers (usual)', space: null, access: null },
  { id: 'public', name: 'from the public internet', space: 'public', access: null },
  { id: 'granted', name: 'from the internet, let into the local network', space: 'public', access: 'granted' },
] as const

type OriginId = (typeof ORIGINS)[number]['id']

export function originOf(settings: Settings): OriginId {
  if (settingOf(settings, SPACE) !== 'public') return 'near'
  return settingOf(settings, ACCESS) === 'granted' ? 'granted' : 'public'
}

export function withOrigin(settings: Settings, id: string): Settings {
  const { space, access } = ORIGINS.find((one) => one.id === id) ?? ORIGINS[0]
  return withSetting(withSetting(settings, SPACE, space), ACCESS, access)
}
