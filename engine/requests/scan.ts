// Cuts a `.http` file into blocks of lines and says what each line is. Fills in no variables, judges no URLs.
// The format is that of the VS Code REST Client and of JetBrains' HTTP client, as far as both agree.
import { HttpFileError, type RequestText } from './types'

export interface Line {
  readonly text: string
  /** 0-based index into the file's lines. */
  readonly at: number
}

/** One request of the file and where each part of it stands, so that it can be replaced in place. */
export interface Block {
  /** First and one past the last line of the block, its `###` line included. */
  readonly from: number
  readonly to: number
  /** The `###` line; null for a first block without one. */
  readonly separator: Line | null
  readonly settings: readonly (Line & { readonly key: string; readonly value: string })[]
  readonly request: Line & { readonly method: string; readonly version: string }
  /** The `?` and `&` lines under the request line. */
  readonly continued: readonly Line[]
  readonly headers: readonly (Line & { readonly name: string; readonly value: string })[]
  /** Body lines without trailing empty ones. */
  readonly body: readonly Line[]
  readonly text: RequestText
}

export interface Scan {
  readonly lines: readonly string[]
  readonly blocks: readonly Block[]
  readonly variables: ReadonlyMap<string, Line>
  /** Settings that stand in a block without a request. */
  readonly strays: readonly Line[]
}

/** Stands for the method of a request that opens a WebSocket. */
export const WEBSOCKET = 'WEBSOCKET'

// RFC 9110 5.6.2: what methods and header names may consist of.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const KNOWN_METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
  WEBSOCKET,
])
const SETTING = /^(?:#|\/\/)\s*@([A-Za-z][\w-]*)(?:\s+(.*))?$/
const VARIABLE = /^@([^\s=]+)\s*=\s*(.*)$/
const COMMENT = /^(?:#|\/\/)/
const CONTINUED = /^\s*[?&]/
/** Stands between the messages of a WebSocket; needs no empty line before it. */
const SEPARATOR = /^===(?!=)/

/** Splits text into lines; a CRLF counts as one line break. */
export function splitLines(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
}

/** Reads the structure of a file. Throws `HttpFileError` at the first line that means nothing. */
export function scanHttpFile(text: string, file: string): Scan {
  const lines = splitLines(text)
  const starts = lines.flatMap((line, at) => (line.startsWith('###') ? [at] : []))
  if (starts[0] !== 0) starts.unshift(0)
  const variables = new Map<string, Line>()
  const blocks: Block[] = []
  const strays: Line[] = []
  starts.forEach((from, index) => {
    const to = starts[index + 1] ?? lines.length
    const block = scanBlock(lines, from, to, file, variables, strays)
    if (block) blocks.push(block)
  })
  return { lines, blocks, variables, strays }
}

function scanBlock(
  lines: readonly string[],
  from: number,
  to: number,
  file: string,
  variables: Map<string, Line>,
  strays: Line[],
): Block | null {
  const first = lines[from] ?? ''
  const separator = first.startsWith('###') ? { text: first, at: from } : null
  const settings: (Line & { key: string; value: string })[] = []
  const continued: Line[] = []
  const headers: (Line & { name: string; value: string })[] = []
  const body: Line[] = []
  let request: (Line & { method: string; target: string; version: string }) | null = null
  let inBody = false

  for (let at = separator ? from + 1 : from; at < to; at++) {
    const text = lines[at] ?? ''
    if (inBody) {
      body.push({ text, at })
      continue
    }
    const trimmed = text.trim()
    if (trimmed === '') {
      inBody = request !== null
      continue
    }
    const setting = SETTING.exec(trimmed)
    if (setting) {
      settings.push({ text, at, key: setting[1] ?? '', value: (setting[2] ?? '').trim() })
      continue
    }
    if (COMMENT.test(trimmed)) continue
    const variable = VARIABLE.exec(trimmed)
    if (variable) {
      variables.set(variable[1] ?? '', { text: (variable[2] ?? '').trim(), at })
      continue
    }
    if (request?.method === WEBSOCKET && SEPARATOR.test(text)) {
      inBody = true
      body.push({ text, at })
    } else if (!request) {
      request = { text, at, ...readRequestLine(trimmed, at, file) }
    } else if (headers.length === 0 && CONTINUED.test(text)) {
      continued.push({ text, at })
    } else {
      headers.push({ text, at, ...readHeaderLine(trimmed, at, file) })
    }
  }
  if (!request) {
    strays.push(...settings)
    return null
  }
  while (body.length > 0 && body.at(-1)?.text === '') body.pop()
  return {
    from,
    to,
    separator,
    settings,
    request,
    continued,
    headers,
    body,
    text: {
      title: separator ? separator.text.replace(/^#+/, '').trim() : '',
      settings: settings.map(({ key, value }) => [key, value] as const),
      method: request.method,
      target: request.target + continued.map((line) => line.text.trim()).join(''),
      headers: headers.map(({ name, value }) => [name, value] as const),
      body: body.map((line) => line.text).join('\n'),
    },
  }
}

/** `METHOD URL [HTTP/1.1]`, or a URL alone, which means GET, or WEBSOCKET for ws:// and wss://. */
function readRequestLine(line: string, at: number, file: string): { method: string; target: string; version: string } {
  const version = /\s+(HTTP\/\S+)$/i.exec(line)?.[1] ?? ''
  const rest = version ? line.slice(0, -version.length).trimEnd() : line
  const words = /^(\S+)\s+(.+)$/.exec(rest)
  const word = words?.[1] ?? rest
  const isMethod = KNOWN_METHODS.has(word.toUpperCase()) || (TOKEN.test(word) && word === word.toUpperCase() && words)
  if (isMethod && !words) throw new HttpFileError(file, at + 1, `${word} has no URL after it.`)
  const target = isMethod ? (words?.[2] ?? '') : rest
  if (/\s/.test(target.replaceAll(/\{\{[^}]*\}\}/g, ''))) {
    throw new HttpFileError(
      file,
      at + 1,
      isMethod
        ? `the URL "${shorten(target)}" has a space in it. Write it as %20.`
        : `"${shorten(line)}" is no request line. Write METHOD URL, such as GET /items.`,
    )
  }
  // Both clients read `get` as GET; other methods are case-sensitive (RFC 9110 9.1) and stay as written.
  const method = isMethod ? (KNOWN_METHODS.has(word.toUpperCase()) ? word.toUpperCase() : word) : methodOf(target)
  return { method, target, version }
}

/** What a URL without a method means. */
function methodOf(url: string): string {
  return /^wss?:\/\//i.test(url) ? WEBSOCKET : 'GET'
}

function readHeaderLine(line: string, at: number, file: string): { name: string; value: string } {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0))
  if (colon < 0 || !TOKEN.test(name.replaceAll(/\{\{[^}]*\}\}/g, 'x'))) {
    const isBody = colon < 0 || /^(?:\{(?!\{)|[["<])/.test(line)
    throw new HttpFileError(
      file,
      at + 1,
      isBody
        ? `"${shorten(line)}" is no header. Write Name: value, or an empty line before the body.`
        : `"${shorten(name)}" cannot be a header name.`,
    )
  }
  return { name, value: line.slice(colon + 1).trim() }
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
