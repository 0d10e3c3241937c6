// A real uvicorn that answers what it is told to, over http and https: the far end of a real Chromium in tests.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { HeaderList } from '../../protocol'
import type { Answers } from './answers'

const root = join(import.meta.dirname, '..', '..', '..')
const PYTHON = join(root, '.peel', 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/** A request as it reached the ASGI app. */
export interface SeenRequest {
  readonly method: string
  /** Without port and query; of a WebSocket with `ws` or `wss`. */
  readonly url: string
  readonly headers: HeaderList
  readonly bodyBytes: number
  /** What it was answered with. */
  readonly status: number
}

export interface FarEnd {
  /** Puts the port of its scheme into a URL. */
  withPort(url: string): string
  /** What to answer from now on; anything else is 404. Forgets what was asked so far. */
  answer(answers: Answers): Promise<void>
  /** What was asked since the last look, in order. */
  asked(): Promise<readonly SeenRequest[]>
  stop(): void
}

/** Why there can't be a far end on this machine; null if there can. */
export function whyNoFarEnd(): string | null {
  if (!existsSync(PYTHON)) return 'there is no .peel/venv (npm run setup makes it)'
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'there is no openssl, which makes the certificate'
  }
}

export async function startFarEnd(): Promise<FarEnd> {
  const folder = mkdtempSync(join(tmpdir(), 'peel-far-end-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const kind = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=test',
  ]
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const script = join(root, 'engine', 'python', 'reference', 'canned.py')
  const child = spawn(PYTHON, [script, cert, key], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async (): Promise<unknown> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('uvicorn ended before its time; what it wrote stands above.')
    return JSON.parse(value)
  }
  const order = (what: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(what)}\n`)
    return read()
  }
  const ports = (await read()) as { http: number; https: number }
  return {
    withPort: (url) => {
      const at = new URL(url)
      at.port = String(at.protocol === 'https:' || at.protocol === 'wss:' ? ports.https : ports.http)
      return at.href
    },
    answer: async (answers) => {
      const lines = Object.entries(answers).map(
        ([url, { body, isCut = false, unchanged = null, preflight = null, ...head }]) => [
          url,
          { ...head, body: Buffer.from(body).toString('base64'), isCut, unchanged, preflight },
        ],
      )
      await order({ answers: Object.fromEntries(lines) })
    },
    asked: async () => (await order({ asked: true })) as readonly SeenRequest[],
    stop: () => {
      child.stdin.end()
      rmSync(folder, { recursive: true })
    },
  }
}
