// The recorded runtime against the live one: the same program gives the same document through the same seam.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { groupRequests } from '../../browser'
import { readProgram } from '../../cli/read-program'
import { spawnNodeWorker } from '../../cli/spawn'
import { EngineHost, Session, type Program } from '../../host'
import { playRecording } from '../../host/recording'
import type { RequestGroup, RunDocument } from '../../protocol'
import { parseHttpFile } from '../../requests'

const sample = join(import.meta.dirname, '..', '..', '..', 'lessons', 'sample')
let program: Program
let groups: RequestGroup[]
let live: RunDocument

beforeAll(async () => {
  const { files, entry } = readProgram(join(sample, 'start'))
  program = { files, entry, app: null }
  const text = readFileSync(join(sample, 'requests.http'), 'utf8')
  groups = groupRequests(parseHttpFile(text, { file: 'requests.http' }).requests)
  const host = new EngineHost(spawnNodeWorker(), { spare: false })
  try {
    const session = new Session(host, program)
    await session.open()
    for (const group of groups) await session.send(group)
    live = session.document
  } finally {
    host.dispose()
  }
}, 60_000)

test('a recording plays as the very document that it was made of', async () => {
  // Four requests, one of which has a preflight.
  expect(live.exchanges).toHaveLength(5)
  expect(await playRecording(program, groups, live)).toEqual(live)
})

test('what was recorded for the page is what the engine does today', async () => {
  const kept = JSON.parse(readFileSync(join(sample, 'recorded.json'), 'utf8')) as RunDocument
  expect(JSON.stringify(kept)).toBe(JSON.stringify(live))
})

test.for([
  ['a changed program', { files: { 'main.py': 'app = None' } }, null],
  ['another request', {}, (given: RequestGroup[]) => given.toReversed()],
  ['one request too many', {}, (given: RequestGroup[]) => [...given, ...given.slice(0, 1)]],
] as const)('%s is refused: a recording never passes for a run', async ([, change, regroup]) => {
  const recordings = [{ files: program.files, groups, document: live }]
  const { spawnRecorded } = await import('../../sandbox/recorded')
  const session = new Session(new EngineHost(spawnRecorded(recordings), { spare: false }), { ...program, ...change })
  const play = async (): Promise<void> => {
    await session.open()
    for (const group of regroup ? regroup(groups) : groups) await session.send(group)
  }
  await expect(play()).rejects.toMatchObject({
    kind: 'protocol',
    message: expect.stringMatching(/not recorded|was not/),
  })
})
