// The command line as its users have it: a process, its output and its exit code.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true })
})

interface Said {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function peel(files: Readonly<Record<string, string>>, ...args: readonly string[]): Said {
  const folder = mkdtempSync(join(tmpdir(), 'peel-cli-'))
  made.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const run = spawnSync(process.execPath, [join(root, 'bin', 'peel.mjs'), ...args], { cwd: folder, encoding: 'utf8' })
  return { code: run.status, out: run.stdout, err: run.stderr }
}

const HEAD = 'from fastapi import FastAPI\napp = FastAPI()\n'
const ROOT = '@app.get("/")\nasync def root(): return {"a": "ü"}\n'
const GET = { 'r.http': 'GET /' }
const limits = { timeout: 60_000 }

describe('peel run', () => {
  test('refuses a version that is not listed, and lists what is', limits, () => {
    const { code, out, err } = peel(
      { 'main.py': HEAD + ROOT, ...GET },
      'run',
      '.',
      '--requests',
      'r.http',
      '--fastapi',
      '0.99',
    )
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^peel: FastAPI 0\.99 is not among .* choose one of 0\.165\.0, .*0\.100\.1\n$/)
  })

  test('prints one JSON document with versions, layers, and each exchange with its events', limits, () => {
    const program = `${HEAD}@app.middleware("http")\nasync def stamp(request, call_next):\n    response = await call_next(request)\n    response.headers.append("x-a", "1")\n    response.headers.append("x-a", "2")\n    return response\n${ROOT}`
    const requests = '# @name twice\n# @times 2\nGET https://api.test/?q=1\nX-Two: b\nX-Two: a\n\n###\nPOST /\n\nhello'
    const { code, out, err } = peel(
      { 'main.py': program, 'r.http': requests },
      'run',
      '.',
      '--requests',
      'r.http',
      '--json',
    )
    expect(err).toBe('')
    expect(code).toBe(0)
    const document = JSON.parse(out) as Record<string, unknown>
    expect(Object.keys(document)).toEqual(['versions', 'layers', 'error', 'exchanges', 'events', 'stop'])
    expect(document).toMatchObject({
      versions: {
        fastapi: '0.165.0',
        starlette: '1.10.0',
        pydantic: '2.14.3',
        uvicorn: '0.54.0',
        python: expect.stringMatching(/^3\.14/),
      },
      error: null,
      exchanges: [
        {
          from: 0,
          request: {
            method: 'GET',
            url: 'https://api.test/?q=1',
            headers: [
              ['Host', 'api.test'],
              ['X-Two', 'b'],
              ['X-Two', 'a'],
            ],
          },
          response: {
            status: 200,
            body: '{"a":"ü"}',
            bodyEncoding: 'utf8',
            headers: expect.arrayContaining([
              ['x-a', '1'],
              ['x-a', '2'],
            ]),
          },
          error: null,
        },
        { from: 0 },
        {
          from: 1,
          request: {
            method: 'POST',
            url: 'http://localhost:8000/',
            headers: [
              ['Host', 'localhost:8000'],
              ['Content-Length', '5'],
            ],
          },
          response: { status: 405 },
        },
      ],
    })
    const layers = (document['layers'] as { name: string; origin: string; depth: number }[]).map(
      ({ name, origin, depth }) => [depth, name, origin],
    )
    expect(layers).toContainEqual([3, 'stamp', 'yours'])
    expect(layers[0]).toEqual([0, 'ServerErrorMiddleware', 'framework'])
  })

  test('two runs print the same bytes', limits, () => {
    const program = `import random, time, uuid\n${HEAD}@app.get("/")\nasync def root(): return [random.random(), time.time(), str(uuid.uuid4()), list({"a", "b", "c"})]\n`
    const once = (): string => peel({ 'main.py': program, ...GET }, 'run', '.', '--requests', 'r.http', '--json').out
    expect(once()).toBe(once())
  })

  test('prints an onion in text without --json, and requests.http is found beside the program', limits, () => {
    const { code, out } = peel({ 'main.py': HEAD + ROOT, 'requests.http': '/' }, 'run', 'main.py')
    expect(code).toBe(0)
    expect(out).toContain('GET http://localhost:8000/ → 200 OK')
    expect(out).toMatch(/■ root \/ +← \+content-length \+content-type/)
  })

  test('prints what dependencies gave, and who handled what', limits, () => {
    const program = `${HEAD}from fastapi import Depends, HTTPException\ndef get_db():\n    yield "db"\n@app.get("/")\nasync def root(db=Depends(get_db)): raise HTTPException(404)\n`
    const { out } = peel({ 'main.py': program, 'requests.http': '/' }, 'run', 'main.py')
    expect(out.split('\n').filter((line) => line.startsWith('  ƒ '))).toEqual([
      "  ƒ dependency get_db yields 'db'",
      '  ƒ dependency get_db gets HTTPException at its yield',
      '  ƒ dependency get_db raises HTTPException',
      '  ƒ handler http_exception_handler is called for HTTPException',
      '  ƒ handler http_exception_handler returns <JSONResponse>',
    ])
  })

  test('prints what was said over a WebSocket, and how it ended', limits, () => {
    const program = `import asyncio\nfrom fastapi import FastAPI, WebSocket\napp = FastAPI()\n@app.websocket("/ws")\nasync def echo(ws: WebSocket):\n    await ws.accept()\n    await asyncio.sleep(1.5)\n    await ws.send_text("you said\\n" + await ws.receive_text())\n    await ws.send_bytes(await ws.receive_bytes())\n    await ws.close(4001, "enough")\n`
    const requests = 'WEBSOCKET /ws\n\nhello\n=== wait-for-server\n< tea.txt\n'
    const files = { 'main.py': program, 'tea.txt': 'tea', 'requests.http': requests }
    const { code, out } = peel(files, 'run', 'main.py')
    expect(code).toBe(0)
    expect(out).toContain('WEBSOCKET ws://localhost:8000/ws → 101 Switching Protocols')
    expect(out.split('\n').slice(-8)).toEqual([
      '',
      '    0 s  → hello',
      '  1.5 s  ← you said',
      '           hello',
      '  1.5 s  → (3 bytes)',
      '  1.5 s  ← (3 bytes)',
      '  closed by the server with 4001, "enough"',
      '',
    ])
  })

  test('exits with 0 when the app answered 500, and gives the exception that reached the server', limits, () => {
    const program = `${HEAD}@app.get("/")\nasync def root():\n    return 1 / 0\n`
    const { code, out } = peel({ 'main.py': program, ...GET }, 'run', 'main.py', '--requests', 'r.http', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      exchanges: [
        {
          response: { status: 500 },
          error: { type: 'ZeroDivisionError', message: 'division by zero', file: 'main.py', line: 5 },
        },
      ],
    })
  })

