// Reads the sentences of a check file without running it, so that a lesson can show them before Python is up.

interface Sentence {
  readonly id: string
  readonly says: string
}

/** First docstring lines of the functions `check_*`, in the order they are written. */
export function checkSentences(source: string): readonly Sentence[] {
  return [...source.matchAll(/^def (check_\w+)\([^)]*\)[^:]*:\n\s+"""(.*?)(?:"""|$)/gm)].map((match) => ({
    id: match[1] ?? '',
    says: (match[2] ?? '').trim(),
  }))
}
