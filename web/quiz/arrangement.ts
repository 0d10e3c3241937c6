// A list of lines in the order somebody puts them, with a mark between those that are printed and those that are not.

export interface Arrangement {
  readonly lines: readonly string[]
  /** How many of them, from the top, are printed. */
  readonly printed: number
}

/** How a question's card begins: the lines as listed, all of them printed. */
export function arrange(lines: readonly string[]): Arrangement {
  return { lines, printed: lines.length }
}

/**
 * Moves one line by one place. Where there is a place for lines that are never printed, the mark counts as a place:
 * the last printed line moves below it before it passes the next line.
 */
export function moveLine(before: Arrangement, line: string, by: 1 | -1, hasNever: boolean): Arrangement {
  const at = before.lines.indexOf(line)
  if (at === -1) return before
  if (hasNever && by === 1 && at === before.printed - 1) return { ...before, printed: before.printed - 1 }
  if (hasNever && by === -1 && at === before.printed) return { ...before, printed: before.printed + 1 }
  const other = before.lines[at + by]
  if (other === undefined) return before
  const lines = [...before.lines]
  lines[at + by] = line
  lines[at] = other
  return { ...before, lines }
}

/** Where a line stands, in words: `2 of 5`, or `never printed`. */
export function placeWords({ lines, printed }: Arrangement, line: string): string {
  const at = lines.indexOf(line)
  return at < printed ? `${at + 1} of ${printed}` : 'never printed'
}
