// Reads a curl command line, as people write it and as browsers copy it, into the text of a `.http` file.
// What curl adds of its own (its User-Agent, `Accept: */*`) is not added here: a plain client sends what is written.
import { formatHttpFile, parseHttpFile, HttpFileError, type RequestText } from '../requests'
import { ConvertError } from './convert-error'
import { readArguments, type CurlWord } from './curl-options'
import { FILE_LINE, writeMultipart, type FormPart } from './multipart'
import { readCommandLine } from './words'

export interface Pasted {
  /** Requests as a `.http` file has them. */
  readonly text: string
  /** One sentence for each thing that is not as curl would have it. */
  readonly notes: readonly string[]
}

/** Known to `.http` files in any case, and written in upper case there. */
const METHODS = /^(?:get|head|post|put|delete|connect|options|trace|patch|query)$/i
/** What curl 8 asks for with `--compressed`. */
const ENCODINGS = 'deflate, gzip, br, zstd'

/** One piece of `-d`: bytes, or a file's. */
type Data = { readonly bytes: string } | { readonly file: string }

interface Asked {
  method: string | null
  readonly urls: string[]
  readonly headers: string[]
  readonly data: Data[]
  readonly json: Data[]
  readonly forms: FormPart[]
  readonly query: string[]
  readonly cookies: string[]
  user: string | null
  bearer: string | null
  agent: string | null
  referer: string | null
  range: string | null
  upload: string | null
  isGet: boolean
  isHead: boolean
  isCompressed: boolean
  hasGlob: boolean
  maxTime: string | null
}

/**
 * Makes `.http` requests of a curl command line, one for each URL.
 * @throws {ConvertError} when there is no curl command in it, or something that a `.http` file cannot hold
 */
