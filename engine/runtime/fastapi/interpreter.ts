// Boots Python with FastAPI, from a memory snapshot or plainly, and keeps one way in: strings to `peel.bridge`.
// Knows nothing of threads and pages; where the files come from is the caller's business.
import type { PyodideAPI, loadPyodide as LoadPyodide } from 'pyodide'
import type { PyProxy } from 'pyodide/ffi'
import { HeapCheckpoint, type EmscriptenModule } from './checkpoint'
import { zeroFreeMemory } from './free-memory'
import { fullLength, packSparse, writeSparse } from './sparse'

type PyodideOptions = NonNullable<Parameters<typeof LoadPyodide>[0]>
type CreateModule = NonNullable<PyodideOptions['createPyodideModule']>

/** Everything that Python needs to come up. Paths and URLs are whatever Pyodide can load in the place where it runs. */
export interface BootFiles {
  readonly loadPyodide: typeof LoadPyodide
  /** Default export of `pyodide.asm.mjs`. */
  readonly createModule: CreateModule
  /** Folder of `pyodide.asm.wasm` and `python_stdlib.zip`, with a trailing slash. */
  readonly indexURL: string
  /** Text of `pyodide-lock.json`. */
  readonly lock: string
  /** Where Emscripten finds pydantic-core's library, and the path at which Python imports it. */
  readonly coreLib: { readonly url: string; readonly path: string }
}

export type BootWay =
  | {
      readonly kind: 'snapshot'
      /** Pyodide's own head of a snapshot: which build it is of, and which JavaScript objects the heap points at. */
      readonly head: Uint8Array
      /** The heap, packed. May still be on its way: the interpreter is set up meanwhile. */
      readonly heap: Uint8Array | Promise<Uint8Array>
    }
  | { readonly kind: 'plain'; readonly archives: readonly Uint8Array[] }
  | { readonly kind: 'record'; readonly archives: readonly Uint8Array[] }

/** A Python that is up and can be put back to the moment at which it came up. */
export interface Interpreter {
  /** Calls `peel.bridge`: JSON in, JSON out. Never throws for a learner's mistake. */
  call(name: string, payload: string): string
  /** What `peel.bridge` asks in the middle of a call, strings as well: the browser. Whoever has a seat for it sets it. */
  browser: (payload: string) => string
  /** Gives the result of `work`; events of the calls in it are not emitted. */
  quietly<T>(work: () => T): T
  /** The moment at which it came up. */
  readonly boot: HeapCheckpoint
  /** Remembers the moment that is now, whole: takes as much memory as the heap, and is restored fastest. */
  checkpoint(): HeapCheckpoint
  readonly pyodide: PyodideAPI
}

const SITE_PACKAGES = '/lib/python3.14/site-packages'
/** Grown by so much at a time while the heap is made large enough for a snapshot. */
const GROW_BYTES = 8 << 20

/** Setting `env` replaces Pyodide's own, so it is given whole. A fixed hash seed makes the order of sets the same in each run. */
const ENVIRONMENT = { HOME: '/home/pyodide', PYTHONINSPECT: '1', PYTHONHASHSEED: '0', LANG: 'en_US.UTF-8' }

/**
 * Boots Python up to the point at which sessions can start.
 * @param emit  is called with a batch of trace events whenever one is full: see `BatchReader`
 * @throws when Pyodide does not come up, e.g. `Snapshot build id mismatch`
 */
export async function bootInterpreter(
  files: BootFiles,
  way: Exclude<BootWay, { kind: 'record' }>,
  emit: (events: string) => void,
): Promise<Interpreter> {
  const { pyodide, module } = await load(files, way)
  if (way.kind === 'plain') preload(pyodide, way.archives)
  const install = pyodide.runPython('from peel.bridge import install; install') as Pick<PyProxy, 'destroy'> & {
    (
      emit: (events: string) => void,
      heapBytes: () => number,
      browser: (payload: Text) => Text,
      across: (bytes: Buffered) => Uint8Array,
    ): Bridge
  }
  let isQuiet = false
  const bridge = install(
    (events) => {
      if (!isQuiet) emit(events)
    },
    () => module.HEAP8.length,
    (payload) => toCarry(interpreter.browser(toText(payload))),
    (bytes) => bytes.toJs(),
  )
  const call = (name: string, payload: string): string => toText(bridge(name, toCarry(payload)))
  // Else JavaScript's collector would let go of it at some later time, and write into a heap that has been put back.
  install.destroy()
  const boot = new HeapCheckpoint(module)
  const quietly = <T>(work: () => T): T => {
    const before = isQuiet
    isQuiet = true
    try {
      return work()
    } finally {
      isQuiet = before
    }
  }
  const browser = (): string => {
    throw new Error('no browser sits beside this Python')
  }
  const interpreter: Interpreter = {
    call,
    browser,
    quietly,
    boot,
    checkpoint: () => new HeapCheckpoint(module),
    pyodide,
  }
  return interpreter
}

