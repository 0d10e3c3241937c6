// The same program twice, by Peel's engine and by CPython with a real uvicorn on a real socket, and what is compared of both.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Session, type EngineHost, type Program } from '../../host'
import type { HeaderList, RequestGroup, RunDocument } from '../../protocol'

const root = join(import.meta.dirname, '..', '..', '..')
const python = join(root, '.peel', 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
const script = join(root, 'engine', 'python', 'reference', 'serve.py')

/** What `engine/python/reference/serve.py` prints. Bodies are base64. */
export interface Reference {
  readonly layers: readonly string[]
  readonly exchanges: readonly {
    readonly status: number
    readonly reason: string
    readonly headers: HeaderList
    readonly body: string
  }[]
  readonly prints: readonly string[]
  readonly versions: Readonly<Record<string, string>>
}

/**
 * Runs a program on CPython behind a real uvicorn, and sends it the groups in real time.
 * @throws {Error} with the end of Python's traceback
 */
export async function askCPython(program: Program, groups: readonly RequestGroup[]): Promise<Reference> {
  if (!existsSync(python)) throw new Error(`${python} is not there: \`npm test\` makes it`)
  const child = spawn(python, [script])
  child.stdin.end(JSON.stringify({ ...program, groups }))
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve)),
  ])
  if (code !== 0) throw new Error(errors.split('\n').slice(-12).join('\n'))
  return JSON.parse(output) as Reference
}

/** Runs a program in Peel's engine: startup, all groups, shutdown. */
export async function askPeel(
  host: EngineHost,
  program: Program,
  groups: readonly RequestGroup[],
): Promise<RunDocument> {
  const session = new Session(host, program)
  await session.open()
  for (const group of groups) await session.send(group)
  await session.close()
  return session.document
}

/** What has to be equal: what a client saw, what the program printed, and the stack that it met. */
export interface Seen {
  readonly trouble: string | null
  readonly versions: Readonly<Record<string, string>>
  readonly layers: readonly string[]
  readonly exchanges: readonly {
    readonly status: string | null
    readonly headers: readonly string[]
    /** Latin-1, one character a byte. */
    readonly body: string
  }[]
  readonly prints: readonly string[]
}

/** A run of Peel's, to be compared. */
export function seenByPeel(document: RunDocument): Seen {
  const { python: _, ...versions } = document.versions
  return {
    trouble: document.error?.text ?? document.stop?.text ?? null,
    versions,
    layers: document.layers.filter((layer) => !layer.parent && !layer.route).map((layer) => layer.name),
    exchanges: document.exchanges.map(({ response }) => ({
      status: response && `${response.status} ${response.reason}`,
      headers: comparable(response?.headers ?? []),
      body: response
        ? decoded(response.headers, Buffer.from(response.body, response.bodyEncoding === 'utf8' ? 'utf8' : 'base64'))
        : '',
    })),
    prints: masked(
      document.events.flatMap((event) =>
        event.kind === 'log' && event.stream === 'stdout' && event.source === 'print' ? [event.text] : [],
      ),
    ),
  }
}

/** A run of CPython's, to be compared. */
export function seenByCPython(reference: Reference): Seen {
  return {
    trouble: null,
    versions: reference.versions,
    layers: reference.layers,
    exchanges: reference.exchanges.map(({ status, reason, headers, body }) => ({
      status: `${status} ${reason}`,
      headers: comparable(headers),
      body: decoded(headers, Buffer.from(body, 'base64')),
    })),
    prints: masked(reference.prints),
  }
}

/** Headers as they are compared: the date is the server's, and a measured time is only a number. */
function comparable(headers: HeaderList): string[] {
  return headers.map(([name, value]) => {
    if (name === 'date') return `${name}: a date`
    return `${name}: ${/(time|duration|elapsed|took)/.test(name) ? value.replaceAll(/\d+(\.\d+)?(e-\d+)?/g, 'N') : value}`
  })
}

/** Bodies as they are compared: decoded, since two builds of zlib may compress differently. */
function decoded(headers: HeaderList, body: Uint8Array): string {
  const coding = headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1]
  return Buffer.from(coding === 'gzip' ? gunzipSync(body) : body).toString('latin1')
}

function masked(lines: readonly string[]): string[] {
  return lines.map((line) => line.replaceAll(/\d+\.\d+(e-\d+)?/g, 'N'))
}
