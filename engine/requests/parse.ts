// Reads a `.http` file: variables filled in, URLs made absolute, bodies as bytes. Adds no header.
import type { HeaderList, Ms } from '../protocol'
import { encodeText, joinBytes, toBodyText } from './bytes'
import { readMessages } from './messages'
import { PAGE_SETTINGS, readPage } from './page-settings'
import { CLIENT_SETTINGS, nearestSetting } from './setting-help'
import { scanHttpFile, WEBSOCKET, type Block, type Line } from './scan'
import { HttpFileError, type HttpFile, type HttpRequest } from './types'

export interface ParseOptions {
  /** Name for messages. */
  readonly file: string
  /** Gives the file behind a `< path` line, null when there is none. */
  readonly readFile?: (path: string) => string | Uint8Array | null
}

/** Settings that mean something. */
const SETTINGS: ReadonlySet<string> = new Set([...CLIENT_SETTINGS, ...PAGE_SETTINGS])

const DEFAULT_HOST = 'localhost:8000'
/** More than this at once is a mistyped number, and would only be stopped by the budget for events. */
const MOST_TIMES = 10_000
const MOST_PIECES = 1000
/** Far enough apart to be seen as pieces, where `# @chunked` names no time. */
const EVERY_MS = 100

interface Reader {
  readonly file: string
  readonly fill: (text: string, at: number) => string
  readonly readFile: (path: string) => string | Uint8Array | null
  readonly warnings: string[]
}

/**
 * Reads every request of a file.
 * @throws {HttpFileError} at the first line that cannot be read, and when there is no request at all
 */
export function parseHttpFile(text: string, options: ParseOptions): HttpFile {
  const scan = scanHttpFile(text, options.file)
  if (scan.blocks.length === 0) {
    throw new HttpFileError(options.file, 1, 'there is no request in this file. Write a line such as GET /.')
  }
  const warnings: string[] = []
  const reader: Reader = {
    file: options.file,
    fill: variableFiller(scan.variables, options.file),
    readFile: options.readFile ?? (() => null),
    warnings,
  }
  for (const stray of scan.strays) {
    warnings.push(`${options.file}, line ${stray.at + 1}: "${stray.text.trim()}" belongs to no request.`)
  }
  return { requests: scan.blocks.map((block, index) => readBlock(block, index, reader)), warnings }
}

/** Replaces `{{name}}`; values may use other variables. Definitions count for the whole file, the last one wins. */
function variableFiller(variables: ReadonlyMap<string, Line>, file: string): Reader['fill'] {
  const fill = (text: string, at: number, open: readonly string[]): string =>
    text.replaceAll(/\{\{\s*([$\w.-]+)\s*\}\}/g, (_, name: string) => {
      const variable = variables.get(name)
      if (!variable) {
        throw new HttpFileError(file, at + 1, `{{${name}}} is not defined. Add a line @${name} = … to the file.`)
      }
      if (open.includes(name)) throw new HttpFileError(file, variable.at + 1, `@${name} is defined by itself.`)
      return fill(variable.text, variable.at, [...open, name])
    })
  return (text, at) => fill(text, at, [])
}

