// Colours for a few lines of Python on a card: good enough for short listings, no grammar.

export type Tint = 'key' | 'str' | 'fn' | 'num' | 'com' | 'dec' | null

export interface Piece {
  readonly text: string
  readonly tint: Tint
}

const KEYWORDS =
  'and|as|assert|async|await|break|class|continue|def|elif|else|except|False|finally|for|from|if|import|in|is|lambda|None|not|or|pass|raise|return|True|try|while|with|yield'

const TOKEN = new RegExp(
  [
    String.raw`(?<com>#.*$)`,
    String.raw`(?<str>[fbr]{0,2}(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))`,
    String.raw`(?<dec>^\s*@[\w.]+)`,
    String.raw`(?<key>\b(?:${KEYWORDS})\b)`,
    String.raw`(?<num>\b\d+(?:\.\d+)?\b)`,
    String.raw`(?<fn>\b[A-Za-z_]\w*(?=\())`,
  ].join('|'),
  'g',
)

/** Cuts one line into tinted pieces; joined they are the line again. */
export function tintPython(line: string): readonly Piece[] {
  const pieces: Piece[] = []
  let done = 0
  for (const match of line.matchAll(TOKEN)) {
    if (match.index > done) pieces.push({ text: line.slice(done, match.index), tint: null })
    const tint = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0]
    pieces.push({ text: match[0], tint: (tint ?? null) as Tint })
    done = match.index + match[0].length
  }
  if (done < line.length) pieces.push({ text: line.slice(done), tint: null })
  return pieces
}

export interface NumberedLine {
  readonly number: number
  readonly pieces: readonly Piece[]
}

/** Lines `from` to `to` of a file, 1-based, both included; of several empty lines in a row one is shown. */
export function listing(text: string, from: number, to: number): readonly NumberedLine[] {
  return text
    .split('\n')
    .slice(from - 1, to)
    .map((line, index) => ({ number: from + index, pieces: tintPython(line) }))
    .filter((line, index, lines) => line.pieces.length > 0 || lines[index - 1]?.pieces.length !== 0)
}
