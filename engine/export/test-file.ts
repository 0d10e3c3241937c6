// Writes a run as a pytest file: the requests of its session in order, and what the app answered to each. Pure.
import { BROWSER, SERVER } from '../protocol'
import type { Exchange, HeaderList, RunDocument, SourceFiles, TraceEvent } from '../protocol'
import { bodyBytes, fromBodyText } from '../requests'
import { overlaps } from './another-run'
import { decodeBody } from './decode-body'
import { bracket, identifier, quote, quoteBytes } from './python-text'
import { HELPERS } from './test-helpers'
import { expectJson, expectText } from './varying'

/** A body longer than this is told by its length and a checksum. */
const MOST_BODY = 4000

interface Recorded {
  readonly document: RunDocument
  /** The same session on another day (see `anotherRun`); null where there is none. */
  readonly other: RunDocument | null
  readonly files: SourceFiles
  /** Module that holds the app, e.g. `main`. */
  readonly module: string
}

/** One exchange with all that is written of it. */
interface Case {
  readonly index: number
  readonly exchange: Exchange
  readonly other: Exchange | null
  /** Name of its test, and of the group's where several went at once. */
  readonly name: string
  /** Why it cannot be sent or judged outside of Peel; null where it can. */
  readonly why: string | null
}

/** The text of the file. A run without an exchange is one that did not start: that is tested then. */
export function writeTests(recorded: Recorded): string {
  const { document, files, module } = recorded
  const cases = casesOf(recorded)
  const groups = overlaps(document.exchanges).map((group) => group.flatMap((index) => cases[index] ?? []))
  const body =
    document.exchanges.length === 0
      ? testStart(document, module)
      : [
          replay(groups, document),
          ...groups.flatMap((group) =>
            group.length === 1 ? group.map((one) => testOne(one, document)) : [testGroup(group)],
          ),
        ].join('\n\n\n')
  const usesRedis = Object.values(files).some((text) => /^\s*(?:from|import)\s+redis\b/m.test(text))
  return `${HELPERS({ body, module, usesRedis, isStarted: document.exchanges.length > 0 })}\n\n\n${body}\n`
}

function casesOf({ document, other }: Recorded): Case[] {
  const names = new Set<string>()
  return document.exchanges.map((exchange, index) => {
    const role = exchange.role === 'preflight' ? 'preflight of ' : ''
    const base = `test_${index + 1}_${identifier(role + exchange.title)}`
    names.add(base)
    const twin = other?.exchanges[index] ?? null
    return { index, exchange, other: twin, name: base, why: whyNot(exchange, index, document) }
  })
}

/** What no test client can do, or what is the server's and not the app's. */
function whyNot(exchange: Exchange, index: number, { events, layers }: RunDocument): string | null {
  const { request, response, error, socket } = exchange
  const own = events.filter((event) => event.exchange === index)
  if (error?.type === 'Stalled') return 'nobody ever answers this request'
  const isInside = ({ kind, layer }: TraceEvent): boolean => kind === 'enter' && layer !== BROWSER && layer !== SERVER
  if (layers.length > 0 && !own.some(isInside)) return 'uvicorn answers this by itself, before the app'
  if (isServersFault(error?.full)) return 'uvicorn refuses what the app sends; a test client lets it through'
  if (!socket && (response === null || (response.isCut && !error)) && !error)
    return 'the client went away before the end'
  const declared = request.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  if (declared !== undefined && declared !== String(bodyBytes({ text: request.body, encoding: request.bodyEncoding })))
    return 'the body is not as long as its header says, which a server would see to'
  const texts = [...request.headers, ...(response?.headers ?? [])].map(([name, value]) => name + value)
  if (texts.some((text) => /[^\x20-\x7e\t]/.test(text)))
    return 'a header is not ASCII, which the test client does not send or read'
  if (response && decodeBody(response) === null)
    return 'the body is not what its headers say, and httpx refuses to read it'
  return null
}

/** Whether an exception was born in the server's own code. */
function isServersFault(traceback: string | undefined): boolean {
  const files = [...(traceback ?? '').matchAll(/^\s*File "([^"]+)"/gm)].map(([, file = '']) => file)
  return /[/\\](?:uvicorn|h11|websockets)[/\\]/.test(files.at(-1) ?? '')
}

// ---------------------------------------------------------------- sending

