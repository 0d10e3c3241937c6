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
  ] as const)('%j is sent with its headers (%#)', ([text, headers, added]) => {
    expect(prepare(text)).toMatchObject({ headers, added })
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
