// The sample's clock in three spellings: the same checks hold for all, and each leaves another trace.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { groupRequests } from '../engine/browser'
import { spawnNodeWorker } from '../engine/cli/spawn'
import { EngineHost, Session } from '../engine/host'
import type { RunDocument } from '../engine/protocol'
import { parseHttpFile } from '../engine/requests'

const host = new EngineHost(spawnNodeWorker(), { spare: false })
afterAll(() => host.dispose())

const read = (path: string) => readFileSync(join(import.meta.dirname, 'sample', path), 'utf8')
const SPELLINGS = [
  ['decorator', 'start/main.py', 'function'],
  ['base', 'spellings/base/main.py', 'base'],
  ['asgi', 'spellings/asgi/main.py', 'asgi'],
] as const

async function run(path: string): Promise<RunDocument> {
  const session = new Session(host, { files: { 'main.py': read(path) }, entry: 'main.py', app: null })
  await session.open()
  for (const group of groupRequests(parseHttpFile(read('requests.http'), { file: 'requests.http' }).requests))
    await session.send(group)
  return session.document
}

describe('each spelling of the clock', { timeout: 60_000 }, () => {
  test.for(SPELLINGS)('%s meets the checks', async ([, path, style]) => {
    const document = await run(path)
    const input = { source: read('checks.py'), file: 'checks.py', document: JSON.stringify(document) }
    const results = await host.call('check', input, { wallMs: 10_000 })
    expect(results.filter(({ holds }) => !holds)).toEqual([])
    expect(results).toHaveLength(4)
    expect(document.layers.find(({ name }) => name.toLowerCase() === 'timing')?.style).toBe(style)
  })

  test('a clock that is left out misses a check', async () => {
    const document = await run('start/main.py')
    const blind = JSON.stringify({
      ...document,
      exchanges: document.exchanges.map((one) => ({
        ...one,
        response: one.response && {
          ...one.response,
          headers: one.response.headers.filter(([name]) => name !== 'x-took'),
        },
      })),
    })
    const results = await host.call(
      'check',
      { source: read('checks.py'), file: 'checks.py', document: blind },
      { wallMs: 10_000 },
    )
    expect(results.filter(({ holds }) => !holds).map(({ id }) => id)).toEqual(['check_the_time_is_told'])
  })

  test('pure ASGI needs no tasks of its own, the others some for each request', async () => {
    const born = async (path: string) => (await run(path)).events.filter(({ kind }) => kind === 'task').length
    const [decorator, base, asgi] = [
      await born(SPELLINGS[0][1]),
      await born(SPELLINGS[1][1]),
      await born(SPELLINGS[2][1]),
    ]
    expect(base).toBe(decorator)
    expect(asgi).toBeLessThan(base)
  })
})