function readBlock(block: Block, index: number, reader: Reader): HttpRequest {
  const settings: Record<string, string> = {}
  for (const { key, value, at } of block.settings) {
    if (!SETTINGS.has(key)) {
      const near = nearestSetting(key)
      const next = near === null ? '' : ` Did you mean @${near}?`
      reader.warnings.push(`${reader.file}, line ${at + 1}: unknown setting @${key}.${next}`)
    }
    settings[key] = reader.fill(value, at)
  }
  const line = block.request.at + 1
  if (block.request.version && !/^HTTP\/1\.1$/i.test(block.request.version)) {
    reader.warnings.push(`${reader.file}, line ${line}: ${block.request.version} is sent as HTTP/1.1.`)
  }
  const headers: HeaderList = block.headers.map(
    (header) => [reader.fill(header.name, header.at), toLatin1(reader.fill(header.value, header.at))] as const,
  )
  const { url, target } = readUrl(block, headers, reader)
  const { method } = block.text
  const name = settings['name'] || null
  const title = reader.fill(block.text.title, block.from)
  return {
    index,
    line,
    name,
    title: name ?? (title || `${method} ${target}`),
    method,
    url,
    target,
    headers,
    body: toBodyText(method === WEBSOCKET ? new Uint8Array() : readBody(block, headers, reader)),
    messages: method === WEBSOCKET ? readMessages(block.body, reader.file, (one) => readBodyLine(one, reader)) : null,
    waitMs: readSeconds('wait', block, reader) ?? 0,
    atMs: readSeconds('at', block, reader),
    times: readTimes(block, reader),
    disconnectMs: readSeconds('disconnect', block, reader),
    chunked: readChunked(block, reader),
    page: readPage(
      block.settings.map((one) => ({ ...one, value: settings[one.key] ?? one.value })),
      method === WEBSOCKET,
      reader.file,
      (at, warning) => reader.warnings.push(`${reader.file}, line ${at + 1}: ${warning}`),
    ),
    settings,
    text: block.text,
  }
}

/**
 * Makes the URL absolute and cuts the request target from it, character by character as written: `/a/../b` stays.
 * The fragment is never sent (RFC 9110 7.1); an empty path is `/` and `*` stands alone (RFC 9112 3.2.1, 3.2.4).
 */
function readUrl(block: Block, headers: HeaderList, reader: Reader): { url: string; target: string } {
  const fail = (why: string): never => {
    throw new HttpFileError(reader.file, block.request.at + 1, why)
  }
  // The request line cannot hold a space, its continuation lines and variables can: they are encoded as a browser does.
  const filled = reader.fill(block.text.target, block.request.at).trim()
  const written = encodeUrl(filled.replace(/#.*$/s, ''))
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] || DEFAULT_HOST
  const isSocket = block.text.method === WEBSOCKET
  const usual = isSocket ? 'ws' : 'http'
  if (written === '*' && !isSocket) return { url: `http://${host}`, target: '*' }
  if (written.startsWith('/')) return { url: `${usual}://${host}${written}`, target: written }
  const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(written)
    ? written
    : isHostFirst(written)
      ? `${usual}://${written}`
      : ''
  const parts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?]*)(.*)$/s.exec(absolute)
  if (!parts) return fail(`"${filled}" is no URL. Begin with / or ${usual}://.`)
  const [, asked = '', authority = '', rest = ''] = parts
  // WHATWG WebSockets, "obtain a WebSocket URL": http and https stand for ws and wss.
  const scheme = isSocket ? asked.toLowerCase().replace(/^http/, 'ws') : asked.toLowerCase()
  if (isSocket && !/^wss?$/.test(scheme)) fail(`a WebSocket begins with ws:// or wss://, not ${asked}://.`)
  if (!isSocket && /^wss?$/.test(scheme)) {
    fail(`${asked}:// opens a WebSocket. Write WEBSOCKET in place of ${block.text.method}.`)
  }
  if (!isSocket && !/^https?$/.test(scheme)) {
    fail(`${asked}:// is not spoken here, only http://, https://, ws:// and wss://.`)
  }
  if (!/^(?:[^@\s]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^\s:@[\]]+)(?::\d{0,5})?$/.test(authority)) {
    fail(`"${authority}" is no host.`)
  }
  const target = rest.startsWith('/') ? rest : `/${rest}`
  return { url: `${scheme}://${authority}${target}`, target }
}

/** `localhost:8000/x` and `example.com` are URLs without their scheme, as in both clients; `items` is a slip. */
function isHostFirst(text: string): boolean {
  const authority = /^[A-Za-z0-9.-]+(?::\d+)?(?=[/?]|$)/.exec(text)?.[0]
  return authority !== undefined && (/^localhost\b/i.test(authority) || /[.:]/.test(authority))
}

function encodeUrl(text: string): string {
  // The u flag makes it match whole code points: half a surrogate pair cannot be encoded.
  return text.replaceAll(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character))
}

