// Random cookie cases, done by a real Chromium with a real uvicorn and by the modelled jar. Differences are shrunk.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumHere, startChromium, type LiveChromium } from './chromium'
import { comparable } from './compare-cookies'
import { cookieCase } from './cookie-cases'
import { runCookieModel } from './cookie-model'
import { startFarEnd, whyNoFarEnd, type FarEnd } from './far-end'

/** `npm run test:long` asks for more of them. */
const COUNT = Number(process.env['PEEL_LIVE'] ?? 60)
const SEED = Number(process.env['PEEL_SEED'] ?? 2028)
/** How long a difference may be made smaller. */
const SHRINKING_MS = 90_000
/** A case takes a tenth of a second on a machine that does nothing else. */
const CASE_MS = 3000

const executable = chromiumHere()
const why = executable === null ? 'there is no Chromium (PEEL_BROWSER names one)' : whyNoFarEnd()
if (why) process.stdout.write(`Left out: cookies beside a real Chromium, because ${why}.\n`)

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

test.skipIf(why !== null)(
  `${COUNT} random cases leave the same jar and send the same cookies`,
  async () => {
    let stopAt = Infinity
    const property = fc.asyncProperty(cookieCase, async (live) => {
      // Whatever comes after the time for shrinking counts as equal, which ends it.
      if (Date.now() > stopAt) return
      const real = await chromium.run(live)
      const times = real.steps.map(({ atMs }) => atMs)
      try {
        expect(comparable(runCookieModel(live, times, farEnd.withPort))).toEqual(comparable(real))
      } catch (error) {
        if (stopAt === Infinity) stopAt = Date.now() + SHRINKING_MS
        throw error
      }
    })
    const { failed, counterexample, errorInstance } = await fc.check(property, { seed: SEED, numRuns: COUNT })
    if (failed) process.stdout.write(`PEEL_SEED=${SEED}, the smallest case found:\n${fc.stringify(counterexample)}\n`)
    if (failed) throw errorInstance
    process.stdout.write(`Compared: ${COUNT} cookie cases with a real Chromium, seed ${SEED}\n`)
  },
  COUNT * CASE_MS + SHRINKING_MS,
)
