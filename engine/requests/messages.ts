// Reads what a WEBSOCKET request says: messages between `===` lines, as in JetBrains' HTTP client.
import type { SocketLine } from '../protocol'
import { joinBytes, encodeText, toBodyText } from './bytes'
import type { Line } from './scan'
import { HttpFileError } from './types'

const SEPARATOR = /^===(?!=)\s*(.*?)\s*(?:\/\/.*)?$/
const FILE = /^<\s+\S/

/**
 * Cuts a body into messages. Empty lines around a message are no part of it; where nothing stands between two `===`
 * nothing is said. Each `=== wait-for-server` waits for one more message of the server's. `< path` alone is a binary
 * message, everything else is text.
 * @param read  gives the bytes of a line, its variables and files filled in
 * @throws {HttpFileError} at a line that means nothing
 */
export function readMessages(body: readonly Line[], file: string, read: (line: Line) => Uint8Array): SocketLine[] {
  const messages: SocketLine[] = []
  let lines: Line[] = []
  let afterReplies = 0
  const finish = (): void => {
    const kept = trimEmpty(lines)
    lines = []
    if (kept.length === 0) return
    const included = kept.find(({ text }) => FILE.test(text))
    if (included && kept.length > 1) {
      throw new HttpFileError(file, included.at + 1, 'a `< file` line is a message of its own. Put === around it.')
    }
    const parts = kept.map((line, index) => joinBytes([...(index > 0 ? [encodeText('\n')] : []), read(line)]))
    messages.push({ frame: included ? 'binary' : 'text', data: toBodyText(joinBytes(parts)), afterReplies })
    afterReplies = 0
  }
  for (const line of body) {
    const separator = SEPARATOR.exec(line.text)
    if (!separator) {
      lines.push(line)
      continue
    }
    finish()
    const word = separator[1] ?? ''
    if (word === 'wait-for-server') afterReplies += 1
    else if (word !== '') {
      throw new HttpFileError(file, line.at + 1, `=== stands alone or before wait-for-server, not before "${word}".`)
    }
  }
  finish()
  return messages
}

function trimEmpty(lines: readonly Line[]): readonly Line[] {
  const isEmpty = ({ text }: Line): boolean => text.trim() === ''
  const first = lines.findIndex((line) => !isEmpty(line))
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => !isEmpty(line)) + 1)
}
