// Random cases, done by a real Chromium with a real uvicorn and by the modelled browser's parts. Differences are shrunk.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cacheCase } from './cache-cases'
import { comparableCache, runCacheModel } from './cache-model'
import { chromiumHere, startChromium, type LiveChromium } from './chromium'
import { comparableCookies } from './compare-cookies'
import { comparableCors } from './compare-cors'
import { comparableKinds } from './compare-kinds'
import { cookieCase } from './cookie-cases'
import { runCookieModel } from './cookie-model'
import { corsCase } from './cors-cases'
import { runCorsModel } from './cors-model'
import { startFarEnd, whyNoFarEnd, type FarEnd } from './far-end'
import { kindCase } from './kind-cases'
import { runKindsModel } from './kinds-model'
import type { CaseSeen, LiveCase } from './live-case'

/** `npm run test:long` asks for more of them. */
const COUNT = Number(process.env['PEEL_LIVE'] ?? 60)
const SEED = Number(process.env['PEEL_SEED'] ?? 2028)
/** How long a difference may be made smaller. */
const SHRINKING_MS = 90_000
/** A case takes a few tenths of a second on a machine that does nothing else. */
const CASE_MS = 4000

/** A kind of case, and how the modelled browser does it: at the times at which Chromium took its steps. */
interface Kind {
  readonly title: string
  readonly cases: fc.Arbitrary<LiveCase>
  readonly share: number
  readonly model: (live: LiveCase, times: readonly number[], withPort: (url: string) => string) => CaseSeen
  readonly comparable: (seen: CaseSeen, live: LiveCase) => unknown
}

const KINDS: readonly Kind[] = [
  { title: 'cookies', cases: cookieCase, share: 0.3, model: runCookieModel, comparable: comparableCookies },
  { title: 'HTTP cache', cases: cacheCase, share: 0.1, model: runCacheModel, comparable: comparableCache },
  { title: 'CORS', cases: corsCase, share: 0.3, model: runCorsModel, comparable: comparableCors },
  { title: 'all ways to ask', cases: kindCase, share: 0.3, model: runKindsModel, comparable: comparableKinds },
]

const executable = chromiumHere()
const why = executable === null ? 'there is no Chromium (PEEL_BROWSER names one)' : whyNoFarEnd()
if (why) process.stdout.write(`Left out: what a real Chromium does, because ${why}.\n`)

let farEnd: FarEnd
let chromium: LiveChromium
beforeAll(async () => {
  if (why || executable === null) return
  farEnd = await startFarEnd()
  chromium = await startChromium(executable, farEnd)
}, 60_000)
afterAll(async () => {
  await chromium?.close()
  farEnd?.stop()
})

for (const { title, cases, share, model, comparable } of KINDS) {
  const count = Math.round(COUNT * share)
  test.skipIf(why !== null)(
    `${count} random cases: ${title} as in a real Chromium`,
    async () => {
      let stopAt = Infinity
      const property = fc.asyncProperty(cases, async (live) => {
        // Whatever comes after the time for shrinking counts as equal, which ends it.
        if (Date.now() > stopAt) return
        const real = await chromium.run(live)
        const times = real.steps.map(({ atMs }) => atMs)
        try {
          expect(comparable(model(live, times, farEnd.withPort), live)).toEqual(comparable(real, live))
        } catch (error) {
          if (stopAt === Infinity) stopAt = Date.now() + SHRINKING_MS
          throw error
        }
      })
      const { failed, counterexample, errorInstance } = await fc.check(property, { seed: SEED, numRuns: count })
      if (failed) process.stdout.write(`PEEL_SEED=${SEED}, the smallest case found:\n${fc.stringify(counterexample)}\n`)
      if (failed) throw errorInstance
      process.stdout.write(`Compared: ${count} cases of ${title} with a real Chromium, seed ${SEED}\n`)
    },
    count * CASE_MS + SHRINKING_MS,
  )
}
