// What a real Chromium and the modelled jar can both be asked, made comparable.
import type { CaseSeen, JarCookie, StepSeen } from './live-case'

/** Expiry is told in steps of so much: a step begins a little before Chromium sees its answer. */
const CLOCK_STEP_MS = 30_000

/** What both can see: the Cookie of each request, `document.cookie`, refusals with their reasons, and the jar. */
export function comparableCookies({ steps, jar }: CaseSeen): unknown {
  return { steps: steps.map(comparableStep), jar: jar.map(comparableCookie).toSorted() }
}

function comparableStep({ asked, text, notTaken, notSent }: StepSeen): unknown {
  return {
    asked: asked.map(({ method, url, headers }) => {
      const cookie = headers.find(([name]) => name === 'cookie')
      return `${method} ${url}${cookie ? ` ${cookie[1]}` : ''}`
    }),
    text,
    notTaken: notTaken === null ? null : comparableReasons(notTaken),
    notSent: notSent === null ? null : comparableReasons(notSent),
  }
}

/** The order of reasons is nobody's matter, dates differ, and DevTools has no name for some reasons. */
function comparableReasons(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) => {
      const at = line.lastIndexOf(' ')
      const reasons = line
        .slice(at + 1)
        .split(',')
        .filter((reason) => !/^(?:InvalidPartitioned|AmbiguousPair|)$/.test(reason))
      const what = asciiOf(line.slice(0, at)).replace(/(expires=)[^;]*/gi, '$1…')
      return reasons.length > 0 ? `${what} ${reasons.toSorted().join(',')}` : ''
    })
    .filter((line) => line !== '')
    .toSorted()
}

/** DevTools leaves out bytes that are no UTF-8. */
const asciiOf = (text: string): string => text.replace(/[^ -~]/g, '')

function comparableCookie({ expiresMs, ...cookie }: JarCookie): string {
  const expires = expiresMs === null ? 'session' : `${Math.round(expiresMs / CLOCK_STEP_MS)}`
  const { name, value, domain, path, secure, httpOnly, sameSite, partition } = cookie
  return JSON.stringify([
    asciiOf(name),
    asciiOf(value),
    domain,
    asciiOf(path),
    secure,
    httpOnly,
    sameSite,
    partition,
    expires,
  ])
}