function replay(groups: readonly (readonly Case[])[], document: RunDocument): string {
  const lines: string[] = []
  let before = 0
  for (const group of groups) {
    const [first] = group
    if (!first) continue
    const waited = Math.round(Math.min(...group.map(({ exchange }) => exchange.startedAt)) - before) / 1000
    before = Math.max(...group.map(({ exchange }) => exchange.endedAt))
    if (waited > 0) lines.push(`wait(${waited})`)
    if (group.length === 1) lines.push(`answers.append(${first.why === null ? call(first, document, 4) : 'None'})`)
    else
      lines.push(
        `answers += at_once(${bracket(
          '[',
          group.map((one) => later(one, document)),
          ']',
          8,
        )})`,
      )
  }
  const hasLifespan = !document.events.some((event) => event.kind === 'lifespan' && event.status === 'unsupported')
  const client = 'TestClient(server, raise_server_exceptions=False)'
  // As uvicorn does it: an app that knows no lifespan runs without.
  const [open, indent] = hasLifespan ? [`    with ${client} as client:`, 8] : [`    client = ${client}`, 4]
  return [
    '@pytest.fixture(scope="module")',
    'def answers() -> Iterator[list[Any]]:',
    '    """Sends everything in order, once: state carries over from one request to the next."""',
    '    answers: list[Any] = []',
    '    server = Server(app)',
    open,
    ...[...lines, 'yield answers'].map(
      (line) => `${' '.repeat(indent)}${line.replaceAll('\n', `\n${' '.repeat(indent - 4)}`)}`,
    ),
  ].join('\n')
}

function later(one: Case, document: RunDocument): string {
  const start = one.exchange.startedAt - Math.min(...document.exchanges.map(({ startedAt }) => startedAt))
  return one.why === null ? `(${start / 1000}, lambda: ${call(one, document, 12)})` : `(${start / 1000}, lambda: None)`
}

function call({ exchange, index }: Case, document: RunDocument, indent: number): string {
  const { request, socket } = exchange
  const headers = bracket(
    '[',
    request.headers.map((header) => headerPair(header, index, document)),
    ']',
    indent + 4,
  )
  const port = String(50_000 + index)
  if (socket) {
    const isOpen = exchange.response?.status === 101
    const talk = isOpen ? scriptOf(socket) : 'None'
    return bracket('talk(', ['client, server', port, quote(request.url), headers, talk], ')', indent)
  }
  const body = fromBodyText({ text: request.body, encoding: request.bodyEncoding })
  const content = body.length === 0 ? [] : [bodyLiteral(request.body, request.bodyEncoding, body)]
  return bracket(
    'ask(',
    ['client, server', port, `${quote(request.method)}, ${quote(request.url)}`, headers, ...content],
    ')',
    indent,
  )
}

function bodyLiteral(text: string, encoding: 'utf8' | 'base64', bytes: Uint8Array): string {
  return encoding === 'utf8' && !text.includes('\0') ? `${quote(text)}.encode()` : quoteBytes(bytes)
}

/** A header of a request. A cookie that the app set earlier is sent as the app sets it then. */
function headerPair([name, value]: HeaderList[number], index: number, document: RunDocument): string {
  if (name.toLowerCase() !== 'cookie') return `(${quote(name)}, ${quote(value)})`
  const set = new Set(
    document.exchanges
      .slice(0, index)
      .flatMap(({ response }) =>
        (response?.headers ?? []).flatMap(([key, line]) =>
          key.toLowerCase() === 'set-cookie' ? [line.split(';')[0] ?? ''] : [],
        ),
      ),
  )
  const pairs = value.split('; ')
  if (!pairs.some((pair) => set.has(pair))) return `(${quote(name)}, ${quote(value)})`
  const parts = pairs.map((pair) =>
    set.has(pair) ? `cookie(answers, ${quote(pair.split('=')[0] ?? '')})` : quote(pair),
  )
  return `(${quote(name)}, ${parts.length === 1 ? parts[0] : `"; ".join([${parts.join(', ')}])`})`
}

function scriptOf({ messages, close }: NonNullable<Exchange['socket']>): string {
  const lines = messages.map(({ from, frame, data }) =>
    from === 'server'
      ? '("hear", None)'
      : `("say", ${frame === 'text' ? quote(data.text) : quoteBytes(fromBodyText(data))})`,
  )
  return bracket('[', [...lines, ...(close?.by === 'server' ? ['("end", None)'] : [])], ']', 12)
}