export function pasteCurl(commandLine: string): Pasted {
  if (/\^["\n]/.test(commandLine)) {
    throw new ConvertError('This was copied for the Windows command prompt. Choose "Copy as cURL (bash)" instead.')
  }
  if (/\bInvoke-(?:WebRequest|RestMethod)\b/i.test(commandLine)) {
    throw new ConvertError('This was copied for PowerShell. Choose "Copy as cURL (bash)" instead.')
  }
  const { commands, notes: shellNotes } = readCommandLine(commandLine)
  const notes = [...shellNotes]
  const blocks: string[] = []
  commands.forEach(({ words, end }, index) => {
    const at = words.findIndex((word) => /(?:^|\/)curl(?:\.exe)?$/.test(word))
    if (at < 0) {
      const before = commands[index - 1]?.end ?? ''
      const hint = before === '&' ? ' A URL with & in it needs quotes.' : ''
      notes.push(`\`${toText(words.join(' '))}\` is no curl command and was left out.${hint}`)
      return
    }
    const before = words.slice(0, at).filter((word) => !/^[$%#>]$/.test(word))
    if (before.length > 0) notes.push(`\`${toText(before.join(' '))}\` before curl was left out.`)
    if (end === '|') notes.push('What stands after | reads what curl prints; it sends nothing.')
    for (const asked of readCurl(words.slice(at + 1), notes)) blocks.push(...writeBlocks(asked, notes))
  })
  if (blocks.length === 0) {
    throw new ConvertError('There is no curl command with a URL here. Paste one that begins with curl.')
  }
  return { text: blocks.join('\n###\n'), notes: [...new Set(notes)] }
}

function nothingAsked(): Asked {
  return {
    ...{ method: null, user: null, bearer: null, agent: null, referer: null, range: null, upload: null, maxTime: null },
    ...{ urls: [], headers: [], data: [], json: [], forms: [], query: [], cookies: [] },
    ...{ isGet: false, isHead: false, isCompressed: false, hasGlob: true },
  }
}

/** Reads the words after `curl`; `--next` begins another set of options. */
function readCurl(words: readonly string[], notes: string[]): Asked[] {
  const all: Asked[] = []
  let asked = nothingAsked()
  all.push(asked)
  for (const word of readArguments(words)) {
    if (word.kind === 'option' && word.option.kind === 'next') all.push((asked = nothingAsked()))
    else takeWord(asked, word, notes)
  }
  return all
}

function takeWord(asked: Asked, word: CurlWord, notes: string[]): void {
  if (word.kind === 'plain') {
    asked.urls.push(word.text)
    return
  }
  if (word.kind === 'missing')
    throw new ConvertError(`${word.written} needs a value after it. Paste the whole command.`)
  if (word.kind === 'unknown') {
    notes.push(`${toText(word.written)} is no option of curl's that is known here; it was left out.`)
    return
  }
  const { option, value, written } = word
  switch (option.kind) {
    case 'request':
      asked.method = value
      return
    case 'header':
      if (value.startsWith('@'))
        notes.push(`The headers in the file ${toText(value.slice(1))} were left out. Write them in.`)
      else asked.headers.push(value)
      return
    case 'data':
      if (value.startsWith('@')) {
        notes.push(`${written} takes the line breaks out of ${toText(value.slice(1))}; here the file goes as it is.`)
        asked.data.push(fileOf(value.slice(1)))
      } else asked.data.push({ bytes: value })
      return
    case 'data-raw':
      asked.data.push({ bytes: value })
      return
    case 'data-binary':
      asked.data.push(value.startsWith('@') ? fileOf(value.slice(1)) : { bytes: value })
      return
    case 'data-urlencode':
      asked.data.push(encodeData(value))
      return
    case 'url-query': {
      const data = value.startsWith('+') ? { bytes: value.slice(1) } : encodeData(value)
      if ('file' in data) throw new ConvertError(`${written} with a file cannot be written in a .http file.`)
      asked.query.push(data.bytes)
      return
    }
    case 'json':
      asked.json.push(value.startsWith('@') ? fileOf(value.slice(1)) : { bytes: value })
      return
    case 'form':
    case 'form-string':
      asked.forms.push({ text: value, isPlain: option.kind === 'form-string' })
      return
    case 'user':
      asked.user = value
      return
    case 'bearer':
      asked.bearer = value
      return
    case 'cookie':
      if (value.includes('=')) asked.cookies.push(value)
      else notes.push(`The cookies in the file ${toText(value)} were left out. Write them as -b 'name=value'.`)
      return
    case 'agent':
      asked.agent = value
      return
    case 'referer':
      asked.referer = value
      return
    case 'range':
      asked.range = value
      return
    case 'upload':
      asked.upload = value
      return
    case 'get':
      asked.isGet = true
      return
    case 'head':
      asked.isHead = true
      return
    case 'compressed':
      asked.isCompressed = true
      return
    case 'max-time':
      asked.maxTime = value
      return
    case 'url':
      asked.urls.push(value)
      return
    case 'globoff':
      asked.hasGlob = false
      return
    case 'follow':
      notes.push(
        `${written} follows redirects; without a page the request stops at the first. A \`# @page\` line follows them.`,
      )
      return
    case 'other':
      notes.push(`${written}${value === '' ? '' : ` ${toText(value)}`} has no counterpart here and was left out.`)
      return
    case 'quiet':
    case 'next':
  }
}

function fileOf(path: string): Data {
  if (path === '-')
    throw new ConvertError('The body comes from another program (`@-`). Put it into a file and name that.')
  return { file: path }
}

/** curl's manual, `--data-urlencode`: `content`, `=content`, `name=content`, `@file`, `name@file`. */
function encodeData(value: string): Data {
  const [, name = '', sign = '', content = value] = /^([^=@]*)([=@])(.*)$/s.exec(value) ?? []
  if (sign === '@') {
    throw new ConvertError(
      `--data-urlencode with the file ${toText(content)} cannot be written in a .http file. Paste its text in its place.`,
    )
  }
  return { bytes: `${name === '' ? '' : `${name}=`}${encodeBytes(content)}` }
}

/** Everything but RFC 3986's unreserved characters becomes %XX, as curl's escape does. */
function encodeBytes(bytes: string): string {
  return bytes.replaceAll(
    /[^A-Za-z0-9\-._~]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** The requests of one set of options, as blocks of a `.http` file. */
function writeBlocks(asked: Asked, notes: string[]): string[] {
  const { body, type, accept } = bodyOf(asked, notes)
  const hasBody = body !== null
  const moves = asked.isGet && hasBody
  const added: [string, string][] = []
  const wanted = asked.headers.map(readHeader)
  const add = (name: string, value: string): void => {
    if (!wanted.some((header) => header.name.toLowerCase() === name.toLowerCase())) added.push([name, value])
  }
  if (asked.user !== null) {
    if (!asked.user.includes(':')) notes.push('curl would ask for a password; here it is empty.')
    add('Authorization', `Basic ${btoa(asked.user.includes(':') ? asked.user : `${asked.user}:`)}`)
  }
  if (asked.bearer !== null) add('Authorization', `Bearer ${asked.bearer}`)
  if (asked.agent !== null && asked.agent !== '') add('User-Agent', asked.agent)
  if (asked.referer !== null && asked.referer !== '') add('Referer', asked.referer.replace(/;auto$/, ''))
  if (asked.range !== null) add('Range', `bytes=${asked.range}`)
  if (asked.cookies.length > 0) add('Cookie', asked.cookies.join('; '))
  if (asked.isCompressed) add('Accept-Encoding', ENCODINGS)
  if (accept !== null) add('Accept', accept)
  if (type !== null && !moves) add('Content-Type', type)
  const given = wanted.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]))
  const headers = [...given, ...added].flatMap(([name, value]): [string, string][] => {
    if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) && !name.startsWith('#')) return [[name, writeValue(value)]]
    notes.push(`"${toText(name)}" cannot be a header name; it was left out.`)
    return []
  })
  const method = methodOf(asked, hasBody, notes)
  const settings: [string, string][] = asked.maxTime === null ? [] : [['disconnect', asked.maxTime]]
  const query = [...asked.query, ...(moves && 'bytes' in body ? [body.bytes] : [])]
  if (moves && 'file' in body) throw new ConvertError('-G with a file cannot be written in a .http file.')
  return asked.urls.map((url) => {
    const { target, login } = readUrl(url, query, asked.hasGlob, notes)
    const hasLogin = headers.some(([name]) => name.toLowerCase() === 'authorization')
    const sent =
      body === null || moves ? '' : 'file' in body ? `< ${toText(body.file)}` : writeBody(body, headers, notes)
    return writeBlock({
      ...{ title: '', settings, method, target: escapeBraces(target), body: sent },
      headers: [
        ...(login === null || hasLogin ? [] : [['Authorization', `Basic ${btoa(login)}`] as const]),
        ...headers,
      ],
    })
  })
}

