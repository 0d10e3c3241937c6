// Writes a request as a line or a small program that sends the same: what "Copy as" puts on the clipboard. Method, target,
// headers and body arrive as they are; what the tool adds on its own (its User-Agent, Accept, Accept-Encoding) is left to it.
import type { BodyText, HeaderList, Ms, PageRequest } from '../protocol'
import { fromBodyText } from '../requests'
import { ConvertError } from './convert-error'

export const COPY_FORMATS = ['curl', 'fetch', 'requests', 'httpx'] as const
export type CopyFormat = (typeof COPY_FORMATS)[number]

/** What `HttpRequest`, `WireRequest` and `PageRequest` have in common. */
export interface Copyable {
  readonly method: string
  readonly url: string
  /** The request target, where it is not what the URL says (`*`). */
  readonly target?: string
  readonly headers: HeaderList
  readonly body: BodyText
  readonly chunked?: object | null
  readonly pieces?: readonly unknown[]
  readonly hangUpMs?: Ms
  readonly disconnectMs?: Ms | null
  readonly messages?: readonly unknown[] | null
  readonly socket?: unknown
  readonly page?: PageRequest['page']
}

/** A request as each format needs it. */
interface Sent {
  readonly method: string
  /** Without login and fragment. */
  readonly url: string
  readonly target: string
  readonly headers: HeaderList
  readonly body: Uint8Array
  readonly hasBody: boolean
  readonly isChunked: boolean
  readonly hangUpMs: Ms | null
  readonly page: PageRequest['page'] | null
}

/**
 * Writes a request in another tool's words. Host and Content-Length are left out where the tool says the same by itself. A
 * page's request becomes the `fetch` that its script made; the other tools know no pages, and send what the script set.
 * @throws {ConvertError} for a WebSocket, which none of them opens
 */
export function copyAs(format: CopyFormat, request: Copyable): string {
  if (request.messages || request.socket || /^wss?:/i.test(request.url)) {
    throw new ConvertError(`A WebSocket cannot be copied as ${format}. Copy it as a .http request.`)
  }
  return WRITERS[format](readRequest(request))
}

const WRITERS: Readonly<Record<CopyFormat, (sent: Sent) => string>> = {
  curl: writeCurl,
  fetch: writeFetch,
  requests: writeRequests,
  httpx: writeHttpx,
}

function readRequest(request: Copyable): Sent {
  const absolute = request.page ? resolveUrl(request.url, request.page.url) : request.url
  const [, scheme = '', authority = '', rest = ''] = /^([^:]+:\/\/)([^/?#]*)([^#]*)/.exec(absolute) ?? []
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const path = rest.startsWith('/') ? rest : `/${rest}`
  const target = request.target ?? path
  const body = fromBodyText(request.body)
  const isImplied = ([name, value]: HeaderList[number]): boolean => {
    const key = name.toLowerCase()
    if (key === 'host') return value === host || value === host.replace(scheme === 'https://' ? /:443$/ : /:80$/, '')
    return key === 'content-length' && body.length > 0 && value === String(body.length)
  }
  const isChunked = Boolean(request.chunked) || Boolean(request.pieces)
  return {
    method: request.method,
    url: scheme === '' ? absolute : `${scheme}${host}${target === '*' ? '' : path}`,
    target,
    headers: request.headers.filter((header) => !isImplied(header)),
    body,
    hasBody: request.page ? request.page.hasBody : body.length > 0,
    isChunked: isChunked && !hasHeader(request.headers, 'transfer-encoding'),
    hangUpMs: request.hangUpMs ?? request.disconnectMs ?? null,
    page: request.page ?? null,
  }
}

function resolveUrl(url: string, page: string): string {
  return URL.canParse(url, page) ? new URL(url, page).href : url
}

function hasHeader(headers: HeaderList, name: string): boolean {
  return headers.some(([other]) => other.toLowerCase() === name)
}

/** The body as text, or null where it is none: then it has to be written as bytes. */
function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return null
  }
}

// ---------------------------------------------------------------- curl

function writeCurl(sent: Sent): string {
  const { method, target, headers, body, hasBody, isChunked, hangUpMs, page } = sent
  const lines: string[] = []
  const usual = hasBody ? 'POST' : 'GET'
  if (method === 'HEAD' && !hasBody) lines.push('--head')
  else if (method !== usual) lines.push(`-X ${shellWord(method)}`)
  if (target === '*') lines.push("--request-target '*'")
  // curl would take /./ and /../ out, and read [] and {} as lists.
  if (/\/\.{1,2}(?:[/?]|$)|\/%2e/i.test(target)) lines.push('--path-as-is')
  if (/[{}[\]]/.test(target)) lines.push('--globoff')
  if (page && page.redirect !== 'manual' && page.redirect !== 'error') lines.push('--location')
  for (const [name, value] of headers) lines.push(`-H ${shellWord(value === '' ? `${name};` : `${name}: ${value}`)}`)
  if (isChunked) lines.push("-H 'Transfer-Encoding: chunked'")
  // curl would call any data a form, and wait before a large body for a 100 that few servers send.
  if (hasBody && !hasHeader(headers, 'content-type')) lines.push("-H 'Content-Type:'")
  if (body.length > MOST_UNASKED && !hasHeader(headers, 'expect')) lines.push("-H 'Expect:'")
  // A zero byte cannot stand in an argument.
  const isPiped = body.includes(0)
  if (hasBody) lines.push(isPiped ? '--data-binary @-' : `--data-raw ${shellWord(latin1(body))}`)
  if (hangUpMs !== null) lines.push(`--max-time ${hangUpMs / 1000}`)
  const pipe = isPiped ? `printf %s ${shellWord(base64(body))} | base64 -d | ` : ''
  const command = [`${pipe}curl ${shellWord(latin1(encoder.encode(sent.url)))}`, ...lines]
  return command.join(lines.length > 2 ? ' \\\n  ' : ' ')
}

