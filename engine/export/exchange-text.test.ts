import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Exchange } from '../protocol'
import { writeExchange } from './exchange-text'

const RESPONSE: NonNullable<Exchange['response']> = {
  status: 200,
  reason: 'OK',
  headers: [
    ['content-type', 'application/json'],
    ['x-ticket', 'B1'],
  ],
  body: '{\n  "bread": "rye"\n}',
  bodyEncoding: 'utf8',
}

const EXCHANGE: Exchange = {
  from: 0,
  title: 'One rye',
  request: {
    method: 'GET',
    url: 'http://localhost:8000/breads/rye',
    headers: [
      ['Host', 'localhost:8000'],
      ['X-Basket', "it's 17"],
    ],
    body: '',
    bodyEncoding: 'utf8',
  },
  response: RESPONSE,
  error: null,
  startedAt: 0,
  endedAt: 100,
}

test('writes the command, and the response as comments', () => {
  expect(writeExchange(EXCHANGE)).toMatchInlineSnapshot(`
    "curl http://localhost:8000/breads/rye -H 'X-Basket: it'\\''s 17'

    # HTTP/1.1 200 OK
    # content-type: application/json
    # x-ticket: B1
    #
    # {
    #   "bread": "rye"
    # }
    "
  `)
})

test('tells bytes by their number, a body that broke off, and what the server met', () => {
  const response = {
    ...RESPONSE,
    headers: [['content-encoding', 'gzip']] as const,
    body: 'H4sIAA==',
    bodyEncoding: 'base64' as const,
  }
  const error = { type: 'KeyError', message: "'rye'\nwas not there", file: null, line: null }
  const text = writeExchange({ ...EXCHANGE, response: { ...response, isCut: true }, error })
  expect(text.slice(text.indexOf('# HTTP'))).toMatchInlineSnapshot(`
    "# HTTP/1.1 200 OK
    # content-encoding: gzip
    #
    # 4 bytes, gzip, not text
    #
    # The connection ended before the body did.
    #
    # The server met KeyError: 'rye'
    # was not there
    "
  `)
  expect(writeExchange({ ...EXCHANGE, response: null, error })).toContain('# No response came.\n')
})

test('whatever comes back, a shell reads nothing of it', () => {
  const nasty = '$(echo pwned)\r\n`echo pwned`\n\recho pwned; #\n#\n'
  const text = writeExchange({ ...EXCHANGE, response: { ...RESPONSE, reason: nasty, body: nasty } })
  const comments = text.slice(text.indexOf('\n\n'))
  const shell = spawnSync('sh', ['-c', comments], { encoding: 'utf8' })
  expect([shell.stdout, shell.stderr, shell.status]).toEqual(['', '', 0])
})

test('refuses a WebSocket', () => {
  const socket = { messages: [], close: null }
  expect(() => writeExchange({ ...EXCHANGE, socket })).toThrow('A WebSocket cannot be copied as curl')
})