function bodyOf(asked: Asked, notes: string[]): { body: Data | null; type: string | null; accept: string | null } {
  const kinds = [asked.data, asked.json, asked.forms].filter(({ length }) => length > 0).length
  if (kinds + (asked.upload === null ? 0 : 1) > 1) {
    throw new ConvertError('curl takes one kind of body: -d, --json, -F or -T. Leave one of them.')
  }
  if (asked.forms.length > 0) {
    const { bytes, boundary } = writeMultipart(asked.forms, notes)
    return { body: { bytes }, type: `multipart/form-data; boundary=${boundary}`, accept: null }
  }
  if (asked.upload !== null) return { body: fileOf(asked.upload), type: null, accept: null }
  if (asked.json.length > 0) {
    return { body: joinData(asked.json, ''), type: 'application/json', accept: 'application/json' }
  }
  if (asked.data.length === 0) return { body: null, type: null, accept: null }
  return { body: joinData(asked.data, '&'), type: 'application/x-www-form-urlencoded', accept: null }
}

function joinData(data: readonly Data[], between: string): Data {
  const [first] = data
  if (data.length === 1 && first) return first
  const pieces = data.map((piece) => {
    if ('bytes' in piece) return piece.bytes
    throw new ConvertError(
      `The file ${toText(piece.file)} cannot stand beside other data in a .http file. Paste its text in its place.`,
    )
  })
  return { bytes: pieces.join(between) }
}

