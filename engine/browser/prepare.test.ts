import { describe, expect, test } from 'vitest'
import { parseHttpFile } from '../requests'
import { groupRequests, prepareRequest } from './prepare'

const read = (text: string) => parseHttpFile(text, { file: 'requests.http' }).requests
const prepare = (text: string) => {
  const [request] = read(text)
  if (!request) throw new Error('no request')
  return prepareRequest(request, 0)
}

describe('prepareRequest()', () => {
  test.for([
    ['GET /', [['Host', 'localhost:8000']], ['host'], 'RFC 9110 7.2: Host first'],
    [
      'GET /\nX: 1',
      [
        ['Host', 'localhost:8000'],
        ['X', '1'],
      ],
      ['host'],
      'RFC 9110 7.2',
    ],
    [
      'GET /\nX: 1\nhost: a',
      [
        ['X', '1'],
        ['host', 'a'],
      ],
      [],
      'a Host line stays where it is',
    ],
    ['GET http://a.example:80/', [['Host', 'a.example']], ['host'], 'WHATWG URL: default port is null'],
    ['GET https://a.example:443/', [['Host', 'a.example']], ['host'], 'WHATWG URL: default port is null'],
    ['GET https://a.example:80/', [['Host', 'a.example:80']], ['host'], 'WHATWG URL: other ports stay'],
    ['GET http://me:pw@a.example/', [['Host', 'a.example']], ['host'], 'RFC 9110 4.2.4: no userinfo in Host'],
    ['GET http://a.example/\nHost: b.example', [['Host', 'b.example']], [], 'sent exactly as written'],
    [
      'POST /\nX: 1\n\n\u00e9',
      [
        ['Host', 'localhost:8000'],
        ['X', '1'],
        ['Content-Length', '2'],
      ],
      ['host', 'content-length'],
      'RFC 9110 8.6: octets',
    ],
    [
      'POST /\nContent-Length: 9\n\nab',
      [
        ['Host', 'localhost:8000'],
        ['Content-Length', '9'],
      ],
      ['host'],
      'a wrong one stays',
    ],
    [
      'POST /\nTransfer-Encoding: chunked\n\nab',
      [
        ['Host', 'localhost:8000'],
        ['Transfer-Encoding', 'chunked'],
      ],
      ['host'],
      'RFC 9112 6.2',
    ],
    ['POST /', [['Host', 'localhost:8000']], ['host'], 'issue: only if there is a body'],
    [
      'WEBSOCKET /ws\nX: 1',
      [
        ['Host', 'localhost:8000'],
        ['X', '1'],
        ['Connection', 'Upgrade'],
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Version', '13'],
        ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ],
      ['host', 'connection', 'upgrade', 'sec-websocket-version', 'sec-websocket-key'],
      'RFC 6455 4.1',
    ],
    [
      'WEBSOCKET wss://a.example:443/',
      [
        ['Host', 'a.example'],
        ['Connection', 'Upgrade'],
        ['Upgrade', 'websocket'],
        ['Sec-WebSocket-Version', '13'],
        ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ],
      ['host', 'connection', 'upgrade', 'sec-websocket-version', 'sec-websocket-key'],
      'WHATWG URL: default port of wss',
    ],
    [
      '# @chunked 2\nPOST /\n\nab',
      [
        ['Host', 'localhost:8000'],
        ['Transfer-Encoding', 'chunked'],
      ],
      ['host', 'transfer-encoding'],
      'RFC 9112 6.2: no Content-Length beside it',
    ],
    [
      '# @chunked 2\nPOST /\nContent-Length: 2\n\nab',
      [
        ['Host', 'localhost:8000'],
        ['Content-Length', '2'],
        ['Transfer-Encoding', 'chunked'],
      ],
      ['host', 'transfer-encoding'],
      'a wrong one stays',
    ],
  ] as const)('%j is sent with its headers (%#)', ([text, headers, added]) => {
    expect(prepare(text)).toMatchObject({ headers, added })
  })
})

