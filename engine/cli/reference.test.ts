// Peel's engine beside CPython with a real uvicorn on a real socket: the sample app and every lesson, start and solution.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { groupRequests } from '../browser'
import { EngineHost, Session } from '../host'
import type { HeaderList, RequestGroup, RunDocument } from '../protocol'
import { parseHttpFile } from '../requests'
import { readProgram } from './read-program'
import { spawnNodeWorker } from './spawn'

const root = join(import.meta.dirname, '..', '..')
const python = join(root, '.peel', 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

interface Reference {
  readonly layers: readonly string[]
  readonly exchanges: readonly { status: number; reason: string; headers: HeaderList; body: string }[]
  readonly prints: readonly string[]
  readonly versions: Readonly<Record<string, string>>
}

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

function askCPython(folder: string, entry: string, groups: readonly RequestGroup[]): Reference {
  if (!existsSync(python)) throw new Error(`${python} is not there: \`npm test\` makes it`)
  const job = JSON.stringify({ folder, entry, app: null, groups })
  const run = spawnSync(python, [join(root, 'engine', 'python', 'reference', 'serve.py')], {
    input: job,
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(run.stderr.split('\n').slice(-12).join('\n'))
  return JSON.parse(run.stdout) as Reference
}

async function askPeel(folder: string, groups: readonly RequestGroup[]): Promise<RunDocument> {
  const { files, entry } = readProgram(folder)
  const session = new Session(host, { files, entry, app: null })
  await session.open()
  for (const group of groups) await session.send(group)
  await session.close()
  return session.document
}

/** Headers as they are compared: the date is the server's, and a measured time is only a number. */
function comparable(headers: HeaderList): string[] {
  return headers.map(([name, value]) => {
    if (name === 'date') return `${name}: a date`
    return `${name}: ${/(time|duration|elapsed)/.test(name) ? value.replaceAll(/\d+(\.\d+)?(e-\d+)?/g, 'N') : value}`
  })
}

/** Bodies as they are compared: decoded, since two builds of zlib may compress differently. */
function decoded(headers: HeaderList, body: Uint8Array): string {
  const coding = headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1]
  return Buffer.from(coding === 'gzip' ? gunzipSync(body) : body).toString('latin1')
}

describe('the same as uvicorn on CPython', () => {
  test.for(programs.map((program) => [program.name, program] as const))(
    '%s',
    { timeout: 60_000 },
    async ([, program]) => {
      const { requests } = parseHttpFile(readFileSync(program.requests, 'utf8'), { file: program.requests })
      const groups = groupRequests(requests)
      const reference = askCPython(program.folder, 'main.py', groups)
      const document = await askPeel(program.folder, groups)

      expect(document.error).toBeNull()
      expect(document.versions).toMatchObject(reference.versions)
      expect(document.layers.filter((layer) => !layer.parent).map((layer) => layer.name)).toEqual(reference.layers)
      const seen = document.exchanges.map(({ response }) => response)
      expect(seen.map((one) => one?.status)).toEqual(reference.exchanges.map((one) => one.status))
      expect(seen.map((one) => comparable(one?.headers ?? []))).toEqual(
        reference.exchanges.map((one) => comparable(one.headers)),
      )
      expect(
        seen.map(
          (one) => one && decoded(one.headers, Buffer.from(one.body, one.bodyEncoding === 'utf8' ? 'utf8' : 'base64')),
        ),
      ).toEqual(reference.exchanges.map((one) => decoded(one.headers, Buffer.from(one.body, 'base64'))))
      const prints = document.events.flatMap((event) =>
        event.kind === 'log' && event.stream === 'stdout' && event.source === 'print' ? [event.text] : [],
      )
      const masked = (lines: readonly string[]): string[] =>
        lines.map((line) => line.replaceAll(/\d+\.\d+(e-\d+)?/g, 'N'))
      expect(masked(prints)).toEqual(masked(reference.prints))
    },
  )
})
