// Turns what a case says into what the engine takes: a page's request, and the browser that it begins with. Pure.
import { EPOCH_MS } from '../browser/clock'
import { CookieJar } from '../browser/cookies'
import { addressSpacesOf, pageOf, toPageRequest } from '../browser/cases/to-page-request'
import type { BrowserState, PageRequest, StoredCookie } from '../protocol'
import { encodeText, fromBodyText, joinBytes } from '../requests'
import type { BrowserCase, CaseBody, CaseCookie, CaseRequest } from './browse-cases'

/** The page in which sandboxed frames stand. */
const SITE = 'http://app.shop.test:8101'
/** What the page says over a WebSocket that it opened, unless the case has a body for it. */
const GREETING = 'hi'

/** @param from  its position in the case */
export function readRequest(one: BrowserCase, request: CaseRequest, from: number): PageRequest {
  const { body, referrer, cookie } = request
  const page = pageOf(request.page_origin ?? one.page_origin, SITE, one)
  const asked = toPageRequest(
    { ...request, body: body === null || body === undefined ? null : plainBody(body) },
    page,
    from,
  )
  const isSocket = asked.page.kind === 'websocket'
  return {
    ...asked,
    ...(isSocket && {
      method: 'GET',
      body: { text: '', encoding: 'utf8' as const },
      socket: { messages: [{ frame: 'text' as const, data: socketText(asked, body), afterReplies: 0 }] },
    }),
    page: {
      ...asked.page,
      ...(isSocket && { hasBody: false, bodyType: null }),
      ...(typeof referrer === 'string' && { referrer }),
      ...(typeof cookie === 'string' && { cookie }),
    },
  }
}

function socketText(asked: PageRequest, body: CaseBody | null | undefined): PageRequest['body'] {
  return body ? asked.body : { text: GREETING, encoding: 'utf8' }
}

type PlainBody = NonNullable<Parameters<typeof toPageRequest>[0]['body']>

/** The bytes of a body, however they are written. */
function plainBody(body: CaseBody): PlainBody {
  if (typeof body === 'string') return body
  if ('fields' in body) return { kind: body.kind, fields: body.fields }
  const bytes = joinBytes([
    encodeText(body.text ?? ''),
    ...(body.chunks ?? []).map(encodeText),
    Uint8Array.from(body.bytes ?? []),
    fromBodyText({ text: body.base64 ?? '', encoding: 'base64' }),
  ])
  return body.kind === 'blob' ? { kind: body.kind, bytes, type: body.type } : { kind: body.kind, bytes }
}

/** The browser that a case begins with. */
export function readBrowser({ profile, cookiesBefore, flags }: BrowserCase): BrowserState {
  const addressSpaces = addressSpacesOf(flags ?? [])
  const settings = { thirdPartyCookies: profile === 'regular', ...(addressSpaces && { addressSpaces }) }
  const jar = new CookieJar([], settings)
  for (const cookie of cookiesBefore ?? []) jar.give(readCookie(cookie), 0)
  return { settings, cookies: jar.list(0), preflights: [], hsts: [], cache: [] }
}

/** A cookie as Chromium keeps one that it is given: without a leading dot it is for that host alone. */
function readCookie(cookie: CaseCookie): StoredCookie {
  const url = cookie.url ? new URL(cookie.url) : null
  const domain = (cookie.domain ?? url?.hostname ?? '').toLowerCase()
  return {
    name: cookie.name,
    value: cookie.value,
    domain: domain.replace(/^\./, ''),
    hostOnly: !domain.startsWith('.'),
    path: cookie.path ?? url?.pathname.replace(/(?<=.)\/[^/]*$/, '') ?? '/',
    secure: cookie.secure ?? url?.protocol === 'https:',
    httpOnly: cookie.httpOnly ?? false,
    sameSite: ({ Strict: 'strict', Lax: 'lax', None: 'none' } as const)[cookie.sameSite ?? 'Lax'],
    partition: cookie.partitionKey ?? null,
    ...{ createdMs: 0, lastUsedMs: 0 },
    expiresMs: (cookie.expires ?? -1) < 0 ? null : (cookie.expires ?? 0) * 1000 - EPOCH_MS,
  }
}

/**
 * The browser as a new session of the server finds it, whose clock begins anew.
 * @param byMs  how long the last one has lived
 */
export function setBack(state: BrowserState, byMs: number): BrowserState {
  const less = <T extends number | null>(at: T): T => (at === null ? at : ((at - byMs) as T))
  return {
    settings: state.settings,
    cookies: state.cookies.map((one) => ({
      ...one,
      createdMs: less(one.createdMs),
      lastUsedMs: less(one.lastUsedMs),
      expiresMs: less(one.expiresMs),
    })),
    preflights: state.preflights.map((one) => ({ ...one, untilMs: less(one.untilMs) })),
    hsts: state.hsts.map((one) => ({ ...one, untilMs: less(one.untilMs) })),
    cache: state.cache.map((one) => ({ ...one, storedMs: less(one.storedMs) })),
  }
}
