// Projects as the page saves them, unpacked and tested outside: their pytest file against the real packages, on CPython. And
// against programs that were changed, where it has to fail.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { groupRequests } from '../browser'
import { readCorpus } from '../corpus/read-corpus'
import { anotherRun, projectFiles, zipFiles } from '../export'
import { EngineHost } from '../host'
import type { RequestGroup, SourceFiles } from '../protocol'
import { parseHttpFile } from '../requests'
import { readProgram } from './read-program'
import { spawnNodeWorker } from './spawn'
import { REFERENCE, VENV_PYTHON } from './testing/cpython'
import { askPeel } from './testing/reference'

const root = join(import.meta.dirname, '..', '..')

interface Program {
  readonly name: string
  readonly files: SourceFiles
  readonly groups: readonly RequestGroup[]
}

function fromFolder(name: string, folder: string, requests: string): Program {
  const text = readFileSync(requests, 'utf8')
  const { files } = readProgram(folder)
  return {
    name,
    files: { ...files, 'requests.http': text },
    groups: groupRequests(parseHttpFile(text, { file: requests }).requests),
  }
}

const lessons = readdirSync(join(root, 'lessons'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('lesson.md'))
  .map((path) => dirname(path))
  .sort()

const only = process.env['PEEL_CORPUS']
/** Raw ASGI with headers of text in place of bytes, which uvicorn forgives and no test client does. */
const LEFT_OUT = 'errors/wrong_headers'
/** One in three of the others, unless they are asked for: `PEEL_CORPUS=/` takes all. */
const isChosen = (name: string, index: number): boolean => (only ? name.includes(only) : index % 3 === 0)

/** What the corpus has none of. */
const SOCKETS: SourceFiles = {
  'main.py': `import uuid

from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    await socket.send_text(f"hello {uuid.uuid4()}")
    while True:
        text = await socket.receive_text()
        if text == "bye":
            await socket.close(4001, "enough")
            return
        await socket.send_text(text.upper())


@app.websocket("/closed")
async def closed(socket: WebSocket):
    await socket.close()


@app.websocket("/crash")
async def crash(socket: WebSocket):
    await socket.accept()
    raise ValueError("no")
`,
  'requests.http': `### Echo
WEBSOCKET ws://localhost:8000/echo

one
=== wait-for-server
two
=== wait-for-server
bye

### The client ends it
WEBSOCKET ws://localhost:8000/echo

one

### Closed
WEBSOCKET ws://localhost:8000/closed

### Crash
WEBSOCKET ws://localhost:8000/crash
`,
}

/** Requests beside one another, and a wait of a minute. */
const TIMES: SourceFiles = {
  'main.py': `import asyncio
import time

from fastapi import FastAPI

app = FastAPI()
seen = []


@app.get("/slow")
async def slow():
    await asyncio.sleep(0.3)
    return "slow"


@app.get("/limit")
async def limit():
    now = time.monotonic()
    seen[:] = [one for one in seen if one > now - 60]
    seen.append(now)
    return {"in the last minute": len(seen), "now": now}
`,
  'requests.http': `### Three at once
# @times 3
GET /slow

### First
GET /limit

### Second
GET /limit

### A minute later
# @wait 61
GET /limit
`,
}

const fromText = (name: string, files: SourceFiles): Program => ({
  name,
  files,
  groups: groupRequests(parseHttpFile(files['requests.http'] ?? '', { file: name }).requests),
})

const programs: readonly Program[] = [
  fromFolder('sample', join(root, 'lessons', 'sample', 'start'), join(root, 'lessons', 'sample', 'requests.http')),
  ...lessons.flatMap((lesson) =>
    ['start', 'solution'].map((which) => {
      const folder = join(root, 'lessons', lesson)
      return fromFolder(`${lesson} ${which}`, join(folder, which), join(folder, 'requests.http'))
    }),
  ),
  fromText('sockets', SOCKETS),
  fromText('times', TIMES),
  fromText('does not start', { 'main.py': 'import nothing_like_this\n', 'requests.http': 'GET /\n' }),
  ...readCorpus().filter(({ name }, index) => name !== LEFT_OUT && isChosen(name, index)),
]

let host: EngineHost
let place: string
let python: Pytest
const counts = { passed: 0, skipped: 0 }

beforeAll(() => {
  host = new EngineHost(spawnNodeWorker())
  python = new Pytest()
  place = mkdtempSync(join(tmpdir(), 'peel-export-'))
})
afterAll(() => {
  host.dispose()
  python.end()
  rmSync(place, { recursive: true })
  console.log(`Compared: ${counts.passed} tests of exported projects, ${counts.skipped} skipped with their reason`)
})

/** The zip of a program's run, unpacked. */
async function unpacked({ name, files, groups }: Program): Promise<SourceFiles> {
  const program = { files, entry: 'main.py', app: null }
  const document = await askPeel(host, program, groups)
  const again = anotherRun(document, files)
  const other = await askPeel(host, { files: again.files, entry: again.entry, app: null }, again.groups)
  const zip = zipFiles(projectFiles({ title: name, files, document, other }))
  return Object.fromEntries(
    Object.entries(unzipSync(zip)).map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]),
  )
}

interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly output: string
}

/** One Python for all, which has the packages imported already and forks for each folder. */
class Pytest {
  readonly #child = spawn(VENV_PYTHON, ['-W', 'ignore', join(REFERENCE, 'project_tests.py')], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  })
  readonly #asked = new Map<string, (output: string) => void>()

  constructor() {
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const { folder, output } = JSON.parse(line) as { folder: string; output: string }
      this.#asked.get(folder)?.(output)
    })
    this.#child.stderr.pipe(process.stderr)
  }

  run(folder: string): Promise<string> {
    return new Promise((resolve) => {
      this.#asked.set(folder, resolve)
      this.#child.stdin.write(`${folder}\n`)
    })
  }

  end(): void {
    this.#child.stdin.end()
  }
}

async function pytest(name: string, files: SourceFiles): Promise<Outcome> {
  const folder = join(place, name.replaceAll(/\W+/g, '-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const output = await python.run(folder)
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(last)?.[1] ?? 0)
  return { passed: count('passed'), failed: count('failed') + count('errors?'), skipped: count('skipped'), output }
}

describe('its tests pass outside', () => {
  test.for(programs.map((program) => [program.name, program] as const))(
    '%s',
    { timeout: 90_000 },
    async ([name, program]) => {
      const files = await unpacked(program)
      const outcome = await pytest(name, files)
      expect(outcome.failed === 0 && outcome.passed + outcome.skipped > 0 ? '' : outcome.output).toBe('')
      counts.passed += outcome.passed
      counts.skipped += outcome.skipped
    },
  )
})

/** Adds a header to every answer. */
const ONE_MORE_HEADER = `
_app = app


async def app(scope, receive, send):
    async def changed(message):
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"x-changed", b"1")]}
        await send(message)

    await _app(scope, receive, changed)
`

describe('its tests fail when the program is changed', () => {
  const sample = programs[0]
  const SLIPS: readonly (readonly [what: string, from: string, to: string])[] = [
    ['another value of a header', '"nosniff"', '"sniff"'],
    ['another count', 'self.given += 1', 'self.given += 2'],
    ['another status', 'HTTPException(404', 'HTTPException(410'],
    ['another origin allowed', '"https://shop.example"', '"https://elsewhere.example"'],
    ['a header of the preflight less', 'allow_headers=["x-basket"]', 'allow_headers=[]'],
    ['a layer less', 'app.add_middleware(NoSniff)', ''],
    ['another body', 'return sorted(shelf)', 'return list(shelf)'],
    ['an exception', 'return sorted(shelf)', 'return sorted(1)'],
    [
      'two layers the other way round',
      'app.add_middleware(Tickets, prefix="B")\napp.add_middleware(NoSniff)',
      'app.add_middleware(NoSniff)\napp.add_middleware(Tickets, prefix="B")',
    ],
  ]
  let files: Promise<SourceFiles> | undefined

  test.for(SLIPS)('the sample with %s', { timeout: 90_000 }, async ([what, from, to]) => {
    if (!sample) throw new Error('no sample')
    files ??= unpacked(sample)
    const { 'main.py': source = '', ...rest } = await files
    expect(source).toContain(from)
    const { failed, output } = await pytest(`slip ${what}`, { ...rest, 'main.py': source.replace(from, to) })
    expect(failed > 0 ? '' : output).toBe('')
  })

  test.for(programs.slice(0, 1 + 2 * lessons.length).map((program) => [program.name, program] as const))(
    '%s with a header more',
    { timeout: 90_000 },
    async ([name, program]) => {
      const { 'main.py': source = '', ...rest } = await unpacked(program)
      const { failed } = await pytest(`${name} changed`, { ...rest, 'main.py': source + ONE_MORE_HEADER })
      expect(failed).toBeGreaterThan(0)
    },
  )
})