// ---------------------------------------------------------------- judging

function testOne(one: Case, document: RunDocument): string {
  const { exchange, index, name, why } = one
  const skip = why === null ? [] : [`@pytest.mark.skip(reason=${quote(why)})`]
  const asserts = why === null ? assertsOf(one, document) : ['...']
  return [
    ...skip,
    `def ${name}(answers: list[Any]) -> None:`,
    `    """${docstring(exchange)}"""`,
    ...(why === null ? [`    answer = answers[${index}]`] : []),
    ...asserts.map((line) => `    ${line}`),
  ].join('\n')
}

/** A title may hold anything; a docstring may not hold three quotes, nor end with a backslash or a quote. */
function docstring({ title, request, role }: Exchange): string {
  const target = request.url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/'
  const line = `${role === 'preflight' ? 'Preflight of: ' : ''}${title}`
  const whole = line.includes(target) ? line : `${line} (${request.method} ${target})`
  return `${whole.replaceAll(/[\\"\p{Cc}]/gu, "'").trim()}.`.replace(/\.\.$/, '.')
}

function assertsOf({ exchange, other, index }: Case, document: RunDocument): string[] {
  const { response, error, socket } = exchange
  const raised = error
    ? [`assert type(answer.error).__name__ == ${quote(error.type)}`]
    : ['assert answer.error is None']
  if (socket) return [...raised, ...socketAsserts(socket, other?.socket ?? null, response?.status ?? null)]
  const sent = headersSent(document.events, index, document)
  // Where the app sent no head, the 500 is the server's.
  if (!response || sent === null) return [...raised, 'assert answer.status_code == 500']
  const otherSent = other && sentBy(other)
  const hasOtherBody = other?.response != null && other.response.body !== response.body
  const headers = sent.map(([name, value], at) => {
    const twin = otherSent?.find(
      ([key], index2) => key === name && index2 >= 0 && nth(otherSent, name, index2) === nth(sent, name, at),
    )
    return `(${quote(name)}, ${headerValue(name, value, twin?.[1] ?? null, { hasOtherBody, sent })})`
  })
  return [
    ...raised,
    `assert answer.status_code == ${response.status}`,
    `assert answer.headers == ${bracket('[', headers, ']', 4)}`,
    ...bodyAsserts(response, other?.response ?? null, exchange.request.method),
    ...pageAsserts(exchange, document, sent),
  ]
}

/** Which of several headers of one name it is. */
function nth(headers: HeaderList, name: string, at: number): number {
  return headers.slice(0, at).filter(([other]) => other === name).length
}

function headerValue(
  name: string,
  value: string,
  other: string | null,
  { hasOtherBody, sent }: { hasOtherBody: boolean; sent: HeaderList },
): string {
  const has = (wanted: string): boolean => sent.some(([key]) => key === wanted)
  // The length of what varies varies, and builds of zlib differ. A file's tag and date are those of the copy on disk.
  if (name === 'content-length' && (hasOtherBody || has('content-encoding'))) return 'ANY'
  if ((name === 'etag' || name === 'last-modified') && has('etag') && has('last-modified')) return 'ANY'
  // Starlette joins a set, whose order differs from build to build of Python.
  if (name === 'allow') return `InAnyOrder(${quote(value)})`
  return expectText(value, other)
}

/** What the outermost layer let out, names in lower case; null where no head went out. */
function headersSent(events: readonly TraceEvent[], index: number, document: RunDocument): HeaderList | null {
  const outermost = document.layers.find(
    ({ parent, route, depth }) => parent === undefined && route === undefined && depth === 0,
  )
  for (const event of events) {
    if (event.exchange !== index || event.kind !== 'send' || !event.message.type.endsWith('response.start')) continue
    if (event.layer === outermost?.id) return lower(event.message.headers ?? [])
  }
  const exchange = document.exchanges[index]
  return outermost || !exchange?.response ? null : sentBy(exchange)
}

/** What stands on the wire without what uvicorn put there: its date and server come first. */
function sentBy({ response }: Exchange): HeaderList {
  const left = lower(response?.headers ?? [])
  for (const own of ['date', 'server']) {
    const at = left.findIndex(([name]) => name === own)
    if (at >= 0) left.splice(at, 1)
  }
  return left.filter(([name]) => name !== 'transfer-encoding' && name !== 'connection')
}

