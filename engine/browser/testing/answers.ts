// What the far end says to the requests of a step: the same answers for a real uvicorn and for the modelled browser.
import { encodeText } from '../../requests'
import type { HeaderList } from '../../protocol'
import { getHeader, hasHeader } from '../headers'
import { bytesOf } from './bodies'
import type { AskStep } from './live-case'

/** What a URL (without port) is answered with. `{origin}` in a header is the request's Origin, or `none`. */
export interface CannedAnswer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
  /** The connection closes where more was announced. */
  readonly isCut?: boolean
  /** Headers of a 304, which a request with If-None-Match or If-Modified-Since gets in its place. */
  readonly unchanged?: HeaderList
  /** What a preflight gets in its place. */
  readonly preflight?: { readonly status: number; readonly headers: HeaderList }
}

export type Answers = Readonly<Record<string, CannedAnswer>>

/** A page must not wait for its icon, nor ask for it. */
const PAGE = encodeText('<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>page</title>')
const EMPTY = new Uint8Array()

const FORMATS: Readonly<Record<string, (date: Date) => string>> = {
  http: (date) => date.toUTCString(),
  dashed: (date) => date.toUTCString().replace(/(\d\d) (\w{3}) \d\d(\d\d)/, '$1-$2-$3'),
  asctime: (date) => {
    const [day, number, month, year, time] = date.toUTCString().split(/,? /)
    return `${day} ${month} ${number} ${time} ${year}`
  },
}

/** Puts dates in: `{http -60}`, `{dashed 3600}`, `{asctime 3600}` are seconds from a moment (ms since 1970). */
export function datesIn(text: string, nowMs: number): string {
  return text.replace(
    /\{(http|dashed|asctime) (-?\d+)\}/g,
    (_, format: string, seconds: string) => FORMATS[format]?.(new Date(nowMs + Number(seconds) * 1000)) ?? '',
  )
}

/** Puts in dates, and the ports of `{url https://api.shop.test/a}` and `{origin https://api.shop.test}`. */
function fillIn(headers: HeaderList, nowMs: number, withPort: (url: string) => string): HeaderList {
  return headers.map(([name, value]) => [
    name,
    datesIn(value, nowMs)
      .replace(/\{url (\S+)\}/g, (_, url: string) => withPort(url))
      .replace(/\{origin (\S+)\}/g, (_, url: string) => new URL(withPort(url)).origin),
  ])
}

/** Whether a status may come with a body, and so says how long it is. */
const hasLength = (status: number): boolean => status !== 204 && status !== 304

/** Answers to a step's requests by URL. Hops lead to the next one where they don't say themselves where they lead. */
export function answersOf({ hops }: AskStep, withPort: (url: string) => string, nowMs: number): Answers {
  const fill = (headers: HeaderList): HeaderList => fillIn(headers, nowMs, withPort)
  return Object.fromEntries(
    hops.map(({ url, headers, status: asked, body, unchanged, preflight }, index): [string, CannedAnswer] => {
      const next = hops[index + 1]
      const status = asked ?? (next ? 302 : 200)
      const bytes = next || !hasLength(status) ? EMPTY : body === undefined ? PAGE : bytesOf(body)
      const more: HeaderList = [
        ...(next && !hasHeader(headers, 'location') ? [['location', withPort(next.url)] as const] : []),
        ...(body === undefined && !next
          ? ([
              ['content-type', 'text/html'],
              ['cache-control', 'no-store'],
            ] as const)
          : []),
        ...(hasLength(status) ? [['content-length', String(bytes.length)] as const] : []),
      ]
      const answer: CannedAnswer = {
        status,
        headers: [...more, ...fill(headers)],
        body: bytes,
        ...(unchanged && { unchanged: fill(unchanged) }),
        ...(preflight && { preflight: { status: preflight.status, headers: toPreflight(preflight, fill) } }),
      }
      return [withoutPort(url), answer]
    }),
  )
}

function toPreflight(
  { status, headers }: NonNullable<CannedAnswer['preflight']>,
  fill: (headers: HeaderList) => HeaderList,
): HeaderList {
  return [...(hasLength(status) ? [['content-length', '0'] as const] : []), ...fill(headers)]
}

/** How answers are found: neither port nor query, user name nor fragment. */
export function withoutPort(url: string): string {
  const { protocol, hostname, pathname } = new URL(url)
  return `${protocol}//${hostname}${pathname}`
}

/** What the far end says to a request, but for conditional ones; the same as `canned.py` does. */
export function answerTo(
  answers: Answers,
  { method, url, headers }: { readonly method: string; readonly url: string; readonly headers: HeaderList },
): { readonly status: number; readonly headers: HeaderList; readonly body: Uint8Array } {
  const found = answers[withoutPort(url)]
  if (!found) return { status: 404, headers: [['content-length', '0']], body: EMPTY }
  const isPreflight = method === 'OPTIONS' && hasHeader(headers, 'access-control-request-method')
  const { status, headers: lines } = (isPreflight && found.preflight) || found
  const origin = getHeader(headers, 'origin') ?? 'none'
  return {
    status,
    headers: lines.map(([name, value]) => [name, value.replaceAll('{origin}', origin)]),
    body: method === 'HEAD' || (isPreflight && found.preflight) ? EMPTY : found.body,
  }
}
