// Copies are run by the tools that they are for, against a real uvicorn; and what was copied as curl comes back by a paste.
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REFERENCE, VENV_PYTHON } from '../cli/testing/cpython'
import type { HeaderList } from '../protocol'
import { formatHttpFile, fromBodyText, HttpFileError, parseHttpFile, toBodyText, type RequestText } from '../requests'
import { ConvertError, COPY_FORMATS, copyAs, pasteCurl, type CopyFormat, type Copyable } from '.'

const TOKEN = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,8}$/)
/** No white space at the ends, which a line of a file loses. */
const VALUE = fc
  .string({
    unit: fc.constantFrom(...`abz09 '"\\$\`!{}[]<>|&;#%~*?()=:,@/`.split(''), '\u00fc', '\u20ac', '\u{1f600}'),
    maxLength: 24,
  })
  .filter((text) => text.trim() === text)
const LINE = fc.string({
  unit: fc.constantFrom(...`ab '"\\$\`!{}[]<>&;#%~*?()=:,@/`.split(''), '\t', '\u00fc', '\u20ac', '\u{1f600}'),
  maxLength: 24,
})
const TEXT: fc.Arbitrary<RequestText> = fc.record({
  title: fc.constant(''),
  settings: fc.constant([]),
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'QUERY', 'PURGE'),
  target: fc
    .stringMatching(/^[A-Za-z0-9._~!$'()*,;:@%/?=&{}[\]-]{0,20}$/)
    .map((path) => `http://localhost:8000/${path.replaceAll('{{', '{')}`),
  headers: fc.array(
    fc.tuple(
      TOKEN.filter((name) => !/^(?:host|content-length|transfer-encoding)$/i.test(name)),
      VALUE.map((value) => value.replaceAll('{{', '{')),
    ),
    { maxLength: 5 },
  ),
  body: fc
    .array(LINE, { maxLength: 4 })
    .map((lines) => lines.join('\n').replaceAll('{{', '{').replace(/\n+$/, ''))
    .filter((body) => !/^(?:###|<@?\s+\S)/m.test(body)),
})

const read = (text: string) =>
  parseHttpFile(text, { file: 'requests.http' }).requests.map(({ method, url, target, headers, body }) => ({
    ...{ method, url, target, headers },
    body,
  }))

describe('pasteCurl()', () => {
  test('gives back what copyAs() wrote, over random requests', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        const [before] = read(formatHttpFile([text]))
        if (!before) return
        expect(read(pasteCurl(copyAs('curl', before)).text)).toEqual([before])
      }),
      { numRuns: 500, seed: 5 },
    )
  })

  test('never fails but with a sentence, whatever is pasted', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'curl',
        '-X',
        '-d',
        '-H',
        '-F',
        '-G',
        '-I',
        '--json',
        "'",
        '"',
        "$'",
        '\\',
        '\n',
        '&',
        '|',
        '-u',
        '--next',
        '@x',
        '{{',
        'localhost:8000/a',
      ),
      LINE,
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (all) => {
        try {
          read(pasteCurl(`curl ${all.join(' ')}`).text)
        } catch (error) {
          if (!(error instanceof HttpFileError)) expect(error).toBeInstanceOf(ConvertError)
          expect(String(error)).toMatch(/[.]$/)
        }
      }),
      { numRuns: 500, seed: 6 },
    )
  })
})

interface Arrived {
  readonly method: string
  readonly target: string
  readonly headers: HeaderList
  /** Hexadecimal. */
  readonly body: string
}

/** What each tool sends of its own, unless it is told otherwise. */
const OWN: Readonly<Record<CopyFormat, readonly string[]>> = {
  curl: ['host', 'user-agent', 'accept', 'content-length'],
  fetch: [
    'host',
    'connection',
    'accept',
    'accept-language',
    'sec-fetch-mode',
    'user-agent',
    'accept-encoding',
    'content-length',
  ],
  requests: ['host', 'connection', 'accept', 'user-agent', 'accept-encoding', 'content-length'],
  httpx: ['host', 'connection', 'accept', 'user-agent', 'accept-encoding', 'content-length'],
}

