// Writes an exchange as the text of a Mermaid sequence diagram: a participant a row, an arrow a crossing, a note where
// something changed. Solid arrows carry requests and responses, dashed ones with a cross an exception.
import { narrate, rowName, sentenceText, type RowStep, type ShownExchange } from '../trace'

/** Letters in a line of a note: about the width of two participants. */
const NOTE_CHARS = 44

/** The text, with a line end at its end. Rows that the request never reached are participants all the same. */
export function writeMermaid(shown: ShownExchange): string {
  const { rows, steps } = shown
  return [
    'sequenceDiagram',
    ...rows.map((row, index) => `  participant ${idOf(index)} as ${escapeText(rowName(shown, row))}`),
    ...steps.flatMap((step, index) => linesOf(shown, step, index).map((line) => `  ${line}`)),
    '',
  ].join('\n')
}

/** Ids are made up: a layer may be called `end`, which is a word of Mermaid's. */
function idOf(row: number): string {
  return `r${row}`
}

function linesOf(shown: ShownExchange, step: RowStep, index: number): string[] {
  const { row, kind } = step
  const ring = shown.view.rings[step.ring]
  const note = (): string[] => [`Note over ${idOf(Math.max(0, row))}: ${wrapText(sentenceText(narrate(shown, index)))}`]
  const outwards = (arrow: string, text: string): string[] =>
    row > 0 ? [`${idOf(row)}${arrow}${idOf(row - 1)}: ${escapeText(text)}`] : []
  const status = (): string => answerWords(shown, step)
  switch (kind) {
    case 'leave':
    case 'stop':
    case 'block':
    case 'keep':
    case 'arrive':
      return note()
    case 'enter': {
      const request = row === 1 ? `${shown.view.method} ${shown.view.target}` : 'request'
      const arrow = row > 0 ? [`${idOf(row - 1)}->>${idOf(row)}: ${escapeText(request)}`] : []
      return [...arrow, ...(step.change ? note() : [])]
    }
    case 'send':
      // The page's end has a note of its own.
      return [...(step.change || ring?.shortCircuit ? note() : []), ...outwards('->>', status())]
    case 'body':
      return outwards('->>', `message ${step.message ?? ''}, ${step.bytes} ${step.bytes === 1 ? 'byte' : 'bytes'}`)
    case 'raise':
      return [...note(), ...(ring?.error?.late ? [] : outwards('--x', ring?.error?.error.type ?? 'exception'))]
    case 'pass':
      return outwards('--x', ring?.error?.error.type ?? 'exception')
    case 'catch':
      return [...note(), ...(ring?.error?.answered ? outwards('->>', status()) : [])]
  }
}

/** What leaves a ring: `200`, on the wire with its reason. */
function answerWords({ view }: ShownExchange, { ring, row }: RowStep): string {
  const status = view.rings[ring]?.response.status ?? view.outcome.status
  if (status === null || status === undefined) return 'response'
  return row === 1 && status === view.outcome.status ? `${status} ${view.outcome.reason}`.trim() : String(status)
}

/**
 * Text as it may stand after a colon or an `as`. A semicolon would end the statement, `#` begins a code, `%%` a comment or
 * a directive, and Mermaid reads the rest as HTML. Its codes are decimal, between `#` and `;`.
 */
export function escapeText(text: string): string {
  return text
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g, ' ')
    .trim()
    .replaceAll(/[#;%<>&{}[\]"`\\@$|^~ﬂ¶]|^(?:no)?wrap(?=:)|^:/gi, (found) =>
      Array.from(found, (character) => `#${character.codePointAt(0) ?? 32};`).join(''),
    )
}

/** A sentence in lines, as notes don't wrap by themselves. */
function wrapText(text: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= NOTE_CHARS) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map(escapeText).join('<br/>')
}
