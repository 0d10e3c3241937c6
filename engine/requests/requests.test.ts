import { describe, expect, test } from 'vitest'
import { bodyBytes, fromBodyText, toBodyText } from './bytes'
import { appendRequest, formatHttpFile, removeRequest, replaceRequest } from './format'
import { parseHttpFile } from './parse'
import { HttpFileError, type HttpRequest, type RequestText } from './types'

const file = 'requests.http'
const files: Record<string, string | Uint8Array> = {
  'data.json': '{"id": {{id}}}',
  'logo.png': new Uint8Array([0x89, 0x50, 0xff, 0x00]),
}
const parse = (text: string) => parseHttpFile(text, { file, readFile: (path) => files[path] ?? null })
const only = (text: string): HttpRequest => {
  const { requests } = parse(text)
  expect(requests).toHaveLength(1)
  return requests[0] as HttpRequest
}

describe('request lines', () => {
  // VSC: VS Code REST Client, "Request Line"; JB: JetBrains "HTTP request syntax"; the rest by RFC 9112 3.2.
  test.for([
    ['GET /items', 'GET', 'http://localhost:8000/items', '/items', 'issue: default host'],
    ['/items', 'GET', 'http://localhost:8000/items', '/items', 'VSC: no method means GET'],
    ['http://api.example/a?b=1', 'GET', 'http://api.example/a?b=1', '/a?b=1', 'VSC: URL alone'],
    ['POST https://api.example/a HTTP/1.1', 'POST', 'https://api.example/a', '/a', 'VSC: with version'],
    ['post /a', 'POST', 'http://localhost:8000/a', '/a', 'VSC: methods in any case'],
    ['PURGE /a', 'PURGE', 'http://localhost:8000/a', '/a', 'RFC 9110 9.1: methods are tokens'],
    ['GET localhost:3000/a', 'GET', 'http://localhost:3000/a', '/a', 'JB: no scheme means http'],
    ['GET example.com', 'GET', 'http://example.com/', '/', 'RFC 9112 3.2.1: empty path is /'],
    ['GET http://example.com?x=1', 'GET', 'http://example.com/?x=1', '/?x=1', 'RFC 9112 3.2.1'],
    ['GET /a#part', 'GET', 'http://localhost:8000/a', '/a', 'RFC 9110 7.1: no fragment on the wire'],
    ['GET /a/../b%20c', 'GET', 'http://localhost:8000/a/../b%20c', '/a/../b%20c', 'sent as written'],
    [
      'GET /caf\u00e9/\u{1F9C5}',
      'GET',
      'http://localhost:8000/caf%C3%A9/%F0%9F%A7%85',
      '/caf%C3%A9/%F0%9F%A7%85',
      'URL',
    ],
    ['OPTIONS *', 'OPTIONS', 'http://localhost:8000', '*', 'RFC 9112 3.2.4: asterisk-form'],
    ['GET http://[::1]:8000/a', 'GET', 'http://[::1]:8000/a', '/a', 'RFC 3986: IP literal'],
    ['GET /a\nHost: shop.example', 'GET', 'http://shop.example/a', '/a', 'issue: Host line names the host'],
    [
      'GET /a\n  ?x=1\n  &y=two words\n',
      'GET',
      'http://localhost:8000/a?x=1&y=two%20words',
      '/a?x=1&y=two%20words',
      'VSC',
    ],
    ['WEBSOCKET ws://localhost:8000/ws', 'WEBSOCKET', 'ws://localhost:8000/ws', '/ws', 'JB: WebSocket requests'],
    ['WEBSOCKET /ws?x=1', 'WEBSOCKET', 'ws://localhost:8000/ws?x=1', '/ws?x=1', 'default host'],
    ['websocket localhost:3000/ws', 'WEBSOCKET', 'ws://localhost:3000/ws', '/ws', 'no scheme means ws'],
    ['wss://a.example/ws', 'WEBSOCKET', 'wss://a.example/ws', '/ws', 'a URL alone'],
    ['WEBSOCKET https://a.example/ws', 'WEBSOCKET', 'wss://a.example/ws', '/ws', 'WHATWG WebSockets 3.1'],
    ['GET /a\n?x=1\n# between\n&y=2', 'GET', 'http://localhost:8000/a?x=1&y=2', '/a?x=1&y=2', 'VSC: query lines'],
  ] as const)('%s is read (%#)', ([text, method, url, target]) => {
    expect(only(text)).toMatchObject({ method, url, target })
  })

  test.for([
    ['', 1, 'there is no request in this file. Write a line such as GET /.'],
    ['# only a comment\n\n###\n', 1, 'there is no request in this file. Write a line such as GET /.'],
    ['\nGET', 2, 'GET has no URL after it.'],
    ['what is this', 1, '"what is this" is no request line. Write METHOD URL, such as GET /items.'],
    ['GET /a b', 1, 'the URL "/a b" has a space in it. Write it as %20.'],
    ['GET items', 1, '"items" is no URL. Begin with / or http://.'],
    ['GET ftp://x/', 1, 'ftp:// is not spoken here, only http://, https://, ws:// and wss://.'],
    ['GET ws://a.example/', 1, 'ws:// opens a WebSocket. Write WEBSOCKET in place of GET.'],
    ['WEBSOCKET ftp://a.example/', 1, 'a WebSocket begins with ws:// or wss://, not ftp://.'],
    ['WEBSOCKET *', 1, '"*" is no URL. Begin with / or ws://.'],
    ['WEBSOCKET /\n{"a": 1}', 2, '"{"a": 1}" is no header. Write Name: value, or an empty line before the body.'],
    ['WEBSOCKET /\n\na\n=== wait\nb', 4, '=== stands alone or before wait-for-server, not before "wait".'],
    ['WEBSOCKET /\n\na\n< data.json', 4, 'a `< file` line is a message of its own. Put === around it.'],
    ['WEBSOCKET /\n\n< nothing.bin', 3, 'there is no file nothing.bin.'],
    ['# @disconnect soon\nGET /', 1, '@disconnect takes seconds, such as 0.5, not "soon".'],
    ...['', '0', 'x', '3 x', '1001', '3 1 1'].map(
      (value) =>
        [
          `POST /\n# @chunked ${value}\n\nbody`,
          2,
          '@chunked takes the number of pieces, from 1 to 1000, and the seconds between two, such as 3 0.5.',
        ] as const,
    ),
    ['# @chunked 3\nPOST /', 1, '@chunked needs a body to send.'],
    ['# @chunked 3\nWEBSOCKET /\n\na', 1, '@chunked is for bodies, and a WEBSOCKET request has none.'],
    ['GET http://:80/', 1, '":80" is no host.'],
    ['GET /\nNo colon here', 2, '"No colon here" is no header. Write Name: value, or an empty line before the body.'],
    ['GET /\nbad name: x', 2, '"bad name" cannot be a header name.'],
    ['###\nGET /\n\n###\nGET /{{id}}', 5, '{{id}} is not defined. Add a line @id = … to the file.'],
    ['@a = {{b}}\n@b = {{a}}\nGET /{{a}}', 1, '@a is defined by itself.'],
    ['# @wait soon\nGET /', 1, '@wait takes seconds, such as 0.5, not "soon".'],
    ['# @at -1\nGET /', 1, '@at takes seconds, such as 0.5, not "-1".'],
    ['# @times 0\nGET /', 1, '@times takes a whole number from 1 to 10000, not "0".'],
    ['POST /\n\n< nothing.json', 3, 'there is no file nothing.json.'],
  ] as const)('%j is refused at its line', ([text, line, why]) => {
    try {
      parse(text)
    } catch (error) {
      expect(error).toBeInstanceOf(HttpFileError)
      expect(error).toMatchObject({ line, why, message: `requests.http, line ${line}: ${why}` })
      return
    }
    expect.unreachable('it was read')
  })
})

