// The modelled browser's side of a case for the HTTP cache: the cache alone.
import type { HeaderList } from '../../protocol'
import { EPOCH_MS } from '../clock'
import { getHeader, hasHeader } from '../headers'
import { CookieJar } from '../cookies'
import { HttpCache, type CacheQuestion, type NetworkResponse } from '../http-cache'
import type { SeenRequest } from './far-end'
import { datesIn } from './answers'
import {
  isAsk,
  NOTHING_SEEN,
  type AskStep,
  type CaseSeen,
  type FetchSeen,
  type LiveCase,
  type StepSeen,
} from './live-case'

export function runCacheModel(live: LiveCase, times: readonly number[], withPort: (url: string) => string): CaseSeen {
  const cache = new HttpCache([])
  const jar = new CookieJar([], { thirdPartyCookies: live.thirdPartyCookies })
  const steps = live.steps.map((step, index): StepSeen => {
    const atMs = times[index] ?? 0
    const nothing = { ...NOTHING_SEEN, atMs }
    if (!isAsk(step)) return nothing
    if (step.by !== 'fetch') return { ...nothing, asked: [seenOf(step, [], 200)] }
    return { ...nothing, ...ask(step, cache, jar, atMs, withPort) }
  })
  return { steps, jar: [] }
}

const seenOf = ({ hops, init }: AskStep, headers: HeaderList, status: number): SeenRequest => ({
  method: init?.method ?? 'GET',
  url: hops[0]?.url ?? '',
  headers,
  bodyBytes: 0,
  status,
})

function ask(
  step: AskStep,
  cache: HttpCache,
  jar: CookieJar,
  atMs: number,
  withPort: (url: string) => string,
): Pick<StepSeen, 'asked' | 'got'> {
  const [hop] = step.hops
  const { init } = step
  if (!hop || !init) throw new Error('A fetch has a hop and an init.')
  const url = withPort(hop.url)
  const context = { url, method: init.method ?? 'GET', page: { url, sandboxed: false }, isTopNavigation: false }
  const cookie = jar.send(context, atMs).header
  const headers: HeaderList = [
    ...(init.headers ?? []),
    ['accept-encoding', 'gzip, deflate'],
    ...(cookie === null ? [] : [['cookie', cookie] as const]),
  ]
  const question: CacheQuestion = {
    url,
    method: init.method ?? 'GET',
    headers,
    mode: init.cache ?? 'default',
    partition: 'http://shop.test',
  }
  const answer = cache.ask(question, atMs)
  if (answer.kind === 'miss') return { asked: [], got: { error: 'TypeError: Failed to fetch' } }
  if (answer.kind === 'stored') return { asked: [], got: seen(answer.response, question) }
  const sent = [...headers, ...answer.conditions]
  const isSame = hop.unchanged && (hasHeader(sent, 'if-none-match') || hasHeader(sent, 'if-modified-since'))
  const dated = (list: HeaderList): HeaderList => list.map(([name, value]) => [name, datesIn(value, EPOCH_MS + atMs)])
  const response: NetworkResponse = {
    status: isSame ? 304 : (hop.status ?? 200),
    statusText: '',
    headers: dated(isSame ? (hop.unchanged ?? []) : hop.headers),
    body: { text: isSame ? '' : (hop.body ?? ''), encoding: 'utf8' },
    isCut: false,
  }
  jar.receive(response.headers, context, atMs)
  const { response: renewed } = cache.take(question, answer.conditions, response, atMs)
  return { asked: [seenOf(step, sent, response.status)], got: seen(renewed ?? response, question) }
}

function seen(
  { status, headers, body }: Pick<NetworkResponse, 'status' | 'headers' | 'body'>,
  { method, url }: CacheQuestion,
): FetchSeen {
  const redirected = false
  return { type: 'basic', status, url, redirected, headers, body: method === 'HEAD' ? '' : body.text }
}

/** What both can see: what was asked on which conditions, and what came of it. */
export function comparableCache({ steps }: CaseSeen): unknown {
  return steps.map(({ asked, got }) => ({
    asked: asked.map(({ method, url, headers }) => [
      `${method} ${url}`,
      getHeader(headers, 'if-none-match'),
      getHeader(headers, 'if-modified-since') !== null,
    ]),
    got: got === null || 'error' in got ? got : [got.status, got.body, getHeader(got.headers, 'x-n')],
  }))
}
