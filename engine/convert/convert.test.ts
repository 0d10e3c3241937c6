import { describe, expect, test } from 'vitest'
import { parseHttpFile } from '../requests'
import { copyAs, pasteCurl, type Copyable } from '.'
import { readCommandLine } from './words'

const words = (text: string) => readCommandLine(text).commands.map((command) => command.words)
const read = (text: string) =>
  parseHttpFile(text, { file: 'requests.http', readFile: (path) => `<${path}>` }).requests.map(
    ({ method, url, headers, body }) => ({ method, url, headers, body: body.text }),
  )
/** What is sent after a paste, and what was noted. */
const paste = (text: string) => {
  const pasted = pasteCurl(text)
  return { requests: read(pasted.text), notes: pasted.notes }
}
const FORM = ['Content-Type', 'application/x-www-form-urlencoded']
const URL_ = 'http://localhost:8000/a'

describe('readCommandLine()', () => {
  // Expected values are what bash 5 gives to `printf '<%s>'`.
  test.for([
    ['a b  c', [['a', 'b', 'c']]],
    [`'a b'c"d e"`, [['a bcd e']]],
    [`"a\\"b\\\\c\\d"`, [['a"b\\c\\d']]],
    [`'a\\b'"c"`, [['a\\bc']]],
    ["'it'\\''s'", [["it's"]]],
    [`''`, [['']]],
    [`$'a\\nb\\t\\'\\x41\\101\\u00fc'`, [["a\nb\t'AA\u00c3\u00bc"]]],
    [`$'\\xff\\x00g'`, [['\xff\0g']]],
    [`$'\\ud83d\\ude00'`, [['\xf0\x9f\x98\x80']]],
    [`$'\\q'`, [['\\q']]],
    ['ü', [['\u00c3\u00bc']]],
    ['a \\\n  b', [['a', 'b']]],
    ['a \\\r\n  b', [['a', 'b']]],
    ['"a\\\nb"', [['ab']]],
    ['a\nb; c && d | e', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['a # b c', [['a']]],
    ['a#b', [['a#b']]],
    ['a >out 2>/dev/null b', [['a', 'b']]],
    ['a "$HOME" `x y` ${z}', [['a', '$HOME', '`x y`', '${z}']]],
    ["a '$HOME'", [['a', '$HOME']]],
    ['a $', [['a', '$']]],
  ] as const)('%j', ([text, expected]) => expect(words(text)).toEqual(expected))

  test.for([
    ["'a", "'"],
    ['"a', '"'],
    ["$'a", "$'"],
  ])('%s is never closed', ([text = '', quote]) => {
    expect(() => readCommandLine(text)).toThrow(`The command line opens ${quote} and never closes it.`)
  })
})

describe('pasteCurl()', () => {
  test.for([
    ['curl http://localhost:8000/a', 'GET', URL_, [], ''],
    ['$ curl localhost:8000/a', 'GET', URL_, [], ''],
    ['curl -X DELETE localhost:8000/a', 'DELETE', URL_, [], ''],
    ['curl -XPATCH --url localhost:8000/a', 'PATCH', URL_, [], ''],
    ['curl -I localhost:8000/a', 'HEAD', URL_, [], ''],
    ['curl -sSkL -v localhost:8000/a', 'GET', URL_, [], ''],
    [
      `curl localhost:8000/a -H 'X-A: 1' -H "X-B:2" -H 'X-C;' -H 'Accept:'`,
      'GET',
      URL_,
      [
        ['X-A', '1'],
        ['X-B', '2'],
        ['X-C', ''],
      ],
      '',
    ],
    ['curl localhost:8000/a -d x=1 -d y=2', 'POST', URL_, [FORM], 'x=1&y=2'],
    [
      `curl localhost:8000/a -d '{"a":1}' -H 'content-type: application/json'`,
      'POST',
      URL_,
      [['content-type', 'application/json']],
      '{"a":1}',
    ],
    ["curl localhost:8000/a -d x -H 'Content-Type:'", 'POST', URL_, [], 'x'],
    ['curl localhost:8000/a --data-raw @x', 'POST', URL_, [FORM], '@x'],
    ['curl localhost:8000/a --data-binary @x.bin', 'POST', URL_, [FORM], '<x.bin>'],
    [
      "curl localhost:8000/a --data-urlencode 'a=1 2' --data-urlencode '=ü&' --data-urlencode 'x y'",
      'POST',
      URL_,
      [FORM],
      'a=1%202&%C3%BC%26&x%20y',
    ],
    ["curl -G localhost:8000/a -d x=1 --data-urlencode 'y=ü'", 'GET', `${URL_}?x=1&y=%C3%BC`, [], ''],
    ["curl -G 'localhost:8000/a?b=2' -d x=1", 'GET', `${URL_}?b=2&x=1`, [], ''],
    ["curl --url-query 'q=a b' localhost:8000/a", 'GET', `${URL_}?q=a%20b`, [], ''],
    [
      `curl --json '{"a":' --json '1}' localhost:8000/a`,
      'POST',
      URL_,
      [
        ['Accept', 'application/json'],
        ['Content-Type', 'application/json'],
      ],
      '{"a":1}',
    ],
    ['curl -u me:pw localhost:8000/a', 'GET', URL_, [['Authorization', 'Basic bWU6cHc=']], ''],
    ['curl http://me:p%40w@localhost:8000/a', 'GET', URL_, [['Authorization', 'Basic bWU6cEB3']], ''],
    ['curl --oauth2-bearer abc localhost:8000/a', 'GET', URL_, [['Authorization', 'Bearer abc']], ''],
    [
      "curl -b 'a=1' -b b=2 -A me -e http://x/ -r 0-4 localhost:8000/a",
      'GET',
      URL_,
      [
        ['User-Agent', 'me'],
        ['Referer', 'http://x/'],
        ['Range', 'bytes=0-4'],
        ['Cookie', 'a=1; b=2'],
      ],
      '',
    ],
    ['curl --compressed localhost:8000/a', 'GET', URL_, [['Accept-Encoding', 'deflate, gzip, br, zstd']], ''],
    ['curl -T x.bin localhost:8000/a', 'PUT', URL_, [], '<x.bin>'],
    ["curl localhost:8000/a -H 'X: ü'", 'GET', URL_, [['X', '\u00c3\u00bc']], ''],
    ["curl localhost:8000/a -H 'X: €à'", 'GET', URL_, [['X', '\u00e2\u0082\u00ac\u00c3\u00a0']], ''],
    ["curl localhost:8000/a -H 'X: à'", 'GET', URL_, [['X', '\u00c3\u00a0']], ''],
    ["curl localhost:8000/a -d '{{a}} {{ b }}'", 'POST', URL_, [FORM], '{{a}} {{ b }}'],
    ["curl 'localhost:8000/{{a}}' -g -H 'X: {{b}}'", 'GET', 'http://localhost:8000/{{a}}', [['X', '{{b}}']], ''],
    ["curl localhost:8000/a -d $'### no\\n< x.bin\\n\\n&y\\n'", 'POST', URL_, [FORM], '### no\n< x.bin\n\n&y\n'],
    ["curl localhost:8000/a -d ''", 'POST', URL_, [FORM], ''],
    ['curl -o out.json -w %{http_code} --max-time 5 localhost:8000/a', 'GET', URL_, [], ''],
  ] as const)('%s', ([command, method, url, headers, body]) => {
    expect(paste(command).requests).toEqual([{ method, url, headers, body }])
  })

  test('a form in parts', () => {
    const { requests } = paste(
      `curl localhost:8000/a -F a=1 -F 'b=@dir/p.png' -F 'c=@x;type=text/csv;filename="my.csv"' -F 'd=<t.txt' -F 'e="x;y"' --form-string f=@x --form-string 'g=< no'`,
    )
    const part = (head: string, content: string) =>
      `--------------------------peel\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`
    expect(requests[0]).toEqual({
      method: 'POST',
      url: URL_,
      headers: [['Content-Type', 'multipart/form-data; boundary=------------------------peel']],
      body:
        part('name="a"', '1') +
        part('name="b"; filename="p.png"\r\nContent-Type: image/png', '<dir/p.png>') +
        part('name="c"; filename="my.csv"\r\nContent-Type: text/csv', '<x>') +
        part('name="d"', '<t.txt>') +
        part('name="e"', 'x;y') +
        part('name="f"', '@x') +
        part('name="g"', '< no') +
        '--------------------------peel--',
    })
  })

  test('what Chromium copies as cURL (bash)', () => {
    const copied = `curl 'https://api.shop.test:8444/items?q=%C3%BC' \\
  -X 'PUT' \\
  -H 'accept: */*' \\
  -H 'accept-language: en-US,en;q=0.9' \\
  -H 'content-type: application/json' \\
  -b 'sid=abc; theme=dark' \\
  -H 'origin: https://app.shop.test:8443' \\
  -H 'priority: u=1, i' \\
  -H 'sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"' \\
  --data-raw $'{"name":"it\\'s \\u0021","text":"a\\\\nb"}'`
    expect(paste(copied)).toEqual({
      notes: [],
      requests: [
        {
          method: 'PUT',
          url: 'https://api.shop.test:8444/items?q=%C3%BC',
          headers: [
            ['accept', '*/*'],
            ['accept-language', 'en-US,en;q=0.9'],
            ['content-type', 'application/json'],
            ['origin', 'https://app.shop.test:8443'],
            ['priority', 'u=1, i'],
            ['sec-ch-ua', '"Not:A-Brand";v="8", "Chromium";v="156"'],
            ['Cookie', 'sid=abc; theme=dark'],
          ],
          body: '{"name":"it\'s !","text":"a\\nb"}',
        },
      ],
    })
  })

  test('a form that Chromium copied keeps its line ends', () => {
    const { requests, notes } = paste(
      `curl 'http://localhost:8000/a' -H 'content-type: multipart/form-data; boundary=----WebKitFormBoundaryX' --data-raw $'------WebKitFormBoundaryX\\r\\nContent-Disposition: form-data; name="a"\\r\\n\\r\\n1\\r\\n------WebKitFormBoundaryX--\\r\\n'`,
    )
    expect(notes).toEqual([])
    expect(requests[0]?.body).toBe(
      '------WebKitFormBoundaryX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n------WebKitFormBoundaryX--',
    )
  })

  test('several URLs, several commands, --next', () => {
    expect(
      paste(
        'curl localhost:8000/a localhost:8000/b -H X:1\ncurl localhost:8000/c -d x --next localhost:8000/d',
      ).requests.map(({ method, url }) => [method, url]),
    ).toEqual([
      ['GET', 'http://localhost:8000/a'],
      ['GET', 'http://localhost:8000/b'],
      ['POST', 'http://localhost:8000/c'],
      ['GET', 'http://localhost:8000/d'],
    ])
  })

  test('a time limit is a client that hangs up', () => {
    expect(pasteCurl('curl -m 0.5 localhost:8000/a').text).toBe('# @disconnect 0.5\nGET http://localhost:8000/a\n')
  })

  test.for([
    ['curl localhost:8000/a --frobnicate', "--frobnicate is no option of curl's that is known here; it was left out."],
    ['curl -!z localhost:8000/a', "-!z is no option of curl's that is known here; it was left out."],
    ['curl --proxy http://p:1 localhost:8000/a', '--proxy http://p:1 has no counterpart here and was left out.'],
    [
      'curl -L localhost:8000/a',
      '-L follows redirects; without a page the request stops at the first. A `# @page` line follows them.',
    ],
    ['curl -X patch localhost:8000/a', '-X patch is sent in upper case here: a .http file writes methods so.'],
    [
      'curl localhost:8000/a -H "Authorization: Bearer $TOKEN"',
      'The shell would fill in $TOKEN; it stands there as it is, put the value in its place.',
    ],
    ['curl localhost:8000/a?x=1&y=2', '`y=2` is no curl command and was left out. A URL with & in it needs quotes.'],
    ['curl localhost:8000/a | jq .x', '`jq .x` is no curl command and was left out.'],
    [
      'curl -b jar.txt localhost:8000/a',
      "The cookies in the file jar.txt were left out. Write them as -b 'name=value'.",
    ],
    ['curl -d @x.json localhost:8000/a', '-d takes the line breaks out of x.json; here the file goes as it is.'],
    [
      'curl "localhost:8000/{a,b}"',
      'curl makes several URLs of the brackets in localhost:8000/{a,b}; here they stand as they are. Write each URL out.',
    ],
    ["curl localhost:8000/a -d $'a\\r\\nb'", 'Line breaks of the body are sent as LF: a .http file has no other.'],
  ] as const)('%s is told of', ([command, note]) => {
    const { requests, notes } = paste(command)
    expect(requests).toHaveLength(1)
    expect(notes).toContain(note)
  })

  test.for([
    ['', 'There is no curl command with a URL here. Paste one that begins with curl.'],
    ['wget http://x/', 'There is no curl command with a URL here. Paste one that begins with curl.'],
    ['curl -H', '-H needs a value after it. Paste the whole command.'],
    ['curl ftp://x/', 'That cannot be sent: ftp:// is not spoken here, only http://, https://, ws:// and wss://.'],
    ['curl localhost:8000/a -d x -F a=1', 'curl takes one kind of body: -d, --json, -F or -T. Leave one of them.'],
    [
      "curl localhost:8000/a -d $'\\xff'",
      'The body has bytes that are no text. Put it into a file and send that with --data-binary @file.',
    ],
    ['curl localhost:8000/a -d @-', 'The body comes from another program (`@-`). Put it into a file and name that.'],
    [
      '$session = New-Object X\nInvoke-WebRequest -Uri "http://x/" -Method "POST"',
      'This was copied for PowerShell. Choose "Copy as cURL (bash)" instead.',
    ],
    ['curl ^"http://x/^" ^\n', 'This was copied for the Windows command prompt. Choose "Copy as cURL (bash)" instead.'],
  ] as const)('%s is refused', ([command, message]) => {
    expect(() => pasteCurl(command)).toThrow(message)
  })
})

describe('copyAs()', () => {
  const POST: Copyable = {
    method: 'POST',
    url: 'http://localhost:8000/items?x=1',
    headers: [
      ['Host', 'localhost:8000'],
      ['Content-Type', 'application/json'],
      ['Content-Length', '13'],
    ],
    body: { text: `{"a": "it's"}`, encoding: 'utf8' },
  }
  const GET: Copyable = {
    method: 'GET',
    url: 'http://localhost:8000/items',
    headers: [],
    body: { text: '', encoding: 'utf8' },
  }

  test('curl', () => {
    expect(copyAs('curl', GET)).toBe('curl http://localhost:8000/items')
    expect(copyAs('curl', POST)).toBe(
      `curl 'http://localhost:8000/items?x=1' -H 'Content-Type: application/json' --data-raw '{"a": "it'\\''s"}'`,
    )
  })

  test('fetch', () => {
    expect(
      copyAs('fetch', {
        ...GET,
        page: { url: 'https://app.shop.test/', sandboxed: false, kind: 'fetch', hasBody: false, bodyType: null },
      }),
    ).toBe('const response = await fetch("http://localhost:8000/items")')
    expect(copyAs('fetch', POST)).toBe(`const response = await fetch("http://localhost:8000/items?x=1", {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
  },
  body: "{\\"a\\": \\"it's\\"}",
  redirect: "manual",
})`)
  })

  test("a page's request is the fetch that its script made", () => {
    const page = {
      url: 'https://app.shop.test/cart',
      sandboxed: false,
      kind: 'fetch',
      credentials: 'include',
      mode: 'cors',
      cache: 'no-store',
      hasBody: true,
      bodyType: null,
    } as const
    expect(copyAs('fetch', { ...POST, url: '../me', headers: [['X-A', '1']], page }))
      .toBe(`const response = await fetch("https://app.shop.test/me", {
  method: "POST",
  headers: {
    "X-A": "1",
  },
  body: new TextEncoder().encode("{\\"a\\": \\"it's\\"}"),
  mode: "cors",
  credentials: "include",
  cache: "no-store",
})`)
  })

  test('what a browser keeps to itself is told of', () => {
    expect(
      copyAs('fetch', {
        ...GET,
        headers: [
          ['Cookie', 'a=1'],
          ['Origin', 'http://x.test'],
        ],
      }),
    ).toMatch(/^\/\/ In a browser these are not a script's to set, and left out: Cookie, Origin\.\n/)
  })

  test('requests and httpx', () => {
    expect(copyAs('requests', GET)).toBe(
      'import requests\n\nresponse = requests.get("http://localhost:8000/items", allow_redirects=False)',
    )
    expect(copyAs('httpx', POST)).toBe(`import httpx

response = httpx.post(
    "http://localhost:8000/items?x=1",
    headers={
        "Content-Type": "application/json",
    },
    content="{\\"a\\": \\"it's\\"}".encode(),
)`)
  })

  test('a WebSocket is refused', () => {
    expect(() => copyAs('curl', { ...GET, url: 'ws://localhost:8000/ws' })).toThrow(
      'A WebSocket cannot be copied as curl. Copy it as a .http request.',
    )
  })
})
