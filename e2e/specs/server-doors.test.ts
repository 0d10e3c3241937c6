// Both doors in front of the real engine, in a real Chromium: whether a request comes as a real fetch through the service
// worker or directly, the app is asked the same, and the trace tells the same.
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fetched } from '../engine-page/page'
import { EMPTY_STATE } from '../../engine/browser/memory'
import { pageOf, toPageRequest } from '../../engine/browser/cases/to-page-request'
import type { CaseRequest } from '../../engine/browser/cases/to-page-request'
import type { BodyText, BrowserState, FetchView, PageRequest, RunDocument, StoredCookie } from '../../engine/protocol'
import type { Program } from '../../engine'
import { openEnginePage } from '../fixtures/engine-tab'

interface Case {
  readonly id: string
  readonly page_origin: string
  readonly profile: 'incognito' | 'regular'
  readonly cookiesBefore: readonly {
    readonly name: string
    readonly value: string
    readonly domain: string
    readonly path: string
    readonly httpOnly: boolean
    readonly secure: boolean
    readonly sameSite: 'Strict' | 'Lax' | 'None'
  }[]
  readonly request: CaseRequest
  readonly script?: readonly Step[]
  readonly app: string
  readonly site_app?: string
}

type Step = { readonly request: CaseRequest } | { readonly sleep: number } | { readonly app: string }

interface Recorded {
  readonly apps: Readonly<Record<string, string>>
  readonly cases: readonly Case[]
}

/** A page opened over https can't call http, so every server and page of the cases has moved there. */
function toHttps(text: string): string {
  return text.replaceAll(
    /http:\/\/([\w.-]+\.test):(8101|8102)/g,
    (_, host: string, port: string) => `https://${host}:${port === '8101' ? '8443' : '8444'}`,
  )
}

const { apps, cases } = JSON.parse(
  toHttps(readFileSync(new URL('../../engine/browser/cases/recorded.json', import.meta.url), 'utf8')),
) as Recorded

const SITE = 'https://app.shop.test:8443'

const stepsOf = ({ script, request }: Case): readonly Step[] => script ?? [{ request }]
const requestsOf = (one: Case) => stepsOf(one).flatMap((step) => ('request' in step ? [step.request] : []))

/** Whether a page can ask for it at all: Fetch 5.4, the constructor of Request. */
function isRequest({ url, method, mode, headers }: CaseRequest): boolean {
  try {
    const init = { ...(method && { method }), ...(mode && { mode }) }
    return new Request(url, { ...init, headers: { ...(headers as Record<string, string>) } }).url !== ''
  } catch {
    return false
  }
}

/** Why a case can't be had from a page's fetch through a service worker; null where it can. */
function whyNot(one: Case): string | null {
  const requests = requestsOf(one)
  const other = requests.find(({ kind }) => kind && kind !== 'fetch' && !LOADED.has(kind))?.kind
  if (other) return OTHER_KINDS[other] ?? `${other} is no fetch`
  if (requests.some((it) => (it.page_origin ?? one.page_origin).startsWith('null')))
    return 'frames of opaque origin have no service worker'
  if (requests.some(({ url }) => !/^https:\/\/[\w.-]+\.test(:\d+)?(\/|$)/.test(url)))
    return 'only https://*.test stands for a server of Peel, and localhost:8000'
  if (requests.some(({ body }) => typeof body === 'object' && body?.kind === 'stream'))
    return 'a service worker sees every body as a stream'
  if (requests.some(({ uploadListener }) => uploadListener)) return 'only an XMLHttpRequest tells of its upload'
  if (requests.some((it) => it.mode === 'same-origin'))
    return 'Chromium itself refuses it, by the origin of the Peel page'
  if (requests.some((it) => !isRequest(it))) return 'Chromium itself refuses it, before any service worker sees it'
  if (stepsOf(one).some((step) => 'app' in step)) return 'the server changes between two of its requests'
  return null
}

/** Not fetched by a script, and answered by the service worker all the same. */
const LOADED: ReadonlySet<string> = new Set(['beacon', 'img', 'module', 'font'])

const OTHER_KINDS: Readonly<Record<string, string>> = {
  xhr: 'a service worker can’t tell XMLHttpRequest from fetch',
  iframe: 'a frame at a pretend host has an origin, and so a service worker, of its own',
  websocket: 'service workers do not see WebSockets',
  'document.cookie': 'nothing is fetched',
}

function toStored({ sameSite, domain, ...rest }: Case['cookiesBefore'][number]): StoredCookie {
  const times = { createdMs: 0, lastUsedMs: 0, expiresMs: null }
  const lower = { Strict: 'strict', Lax: 'lax', None: 'none' } as const
  const hostOnly = !domain.startsWith('.')
  return { ...rest, ...times, hostOnly, domain: domain.replace(/^\./, ''), sameSite: lower[sameSite], partition: null }
}

