// What texts of one program do not share: the lines between their common beginning and their common end. Pure.

export interface Excerpt {
  /** 1-based. */
  readonly firstLine: number
  readonly text: string
}

/** Of each text the lines that are not at the beginning or the end of all of them; blank lines around left out. */
export function excerptsOf(texts: readonly string[]): Excerpt[] {
  const all = texts.map((text) => text.split('\n'))
  const least = Math.min(...all.map((lines) => lines.length))
  const isShared = (at: (lines: readonly string[]) => string | undefined) => new Set(all.map(at)).size === 1
  let head = 0
  while (head < least && isShared((lines) => lines[head])) head++
  let tail = 0
  while (tail < least - head && isShared((lines) => lines[lines.length - 1 - tail])) tail++
  return all.map((lines) => {
    const own = lines.slice(head, lines.length - tail)
    const blank = own.findIndex((line) => line.trim() !== '')
    return { firstLine: head + Math.max(0, blank) + 1, text: own.slice(Math.max(0, blank)).join('\n').trimEnd() }
  })
}
