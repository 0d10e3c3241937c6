// Cuts a POSIX shell's command line into words, as bash reads them (its manual, "Quoting"). Runs nothing and fills nothing in:
// what only a shell could know stays as it is written, and is told of.
import { encodeText } from '../requests'
import { ConvertError } from './convert-error'

/** One simple command: its words, one character a byte, and what ended it. */
export interface Command {
  readonly words: readonly string[]
  /** `;`, `&`, `|`, `&&`, `||`, a line end, or nothing at the end of the text. */
  readonly end: string
}

export interface CommandLine {
  readonly commands: readonly Command[]
  /** One sentence for each thing that only a shell could do. */
  readonly notes: readonly string[]
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\\': '\\', "'": "'", '"': '"', '?': '?' },
}
/** Escapes of `$'…'`; the rest of what a backslash may stand before is literal there. */
const ANSI_ESCAPE = /^\\(?:([abeEfnrtv\\'"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8}))/
/** `$name`, `${…}`, `$(…)`, `` `…` ``: filled in by a shell, outside single quotes. */
const EXPANSION = /^(?:\$(?:[A-Za-z_]\w*|\{[^}]*\}|\([^)]*\))|`[^`]*`)/
const OPERATOR = /^(?:&&|\|\||[;&|])/
const REDIRECT = /^(?:&>>?|\d*(?:>>|>\||>&|<<<|<<|<&|>|<))/

/**
 * Reads a command line.
 * @throws {ConvertError} when a quote is never closed
 */
export function readCommandLine(text: string): CommandLine {
  const commands: Command[] = []
  const notes: string[] = []
  let words: string[] = []
  let word: string | null = null
  /** The next word is a redirection's file. */
  let redirect: string | null = null
  let at = 0

  const add = (piece: string): void => {
    word = (word ?? '') + bytesOf(piece)
  }
  const endWord = (): void => {
    if (word === null) return
    if (redirect === null) words.push(word)
    else notes.push(`\`${redirect} ${word}\` is the shell's and was left out.`)
    redirect = null
    word = null
  }
  const endCommand = (end: string): void => {
    endWord()
    if (words.length > 0) commands.push({ words, end })
    words = []
  }
  /** What a shell would fill in stays as it is. */
  const expand = (rest: string): boolean => {
    const [found] = EXPANSION.exec(rest) ?? []
    if (found === undefined) return false
    notes.push(`The shell would fill in ${found}; it stands there as it is, put the value in its place.`)
    add(found)
    at += found.length
    return true
  }
  const quoted = (from: number, quote: string): number => {
    const to = text.indexOf(quote, from)
    if (to < 0) throw unclosed(quote)
    return to
  }

  while (at < text.length) {
    const rest = text.slice(at)
    const character = text[at] ?? ''
    const continued = /^\\\r?\n/.exec(rest)?.[0]
    if (continued) at += continued.length
    else if (character === '\n') {
      endCommand('\n')
      at += 1
    } else if (/\s/.test(character)) {
      endWord()
      at += 1
    } else if (character === '#' && word === null) {
      at += /^[^\n]*/.exec(rest)?.[0].length ?? 0
    } else if (character === '\\') {
      add(text[at + 1] ?? '\\')
      at += 2
    } else if (character === "'") {
      const to = quoted(at + 1, "'")
      add(text.slice(at + 1, to))
      at = to + 1
    } else if (rest.startsWith("$'")) {
      const { bytes, length } = readAnsi(rest)
      word = (word ?? '') + bytes
      at += length
    } else if (character === '"' || rest.startsWith('$"')) {
      at += character === '"' ? 1 : 2
      add('')
      while (text[at] !== '"') {
        if (at >= text.length) throw unclosed('"')
        const inside = text.slice(at)
        const escaped = /^\\(\r?\n|[$`"\\])/.exec(inside)
        if (escaped) {
          if (!escaped[1]?.endsWith('\n')) add(escaped[1] ?? '')
          at += escaped[0].length
        } else if (!expand(inside)) {
          const piece = /^[^"\\$`]+/.exec(inside)?.[0] ?? inside[0] ?? ''
          add(piece)
          at += piece.length
        }
      }
      at += 1
    } else if (word === null && REDIRECT.test(rest)) {
      redirect = REDIRECT.exec(rest)?.[0] ?? ''
      at += redirect.length
    } else if (/^[<>]/.test(character)) {
      endWord()
    } else if (OPERATOR.test(rest)) {
      const operator = OPERATOR.exec(rest)?.[0] ?? ''
      endCommand(operator)
      at += operator.length
    } else if (!expand(rest)) {
      const point = String.fromCodePoint(text.codePointAt(at) ?? 0)
      add(point)
      at += point.length
    }
  }
  endCommand('')
  return { commands, notes }
}

/** `$'…'` at the beginning of `rest`: its bytes, and how long it stands there. */
function readAnsi(rest: string): { bytes: string; length: number } {
  let bytes = ''
  let at = 2
  while (rest[at] !== "'") {
    if (at >= rest.length) throw unclosed("$'")
    const inside = rest.slice(at)
    const escape = ANSI_ESCAPE.exec(inside)
    if (escape) {
      const [all, simple, octal, hex, short, long] = escape
      at += all.length
      if (simple !== undefined) bytes += SIMPLE_ESCAPES[simple] ?? ''
      else if (octal !== undefined) bytes += String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
      else if (hex !== undefined) bytes += String.fromCharCode(Number.parseInt(hex, 16))
      else {
        let code = Number.parseInt(short ?? long ?? '0', 16)
        // DevTools writes a character beyond the first plane as its two UTF-16 halves.
        const low = /^\\u([dD][c-fC-F][0-9A-Fa-f]{2})/.exec(rest.slice(at))
        if (code >= 0xd800 && code <= 0xdbff && low) {
          code = 0x10000 + ((code - 0xd800) << 10) + (Number.parseInt(low[1] ?? '', 16) - 0xdc00)
          at += low[0].length
        }
        bytes += bytesOf(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')
      }
    } else {
      const point = String.fromCodePoint(inside.codePointAt(0) ?? 0)
      bytes += bytesOf(point)
      at += point.length
    }
  }
  return { bytes, length: at + 1 }
}

/** A program's arguments are bytes: a terminal's text is UTF-8. */
function bytesOf(text: string): string {
  let bytes = ''
  for (const byte of encodeText(text)) bytes += String.fromCharCode(byte)
  return bytes
}

function unclosed(quote: string): ConvertError {
  return new ConvertError(`The command line opens ${quote} and never closes it. Paste it whole.`)
}