  test('runs lifespan, and a failed startup gives no exchanges and a top-level error', limits, () => {
    const lifespan = (body: string): string =>
      `from contextlib import asynccontextmanager\nfrom fastapi import FastAPI\n@asynccontextmanager\nasync def life(app):\n    ${body}\n    yield\n    print("down")\napp = FastAPI(lifespan=life)\n${ROOT}`
    const good = peel({ 'main.py': lifespan('print("up")'), ...GET }, 'run', '.', '--requests', 'r.http', '--json')
    const texts = (JSON.parse(good.out) as { events: { text?: string }[] }).events.map(({ text }) => text)
    expect(texts.filter((text) => text === 'up' || text === 'down')).toEqual(['up', 'down'])
    const bad = peel(
      { 'main.py': lifespan('raise OSError("no disk")'), ...GET },
      'run',
      '.',
      '--requests',
      'r.http',
      '--json',
    )
    expect(JSON.parse(bad.out)).toMatchObject({
      exchanges: [],
      error: { type: 'OSError', message: 'no disk', file: 'main.py', line: 5 },
    })
  })

  test('a stream that nobody can continue is told as Stalled', limits, () => {
    const program = `import asyncio\n${HEAD}@app.get("/")\nasync def root():\n    await asyncio.Event().wait()\n`
    const { code, out } = peel({ 'main.py': program, ...GET }, 'run', '.', '--requests', 'r.http', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ exchanges: [{ response: null, error: { type: 'Stalled' } }] })
  })

  test('--app takes another variable, and a factory', limits, () => {
    const program = `from fastapi import FastAPI\ndef make():\n    made = FastAPI()\n    @made.get("/")\n    def root(): return 5\n    return made\nother = make()\n`
    for (const name of ['other', 'make']) {
      const { out } = peel({ 'main.py': program, ...GET }, 'run', '.', '--requests', 'r.http', '--json', '--app', name)
      expect(JSON.parse(out)).toMatchObject({ exchanges: [{ response: { status: 200, body: '5' } }] })
    }
  })

  test('a loop without end is stopped with exit code 3, and what there was is printed', limits, () => {
    const program = `${HEAD}@app.middleware("http")\nasync def spin(request, call_next):\n    while True: pass\n${ROOT}`
    const { code, out, err } = peel({ 'main.py': program, ...GET }, 'run', '.', '--requests', 'r.http', '--json')
    expect(code).toBe(3)
    expect(err).toMatch(/^peel: Stopped in spin, main.py line 5/)
    const { exchanges, stop } = JSON.parse(out) as {
      exchanges: { events: { kind: string; layer: string }[] }[]
      stop: object
    }
    expect(stop).toMatchObject({ reason: 'jumps', file: 'main.py', line: 5 })
    expect(exchanges[0]?.events).toContainEqual(expect.objectContaining({ kind: 'enter', layer: 'spin' }))
  })

  test.for([
    ['no such program', {}, ['run', 'gone.py'], /gone\.py: no such file/],
    ['no such requests', { 'main.py': HEAD }, ['run', '.', '--requests', 'gone.http'], /gone\.http: no such file/],
    [
      'an unreadable line of the requests',
      { 'main.py': HEAD, 'r.http': 'GET /\nX-A: 1\nwhat is this' },
      ['run', '.', '--requests', 'r.http'],
      /r\.http, line 3: /,
    ],
    [
      'a file without any request',
      { 'main.py': HEAD, 'r.http': '# nothing\n' },
      ['run', '.', '--requests', 'r.http'],
      /r\.http/,
    ],
    [
      'no app in the module',
      { 'main.py': 'from fastapi import FastAPI\napi = FastAPI()\n', ...GET },
      ['run', '.', '--requests', 'r.http'],
      /main\.py .*`app`.*`api`/,
    ],
    [
      'a syntax error',
      { 'main.py': `${HEAD}def f(:\n`, ...GET },
      ['run', '.', '--requests', 'r.http'],
      /main\.py line 3/,
    ],
    [
      'a package that is not there',
      { 'main.py': 'import pandas\n', ...GET },
      ['run', '.', '--requests', 'r.http'],
      /main\.py line 1 imports pandas/,
    ],
    ['a word that is no command', {}, ['fly'], /"fly" is no command/],
    ['an option that is not there', {}, ['run', '.', '--fast'], /--fast/],
  ] as const)('exits with 2 and one line on stderr for %s', limits, ([, files, args, message]) => {
    const { code, out, err } = peel(files, ...args)
    expect(err).toMatch(message)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
    expect(out).toBe('')
    expect(code).toBe(2)
  })

  test('an unknown setting in the requests warns with its line and goes on', limits, () => {
    const { code, err } = peel(
      { 'main.py': HEAD + ROOT, 'r.http': '# @colour red\nGET /' },
      'run',
      '.',
      '--requests',
      'r.http',
    )
    expect(code).toBe(0)
    expect(err).toMatch(/r\.http.*1.*colour/)
  })
})