const encoder = new TextEncoder()
/** curl's limit for a body without `Expect: 100-continue`. */
const MOST_UNASKED = 1024 * 1024

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function base64(bytes: Uint8Array): string {
  return btoa(latin1(bytes))
}

/** One word for a shell, of bytes (one character each). Text stays readable; other bytes need `$'…'`, which bash and zsh know. */
function shellWord(bytes: string): string {
  const text = textOf(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
  if (text !== null && /^[\w@%+=:,./-]+$/.test(text)) return text
  if (text !== null && !/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/.test(text)) {
    return `'${text.replaceAll("'", "'\\''")}'`
  }
  const escaped = bytes.replaceAll(/[^\x20-\x7e]|[\\']/g, (byte) => {
    if (byte === '\\' || byte === "'") return `\\${byte}`
    return { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return `$'${escaped}'`
}

// ---------------------------------------------------------------- fetch

/** Fetch, "forbidden request-header"; a browser leaves out what a script sets of these. */
const FORBIDDEN =
  /^(?:accept-charset|accept-encoding|access-control-request-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|user-agent|via|proxy-.*|sec-.*)$/i

function writeFetch({ method, url, headers, body, hasBody, page, hangUpMs }: Sent): string {
  const forbidden = page ? [] : [...new Set(headers.filter(([name]) => FORBIDDEN.test(name)).map(([name]) => name))]
  const init: string[] = []
  if (method !== 'GET') init.push(`method: ${quoteScript(method)}`)
  if (headers.length > 0) init.push(`headers: ${scriptHeaders(headers)}`)
  if (hasBody) init.push(`body: ${scriptBody(body, headers, page)}`)
  // A plain client stops at a redirect.
  const redirect = page ? page.redirect : 'manual'
  for (const [key, value] of [
    ['mode', page?.mode],
    ['credentials', page?.credentials],
    ['redirect', redirect],
    ['cache', page?.cache],
    ['referrer', page?.referrer],
    ['referrerPolicy', page?.referrerPolicy],
    ['integrity', page?.integrity],
  ] as const) {
    if (value !== undefined) init.push(`${key}: ${quoteScript(value)}`)
  }
  if (page?.keepalive) init.push('keepalive: true')
  if (hangUpMs !== null) init.push(`signal: AbortSignal.timeout(${hangUpMs})`)
  const options = init.length === 0 ? '' : `, {\n${init.map((line) => `  ${line},\n`).join('')}}`
  const comment =
    forbidden.length === 0
      ? ''
      : `// In a browser these are not a script's to set, and left out: ${forbidden.join(', ')}.\n`
  return `${comment}const response = await fetch(${quoteScript(url)}${options})`
}

function scriptHeaders(headers: HeaderList): string {
  const names = headers.map(([name]) => name.toLowerCase())
  const isUnique = new Set(names).size === names.length
  const lines = headers.map(([name, value]) =>
    isUnique
      ? `    ${/^[A-Za-z_]\w*$/.test(name) ? name : quoteScript(name)}: ${quoteScript(value)},\n`
      : `    [${quoteScript(name)}, ${quoteScript(value)}],\n`,
  )
  return isUnique ? `{\n${lines.join('')}  }` : `[\n${lines.join('')}  ]`
}

function scriptBody(body: Uint8Array, headers: HeaderList, page: Sent['page']): string {
  const text = textOf(body)
  if (text === null) {
    return `Uint8Array.from(atob(${quoteScript(base64(body))}), (character) => character.charCodeAt(0))`
  }
  // A string brings `text/plain` along, bytes bring nothing.
  const bringsType = page ? page.bodyType !== null : hasHeader(headers, 'content-type')
  return bringsType ? quoteScript(text) : `new TextEncoder().encode(${quoteScript(text)})`
}

/** JSON's strings are JavaScript's. */
function quoteScript(text: string): string {
  return JSON.stringify(text)
}

// ---------------------------------------------------------------- Python

function writeRequests({ method, url, target, headers, body, hasBody, isChunked, hangUpMs, page }: Sent): string {
  const known = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method)
  const follows = page ? page.redirect !== 'manual' : false
  const usesRequests = method !== 'HEAD'
  const args = [
    ...(known ? [] : [quotePython(method)]),
    quotePython(url),
    ...(headers.length > 0 ? [`headers=${pythonHeaders(headers)}`] : []),
    ...(hasBody ? [`data=${isChunked ? `iter([${pythonBytes(body)}])` : pythonBytes(body)}`] : []),
    ...(follows === usesRequests ? [] : [`allow_redirects=${follows ? 'True' : 'False'}`]),
    ...(hangUpMs === null ? [] : [`timeout=${hangUpMs / 1000}`]),
  ]
  const notes = [
    ...(hasTwins(headers) ? ['# requests sends each header once: several of one name are joined.'] : []),
    ...(isRewritten(target) ? ['# requests tidies the path up: /./ and /../ go, other characters become %XX.'] : []),
  ]
  const call = `requests.${known ? method.toLowerCase() : 'request'}`
  return ['import requests', '', ...notes, `response = ${call}${pythonCall(args)}`].join('\n')
}

function writeHttpx({ method, url, target, headers, body, hasBody, isChunked, hangUpMs, page }: Sent): string {
  // Only `request` takes content with every method.
  const known = hasBody
    ? /^(?:POST|PUT|PATCH)$/.test(method)
    : /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method)
  const follows = page ? page.redirect !== 'manual' : false
  const needsTarget = isRewritten(target)
  const content = pythonBytes(body)
  const args = [
    ...(known && !needsTarget ? [] : [quotePython(method)]),
    quotePython(url),
    ...(headers.length > 0 ? [`headers=${pythonPairs(headers)}`] : []),
    ...(hasBody ? [`content=${isChunked ? `iter([${content}])` : content}`] : []),
    // Only `Client.request` takes extensions: the target goes as it is written.
    ...(needsTarget ? [`extensions={"target": ${quotePythonBytes(encoder.encode(target))}}`] : []),
    ...(follows ? ['follow_redirects=True'] : []),
    ...(hangUpMs === null ? [] : [`timeout=${hangUpMs / 1000}`]),
  ]
  const call = needsTarget ? 'client.request' : `httpx.${known ? method.toLowerCase() : 'request'}`
  const line = `response = ${call}${pythonCall(args)}`
  return needsTarget
    ? ['import httpx', '', 'with httpx.Client() as client:', ...line.split('\n').map((one) => `    ${one}`)].join('\n')
    : ['import httpx', '', line].join('\n')
}

/** Whether a Python client would send another target than the one written. */
function isRewritten(target: string): boolean {
  return (
    target === '*' ||
    /\/\.{1,2}(?:[/?]|$)|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]|%(?![0-9A-Fa-f]{2})|%[0-9A-Fa-f]*[a-f]/.test(target)
  )
}

function hasTwins(headers: HeaderList): boolean {
  return new Set(headers.map(([name]) => name.toLowerCase())).size < headers.length
}

function pythonHeaders(headers: HeaderList): string {
  const joined = new Map<string, [name: string, value: string]>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    const before = joined.get(key)
    // RFC 9110 5.3; RFC 6265 5.4 for cookies.
    if (before) before[1] += `${key === 'cookie' ? '; ' : ', '}${value}`
    else joined.set(key, [name, value])
  }
  const lines = [...joined.values()].map(([name, value]) => `        ${quotePython(name)}: ${quotePython(value)},\n`)
  return `{\n${lines.join('')}    }`
}