/** Characters beyond Latin-1 go out as their UTF-8 bytes, as curl sends them; others are one byte each. */
function toLatin1(value: string): string {
  if (/^[\x00-\xff]*$/.test(value)) return value
  return String.fromCharCode(...encodeText(value))
}

/**
 * Body lines joined by line feeds, with the two exceptions of the VS Code REST Client: `multipart/*` needs CRLF
 * (RFC 2046 4.1.1), and a form body may put each `&key=value` on its own line.
 */
function readBody(block: Block, headers: HeaderList, reader: Reader): Uint8Array {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1].toLowerCase() ?? ''
  const parts: Uint8Array[] = []
  block.body.forEach((line, index) => {
    const isJoined = type.startsWith('application/x-www-form-urlencoded') && line.text.startsWith('&')
    if (index > 0 && !isJoined) parts.push(encodeText(type.startsWith('multipart/') ? '\r\n' : '\n'))
    parts.push(readBodyLine(line, reader))
  })
  return joinBytes(parts)
}

/** `< path` stands for the file's bytes, `<@ path` for its text with variables filled in. */
function readBodyLine(line: Line, reader: Reader): Uint8Array {
  const include = /^<(@?)\s+(\S.*?)\s*$/.exec(line.text)
  if (!include) return encodeText(reader.fill(line.text, line.at))
  const path = reader.fill(include[2] ?? '', line.at).replace(/^\.\//, '')
  const content = reader.readFile(path)
  if (content === null) throw new HttpFileError(reader.file, line.at + 1, `there is no file ${path}.`)
  if (!include[1]) return typeof content === 'string' ? encodeText(content) : content
  return encodeText(reader.fill(typeof content === 'string' ? content : new TextDecoder().decode(content), line.at))
}

function readSeconds(key: 'wait' | 'at' | 'disconnect', block: Block, reader: Reader): Ms | null {
  const setting = block.settings.findLast((one) => one.key === key)
  if (!setting) return null
  const value = reader.fill(setting.value, setting.at)
  if (!/^\d+(?:\.\d+)?$/.test(value)) {
    throw new HttpFileError(reader.file, setting.at + 1, `@${key} takes seconds, such as 0.5, not "${value}".`)
  }
  return toMs(value)
}

/** Thousandths of a millisecond are enough, and keep 0.1 s from becoming 100.00000000000001 ms. */
function toMs(seconds: string): Ms {
  return Math.round(Number(seconds) * 1e6) / 1e3
}

/** `# @chunked PIECES [SECONDS]`. */
function readChunked(block: Block, reader: Reader): HttpRequest['chunked'] {
  const setting = block.settings.findLast((one) => one.key === 'chunked')
  if (!setting) return null
  const fail = (why: string): never => {
    throw new HttpFileError(reader.file, setting.at + 1, why)
  }
  const value = reader.fill(setting.value, setting.at)
  const [, pieces = '', seconds] = /^(\d+)(?:\s+(\d+(?:\.\d+)?))?$/.exec(value) ?? []
  if (Number(pieces) < 1 || Number(pieces) > MOST_PIECES) {
    fail(`@chunked takes the number of pieces, from 1 to ${MOST_PIECES}, and the seconds between two, such as 3 0.5.`)
  }
  if (block.text.method === WEBSOCKET) fail('@chunked is for bodies, and a WEBSOCKET request has none.')
  if (block.body.length === 0) fail('@chunked needs a body to send.')
  return { pieces: Number(pieces), everyMs: seconds === undefined ? EVERY_MS : toMs(seconds) }
}

function readTimes(block: Block, reader: Reader): number {
  const setting = block.settings.findLast((one) => one.key === 'times')
  if (!setting) return 1
  const value = reader.fill(setting.value, setting.at)
  const times = Number(value)
  if (!/^\d+$/.test(value) || times < 1 || times > MOST_TIMES) {
    throw new HttpFileError(
      reader.file,
      setting.at + 1,
      `@times takes a whole number from 1 to ${MOST_TIMES}, not "${value}".`,
    )
  }
  return times
}