describe('the parts of a request', () => {
  test('headers keep their order, case and duplicates', () => {
    const { headers } = only('GET /\nX-B: 1\nx-a:2\nX-B:\nX-B:  two: three  ')
    expect(headers).toEqual([
      ['X-B', '1'],
      ['x-a', '2'],
      ['X-B', ''],
      ['X-B', 'two: three'],
    ])
  })

  test('header values are one character a byte: Latin-1 as it is, more as UTF-8', () => {
    expect(only('GET /\nA: \u00fc\nB: \u20ac').headers).toEqual([
      ['A', '\u00fc'],
      ['B', '\u00e2\u0082\u00ac'],
    ])
  })

  test('comments count before the body only', () => {
    const request = only('# a\n// b\nPOST /\n# c\nX: 1\n// d\n\n# body\n// body too\n\n\n')
    expect(request.headers).toEqual([['X', '1']])
    expect(request.body).toEqual({ text: '# body\n// body too', encoding: 'utf8' })
  })

  test('a body runs to the next ### without its trailing line breaks', () => {
    const { requests } = parse('POST /a\n\n\n{"a": 1}\n\n  \n### next one\nGET /b')
    expect(requests.map(({ body }) => body.text)).toEqual(['\n{"a": 1}\n\n  ', ''])
    expect(requests.map(({ title }) => title)).toEqual(['POST /a', 'next one'])
  })

  test('CRLF files say the same as LF files', () => {
    const text = '### one\n@x = 1\nPOST /{{x}}\nA: b\n\nline\nline\n\n### two\nGET /\n'
    expect(parse(text.replaceAll('\n', '\r\n'))).toEqual(parse(text))
  })

  test('multipart bodies get CRLF, form bodies may put each pair on a line', () => {
    expect(only('POST /\nContent-Type: multipart/form-data; boundary=b\n\n--b\nA: b\n\nx\n--b--\n').body.text).toBe(
      '--b\r\nA: b\r\n\r\nx\r\n--b--',
    )
    expect(only('POST /\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b=2').body.text).toBe('a=1&b=2')
  })

  test('a part of a multipart body comes from a file, byte by byte', () => {
    const { body } = only(
      'POST /\nContent-Type: multipart/form-data; boundary=b\n\n--b\nContent-Disposition: form-data; name="f"; filename="logo.png"\n\n< logo.png\n--b--\n',
    )
    const text = Buffer.from(fromBodyText(body)).toString('latin1')
    expect(text).toBe(
      '--b\r\nContent-Disposition: form-data; name="f"; filename="logo.png"\r\n\r\n\x89P\xff\0\r\n--b--',
    )
  })

  test('a client may hang up, and send its body in pieces', () => {
    expect(only('# @disconnect 2.5\nGET /')).toMatchObject({ disconnectMs: 2500, chunked: null })
    expect(only('# @chunked 3 0.5\nPOST /\n\nx')).toMatchObject({ chunked: { pieces: 3, everyMs: 500 } })
    expect(only('# @chunked 3\nPOST /\n\nx').chunked).toEqual({ pieces: 3, everyMs: 100 })
  })

  // JB: JetBrains "WebSocket requests".
  test.for([
    ['one', [['text', 'one', 0]], 'JB'],
    [
      '{"a": {{id}}}\n===\ntwo\nlines\n=== wait-for-server\nthree',
      [
        ['text', '{"a": 7}', 0],
        ['text', 'two\nlines', 0],
        ['text', 'three', 1],
      ],
      'JB',
    ],
    [
      '\n\n one \n\n===\n\ntwo\n',
      [
        ['text', ' one ', 0],
        ['text', 'two', 0],
      ],
      'empty lines around a message',
    ],
    ['=== wait-for-server\n===wait-for-server\none', [['text', 'one', 2]], 'JB: several replies'],
    ['===\n=== wait-for-server // for the menu\none\n===', [['text', 'one', 1]], 'JB: a comment after it'],
    ['a\n====\nb', [['text', 'a\n====\nb', 0]], 'four signs separate nothing'],
    ['', [], 'nothing is said'],
    [
      '< logo.png\n===\n<@ data.json',
      [
        ['binary', 'iVD/AA==', 0],
        ['text', '{"id": 7}', 0],
      ],
      'files',
    ],
    ['< data.json', [['binary', '{"id": {{id}}}', 0]], 'a file is binary, whatever is in it'],
  ] as const)('the messages of a WebSocket are read from %j (%#)', ([body, messages]) => {
    const request = only(`@id = 7\nWEBSOCKET /ws\nX: 1\n\n${body}`)
    expect(request.messages?.map(({ frame, data, afterReplies }) => [frame, data.text, afterReplies])).toEqual(messages)
    expect(request.body.text).toBe('')
    expect(request.title).toBe('WEBSOCKET /ws')
  })

  test('messages may begin without an empty line, with ===', () => {
    expect(only('WEBSOCKET /ws\nX: 1\n===\none').messages).toHaveLength(1)
    expect(only('GET /').messages).toBeNull()
  })

  test('variables are filled in everywhere, also by other variables and from later lines', () => {
    const request = only(
      '@host = http://{{name}}.example\n# @name {{name}}s\nGET {{host}}/{{ id }}\nX-{{name}}: {{id}}\n@id = 7\n@name = shop\n\n{{id}}',
    )
    expect(request).toMatchObject({
      url: 'http://shop.example/7',
      name: 'shops',
      headers: [['X-shop', '7']],
      body: { text: '7' },
    })
  })

  test('a body comes from a file: bytes as they are, with <@ its variables filled in', () => {
    expect(only('POST /\n\n< ./data.json').body).toEqual({ text: '{"id": {{id}}}', encoding: 'utf8' })
    expect(only('@id = 7\nPOST /\n\n<@ data.json').body.text).toBe('{"id": 7}')
    const { body } = only('POST /\n\n< logo.png')
    expect(body.encoding).toBe('base64')
    expect([...fromBodyText(body)]).toEqual([0x89, 0x50, 0xff, 0x00])
    expect(bodyBytes(body)).toBe(4)
  })

  test('<xml> at the start of a body line is text, not a file', () => {
    expect(only('POST /\n\n<order id="7"/>').body.text).toBe('<order id="7"/>')
  })

  test('settings are read, unknown ones are kept and warned about with their line', () => {
    const { requests, warnings } = parse(
      '# @name first\n# @wait 1.5\n// @times 3\n# @page https://shop.example\n# @colour red\nGET / HTTP/2\n###\n# @at 0.1\nGET /\n###\n# @at 1\n',
    )
    expect(requests[0]).toMatchObject({
      title: 'first',
      name: 'first',
      waitMs: 1500,
      atMs: null,
      times: 3,
      settings: { page: 'https://shop.example', colour: 'red' },
    })
    expect(requests[1]).toMatchObject({ atMs: 100, name: null, times: 1 })
    expect(warnings).toEqual([
      'requests.http, line 11: "# @at 1" belongs to no request.',
      'requests.http, line 5: unknown setting @colour.',
      'requests.http, line 6: HTTP/2 is sent as HTTP/1.1.',
    ])
  })

  test('bytes that are not UTF-8 cross as base64, a byte order mark stays', () => {
    expect(toBodyText(new Uint8Array([0xff]))).toEqual({ text: '/w==', encoding: 'base64' })
    const many = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 31) % 256)
    expect(fromBodyText(toBodyText(many))).toEqual(many)
    expect(bodyBytes(toBodyText(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])))).toBe(4)
  })
})

