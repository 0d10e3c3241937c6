// The modelled browser's side of a cookie case: the jar alone, asked hop by hop.
import type { HeaderList } from '../../protocol'
import { EPOCH_MS } from '../clock'
import { CookieJar, type CookieContext } from '../cookies'
import { datesIn } from './answers'
import { isAsk, NOTHING_SEEN, type AskStep, type CaseSeen, type LiveCase, type StepSeen } from './live-case'

/** Does a case at the times at which Chromium did its steps. */
export function runCookieModel(live: LiveCase, times: readonly number[], withPort: (url: string) => string): CaseSeen {
  const jar = new CookieJar([], { thirdPartyCookies: live.thirdPartyCookies })
  let page = ''
  const steps = live.steps.map((step, index): StepSeen => {
    const atMs = times[index] ?? 0
    if (!isAsk(step)) {
      const here = { url: page, sandboxed: false }
      if (step.by === 'write') jar.writeScript(here, step.text, atMs)
      return { ...NOTHING_SEEN, atMs, text: jar.readScript(here, atMs) }
    }
    const seen = ask(step, page, jar, atMs, withPort)
    if (isNavigation(step)) page = withPort(step.hops.at(-1)?.url ?? '')
    return { ...NOTHING_SEEN, atMs, ...seen }
  })
  const jarSeen = jar.list(times.at(-1) ?? 0).map((cookie) => ({
    ...cookie,
    domain: cookie.hostOnly ? cookie.domain : `.${cookie.domain}`,
  }))
  return { steps, jar: jarSeen }
}

const methodOf = ({ by, init }: AskStep): string =>
  by === 'form' ? 'POST' : by === 'fetch' || by === 'sandbox' ? (init?.method ?? 'GET') : 'GET'
const isNavigation = ({ by }: AskStep): boolean => by === 'goto' || by === 'link' || by === 'form'

function ask(
  step: AskStep,
  page: string,
  jar: CookieJar,
  atMs: number,
  withPort: (url: string) => string,
): Pick<StepSeen, 'asked' | 'notTaken' | 'notSent'> {
  const notTaken: string[] = []
  const notSent: string[] = []
  const asked = step.hops.map(({ url, headers }, index) => {
    const isFirst = index === 0
    const context: CookieContext = {
      url: withPort(url),
      // A 302 makes a POST a GET (Fetch 4.4).
      method: isFirst ? methodOf(step) : 'GET',
      page: step.by === 'goto' ? null : { url: page, sandboxed: step.by === 'sandbox' },
      isTopNavigation: isNavigation(step),
    }
    for (const { cookie, reasons } of jar.explain(context, atMs)) {
      // Chromium doesn't look into other partitions at all.
      if (reasons.length > 0 && !reasons.includes('OtherPartition')) notSent.push(`${cookie.name} ${reasons.join(',')}`)
    }
    const { header } = jar.send(context, atMs)
    const lines = headers.map(([name, value]) => [name, datesIn(value, EPOCH_MS + atMs)] as const)
    for (const { line, reasons } of jar.receive(lines, context, atMs)) {
      if (reasons.length > 0) notTaken.push(`${line} ${reasons.join(',')}`)
    }
    const sent: HeaderList = header === null ? [] : [['cookie', header]]
    const status = index < step.hops.length - 1 ? 302 : 200
    return { method: context.method, url, headers: sent, bodyBytes: 0, status }
  })
  const isTold = step.by !== 'iframe' && step.by !== 'sandbox'
  return { asked, notTaken: isTold ? notTaken : null, notSent: isTold ? notSent : null }
}