function methodOf(asked: Asked, hasBody: boolean, notes: string[]): string {
  const usual = asked.isHead ? 'HEAD' : asked.isGet ? 'GET' : asked.upload !== null ? 'PUT' : hasBody ? 'POST' : 'GET'
  const method = asked.method ?? usual
  const upper = method.toUpperCase()
  if (method !== upper && (METHODS.test(method) || /^[\w!#$%&'*+.^`|~-]+$/.test(method))) {
    notes.push(`-X ${toText(method)} is sent in upper case here: a .http file writes methods so.`)
    return upper
  }
  return method
}

/** `Name: value`; `Name;` is an empty one and `Name:` takes one of curl's own out (value null). */
function readHeader(text: string): { name: string; value: string | null } {
  const colon = text.indexOf(':')
  if (colon < 0) return { name: text.replace(/;\s*$/, ''), value: text.trimEnd().endsWith(';') ? '' : null }
  const value = text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')
  return { name: text.slice(0, colon), value: value === '' ? null : value }
}

/** A login in the URL is sent as Authorization; without a scheme it is http. */
function readUrl(
  url: string,
  query: readonly string[],
  hasGlob: boolean,
  notes: string[],
): { target: string; login: string | null } {
  const [, scheme = 'http', rest = url] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(url) ?? []
  const [, authority = '', path = ''] = /^([^/?#]*)(.*)$/s.exec(rest) ?? []
  if (hasGlob && /[{}]|\[[^\]]*\]/.test(path)) {
    notes.push(
      `curl makes several URLs of the brackets in ${toText(url)}; here they stand as they are. Write each URL out.`,
    )
  }
  const at = authority.lastIndexOf('@')
  const login = at < 0 ? null : authority.slice(0, at)
  const [, before = path, fragment = ''] = /^([^#]*)(#.*)?$/s.exec(path) ?? []
  const joined = query.length === 0 ? before : `${before}${before.includes('?') ? '&' : '?'}${query.join('&')}`
  const target = `${scheme}://${authority.slice(at + 1)}${joined}${fragment}`
  return {
    target: toText(target).replaceAll(/\s/g, (space) => encodeURIComponent(space)),
    login: login === null ? null : `${decodeBytes(login)}${login.includes(':') ? '' : ':'}`,
  }
}

function decodeBytes(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** Stands for nothing, where a `.http` file would read something into the place. */
const NOTHING = '{{curl-nothing}}'
const BRACES = '{{curl-braces}}'

/** `{{` would begin a variable: a variable of that value stands there instead. */
function escapeBraces(text: string): string {
  return text.replaceAll('{{', BRACES)
}

/** A header's bytes as a `.http` file writes them: see `parseHttpFile`, which sends characters beyond Latin-1 as UTF-8. */
function writeValue(bytes: string): string {
  const text = toText(bytes)
  const value = /[^\x00-\xff]/.test(text) ? text : bytes
  // A file's line loses the white space at its ends, of which Latin-1 has more than HTTP.
  const escaped = escapeBraces(value)
  return escaped.trim() === escaped ? escaped : `${NOTHING}${escaped}${NOTHING}`
}

/** A body's lines as a `.http` file writes them. */
function writeBody({ bytes }: { bytes: string }, headers: RequestText['headers'], notes: string[]): string {
  const text = toText(
    bytes,
    'The body has bytes that are no text. Put it into a file and send that with --data-binary @file.',
  )
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1].toLowerCase() ?? ''
  const isMultipart = type.startsWith('multipart/')
  if (isMultipart ? /(?<!\r)\n|\r(?!\n)/.test(text) : text.includes('\r')) {
    notes.push(`Line breaks of the body are sent as ${isMultipart ? 'CR LF' : 'LF'}: a .http file has no other.`)
  }
  const isJoined = type.startsWith('application/x-www-form-urlencoded')
  const lines = text.split(/\r\n|\n|\r/).map((line, index, all) => {
    if (line.startsWith(FILE_LINE)) return `< ${line.slice(FILE_LINE.length)}`
    const isFile = /^<@?\s+\S/.test(line)
    const isLast = index === all.length - 1
    const isMisread = line.startsWith('###') || isFile || (isJoined && index > 0 && line.startsWith('&'))
    return `${isMisread || (isLast && line === '') ? NOTHING : ''}${escapeBraces(line)}`
  })
  // The close of a multipart body may end without a line break (RFC 2046 5.1.1).
  if (isMultipart && lines.at(-1) === NOTHING) lines.pop()
  return text === '' ? '' : lines.join('\n')
}

/** One request, with the variables that it uses. */
function writeBlock(request: RequestText): string {
  try {
    const text = formatHttpFile([request])
    const variables = [
      ...(text.includes(BRACES) ? ['@curl-braces = {{'] : []),
      ...(text.includes(NOTHING) ? ['@curl-nothing ='] : []),
    ]
    const block = [...variables, text].join('\n')
    parseHttpFile(block, { file: 'the curl command', readFile: () => '' })
    return block
  } catch (error) {
    if (error instanceof HttpFileError) throw new ConvertError(`That cannot be sent: ${error.why}`)
    throw error
  }
}

/** Bytes as the text that they are in UTF-8; where they are none, one character a byte. */
function toText(bytes: string, otherwise?: string): string {
  try {
    const array = Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(array)
  } catch {
    if (otherwise !== undefined) throw new ConvertError(otherwise)
    return bytes
  }
}
