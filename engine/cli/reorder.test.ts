// Orders written into the code, run by the real engine: over every program of the corpus, the lessons and the sample.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { reorderLayers } from '../edit'
import { programs } from '../edit/testing/programs'
import { EngineHost, Session } from '../host'
import type { Layer, SourceFiles } from '../protocol'
import { registeredLayers } from '../trace'
import { readProgram } from './read-program'
import { spawnNodeWorker } from './spawn'

const ROOT = join(import.meta.dirname, '../..')
const host = new EngineHost(spawnNodeWorker(), { spare: false })
afterAll(() => host.dispose())

async function stackOf(files: SourceFiles, entry: string): Promise<Layer[]> {
  const session = new Session(host, { files, entry, app: null }, { trace: false })
  await session.open()
  return registeredLayers(session.document.layers)
}

/** Files that hold an app, as `peel run` is given them. */
function programsIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return programsIn(path)
    return name.endsWith('.py') && !/^(checks|proof)\.py$/.test(name) ? [path] : []
  })
}

/** The same for every run, so that a failure is had again. */
const SEED = 7

const names = (layers: readonly Layer[]) => layers.map(({ name }) => name)
const tally = { moved: 0, refused: [] as string[] }

test('random programs stand in the wished order when they run', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(programs, async ({ text, layers, wanted }) => {
      const files = { 'main.py': text }
      const before = await stackOf(files, 'main.py')
      expect(before.map(({ name, added }) => [name, added])).toEqual(layers.map(({ name, added }) => [name, added]))
      const done = reorderLayers(files, before, wanted)
      if (!done.ok) throw new Error(done.why)
      const after = await stackOf({ ...files, ...done.files }, 'main.py')
      expect(names(after)).toEqual(wanted.map((at) => before[at]?.name))
    }),
    { numRuns: 40, seed: SEED },
  )
})

describe('every swap of two neighbours', { timeout: 60_000 }, () => {
  const all = [...programsIn(join(ROOT, 'engine/corpus')), ...programsIn(join(ROOT, 'lessons'))]
  test.for(all.map((path) => [path.slice(ROOT.length + 1), path] as const))('%s', async ([, path]) => {
    const { files: folder, entry } = readProgram(path)
    const files: SourceFiles = { [entry]: folder[entry] ?? '' }
    const before = await stackOf(files, entry)
    for (let at = 0; at + 1 < before.length; at++) {
      const wanted = before.map((_, place) => (place === at ? at + 1 : place === at + 1 ? at : place))
      const done = reorderLayers(files, before, wanted, at)
      if (!done.ok) {
        tally.refused.push(done.why)
        continue
      }
      tally.moved++
      const after = await stackOf({ ...files, ...done.files }, entry)
      expect(names(after)).toEqual(wanted.map((place) => before[place]?.name))
      const back = reorderLayers({ ...files, ...done.files }, after, wanted, at + 1)
      if (back.ok) expect(names(await stackOf({ ...files, ...back.files }, entry))).toEqual(names(before))
    }
  })

  test('most of them can be written', () => {
    // One stands in the constructor's list, with another of its class added after it.
    expect(tally.refused).toEqual([expect.stringMatching(/^Ring stands in a list that the app is made with/)])
    expect(tally.moved).toBeGreaterThan(40)
  })
})