function programOf(one: Case): Program {
  const browser: BrowserState = {
    ...EMPTY_STATE,
    cookies: one.cookiesBefore.map(toStored),
    settings: { thirdPartyCookies: one.profile === 'regular' },
  }
  const files = { 'main.py': apps[one.app] ?? '', ...(one.site_app ? { 'pages.py': apps[one.site_app] ?? '' } : {}) }
  const program = { files, entry: 'main.py', app: null, browser }
  if (!one.site_app) return program
  return {
    ...program,
    serves: ['https://api.shop.test:8444', 'https://api.other.test:8444'],
    neighbours: [{ entry: 'pages.py', app: null, serves: [SITE] }],
  }
}

let browser: Browser
let page: Page

beforeAll(async () => {
  ;({ browser, page } = await openEnginePage({ speed: Number.POSITIVE_INFINITY }))
}, 120_000)

afterAll(async () => {
  await browser?.close()
})

interface Told {
  readonly fetched: readonly Fetched[]
  readonly document: RunDocument
}

async function start(one: Case): Promise<void> {
  const { error } = await page.evaluate((program) => enginePage.run(program), programOf(one))
  if (error) throw new Error(error.text)
}

async function byWorker(one: Case): Promise<Told> {
  const fetched: Fetched[] = []
  await start(one)
  for (const request of requestsOf(one)) {
    const { url } = pageOf(request.page_origin ?? one.page_origin, SITE)
    if (LOADED.has(request.kind ?? ''))
      await page.evaluate(([stand, it]) => enginePage.load(stand, it), [url, request] as const)
    else fetched.push(await page.evaluate(([stand, it]) => enginePage.fetch(stand, it), [url, request] as const))
  }
  return { fetched, document: await page.evaluate(() => enginePage.document()) }
}

async function direct(one: Case, asks: readonly PageRequest[]): Promise<Told> {
  const fetched: Fetched[] = []
  await start(one)
  for (const ask of asks) fetched.push((await page.evaluate((it) => enginePage.ask(it), ask)).fetched)
  return { fetched, document: await page.evaluate(() => enginePage.document()) }
}

/** What a page can ask for: headers as its guard leaves them. */
async function askOf(request: CaseRequest, one: Case): Promise<PageRequest> {
  const ask = toPageRequest(request, pageOf(request.page_origin ?? one.page_origin, SITE), -1)
  if (LOADED.has(request.kind ?? '')) return ask
  const headers = await page.evaluate((it) => enginePage.guard(it), request)
  if (!headers) throw new Error('Chromium itself refuses the request.')
  return { ...ask, headers }
}

/** A document without what the doors name differently: a form's boundary is new each time. */
function comparable({ events, exchanges, fetches, browser: state, stop }: RunDocument): unknown {
  const titles = /"title":"[^"]*",?/g
  const text = JSON.stringify({ events, exchanges, fetches, state, stop })
  return JSON.parse(text.replaceAll(titles, '').replaceAll(/----WebKitFormBoundary\w{16}/g, 'BOUNDARY'))
}

/** What a script finds of a view, through a worker's answer. */
function expected({ outcome, response }: FetchView): unknown {
  if (outcome === 'blocked') return { status: 0, names: [], text: '', failed: true }
  if (outcome === 'opaque') return { status: 200, names: [], text: '', failed: false }
  if (outcome === 'opaqueredirect') return { status: 0, names: [], text: '', failed: false }
  const names = (response?.headers ?? []).map(([name]) => name)
  return {
    status: response?.status,
    names,
    text: response ? readText(response.body) : '',
    failed: response?.bodyError !== undefined,
  }
}

function readText({ text, encoding }: BodyText): string {
  return encoding === 'utf8' ? text : new TextDecoder().decode(Buffer.from(text, 'base64'))
}

const found = ({ status, headers, text, error }: Fetched): unknown => ({
  status,
  names: headers.map(([name]) => name),
  text,
  failed: error !== null,
})

describe('both doors tell the same', () => {
  const possible = cases.filter((one) => whyNot(one) === null)

  test.for(possible.map((one) => [one.id, one] as const))('%s', async ([, one]) => {
    const asks = await Promise.all(requestsOf(one).map((request) => askOf(request, one)))
    const worker = await byWorker(one)
    const other = await direct(one, asks)
    expect(comparable(worker.document)).toEqual(comparable(other.document))
    const views = (worker.document.fetches ?? []).filter(({ kind }) => !LOADED.has(kind))
    expect(worker.fetched.map(found)).toEqual(views.map(expected))
  })

  test('what can’t be had from a page’s fetch is listed with the reason', () => {
    const left = cases.flatMap((one) => whyNot(one) ?? [])
    const counts = Object.fromEntries([...new Set(left)].map((why) => [why, left.filter((it) => it === why).length]))
    expect(counts).toMatchInlineSnapshot(`
      {
        "Chromium itself refuses it, before any service worker sees it": 3,
        "a frame at a pretend host has an origin, and so a service worker, of its own": 1,
        "a service worker can’t tell XMLHttpRequest from fetch": 3,
        "frames of opaque origin have no service worker": 2,
        "nothing is fetched": 1,
        "only https://*.test stands for a server of Peel, and localhost:8000": 1,
        "service workers do not see WebSockets": 1,
      }
    `)
    expect(possible.length).toBeGreaterThan(130)
  })
})