/** A dict, or a list of pairs where a name comes twice. */
function pythonPairs(headers: HeaderList): string {
  // httpx takes no other text than ASCII, and names and values of one kind.
  const isAscii = headers.every(([, value]) => /^[\x00-\x7f]*$/.test(value))
  const quoteOne = (text: string): string =>
    isAscii ? quotePython(text) : quotePythonBytes(Uint8Array.from(text, (byte) => byte.charCodeAt(0)))
  const isDict = !hasTwins(headers)
  const lines = headers.map(([name, value]) =>
    isDict ? `        ${quoteOne(name)}: ${quoteOne(value)},\n` : `        (${quoteOne(name)}, ${quoteOne(value)}),\n`,
  )
  return isDict ? `{\n${lines.join('')}    }` : `[\n${lines.join('')}    ]`
}

function pythonCall(args: readonly string[]): string {
  if (args.every((arg) => !arg.includes('\n')) && args.join(', ').length < 70) return `(${args.join(', ')})`
  return `(\n${args.map((arg) => `    ${arg},\n`).join('')})`
}

/** Text as UTF-8 bytes, other bytes as a literal. */
function pythonBytes(body: Uint8Array): string {
  const text = textOf(body)
  return text === null ? quotePythonBytes(body) : `${quotePython(text)}.encode()`
}

/** JSON's strings are Python's, but for half a surrogate pair, which no request has. */
function quotePython(text: string): string {
  return JSON.stringify(text)
}

function quotePythonBytes(bytes: Uint8Array): string {
  const text = latin1(bytes).replaceAll(/[^\x20-\x7e]|[\\"]/g, (byte) =>
    byte === '\\' || byte === '"' ? `\\${byte}` : `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
  return `b"${text}"`
}
