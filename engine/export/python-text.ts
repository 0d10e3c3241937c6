// Values as Python writes them. Knows no tests.

/** JSON's strings are Python's, but for a lone surrogate, which no wire carries; what cannot be seen is escaped. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

export function quoteBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    if (character === '\\' || character === '"') text += `\\${character}`
    else if (byte >= 0x20 && byte < 0x7f) text += character
    else text += { 0x0a: '\\n', 0x0d: '\\r', 0x09: '\\t' }[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return `b"${text}"`
}

/** Items between brackets: on one line where they have room, else one a line. */
export function bracket(open: string, items: readonly string[], close: string, indent: number): string {
  const line = `${open}${items.join(', ')}${close}`
  if (indent + line.length <= MOST_CHARS && items.every((item) => !item.includes('\n'))) return line
  const pad = ' '.repeat(indent + 4)
  return `${open}\n${items.map((item) => `${pad}${item},\n`).join('')}${' '.repeat(indent)}${close}`
}

const MOST_CHARS = 88

/** A name for a function: words of a title, without what Python doesn't take. */
export function identifier(title: string): string {
  const words = title
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g)
  return (words ?? ['request']).join('_').slice(0, 50).replace(/_$/, '')
}