/** What is long comes and goes as UTF-8. */
type Text = string | Uint8Array
/** `peel.bridge`. */
type Bridge = (name: string, payload: Text) => Text
/** Bytes of Python's, while JavaScript is called with them. */
interface Buffered {
  toJs(): Uint8Array
}
/** Pyodide carries a string over character by character: half a second for a body of 50 MB. */
const LONG_CHARS = 16 << 10

function toCarry(text: string): Text {
  return text.length < LONG_CHARS ? text : new TextEncoder().encode(text)
}

function toText(carried: Text): string {
  return typeof carried === 'string' ? carried : new TextDecoder().decode(carried)
}

/** Boots plainly with everything imported and gives what `bootInterpreter` restores: see `BootWay`. */
export async function recordSnapshot(
  files: BootFiles,
  archives: readonly Uint8Array[],
): Promise<{ head: Uint8Array; heap: Uint8Array }> {
  const { pyodide, module } = await load(files, { kind: 'record', archives })
  preload(pyodide, archives)
  zeroFreeMemory(module)
  const snapshot = pyodide.makeMemorySnapshot()
  // Second word of Pyodide's format: where the heap begins.
  const start = new DataView(snapshot.buffer, snapshot.byteOffset).getUint32(4, true)
  return { head: snapshot.slice(0, start), heap: packSparse(snapshot.subarray(start)) }
}

function preload(pyodide: PyodideAPI, archives: readonly Uint8Array[]): void {
  for (const archive of archives) pyodide.unpackArchive(archive, 'zip', { extractDir: SITE_PACKAGES })
  pyodide.runPython(
    'import importlib; importlib.invalidate_caches()\nfrom peel.preload import preload, warm; preload(); warm()',
  )
}

async function load(files: BootFiles, way: BootWay): Promise<{ pyodide: PyodideAPI; module: EmscriptenModule }> {
  let module: EmscriptenModule | undefined
  // The library is loaded by Emscripten itself, before Python starts, both when recording and when restoring: so it lies
  // at the same memory base in both, and pointers into it that the snapshot holds stay right.
  const createPyodideModule: CreateModule = async (settings) => {
    const { locateFile } = settings
    const created = await files.createModule({
      ...settings,
      dynamicLibraries: [files.coreLib.path],
      locateFile: (path: string) => (path.endsWith('.so') ? files.coreLib.url : locateFile(path)),
    } as typeof settings)
    module = created as unknown as EmscriptenModule
    if (way.kind === 'snapshot') restoreHeap(module, await way.heap)
    return created
  }
  const pyodide = await files.loadPyodide({
    indexURL: files.indexURL,
    lockFileContents: files.lock,
    packageBaseUrl: files.indexURL,
    env: { ...ENVIRONMENT },
    createPyodideModule,
    stdout: () => undefined,
    stderr: () => undefined,
    // Only its head: the heap is in place by then, and Pyodide copies nothing over it.
    ...(way.kind === 'snapshot' ? { _loadSnapshot: way.head } : {}),
    ...(way.kind === 'record' ? { _makeSnapshot: true } : {}),
  })
  if (!module) throw new Error('Pyodide came up without its module')
  return { pyodide, module }
}

function restoreHeap(module: EmscriptenModule, packed: Uint8Array): void {
  // This build ignores INITIAL_MEMORY, so the heap is grown by hand until the snapshot fits.
  const length = fullLength(packed)
  while (module.HEAP8.length < length) module._malloc(GROW_BYTES)
  writeSparse(packed, new Uint8Array(module.HEAP8.buffer))
}
