import { test } from 'vitest'
import { readFileSync } from 'node:fs'
import { startChromium, chromiumHere } from './chromium'
import { startFarEnd } from './far-end'
import { comparableCors } from './compare-cors'
import { runCorsModel } from './cors-model'
test('probe', async () => {
  const text = readFileSync('/tmp/case1.txt', 'utf8').trim().replaceAll('__proto__:null,', '')
  const [live] = JSON.parse(text)
  const far = await startFarEnd()
  const chromium = await startChromium(chromiumHere()!, far)
  const seen: Record<string, number> = {}
  for (let i = 0; i < 15; i++) {
    const real = await chromium.run(live)
    const m = runCorsModel(live, real.steps.map(({ atMs }) => atMs), far.withPort)
    const k = JSON.stringify([real.steps.map((s) => s.fate?.category), m.steps.map((s) => s.fate?.category)])
    seen[k] = (seen[k] ?? 0) + 1
  }
  console.log(seen)
  await chromium.close(); far.stop()
}, 120000)
