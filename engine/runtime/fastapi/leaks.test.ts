// Nothing of one session is left in the next: proved with the real interpreter, in one process, many times over.
import { beforeAll, expect, test } from 'vitest'
import { bootInProcess } from '../../assets/boot-in-process'
import { groupRequests } from '../../browser'
import { LIMITS } from '../../host'
import { parseHttpFile } from '../../requests'
import { FastapiRuntime, StaleInterpreter } from './fastapi-runtime'
import type { Interpreter } from './interpreter'

let interpreter: Interpreter
let runtime: FastapiRuntime
let events: string[] = []

beforeAll(async () => {
  interpreter = await bootInProcess((batch) => {
    // Where one batch ends depends on real time; the events themselves do not.
    events.push(...batch.map((event) => JSON.stringify(event)))
  })
  runtime = new FastapiRuntime(interpreter)
}, 60_000)

/** Size of the WebAssembly memory; it can only grow. */
const heapBytes = (): number =>
  (interpreter.pyodide as unknown as { _module: { HEAP8: Int8Array } })._module.HEAP8.length

/** Runs one session with one `GET /` and gives the body it answered, with all its events as one text. */
function session(program: string): { body: string; events: string } {
  events = []
  const opened = runtime.call('open', {
    files: { 'main.py': program },
    entry: 'main.py',
    app: null,
    limits: LIMITS,
    trace: true,
  })
  if (opened.error) throw new Error(opened.error.text)
  const [group] = groupRequests(parseHttpFile('GET /', { file: 'requests.http' }).requests)
  if (!group) throw new Error('no request')
  const { exchanges } = runtime.call('send', group)
  runtime.call('close', null)
  return { body: exchanges[0]?.response?.body ?? '', events: events.join(',') }
}

/** A program that looks for what an earlier one may have left, then leaves it all itself. */
const GREEDY = `
import builtins, contextvars, gc, json, logging, os, pathlib, random, sys, time, uuid
import starlette.middleware.cors as cors
from fastapi import FastAPI

seen = {
    "library": getattr(cors.CORSMiddleware, "LEAK", None),
    "builtins": getattr(builtins, "LEAK", None),
    "module": "left_behind" in sys.modules,
    "handlers": len(logging.getLogger().handlers),
    "level": logging.getLogger().level,
    "random": random.random(),
    "uuid": str(uuid.uuid4()),
    "environment": os.environ.get("LEAK"),
    "folder": os.getcwd(),
    "home": sorted(p.name for p in pathlib.Path.home().iterdir()),
    "temporary": sorted(os.listdir("/tmp")),
    "path": len(sys.path),
    "clock": time.time(),
    "recursion": sys.getrecursionlimit(),
}
variable = contextvars.ContextVar("leak", default="clean")
seen["contextvar"] = variable.get()

cors.CORSMiddleware.LEAK = builtins.LEAK = "dirty"
sys.modules["left_behind"] = sys
logging.basicConfig(level=logging.DEBUG)
random.seed(5)
os.environ["LEAK"] = "dirty"
variable.set("dirty")
sys.setrecursionlimit(400)
sys.path.append("/nowhere")
held = [bytearray(10_000) for _ in range(300)]
pathlib.Path("/tmp/left.txt").write_text("left")
pathlib.Path.home().joinpath("left").mkdir()
never_closed = open("/tmp/open.txt", "w")
os.chdir("/tmp")
app = FastAPI()

@app.get("/")
async def root():
    return seen
`

test('a program that patches, configures, seeds and writes leaves nothing to the next', () => {
  const first = session(GREEDY)
  expect(JSON.parse(first.body)).toMatchObject({ library: null, builtins: null, module: false, temporary: [] })
  for (let i = 0; i < 5; i++) expect(session(GREEDY)).toEqual(first)
})

test('a thousand sessions in one worker do not make it grow', { timeout: 300_000 }, () => {
  const small = GREEDY.replace('seen = {', 'more = [bytearray(1000) for _ in range(2000)]\nseen = {')
  const first = session(small)
  for (let i = 0; i < 20; i++) session(small)
  const heap = heapBytes()
  const memory = process.memoryUsage().rss
  for (let i = 0; i < 1000; i++) session(small)
  expect(session(small)).toEqual(first)
  expect(heapBytes()).toBe(heap)
  // A session that left one copy of its trace behind would make 1 000 of them: some 60 MB.
  expect(process.memoryUsage().rss - memory).toBeLessThan(50e6)
})

test('a session that took much memory gives it back to the next', () => {
  const hungry = 'x = bytearray(200_000_000)\n'
  const first = session(`${hungry}${GREEDY}`)
  const heap = heapBytes()
  for (let i = 0; i < 3; i++) session(`${hungry}${GREEDY}`)
  expect(session(`${hungry}${GREEDY}`)).toEqual(first)
  expect(heapBytes()).toBe(heap)
})

test('a program that changed files of Python itself makes the next session ask for another worker', () => {
  session(`open("/lib/python314.zip", "ab").write(b"x")\n${GREEDY}`)
  expect(() => session(GREEDY)).toThrow(StaleInterpreter)
})
