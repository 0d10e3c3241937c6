// Client programs beside the same ones on CPython with a real uvicorn: what they print, line by line, and how they end.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EngineHost, Session } from '../host'
import type { RunDocument } from '../protocol'
import { runProgram, toJson } from './run'
import { spawnNodeWorker } from './spawn'
import { REFERENCE, VENV_PYTHON } from './testing/cpython'
import { describeRun } from './text'

const folder = join(import.meta.dirname, 'testing', 'clients')
const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
const programs = Object.keys(files).filter((name) => name !== 'main.py')

interface Ended {
  readonly lines: readonly string[]
  readonly code: number
  /** Ends with a traceback where an exception ended the program. */
  readonly stderr: string
}

let host: EngineHost
let outside: Promise<readonly Ended[]>

beforeAll(() => {
  host = new EngineHost(spawnNodeWorker(), { spare: false })
  outside = askCPython()
})
afterAll(() => host.dispose())

async function askCPython(): Promise<readonly Ended[]> {
  const child = spawn(VENV_PYTHON, [join(REFERENCE, 'client_programs.py')])
  child.stdin.end(JSON.stringify({ files, clients: programs }))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (!out) throw new Error(err)
  return JSON.parse(out) as readonly Ended[]
}

async function runClient(file: string, more: Readonly<Record<string, string>> = {}): Promise<RunDocument> {
  const session = new Session(host, { files: { ...files, ...more }, entry: 'main.py', app: null })
  await session.open()
  await session.client(file)
  await session.close()
  return session.document
}

/** What a program prints by itself; what the app says to the terminal of the server is not in it. */
function printed({ events, clients = [] }: RunDocument): string[] {
  return events
    .slice(...(clients[0]?.seq ?? [0, 0]))
    .flatMap((event) => (event.kind === 'log' && event.exchange === null ? [event.text] : []))
}

/** Dates differ, and Python 3.14, which the page has, unpacks one coding more than older ones. */
const masked = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, 'a date').replace(', zstd', ''))

describe('a client program prints what it prints outside', () => {
  test.for(programs)('%s', { timeout: 120_000 }, async (file) => {
    const document = await runClient(file)
    const expected = (await outside)[programs.indexOf(file)]
    expect(document.error).toBeNull()
    expect(masked(printed(document))).toEqual(masked(expected?.lines ?? []))
    const error = document.clients?.[0]?.error ?? null
    if (error === null) expect(expected?.code).toBe(0)
    else if (error.type === 'SystemExit') expect(expected?.code).toBe(Number(error.message))
    else expect(expected?.stderr.trimEnd().endsWith(`${error.type}: ${error.message}`)).toBe(true)
  })
})

test(
  'peel run --client prints what the program prints, with its requests in between',
  { timeout: 60_000 },
  async () => {
    const at = join(folder, 'main.py')
    const { document } = await runProgram({ path: at, client: 'fails_at_the_end.py' })
    const told = describeRun(document)
    expect(told).toContain(
      [
        '',
        'fails_at_the_end.py',
        '  GET http://localhost:8000/items/50 → 404',
        '  > 404',
        "  fails_at_the_end.py line 7: HTTPStatusError: Client error '404 Not Found' for url 'http://localhost:8000/items/50'",
      ].join('\n'),
    )
    expect(told).toMatch(/■ item \/items\/\{number\}/)
    expect(toJson(document)).toMatchObject({ clients: [{ file: 'fails_at_the_end.py', error: { line: 7 } }] })
    await expect(runProgram({ path: at, client: 'gone.py' })).rejects.toThrow(/gone\.py: no such file/)
  },
)
