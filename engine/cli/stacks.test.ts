// Random stacks of layers with random faults, made by Hypothesis, on both sides. A difference is shrunk before it is shown.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EngineHost } from '../host'
import type { RequestGroup, SourceFiles } from '../protocol'
import { spawnNodeWorker } from './spawn'
import { REFERENCE, VENV_PYTHON } from './testing/cpython'
import { askCPython, askPeel, seenByBoth } from './testing/reference'

/** `npm run test:long` asks for more of them. */
const COUNT = Number(process.env['PEEL_STACKS'] ?? 200)
const SEED = Number(process.env['PEEL_SEED'] ?? 2028)
/** CPython runs so many programs ahead of Peel. */
const AHEAD = 12
/** Programs that are tried to make a difference smaller; each may cost the client's whole patience. */
const SHRINKING = 400
/** A client that hears nothing for so long gives up; on a busy machine an answer may take a while. */
const PATIENCE_MS = 3000

/** Later versions of Python say more in some messages. */
const MASKS = [
  { name: 'or more', pattern: /(?<=has no attribute '\w+')(?: and no __dict__ for setting new attributes)?/g },
]

interface Made {
  readonly files: SourceFiles
  readonly entry: string
  readonly groups: readonly RequestGroup[]
}

type Compared = ReturnType<typeof seenByBoth>

let host: EngineHost
beforeAll(() => {
  host = new EngineHost(spawnNodeWorker())
})
afterAll(() => host.dispose())

/** What such a function prints comes before or after what ready tasks print: on CPython that is chance (decisions/013). */
const HAS_THREADS = /BackgroundTask\(print|add_task\(print|^def endpoint/m
/** Such programs are run so many times more on CPython until it does what Peel does. */
const AGAIN = 40
let raced = 0

async function compare(made: Made, asked = ask(made)): Promise<Compared> {
  const { files, entry, groups } = made
  const document = await askPeel(host, { files, entry, app: null }, groups)
  let compared = seenByBoth(document, await asked, MASKS)
  if (isSame(compared) || !HAS_THREADS.test(files['main.py'] ?? '')) return compared
  for (let left = AGAIN; left > 0 && !isSame(compared); left--) compared = seenByBoth(document, await ask(made), MASKS)
  if (isSame(compared)) raced += 1
  return compared
}

function ask({ files, entry, groups }: Made): ReturnType<typeof askCPython> {
  return askCPython({ files, entry, app: null }, groups, { patienceMs: PATIENCE_MS })
}

function isSame({ peel, cpython }: Compared): boolean {
  return JSON.stringify(peel) === JSON.stringify(cpython)
}

/** Starts Hypothesis. With a verdict for each program it looks for the smallest that is different. */
function make(judge: ((line: string) => Promise<'same' | 'different'>) | null): AsyncIterable<string> {
  const args = [join(REFERENCE, 'stacks.py'), String(COUNT), String(SEED), ...(judge ? ['--ask'] : [])]
  const child = spawn(VENV_PYTHON, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  return (async function* () {
    for await (const line of lines) {
      if (judge) child.stdin.write(`${await judge(line)}\n`)
      yield line
    }
  })()
}

/** The smallest program found that is still different, with what both sides saw. */
async function shrink(same: ReadonlySet<string>): Promise<{ made: Made; compared: Compared } | null> {
  let left = SHRINKING
  let smallest: { made: Made; compared: Compared } | null = null
  const judge = async (line: string): Promise<'same' | 'different'> => {
    if (same.has(line) || left === 0) return 'same'
    left -= 1
    const made = JSON.parse(line) as Made
    const compared = await compare(made)
    if (isSame(compared)) return 'same'
    smallest = { made, compared }
    return 'different'
  }
  for await (const _ of make(judge));
  return smallest
}

test(
  `${COUNT} random stacks do the same as on CPython (seed ${SEED})`,
  { timeout: 60_000 + COUNT * 1000 },
  async () => {
    const same = new Set<string>()
    const different: string[] = []
    let requests = 0
    const queue: { line: string; made: Made; asked: ReturnType<typeof askCPython> }[] = []
    const settle = async (): Promise<void> => {
      const next = queue.shift()
      if (!next) return
      requests += next.made.groups.length
      if (isSame(await compare(next.made, next.asked))) same.add(next.line)
      else different.push(next.line)
    }
    for await (const line of make(null)) {
      const made = JSON.parse(line) as Made
      queue.push({ line, made, asked: ask(made) })
      if (queue.length >= AHEAD) await settle()
    }
    while (queue.length > 0) await settle()
    console.log(
      `Compared: ${same.size + different.length} random stacks with ${requests} requests, seed ${SEED}: ` +
        `${different.length} different (${raced} the same only as another run of CPython's)`,
    )
    if (different.length > 0) {
      const found = await shrink(same)
      const text = found ? `${found.made.files['main.py']}\n${JSON.stringify(found.made.groups)}` : different[0]
      console.log(`The smallest program that is different (seed ${SEED}):\n${text}`)
      expect(found?.compared.peel).toEqual(found?.compared.cpython)
    }
    expect(different).toEqual([])
    expect(same.size).toBe(COUNT)
  },
)