describe('the environment of a program', () => {
  const program = `import os\nfrom dotenv import dotenv_values\n${HEAD}@app.get("/")\nasync def root(): return [os.environ.get("COLOUR"), os.environ.get("EMPTY"), dotenv_values()]\n`
  const files = { 'main.py': program, '.env': 'LIMIT=3\n', ...GET }

  test('holds what --env names, and .env beside the program is there to be read', limits, () => {
    const { code, out } = peel(
      files,
      ...['run', '.', '--requests', 'r.http', '--json', '--env', 'COLOUR=a=b', '--env', 'EMPTY='],
    )
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ exchanges: [{ response: { body: '["a=b","",{"LIMIT":"3"}]' } }] })
  })

  test('a pair without "=" is bad input', limits, () => {
    const { code, err } = peel(files, 'run', '.', '--requests', 'r.http', '--env', 'COLOUR')
    expect(err).toBe('peel: --env COLOUR: say it as NAME=VALUE\n')
    expect(code).toBe(2)
  })
})

test('a program that is not UTF-8 is bad input, with the line', limits, () => {
  const { code, err } = peel({ 'main.py': 'x = 1\n# caf\u00e9\n', ...GET }, 'run', '.', '--requests', 'r.http')
  expect([code, err]).toEqual([2, expect.stringContaining('no `app`')])
  const folder = mkdtempSync(join(tmpdir(), 'peel-cli-'))
  made.push(folder)
  writeFileSync(join(folder, 'main.py'), Buffer.from('x = 1\n# caf\u00e9\n', 'latin1'))
  const run = spawnSync(process.execPath, [join(root, 'bin', 'peel.mjs'), 'run', folder], { encoding: 'utf8' })
  expect(run.status).toBe(2)
  expect(run.stderr).toMatch(/main\.py: line 2 is not UTF-8 text; save the file as UTF-8 and run again\n$/)
})
