// Both ways of booting lead to the same Python: a run gives the same bytes after either.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groupRequests } from '../browser'
import { EngineHost, Session } from '../host'
import { parseHttpFile } from '../requests'
import { readProgram } from './read-program'
import { spawnNodeWorker } from './spawn'

const sample = join(import.meta.dirname, '..', '..', 'lessons', 'sample')

async function runSample(way: 'snapshot' | 'plain'): Promise<string> {
  const { files, entry } = readProgram(join(sample, 'start'))
  const text = readFileSync(join(sample, 'requests.http'), 'utf8')
  const host = new EngineHost(spawnNodeWorker({ way }), { spare: false })
  try {
    const session = new Session(host, { files, entry, app: null })
    await session.open()
    for (const group of groupRequests(parseHttpFile(text, { file: 'requests.http' }).requests))
      await session.send(group)
    await session.close()
    return JSON.stringify(session.document)
  } finally {
    host.dispose()
  }
}

test(
  'the sample gives the same trace after a plain boot as after one from the snapshot',
  { timeout: 240_000 },
  async () => {
    const fromSnapshot = await runSample('snapshot')
    expect(fromSnapshot).toContain('"status":200')
    expect(await runSample('plain')).toBe(fromSnapshot)
  },
)
