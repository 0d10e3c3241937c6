// Peel's engine beside CPython with a real uvicorn on a real socket: the sample app and every lesson, start and solution.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { groupRequests } from '../browser'
import { EngineHost } from '../host'
import { isPageRequest } from '../protocol'
import { parseHttpFile } from '../requests'
import { readProgram } from './read-program'
import { spawnNodeWorker } from './spawn'
import { askCPython, askPeel, asSent, seenByCPython, seenByPeel } from './testing/reference'

const root = join(import.meta.dirname, '..', '..')

const programs = [
  {
    name: 'sample',
    folder: join(root, 'lessons', 'sample', 'start'),
    requests: join(root, 'lessons', 'sample', 'requests.http'),
  },
  ...lessonFolders().flatMap((folder) =>
    ['start', 'solution'].map((which) => ({
      name: `${folder.slice(join(root, 'lessons').length + 1)} ${which}`,
      folder: join(folder, which),
      requests: join(folder, 'requests.http'),
    })),
  ),
]

function lessonFolders(): string[] {
  const lessons = join(root, 'lessons')
  return readdirSync(lessons, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('lesson.md'))
    .map((path) => join(lessons, path, '..'))
    .sort()
}

let host: EngineHost
beforeAll(() => {
  host = new EngineHost(spawnNodeWorker())
})
afterAll(() => host.dispose())

describe('the same as uvicorn on CPython', () => {
  test.for(programs.map((program) => [program.name, program] as const))(
    '%s',
    { timeout: 60_000 },
    async ([, { folder, requests: path }]) => {
      const { requests } = parseHttpFile(readFileSync(path, 'utf8'), { file: path })
      const groups = groupRequests(requests)
      const { files, entry } = readProgram(folder)
      const program = { files, entry, app: null }
      const peel = await askPeel(host, program, groups)
      // CPython has no browser beside it: where pages ask, it is sent what the browser sent.
      const hasPages = groups.some((group) => group.requests.some(isPageRequest))
      const reference = await askCPython(program, hasPages ? asSent(peel) : groups)
      expect(seenByPeel(peel)).toEqual(seenByCPython(reference))
    },
  )
})