const body = (text: string) => ({ text, encoding: 'utf8' as const })
/** Method, target, headers, body; `not`: what cannot say it, and why. */
const CASES: readonly (readonly [
  name: string,
  Omit<Copyable, 'url'> & { target: string; not?: Partial<Record<CopyFormat, string>> },
])[] = [
  ['GET', { method: 'GET', target: '/items', headers: [], body: body('') }],
  ['query', { method: 'GET', target: '/items?a=1&b=%C3%BC&c', headers: [['X-A', '1']], body: body('') }],
  [
    'POST json',
    {
      method: 'POST',
      target: '/items',
      headers: [
        ['Content-Type', 'application/json'],
        ['X-Token', 'abc'],
      ],
      body: body('{"a": "it\'s $HOME `x`", "b": "\u00fc\u20ac\u{1f600}"}'),
    },
  ],
  ['POST without a type', { method: 'POST', target: '/items', headers: [], body: body('a=1') }],
  [
    'form',
    {
      method: 'POST',
      target: '/',
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      body: body('a=1&b=2+3'),
    },
  ],
  [
    'lines',
    { method: 'PUT', target: '/', headers: [['Content-Type', 'text/plain']], body: body('one\n\ttwo\r\nthree\\n\n') },
  ],
  [
    'bytes',
    {
      method: 'POST',
      target: '/',
      headers: [['Content-Type', 'application/octet-stream']],
      body: toBodyText(Uint8Array.of(0, 255, 10, 13, 39, 92, 48)),
    },
  ],
  [
    'bytes without zero',
    {
      method: 'POST',
      target: '/',
      headers: [['Content-Type', 'application/octet-stream']],
      body: toBodyText(Uint8Array.of(255, 10, 39, 92, 48)),
    },
  ],
  [
    'a large body',
    { method: 'POST', target: '/', headers: [['Content-Type', 'text/plain']], body: body('x'.repeat(100_000)) },
  ],
  [
    'DELETE with a body',
    { method: 'DELETE', target: '/items/1', headers: [['Content-Type', 'text/plain']], body: body('x') },
  ],
  ['POST without a body', { method: 'POST', target: '/items', headers: [], body: body('') }],
  ['HEAD', { method: 'HEAD', target: '/items', headers: [], body: body('') }],
  [
    'OPTIONS',
    {
      method: 'OPTIONS',
      target: '/items',
      headers: [
        ['Origin', 'http://x.test'],
        ['Access-Control-Request-Method', 'PUT'],
      ],
      body: body(''),
    },
  ],
  ['a method of its own', { method: 'PURGE', target: '/items', headers: [], body: body('') }],
  [
    'cookies and login',
    {
      method: 'GET',
      target: '/',
      headers: [
        ['Cookie', 'a=1; b="2"'],
        ['Authorization', 'Bearer x.y'],
      ],
      body: body(''),
    },
  ],
  ['an empty header', { method: 'GET', target: '/', headers: [['X-A', '']], body: body('') }],
  [
    'a header of Latin-1 bytes',
    {
      method: 'GET',
      target: '/',
      headers: [
        ['X-A', 'caf\u00e9 \u00ff'],
        ['X-B', "it's"],
      ],
      body: body(''),
    },
  ],
  [
    'one name twice',
    {
      method: 'GET',
      target: '/',
      headers: [
        ['X-A', '1'],
        ['x-a', '2'],
        ['Cookie', 'a=1'],
        ['Cookie', 'b=2'],
      ],
      body: body(''),
      not: { fetch: 'joins them', requests: 'joins them' },
    },
  ],
  [
    'dots in the path',
    {
      method: 'GET',
      target: '/a/../b/./c',
      headers: [],
      body: body(''),
      not: { fetch: 'URL standard', requests: 'urllib3' },
    },
  ],
  [
    'odd characters',
    {
      method: 'GET',
      target: '/a[1]{2}|^"<>?q=[x]{y}%zz',
      headers: [],
      body: body(''),
      not: { fetch: 'URL standard', requests: 'urllib3' },
    },
  ],
  ['a path of two slashes', { method: 'GET', target: '//a', headers: [], body: body('') }],
  [
    'the whole server',
    { method: 'OPTIONS', target: '*', headers: [], body: body(''), not: { fetch: 'has no *', requests: 'has no *' } },
  ],
  [
    "another server's name",
    {
      method: 'GET',
      target: '/',
      headers: [['Host', 'shop.test']],
      body: body(''),
      not: { fetch: 'undici joins two' },
    },
  ],
]

describe('copyAs() against uvicorn', () => {
  let server: ChildProcessByStdio<Writable, Readable, null>
  let port = 0
  let lines: AsyncIterator<string>
  const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value))

  beforeAll(async () => {
    server = spawn(VENV_PYTHON, [join(REFERENCE, 'echo.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
    lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]()
    port = Number(await next())
  }, 30_000)
  afterAll(() => server.kill())

  const inPython = async (program: string): Promise<unknown> => {
    server.stdin.write(`${JSON.stringify(program)}\n`)
    const arrived = await next()
    if (arrived !== null) await next()
    return arrived
  }
  const run: Record<CopyFormat, (text: string) => Promise<unknown>> = {
    curl: async (text) => {
      await promisify(execFile)('bash', ['-c', `${text.replaceAll('curl ', 'curl --silent --noproxy "*" ')}`])
      return next()
    },
    fetch: async (text) => {
      await import(
        /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(`${text}
await response.text()`)}`
      )
      return next()
    },
    requests: inPython,
    httpx: inPython,
  }

  describe.for(CASES)('%s', ([, { not = {}, ...rest }]) => {
    test.for(COPY_FORMATS)('%s sends the same', async (format) => {
      const request: Copyable = { ...rest, url: `http://127.0.0.1:${port}${rest.target === '*' ? '' : rest.target}` }
      const text = copyAs(format, request)
      const arrived = (await run[format](text)) as Arrived
      const wanted: Arrived = {
        method: request.method,
        target: rest.target,
        headers: request.headers.map(([name, value]) => [name.toLowerCase(), value]),
        body: Buffer.from(fromBodyText(request.body)).toString('hex'),
      }
      const asked = new Set(wanted.headers.map(([name]) => name))
      const own = OWN[format].filter((name) => !asked.has(name))
      const seen = { ...arrived, headers: arrived.headers.filter(([name]) => !own.includes(name)) }
      // A difference that is listed has to be there: the list says nothing that is not so.
      if (format in not) expect(byName(seen)).not.toEqual(byName(wanted))
      else expect(byName(seen)).toEqual(byName(wanted))
    })
  })
})

/** fetch sorts headers, and undici keeps none of a script's order. */
function byName(arrived: Arrived): Arrived {
  return { ...arrived, headers: arrived.headers.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) }
}