describe('what takes its time', () => {
  test('a body goes in pieces with the chunked coding, at their times', () => {
    expect(
      prepare('# @chunked 3 0.5\nPOST /\n\nabcdefgh').pieces?.map(({ bytes, atMs }) => [bytes.text, atMs]),
    ).toEqual([
      ['2\r\nab\r\n', 0],
      ['3\r\ncde\r\n', 500],
      ['3\r\nfgh\r\n0\r\n\r\n', 1000],
    ])
    expect(prepare('# @chunked 5\nPOST /\n\nab').pieces).toHaveLength(2)
    expect(prepare('# @chunked 2\nPOST /\n\n\u00fc').pieces?.map(({ bytes }) => bytes.encoding)).toEqual([
      'base64',
      'base64',
    ])
    expect(prepare('POST /\n\nab').pieces).toBeUndefined()
  })

  test('a client hangs up', () => {
    expect(prepare('# @disconnect 0.5\nGET /').hangUpMs).toBe(500)
    expect(prepare('GET /').hangUpMs).toBeUndefined()
  })

  test('a WebSocket is a GET with a script', () => {
    expect(prepare('WEBSOCKET /ws\n\nhi')).toMatchObject({
      method: 'GET',
      url: 'ws://localhost:8000/ws',
      body: { text: '' },
      socket: { messages: [{ frame: 'text', data: { text: 'hi' }, afterReplies: 0 }] },
    })
  })
})

describe('requests of pages', () => {
  const only = (text: string) => groupRequests(read(text))[0]?.requests[0]

  test('go to the browser as they are written, nothing added', () => {
    expect(
      only('# @page https://app.shop.test\n# @credentials include\n# @disconnect 1\nput /items\nX-A: 1\n\n{}'),
    ).toEqual({
      from: 0,
      title: 'PUT /items',
      method: 'PUT',
      url: 'http://localhost:8000/items',
      headers: [['X-A', '1']],
      body: { text: '{}', encoding: 'utf8' },
      atMs: 0,
      hangUpMs: 1000,
      page: {
        url: 'https://app.shop.test/',
        sandboxed: false,
        kind: 'fetch',
        credentials: 'include',
        hasBody: true,
        bodyType: 'text/plain;charset=UTF-8',
      },
    })
  })

  test.for([
    ['GET /', { hasBody: false, bodyType: null }, 'no body'],
    ['# @kind form\nPOST /\n\na=1', { hasBody: true, bodyType: 'application/x-www-form-urlencoded' }, 'HTML 4.10.21'],
    ['# @chunked 2\nPOST /\n\nab', { hasBody: true, bodyType: null, isStream: true }, 'Fetch 5.2: a stream'],
  ] as const)('%j has the body %o (%s)', ([text, expected]) => {
    expect(only(`# @page https://app.shop.test\n${text}`)).toMatchObject({ page: expected })
  })

  test('a WebSocket is one of its kind, with its script', () => {
    expect(only('# @page https://app.shop.test\nWEBSOCKET /ws\n\nhi')).toMatchObject({
      method: 'GET',
      url: 'ws://localhost:8000/ws',
      page: { kind: 'websocket' },
      socket: { messages: [{ data: { text: 'hi' } }] },
    })
  })

  test('share a group as others do', () => {
    expect(groupRequests(read('# @page https://a.test\n# @times 2\nGET /'))[0]?.requests).toHaveLength(2)
  })
})

describe('groupRequests()', () => {
  const shape = (text: string) =>
    groupRequests(read(text)).map(({ waitMs, requests }) => [waitMs, ...requests.map(({ from, atMs }) => [from, atMs])])

  test('requests follow one another', () => {
    expect(shape('GET /\n###\nGET /\n###\n# @wait 2\nGET /')).toEqual([
      [0, [0, 0]],
      [0, [1, 0]],
      [2000, [2, 0]],
    ])
  })

  test('neighbours with an @at share a group', () => {
    expect(shape('GET /\n###\n# @at 0\nGET /\n###\n# @at 0.5\nGET /\n###\nGET /')).toEqual([
      [0, [0, 0]],
      [0, [1, 0], [2, 500]],
      [0, [3, 0]],
    ])
  })

  test('a @wait between requests with an @at begins a new group', () => {
    expect(shape('# @at 0\nGET /\n###\n# @at 1\n# @wait 3\nGET /')).toEqual([
      [0, [0, 0]],
      [3000, [1, 1000]],
    ])
  })

  test('@times repeats a request within its group, at the same time', () => {
    expect(shape('# @times 3\nGET /\n###\nGET /')).toEqual([
      [0, [0, 0], [0, 0], [0, 0]],
      [0, [1, 0]],
    ])
    expect(shape('# @at 0.1\n# @times 2\nGET /\n###\n# @at 0.2\nGET /')).toEqual([[0, [0, 100], [0, 100], [1, 200]]])
  })
})
