// Reads a response's body for people: JSON laid out and coloured, bytes that are no text named as such. Pure.
import type { HeaderList } from '../../engine/protocol'

export type JsonPart = { readonly kind: 'key' | 'string' | 'number' | 'word' | 'plain'; readonly text: string }

export interface BodyReading {
  readonly kind: 'empty' | 'json' | 'text' | 'bytes'
  readonly bytes: number
  /** As it came. */
  readonly text: string
  /** Laid out over lines; null where that would say nothing more. */
  readonly pretty: string | null
}

/** Says what a body is, by its content type and its bytes. */
export function readBody(body: string, encoding: 'utf8' | 'base64', headers: HeaderList): BodyReading {
  const bytes = encoding === 'base64' ? atob(body).length : new TextEncoder().encode(body).length
  if (bytes === 0) return { kind: 'empty', bytes, text: '', pretty: null }
  if (encoding === 'base64') return { kind: 'bytes', bytes, text: body, pretty: null }
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  if (!/\bjson\b/i.test(type)) return { kind: 'text', bytes, text: body, pretty: null }
  const pretty = layOutJson(body)
  return { kind: pretty === null ? 'text' : 'json', bytes, text: body, pretty: pretty === body ? null : pretty }
}

/** JSON over several lines, its numbers and repeated keys as they were written; null where it is no JSON. */
export function layOutJson(text: string): string | null {
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  // Not JSON.stringify: it would round long numbers and drop repeated keys.
  let out = ''
  let depth = 0
  const line = () => `\n${'  '.repeat(depth)}`
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g) ?? []
  tokens.forEach((token, index) => {
    const next = tokens[index + 1]
    if (token === '{' || token === '[') {
      out += token
      if (next !== '}' && next !== ']') {
        depth++
        out += line()
      }
    } else if (token === '}' || token === ']') {
      const before = tokens[index - 1]
      if (before !== '{' && before !== '[') {
        depth--
        out += line()
      }
      out += token
    } else if (token === ',') out += `,${line()}`
    else if (token === ':') out += ': '
    else out += token
  })
  return out
}

/** Cuts JSON text into coloured parts; joined they give the text again. */
export function colourJson(text: string): JsonPart[] {
  const parts: JsonPart[] = []
  const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)/g
  let at = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) parts.push({ kind: 'plain', text: text.slice(at, match.index) })
    const [all, string, colon, number] = match
    if (string !== undefined) {
      parts.push({ kind: colon === undefined ? 'string' : 'key', text: string })
      if (colon !== undefined) parts.push({ kind: 'plain', text: colon })
    } else parts.push({ kind: number === undefined ? 'word' : 'number', text: all })
    at = match.index + all.length
  }
  if (at < text.length) parts.push({ kind: 'plain', text: text.slice(at) })
  return parts
}
