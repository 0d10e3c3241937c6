// The reference: programs run by CPython and a real uvicorn on a real socket (`engine/python/reference`), for tests.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Socket } from 'node:net'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { HeaderList, RequestGroup, SocketView, SourceFiles } from '../../protocol'

const root = join(import.meta.dirname, '..', '..', '..')

/** Folder of the Python scripts that run the reference. */
export const REFERENCE = join(root, 'engine', 'python', 'reference')

/** The Python that has the page's versions of everything. */
export const VENV_PYTHON = join(
  root,
  '.peel',
  'venv',
  process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
)

export interface CPythonJob {
  readonly files: SourceFiles
  readonly entry: string
  readonly app?: string | null
  readonly groups: readonly RequestGroup[]
  readonly env?: Readonly<Record<string, string>>
  /** Real ms for which a client waits for the next byte before it hangs up. */
  readonly patienceMs?: number
}

export interface CPythonReport {
  /** Why the server did not start. */
  readonly error: { readonly type: string; readonly message: string } | null
  /** Names of the layers, outermost first; null when one cannot see into the stack. */
  readonly layers: readonly string[] | null
  readonly exchanges: readonly {
    readonly response: {
      readonly status: number
      readonly reason: string
      readonly headers: HeaderList
      /** Base64. */
      readonly body: string
    } | null
    readonly timedOut: boolean
    /** What went over a WebSocket, data in base64. */
    readonly socket?: {
      readonly messages: readonly {
        readonly from: 'client' | 'server'
        readonly frame: 'text' | 'binary'
        readonly data: string
      }[]
      readonly close: SocketView['close']
    }
    /** The exception that reached the server. */
    readonly error: { readonly type: string; readonly message: string } | null
  }[]
  /** What was written, line by line, with its stream. */
  readonly console: readonly (readonly ['stdout' | 'stderr', string])[]
  /** True when something never ended and had to be cut off: what was written then is not in `console`. */
  readonly cut: boolean
  readonly versions: Readonly<Record<string, string>>
}

interface Asked {
  readonly resolve: (report: CPythonReport) => void
  readonly reject: (error: Error) => void
}

type Answer =
  { readonly id: number; readonly report: CPythonReport } | { readonly id: number; readonly failure: string }

/** A Python process that runs one program after the other, several side by side. */
export class CPython {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #asked = new Map<number, Asked>()
  #nextId = 1
  #said = ''

  constructor(python = VENV_PYTHON) {
    if (!existsSync(python)) throw new Error(`${python} is not there: \`npm test\` makes it`)
    // Sets keep their order from run to run, as they do in Peel.
    const env = { ...process.env, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1', TZ: 'UTC' }
    this.#child = spawn(python, [join(REFERENCE, 'serve.py')], { env })
    this.#child.stderr.on('data', (data: Buffer) => (this.#said = (this.#said + data.toString()).slice(-4000)))
    this.#child.on('close', () => {
      for (const { reject } of this.#asked.values()) reject(new Error(`the reference ended: ${this.#said}`))
    })
    // It ends when its stdin does, and keeps nobody waiting until then.
    this.#child.unref()
    for (const pipe of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) (pipe as Socket).unref()
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(JSON.parse(line) as Answer))
  }

  /** Runs one program with its requests; rejects when the reference itself is at fault. */
  ask(job: CPythonJob): Promise<CPythonReport> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      this.#child.stdin.write(`${JSON.stringify({ id, ...job })}\n`)
    })
  }

  #hear(answer: Answer): void {
    const asked = this.#asked.get(answer.id)
    this.#asked.delete(answer.id)
    if ('report' in answer) asked?.resolve(answer.report)
    else asked?.reject(new Error(answer.failure))
  }
}
