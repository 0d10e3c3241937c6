// The body of curl's `-F`: RFC 7578 parts, in the order given.
import { ConvertError } from './convert-error'

/** Begins a line that stands for a file's content. No argument of a program has such a byte in it. */
export const FILE_LINE = '\0'

export interface FormPart {
  /** `name=value`, `name=@file`, `name=<file`, each with `;type=` and `;filename=`. */
  readonly text: string
  /** `--form-string`: `@`, `<` and `;` mean nothing. */
  readonly isPlain: boolean
}

/** As curl guesses by a file's name. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ gif: 'image/gif', jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', svg: 'image/svg+xml' },
  ...{ txt: 'text/plain', htm: 'text/html', html: 'text/html', pdf: 'application/pdf', xml: 'application/xml' },
}

/**
 * Writes the parts with `\r\n` line ends. A file's content is a line of its path behind `FILE_LINE`.
 * @throws {ConvertError} for a part without a name
 */
export function writeMultipart(parts: readonly FormPart[], notes: string[]): { bytes: string; boundary: string } {
  const pieces = parts.map((part) => readPart(part, notes))
  let boundary = '------------------------peel'
  while (pieces.some(({ content }) => content.includes(boundary))) boundary += 'x'
  const lines = pieces.flatMap(({ head, content }) => [`--${boundary}`, ...head, '', content])
  return { bytes: [...lines, `--${boundary}--`].join('\r\n'), boundary }
}

function readPart({ text, isPlain }: FormPart, notes: string[]): { head: string[]; content: string } {
  const equals = text.indexOf('=')
  if (equals < 0) throw new ConvertError(`-F ${text} has no = in it. Write -F 'name=value'.`)
  const name = quote(text.slice(0, equals))
  const value = text.slice(equals + 1)
  const disposition = `Content-Disposition: form-data; name="${name}"`
  if (isPlain) return { head: [disposition], content: value }
  const { content, settings } = cutSettings(value)
  const sign = /^[@<]/.exec(content)?.[0]
  const path = sign ? content.slice(1) : null
  const filename = settings.get('filename') ?? (sign === '@' ? path?.replace(/^.*\//s, '') : undefined)
  const guessed =
    sign === '@' ? (TYPES[path?.replace(/^.*\./s, '').toLowerCase() ?? ''] ?? 'application/octet-stream') : undefined
  const type = settings.get('type') ?? guessed
  for (const key of settings.keys()) {
    if (key !== 'type' && key !== 'filename')
      notes.push(`;${key}= of -F ${name} has no counterpart here and was left out.`)
  }
  return {
    head: [
      disposition + (filename === undefined ? '' : `; filename="${quote(filename)}"`),
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    ],
    content: path === null ? content : `${FILE_LINE}${path}`,
  }
}

/** Cuts `;type=…` and its like off a value; a value in double quotes keeps its semicolons. */
function cutSettings(value: string): { content: string; settings: Map<string, string> } {
  const quoted = /^([@<]?)"((?:[^"\\]|\\.)*)"/s.exec(value)
  const plain = /^[^;]*/s.exec(value)?.[0] ?? ''
  const content = quoted ? `${quoted[1]}${unquote(quoted[2] ?? '')}` : plain
  const rest = value.slice(quoted?.[0].length ?? plain.length)
  const found = [...rest.matchAll(/;\s*(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^;]*))/gs)]
  // A semicolon that begins no setting is part of the value.
  if (!quoted && rest !== '' && !/^;\s*(?:type|filename|encoder|headers)=/.test(rest)) {
    return { content: value, settings: new Map() }
  }
  const settings = found.map(
    ([, key = '', inQuotes, bare = '']) => [key, inQuotes === undefined ? bare : unquote(inQuotes)] as const,
  )
  return { content, settings: new Map(settings) }
}

function unquote(text: string): string {
  return text.replaceAll(/\\(.)/gs, '$1')
}

/** HTML, "multipart/form-data encoding algorithm": how quotes and line breaks stand in a name. */
function quote(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
