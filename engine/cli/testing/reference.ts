// The same program twice, by Peel's engine and by CPython with a real uvicorn on a real socket, and what is compared of both:
// all that a client, the server and the person at the terminal could see.
import { constants, gunzipSync } from 'node:zlib'
import { Session, type EngineHost, type Program } from '../../host'
import type { HeaderList, RequestGroup, RunDocument, SocketView } from '../../protocol'
import { closeWords } from '../../trace'
import { CPython, type CPythonReport } from './cpython'

let shared: CPython | null = null

/** Runs a program on CPython. All of a test file's share one Python process, which ends with it. */
export function askCPython(
  program: Program,
  groups: readonly RequestGroup[],
  options: { readonly patienceMs?: number } = {},
): Promise<CPythonReport> {
  shared ??= new CPython()
  return shared.ask({ ...program, groups, ...options })
}

/** Real ms that a call may last: a busy machine is not what is tested. */
const WALL_MS = 60_000

/** Runs a program in Peel's engine: startup, all groups, shutdown. */
export async function askPeel(
  host: EngineHost,
  program: Program,
  groups: readonly RequestGroup[],
  options: { readonly trace?: boolean } = {},
): Promise<RunDocument> {
  const session = new Session(host, program, { limits: { wallMs: WALL_MS }, ...options })
  await session.open()
  for (const group of groups) await session.send(group)
  await session.close()
  return session.document
}

/** What has to be equal. */
export interface Seen {
  /** Type of the exception that kept the server from starting, or why Peel stopped it. */
  readonly trouble: string | null
  readonly versions: Readonly<Record<string, string>>
  readonly layers: readonly string[] | null
  readonly exchanges: readonly SeenExchange[]
  /** Everything written to stdout and stderr, line by line in order. */
  readonly console: readonly string[]
}

export interface SeenExchange {
  readonly status: string | null
  /** `name: value` in order. */
  readonly headers: readonly string[]
  /** Decoded when compressed, one character a byte. */
  readonly body: string
  /** The exception that reached the server; `no answer` when the client gave up waiting. */
  readonly error: string | null
  /** What went over a WebSocket, each side's messages in order, and how it ended; null for HTTP. */
  readonly socket: { readonly said: readonly string[]; readonly heard: readonly string[]; readonly end: string } | null
}

/** A value that differs between two runs by nature, by name. */
export interface Mask {
  readonly name: string
  readonly pattern: RegExp
}

/** Times that a program measures and tells. */
const MEASURED: readonly Mask[] = [
  { name: 'number', pattern: /(?<=^[\w-]*(?:time|duration|elapsed|took)[\w-]*: )\d.*$/g },
  { name: 'number', pattern: /\b\d+\.\d+(?:e-\d+)?(?= |$|s\b|ms\b)/g },
]

/** Both runs as they are compared with one another: what CPython's could not show is left out of Peel's. */
export function seenByBoth(
  document: RunDocument,
  report: CPythonReport,
  masks?: readonly Mask[],
): { readonly peel: Seen; readonly cpython: Seen } {
  const peel = seenByPeel(document, masks)
  const shutdown = peel.console.indexOf('stderr: INFO:     Waiting for application shutdown.')
  return {
    peel: {
      ...peel,
      layers: report.layers && peel.layers,
      console: report.cut && shutdown >= 0 ? peel.console.slice(0, shutdown) : peel.console,
    },
    cpython: seenByCPython(report, masks),
  }
}

/** A run of Peel's, to be compared. */
export function seenByPeel(document: RunDocument, masks: readonly Mask[] = MEASURED): Seen {
  const hide = hider(masks)
  const { python: _, ...versions } = document.versions
  return {
    trouble: document.error?.type ?? document.stop?.text ?? null,
    versions,
    layers: document.layers.filter((layer) => !layer.parent && !layer.route).map((layer) => layer.name),
    exchanges: document.exchanges.map(({ response, error, socket }) => ({
      ...answer(response && { ...response, bytes: bytesOf(response.body, response.bodyEncoding) }, hide),
      error: error && (error.type === 'Stalled' ? 'no answer' : hide(`${error.type}: ${error.message}`)),
      socket: socket
        ? talk(
            socket.messages.map(({ data, ...one }) => ({ ...one, bytes: bytesOf(data.text, data.encoding) })),
            socket.close,
          )
        : null,
    })),
    console: consoleLines(
      document.events.flatMap((event) =>
        event.kind === 'log' ? event.text.split('\n').map((line) => [event.stream, line] as const) : [],
      ),
      hide,
    ),
  }
}

/** Reason phrases that Python 3.13 changed to those of RFC 9110; the page runs a later one than CPython may be. */
const PHRASES = [
  ['Request Entity Too Large', 'Content Too Large'],
  ['Request-URI Too Long', 'URI Too Long'],
  ['Requested Range Not Satisfiable', 'Range Not Satisfiable'],
  ['Unprocessable Entity', 'Unprocessable Content'],
] as const

/** A run of CPython's, to be compared. */
export function seenByCPython(report: CPythonReport, masks: readonly Mask[] = MEASURED): Seen {
  const hide = hider(masks)
  return {
    trouble: report.error?.type ?? null,
    versions: report.versions,
    layers: report.layers,
    exchanges: report.exchanges.map(({ response, timedOut, error, socket }) => ({
      ...answer(
        response && { ...response, reason: newer(response.reason), bytes: Buffer.from(response.body, 'base64') },
        hide,
      ),
      error: timedOut ? 'no answer' : error && hide(`${error.type}: ${error.message}`),
      socket: socket
        ? talk(
            socket.messages.map(({ data, ...one }) => ({ ...one, bytes: Buffer.from(data, 'base64') })),
            socket.close,
          )
        : null,
    })),
    console: consoleLines(report.console, hide).map(newer),
  }
}