describe('pages', () => {
  test("a request without @page is a plain client's", () => {
    expect(only('GET /').page).toBeNull()
  })

  test('@page alone leaves everything to the browser', () => {
    expect(only('# @page https://app.shop.test\nGET /items')).toMatchObject({
      url: 'http://localhost:8000/items',
      page: { url: 'https://app.shop.test/', sandboxed: false, kind: 'fetch' },
    })
    expect(Object.keys(only('# @page https://app.shop.test\nGET /').page ?? {})).toEqual(['url', 'sandboxed', 'kind'])
  })

  test('settings say more, with variables filled in', () => {
    const { page } = only(
      '@site = http://localhost:3000\n# @page {{site}}/cart\n# @sandbox\n# @kind xhr\n# @mode cors\n' +
        '# @credentials include\n# @redirect manual\n# @cache no-store\n# @referrer-policy no-referrer\nGET /',
    )
    expect(page).toEqual({
      url: 'http://localhost:3000/cart',
      sandboxed: true,
      kind: 'xhr',
      mode: 'cors',
      credentials: 'include',
      redirect: 'manual',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
  })

  test('settings of the page’s document stand together', () => {
    const { page } = only(
      '# @page https://app.shop.test\n# @page-address-space public\n# @page-local-network-access granted\n' +
        "# @page-csp connect-src 'self'; img-src *\n# @page-referrer-policy origin\n" +
        '# @target-address-space loopback\n# @integrity sha256-abcd\nGET /',
    )
    expect(page).toMatchObject({
      document: {
        ...{ addressSpace: 'public', localNetworkAccess: 'granted' },
        ...{ contentSecurityPolicy: "connect-src 'self'; img-src *", referrerPolicy: 'origin' },
      },
      targetAddressSpace: 'loopback',
      integrity: 'sha256-abcd',
    })
  })

  test('a WEBSOCKET request says itself what it is', () => {
    expect(only('# @page https://app.shop.test\nWEBSOCKET /ws').page?.kind).toBe('websocket')
  })

  test.for([
    [
      '# @page app.shop.test',
      '@page takes the URL of the page that asks, such as https://app.shop.test/cart, not "app.shop.test".',
    ],
    [
      '# @page file:///x',
      '@page takes the URL of the page that asks, such as https://app.shop.test/cart, not "file:///x".',
    ],
    ['# @credentials yes', '@credentials takes omit, same-origin or include, not "yes".'],
    ['# @mode CORS', '@mode takes cors, no-cors, same-origin or navigate, not "CORS".'],
    ['# @redirect', '@redirect takes follow, error or manual, not "".'],
    ['# @page-address-space private', '@page-address-space takes public, local or loopback, not "private".'],
    ['# @page-local-network-access', '@page-local-network-access takes granted or denied, not "".'],
    ['# @sandbox allow-scripts', '@sandbox stands alone, not "allow-scripts".'],
  ] as const)('%s is refused with its line', ([line, why]) => {
    expect(() => parse(`GET /\n###\n# @page http://localhost:3000\n${line}\nGET /`)).toThrow(
      new HttpFileError(file, 4, why),
    )
  })

  test('settings for browsers warn where there is no page', () => {
    expect(parse('# @credentials include\n# @mode cors\nGET /').warnings).toEqual([
      "requests.http, line 1: @credentials is for browsers, and without @page this request is a plain client's.",
      "requests.http, line 2: @mode is for browsers, and without @page this request is a plain client's.",
    ])
  })
})

const sample = `@host = http://localhost:8000

### Read one
# a comment that stays
# @name one
GET {{host}}/orders/7 HTTP/1.1
X-Api-Key: onion
# another comment
Accept: */*

### Make one
POST /orders
Content-Type: application/json

{
  "id": 8
}

### The end
GET /

### Talk
# @disconnect 5
WEBSOCKET ws://localhost:8000/ws
===
hello
=== wait-for-server

bye
`
const texts = (text: string): RequestText[] => parse(text).requests.map((request) => request.text)

describe('writing', () => {
  test('what formatHttpFile() writes, parseHttpFile() reads as the same', () => {
    const requests: RequestText[] = [
      { title: '', settings: [], method: 'GET', target: '/', headers: [], body: '' },
      {
        title: 'Second',
        settings: [
          ['name', 'two'],
          ['at', '0.5'],
        ],
        method: 'POST',
        target: 'http://x.example/a?b=1',
        headers: [
          ['A', '1'],
          ['A', ''],
        ],
        body: 'one\n\n# two',
      },
      {
        title: 'Talk',
        settings: [['disconnect', '5']],
        method: 'WEBSOCKET',
        target: 'ws://localhost:8000/ws',
        headers: [['Sec-WebSocket-Protocol', 'chat']],
        body: 'one\n=== wait-for-server\n< x.json',
      },
      { title: '', settings: [], method: 'PUT', target: '*', headers: [], body: '\n< x.json' },
    ]
    files['x.json'] = 'x'
    const text = formatHttpFile(requests)
    expect(texts(text)).toEqual(requests)
    expect(formatHttpFile(texts(text))).toBe(text)
  })

  test('a request replaced by itself leaves the file untouched, byte by byte', () => {
    for (const text of [sample, sample.replaceAll('\n', '\r\n')]) {
      texts(text).forEach((request, index) => expect(replaceRequest(text, index, request)).toBe(text))
    }
  })

  test.for([
    ['method and target', { method: 'PUT', target: '/x' }],
    ['a header less', { headers: [['Accept', 'text/plain']] }],
    [
      'a header more',
      {
        headers: [
          ['A', '1'],
          ['B', '2'],
          ['C', '3'],
          ['C', '3'],
        ],
      },
    ],
    ['no headers', { headers: [] }],
    ['title', { title: 'Other' }],
    ['no title', { title: '' }],
    [
      'settings',
      {
        settings: [
          ['times', '3'],
          ['name', 'other'],
        ],
      },
    ],
    ['no settings', { settings: [] }],
    ['a body', { body: 'one\n\ntwo' }],
    ['no body', { body: '' }],
    [
      'everything',
      { title: 'T', settings: [['name', 'n']], method: 'PATCH', target: '/', headers: [['A', 'b']], body: 'x' },
    ],
  ] as const)('replaceRequest() changes %s of each request and nothing of the others', ([, change]) => {
    for (const text of [sample, sample.replaceAll('\n', '\r\n'), 'GET /a\n  ?x=1\n&y=2', '\nGET /\n\nbody']) {
      texts(text).forEach((request, index) => {
        const wanted = { ...request, ...change } as RequestText
        const after = replaceRequest(text, index, wanted)
        const expected = texts(text).map((other, at) => (at === index ? wanted : other))
        expect(texts(after).map((one) => ({ ...one, settings: Object.fromEntries(one.settings) }))).toEqual(
          expected.map((one) => ({ ...one, settings: Object.fromEntries(one.settings) })),
        )
        if (text.startsWith('@host')) expect(after).toContain('# a comment that stays')
        expect(after.includes('\r')).toBe(text.includes('\r'))
      })
    }
  })

  test.for([
    ['a line break in a value', { headers: [['A', 'b\nc']] }],
    ['a header name with a space', { headers: [['A b', 'c']] }],
    ['a header name that reads as a comment', { headers: [['#a', 'c']] }],
    ['an empty path', { target: ' ' }],
    ['a space in the path', { target: '/a b' }],
    ['a method with a space', { method: 'G T' }],
    ['a body that would end the request', { body: 'a\n### b' }],
  ] as const)('%s is refused rather than written as something else', ([, change]) => {
    const [request] = texts(sample)
    expect(() => replaceRequest(sample, 0, { ...request, ...change } as RequestText)).toThrow(HttpFileError)
  })

  test('requests can be added and taken out', () => {
    const request: RequestText = { title: 'New', settings: [], method: 'GET', target: '/new', headers: [], body: 'x' }
    expect(texts(appendRequest('', request))).toEqual([request])
    const longer = appendRequest(sample, request)
    expect(longer.startsWith(sample.trimEnd())).toBe(true)
    expect(texts(longer)).toEqual([...texts(sample), request])
    expect(removeRequest(longer, 4)).toBe(sample)
    expect(texts(removeRequest(sample, 0)).map(({ title }) => title)).toEqual(['Make one', 'The end', 'Talk'])
  })
})
