// Writes an exchange for a terminal: the request as a curl command, below it what came back, as comments.
import { copyAs } from '../convert'
import type { Exchange } from '../protocol'
import { bodyBytes } from '../requests'

/** More of a body than anybody reads in a terminal. */
const MOST_CHARS = 20_000

/**
 * The command and the commented response; the whole can be pasted into a shell.
 * @throws {ConvertError} for a WebSocket, which curl does not open
 */
export function writeExchange(exchange: Exchange): string {
  const { request, socket } = exchange
  const body = { text: request.body, encoding: request.bodyEncoding }
  const command = copyAs('curl', { ...request, body, ...(socket && { socket }) })
  const lines = responseLines(exchange).flatMap((line) => line.split(/\r\n|[\r\n]/))
  return `${command}\n\n${lines.map((line) => `# ${line}`.trimEnd()).join('\n')}\n`
}

function responseLines({ response, error }: Exchange): string[] {
  const failed = error ? [`The server met ${error.type}${error.message ? `: ${error.message}` : ''}`] : []
  if (!response) return ['No response came.', ...failed]
  const { status, reason, headers } = response
  return [
    `HTTP/1.1 ${status} ${reason}`.trimEnd(),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...bodyLines(response),
    ...(response.isCut ? ['', 'The connection ended before the body did.'] : []),
    ...(failed.length > 0 ? ['', ...failed] : []),
  ]
}

function bodyLines({ body, bodyEncoding, headers }: NonNullable<Exchange['response']>): string[] {
  if (body === '') return []
  const coding = headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1]
  if (bodyEncoding === 'base64' || body.includes('\0')) {
    const length = bodyBytes({ text: body, encoding: bodyEncoding })
    return ['', `${length} bytes${coding ? `, ${coding}` : ''}, not text`]
  }
  if (body.length <= MOST_CHARS) return ['', body]
  return ['', body.slice(0, MOST_CHARS), `and ${body.length - MOST_CHARS} more characters`]
}
