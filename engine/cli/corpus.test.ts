// The corpus on both sides: Peel's engine beside CPython with a real uvicorn on a real socket.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCorpus, type CorpusApp } from '../corpus/read-corpus'
import { EngineHost } from '../host'
import { spawnNodeWorker } from './spawn'
import type { CPythonReport } from './testing/cpython'
import { askCPython, askPeel, seenByBoth } from './testing/reference'

const only = process.env['PEEL_CORPUS']
const apps = readCorpus().filter((app) => !only || app.name.includes(only))

let host: EngineHost
let reports: Map<CorpusApp, Promise<CPythonReport>>
beforeAll(() => {
  host = new EngineHost(spawnNodeWorker())
  reports = new Map(apps.map((app) => [app, askCPython({ ...app, app: null }, app.groups, { patienceMs: 2000 })]))
  for (const report of reports.values()) report.catch(() => undefined)
})
afterAll(() => host.dispose())

describe('the same as uvicorn on CPython', () => {
  test.for(apps.map((app) => [app.name, app] as const))('%s', { timeout: 60_000 }, async ([, app]) => {
    const { files, entry, groups, masks } = app
    const document = await askPeel(host, { files, entry, app: null }, groups)
    const report = await reports.get(app)
    if (!report) throw new Error('not asked')
    const { peel, cpython } = seenByBoth(document, report, masks)
    expect(peel).toEqual(cpython)
  })
})
