// Old and new versions side by side: small programs that behave otherwise on two neighbours of the list, in real
// interpreters. Each version that is not prepared costs some 15 s, so most are left out unless PEEL_VERSIONS=all.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { NEWEST, VERSIONS } from '../assets/versions'
import { groupRequests } from '../browser'
import { EngineHost, Session } from '../host'
import type { RunDocument } from '../protocol'
import { parseHttpFile } from '../requests'
import { spawnNodeWorker } from './spawn'
import { BOUNDARIES, tellRun } from './testing/boundaries'

const ALWAYS: readonly string[] = [NEWEST.fastapi, '0.158.2', '0.107.0', '0.100.1']
const wantsAll = process.env['PEEL_VERSIONS'] === 'all'
const isRun = ({ between }: { between: readonly string[] }): boolean =>
  wantsAll || between.every((version) => ALWAYS.includes(version))
const limits = { timeout: 180_000 }

const leftOut = BOUNDARIES.filter((boundary) => !isRun(boundary))
if (leftOut.length > 0) {
  const pairs = [...new Set(leftOut.map(({ between }) => between.join(' → ')))]
  console.log(`Left out: ${leftOut.length} programs between FastAPI ${pairs.join(', ')}. PEEL_VERSIONS=all runs them.`)
}

const hosts = new Map<string, EngineHost>()
afterAll(() => {
  for (const host of hosts.values()) host.dispose()
})

function hostOf(fastapi: string): EngineHost {
  const host = hosts.get(fastapi) ?? new EngineHost(spawnNodeWorker({ fastapi }), { spare: false })
  hosts.set(fastapi, host)
  return host
}

async function run(fastapi: string, program: string, requests: string): Promise<RunDocument> {
  const session = new Session(hostOf(fastapi), { files: { 'main.py': program }, entry: 'main.py', app: null })
  await session.open()
  for (const group of groupRequests(parseHttpFile(requests, { file: 'requests.http' }).requests))
    await session.send(group)
  await session.close()
  return session.document
}

test('each two neighbours of the list have a program that shows them apart', () => {
  const pairs = VERSIONS.slice(1).map(({ fastapi }, index) => `${fastapi} → ${VERSIONS[index]?.fastapi}`)
  expect(new Set(BOUNDARIES.map(({ between }) => between.join(' → ')))).toEqual(new Set(pairs))
})

describe.for(BOUNDARIES.filter(isRun))('$between.0 → $between.1: $title', (boundary) => {
  const { between, program, requests, headers } = boundary
  test.for([0, 1] as const)('side %i', limits, async (side) => {
    const told = tellRun(await run(between[side], program, requests), headers)
    expect(told).toEqual(side === 0 ? boundary.older : boundary.newer)
  })
})

test('two versions run side by side, each in its own worker, and neither disturbs the other', limits, async () => {
  const program = `
import fastapi, starlette
from fastapi import FastAPI
app = FastAPI()
counted = 0
@app.get("/")
async def root():
    global counted
    counted += 1
    return [fastapi.__version__, starlette.__version__, counted]
`
  const versions = [NEWEST.fastapi, '0.100.1']
  const documents = await Promise.all(versions.map((fastapi) => run(fastapi, program, 'GET /\n\n###\nGET /')))
  expect(documents.map((document) => tellRun(document))).toEqual([
    [`200 ["0.165.0","1.10.0",1]`, `200 ["0.165.0","1.10.0",2]`],
    [`200 ["0.100.1","0.27.0",1]`, `200 ["0.100.1","0.27.0",2]`],
  ])
  expect(documents.map(({ versions: { fastapi, starlette } }) => [fastapi, starlette])).toEqual([
    ['0.165.0', '1.10.0'],
    ['0.100.1', '0.27.0'],
  ])
  const again = await Promise.all(versions.map((fastapi) => run(fastapi, program, 'GET /\n\n###\nGET /')))
  expect(again).toEqual(documents)
})

describe('peel compare', () => {
  const PROGRAM = `
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
@app.get("/")
async def root(): return 1
`
  const BOTH = ['--fastapi', '0.158.2', '--fastapi', '0.165.0']

  function compare(requests: string, ...args: readonly string[]): { code: number | null; out: string; err: string } {
    const folder = mkdtempSync(join(tmpdir(), 'peel-compare-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'main.py'), PROGRAM)
    writeFileSync(join(folder, 'requests.http'), requests)
    const bin = join(import.meta.dirname, '..', '..', 'bin', 'peel.mjs')
    const run = spawnSync(process.execPath, [bin, 'compare', folder, ...args], { encoding: 'utf8' })
    return { code: run.status, out: run.stdout, err: run.stderr }
  }

  test('tells on one page what the client sees and where the layers part', limits, () => {
    const { code, out } = compare('GET /\n\n###\nGET /', ...BOTH)
    expect(out).toBe(`FastAPI 0.158.2 with Starlette 1.4.1, and FastAPI 0.165.0 with Starlette 1.10.0
Layers only in FastAPI 0.165.0: AppBodyLimitMiddleware

The client sees it at request 1, GET /:
  The client gets other headers: vary: Origin only in FastAPI 0.165.0.

The layers part at request 1, GET /:
  FastAPI 0.158.2      0 ms  CORSMiddleware sends the head of a 200
  FastAPI 0.165.0      0 ms  CORSMiddleware sends the head of a 200
  CORSMiddleware sends the head of a 200 in both, but with other headers (vary: Origin only in FastAPI 0.165.0).
`)
    expect(code).toBe(4)
  })

  test('answers 0 where the client sees no difference, and gives the same as JSON', limits, () => {
    const { code, out } = compare('GET /\nOrigin: https://shop.example', ...BOTH, '--json')
    expect(JSON.parse(out)).toMatchObject({
      versions: { a: { fastapi: '0.158.2', starlette: '1.4.1' }, b: { fastapi: '0.165.0', starlette: '1.10.0' } },
      same: true,
      firstDifference: null,
      clientDifference: null,
      layersOnlyIn: { a: [], b: ['AppBodyLimitMiddleware'] },
    })
    expect(code).toBe(0)
  })

  test.for([
    [['--fastapi', '0.165.0']],
    [[...BOTH, '--fastapi', '0.100.1']],
    [['--fastapi', '0.165.0', '--fastapi', '0.165.0']],
  ])('wants two versions, not %j', ([args]) => {
    expect(compare('GET /', ...(args ?? []))).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('say two versions'),
    })
  })
})