function newer(text: string): string {
  return PHRASES.reduce(
    (left, [old, phrase]) => (left.endsWith(old) ? left.slice(0, -old.length) + phrase : left),
    text,
  )
}

/** Addresses of objects; Peel leaves them out itself. */
const ADDRESSES: Mask = { name: 'address', pattern: /(?<= at 0x|cancel scope )(?:[0-9a-fA-F]+|…)/g }

function hider(asked: readonly Mask[]): (text: string) => string {
  const masks = [...asked, ADDRESSES]
  return (text) => masks.reduce((left, { name, pattern }) => left.replaceAll(pattern, `<${name}>`), text)
}

function bytesOf(body: string, encoding: 'utf8' | 'base64'): Buffer {
  return Buffer.from(body, encoding === 'utf8' ? 'utf8' : 'base64')
}

function answer(
  response: { status: number; reason: string; headers: HeaderList; bytes: Buffer } | null,
  hide: (text: string) => string,
): Omit<SeenExchange, 'error' | 'socket'> {
  if (!response) return { status: null, headers: [], body: '' }
  return {
    status: `${response.status} ${response.reason}`,
    headers: response.headers.map(([name, value]) => {
      if (name.toLowerCase() === 'date') return `${name}: <date>`
      // Starlette joins a set, whose order differs from build to build of Python.
      if (name === 'allow') return `${name}: ${value.split(', ').toSorted().join(', ')}`
      return hide(`${name}: ${value}`)
    }),
    body: hide(decoded(response.headers, response.bytes)),
  }
}

/** Which side spoke first is a matter of time, and of no consequence where nobody waited. */
function talk(
  messages: readonly { from: 'client' | 'server'; frame: 'text' | 'binary'; bytes: Buffer }[],
  close: SocketView['close'],
): SeenExchange['socket'] {
  const of = (side: 'client' | 'server'): string[] =>
    messages.filter(({ from }) => from === side).map(({ frame, bytes }) => `${frame}: ${bytes.toString('latin1')}`)
  return { said: of('client'), heard: of('server'), end: closeWords(close) }
}

/** A stream that broke off is decoded as far as it came. */
const CUT_SHORT = { finishFlush: constants.Z_SYNC_FLUSH }

/** Decoded, since two builds of zlib may compress differently. What is said to be compressed and is not stays as it is. */
function decoded(headers: HeaderList, body: Buffer): string {
  const isGzip = headers.some(([name, value]) => name.toLowerCase() === 'content-encoding' && value === 'gzip')
  if (isGzip && body[0] === 0x1f && body[1] === 0x8b) return `gzip(${gunzipSync(body, CUT_SHORT).toString('latin1')})`
  return body.toString('latin1')
}

/**
 * Lines as they are compared. The access log's client port is the system's choice. Of a traceback the learner's frames
 * and the exceptions stay: frames of libraries name paths, and Python versions mark the lines in different ways. A
 * coroutine that nobody awaited is told when it is thrown away, which Python versions do at different moments: such lines
 * come last, without place, source line and hint.
 */
function consoleLines(lines: readonly (readonly [string, string])[], hide: (text: string) => string): string[] {
  const kept: string[] = []
  const late: string[] = []
  let inTraceback = false
  for (const [stream, line] of lines) {
    if (/^(?: +[+|] (?:Exception Group )?)?Traceback \(most recent call last\):$/.test(line)) inTraceback = true
    else if (inTraceback && line.startsWith(' ')) {
      // Absolute paths are those of libraries; a `|` stands before the lines of an exception in a group.
      const frame = /^[ |]+File "(?![/<]|[A-Z]:)([^"]+)", line (\d+), in (.+)$/.exec(line)
      const member = /^ +\| (\S.*)$/.exec(line)
      // Before Python 3.12 a comprehension has a frame of its own.
      if (frame?.[3] === '<listcomp>') continue
      if (frame) kept.push(`${stream}:   ${frame[1]}:${frame[2]} in ${frame[3]}`)
      else if (member) kept.push(`${stream}:   ${hide(member[1] ?? '')}`)
      continue
    } else if (line !== '') inTraceback = false
    const unawaited = /^\S+:\d+: (RuntimeWarning: coroutine '.+' was never awaited)$/.exec(line)
    if (unawaited) {
      inTraceback = true
      late.push(`${stream}: ${unawaited[1]}`)
      continue
    }
    if (line === 'RuntimeWarning: Enable tracemalloc to get the object allocation traceback') continue
    const access = /^(INFO: {5}127\.0\.0\.1):\d+( - ".*)$/.exec(line)
    kept.push(`${stream}: ${hide(access ? `${access[1]}:<port>${access[2]}` : line)}`)
  }
  return [...kept, ...late]
}

/** What went over the wire, as a plain client would send it: one request after another, each as soon as the one before is answered. */
export function asSent({ exchanges }: RunDocument): RequestGroup[] {
  return exchanges.map(({ from, title, request: { method, url, headers, body, bodyEncoding } }) => {
    const target = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/'
    const wire = { from, title, method, url, target, headers, added: [], atMs: 0 }
    return { waitMs: 0, requests: [{ ...wire, body: { text: body, encoding: bodyEncoding } }] }
  })
}