function lower(headers: HeaderList): (readonly [string, string])[] {
  return headers.map(([name, value]) => [name.toLowerCase(), value] as const)
}

type Response = NonNullable<Exchange['response']>

function bodyAsserts(response: Response, other: Response | null, method: string): string[] {
  const bytes = decodeBody(response)
  if (method === 'HEAD' || bytes === null) return []
  if (bytes.length === 0) return ['assert answer.content == b""']
  const [text, its] = [textOf(bytes), other && textOf(decodeBody(other) ?? new Uint8Array())]
  const type = response.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  if (text !== null && /json/.test(type)) {
    const [value, twin] = [readJson(text), its === null ? undefined : readJson(its)]
    if (value) return [`assert answer.json() == ${expectJson(value.json, twin ? twin.json : value.json, 4)}`]
  }
  if (bytes.length > MOST_BODY) return [`assert summary(answer.content) == (${bytes.length}, ${crc32(bytes)})`]
  if (text === null) return [`assert answer.content == ${quoteBytes(bytes)}`]
  return [`assert answer.content.decode() == ${expectText(text, its)}`]
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Null for what is no JSON, and for numbers that JavaScript would round. */
function readJson(text: string): { json: unknown } | null {
  if (/\d{16}/.test(text)) return null
  try {
    return { json: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

/** The checksum of zlib. */
function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1))
  }
  return ~crc >>> 0
}

type Socket = NonNullable<Exchange['socket']>

function socketAsserts(socket: Socket, other: Socket | null, status: number | null): string[] {
  if (status !== 101) return ['assert answer.heard is None']
  const heard = (one: Socket | null) => one?.messages.filter(({ from }) => from === 'server') ?? []
  const its = heard(other)
  const items = heard(socket).map(({ frame, data }, index) =>
    frame === 'text' ? expectText(data.text, its[index]?.data.text ?? null) : quoteBytes(fromBodyText(data)),
  )
  const code = socket.close?.by === 'server' ? [`assert answer.code == ${socket.close.code}`] : []
  return [`assert answer.heard == ${bracket('[', items, ']', 4)}`, ...code]
}

/** What the page's browser made of it, said of the headers that it looks at. */
function pageAsserts({ fetch }: Exchange, { fetches, exchanges }: RunDocument, sent: HeaderList): string[] {
  const view = fetch === undefined ? undefined : fetches?.[fetch]
  if (!view || view.exchanges.length === 0) return []
  const isLast = exchanges[view.exchanges.at(-1) ?? -1]?.fetch === fetch
  if (!isLast || view.outcome !== 'blocked' || !/AllowOrigin/.test(view.category ?? '')) return []
  if (sent.some(([name]) => name === 'access-control-allow-origin')) return []
  return [
    '# The page sees an error in place of this response: its origin is not allowed.',
    'assert "access-control-allow-origin" not in dict(answer.headers)',
  ]
}

function testGroup(group: readonly Case[]): string {
  const [first, last] = [group[0], group.at(-1)]
  const open = group.filter(({ why }) => why === null)
  const statuses = open.map(({ exchange }) => exchange.response?.status ?? 500).sort((a, b) => a - b)
  const list = open.map(({ index }) => index)
  return [
    `def ${first?.name ?? 'test'}_at_once(answers: list[Any]) -> None:`,
    `    """Requests ${(first?.index ?? 0) + 1} to ${(last?.index ?? 0) + 1} overlap: who comes first is chance outside."""`,
    `    those = [answers[index] for index in ${bracket('[', list.map(String), ']', 4)}]`,
    `    assert sorted(one.status_code for one in those) == ${bracket('[', statuses.map(String), ']', 4)}`,
  ].join('\n')
}

function testStart({ error, stop }: RunDocument, module: string): string {
  const why = error ? null : (stop?.text ?? 'the run has no exchange')
  return [
    ...(why === null ? [] : [`@pytest.mark.skip(reason=${quote(why)})`]),
    'def test_the_app_does_not_start() -> None:',
    '    """As in Peel, there is nothing to send requests to."""',
    '    with pytest.raises(BaseException) as caught:',
    `        from ${module} import app`,
    '',
    '        with TestClient(app):',
    '            pass',
    `    assert type(caught.value).__name__ == ${quote(error?.type ?? '')}`,
  ].join('\n')
}
