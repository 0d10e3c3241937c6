// A run as JSON, said as a schema. Its types are those of `engine/protocol`, which `schema.test-d.ts` holds it to; the
// published file is made of it by `scripts/write-schema.ts`.
import { z } from 'zod'
import { ADDRESS_SPACES } from '../protocol'
import { TRACE_VERSION } from './trace-file'

const ms = z.number().meta({ description: 'Milliseconds of the session’s virtual clock, from its start.' })
const count = z.int().min(0)
const index = z.int().min(-1)
const header = z.tuple([z.string(), z.string()])
const headers = z.array(header).meta({
  id: 'Headers',
  description: 'Ordered pairs, duplicates kept. Values are Latin-1 text, one character a byte.',
})
const encoding = z.enum(['utf8', 'base64'])
const bodyText = z.strictObject({ text: z.string(), encoding }).meta({ id: 'BodyText' })
const texts = z.record(z.string(), z.string())

const place = z.strictObject({ file: z.string(), line: count })

const layer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    origin: z.enum(['yours', 'library', 'framework']),
    depth: count,
    style: z.enum(['function', 'base', 'asgi', 'router']),
    parent: z.string().exactOptional(),
    mount: z.string().exactOptional(),
    route: z.string().exactOptional(),
    file: z.string().exactOptional(),
    line: count.exactOptional(),
    added: place.exactOptional(),
  })
  .meta({ id: 'Layer', description: 'One layer of the stack, outermost at depth 0.' })

const body = z
  .strictObject({ bytes: count, text: z.string().nullable(), encoding, sha256: z.string().exactOptional() })
  .meta({ id: 'Body', description: 'Bytes of a message; beyond a limit length and hash only.' })

const message = z
  .strictObject({
    type: z.string(),
    status: z.int().exactOptional(),
    headers: headers.exactOptional(),
    body: body.exactOptional(),
    more: z.boolean().exactOptional(),
    frame: z.enum(['text', 'binary']).exactOptional(),
    subprotocol: z.string().nullable().exactOptional(),
    code: z.int().exactOptional(),
    reason: z.string().exactOptional(),
  })
  .meta({ id: 'Message', description: 'An ASGI message as it stood when it crossed.' })

const scope = z
  .strictObject({
    type: z.string(),
    http_version: z.string().exactOptional(),
    method: z.string().exactOptional(),
    scheme: z.string().exactOptional(),
    path: z.string().exactOptional(),
    root_path: z.string().exactOptional(),
    query_string: z.string().exactOptional(),
    headers: headers.exactOptional(),
    client: z.tuple([z.string(), z.int()]).nullable().exactOptional(),
    server: z.tuple([z.string(), z.int().nullable()]).nullable().exactOptional(),
    state: texts.exactOptional(),
  })
  .meta({ id: 'Scope' })

const scopeChange = z.strictObject({ key: z.string(), before: z.string().nullable(), after: z.string().nullable() })

const errorFields = {
  type: z.string(),
  message: z.string(),
  file: z.string().nullable(),
  line: count.nullable(),
  traceback: z.string().exactOptional(),
  full: z.string().exactOptional(),
  hint: z.string().exactOptional(),
}
const error = z.strictObject(errorFields).meta({ id: 'Error' })

const wait = z.strictObject({
  task: count,
  name: z.string(),
  layer: z.string().nullable(),
  exchange: count.nullable(),
  awaits: z.string(),
  on: count.nullable(),
  file: z.string().nullable(),
  line: count.nullable(),
  text: z.string(),
})

const stop = z
  .strictObject({
    reason: z.enum(['lines', 'jumps', 'events', 'time', 'wall', 'memory']),
    text: z.string(),
    file: z.string().nullable(),
    line: count.nullable(),
    waiting: z.array(z.string()),
  })
  .meta({ id: 'Stop' })

const outcome = z.enum(['ok', 'blocked', 'opaque', 'opaqueredirect', 'pending'])

const common = {
  seq: count,
  at: ms,
  task: count,
  layer: z.string().nullable(),
  exchange: count.nullable(),
}
const call = {
  phase: z.enum(['call', 'yield', 'resume', 'throw', 'return', 'raise']),
  name: z.string(),
  value: z.string().exactOptional(),
  error: error.exactOptional(),
  file: z.string().nullable(),
  line: count.nullable(),
}
const inCode = { file: z.string(), line: count, function: z.string() }
const locals = z.record(z.string(), z.string().nullable())

function event<const K extends string, S extends z.core.$ZodLooseShape>(kind: K, shape: S) {
  return z.strictObject({ ...common, kind: z.literal(kind), ...shape })
}

const traceEvent = z
  .discriminatedUnion('kind', [
    event('enter', { scope: scope.exactOptional(), changes: z.array(scopeChange) }),
    event('receive', { message }),
    event('send', { message }),
    event('raise', { error, born: z.boolean() }),
    event('catch', { error, answered: z.boolean() }),
    event('exit', { awaited: z.boolean() }),
    event('route', {
      endpoint: z.string(),
      path: z.string(),
      sync: z.boolean(),
      file: z.string().nullable(),
      line: count.nullable(),
    }),
    event('rule', {
      rule: z.string(),
      added: headers,
      text: z.string(),
      source: z.string().exactOptional(),
      fix: z.string().exactOptional(),
      fetch: count.exactOptional(),
    }),
    event('verdict', {
      fetch: count,
      outcome,
      category: z.string().nullable(),
      text: z.string(),
      fix: z.string().nullable(),
    }),
    event('lifespan', {
      phase: z.enum(['startup', 'shutdown']),
      status: z.enum(['begin', 'complete', 'failed', 'unsupported']),
    }),
    event('line', { ...inCode, locals: locals.exactOptional() }),
    event('return', { ...inCode, value: z.string(), locals: locals.exactOptional() }),
    event('depends', call),
    event('handler', { ...call, handles: z.string() }),
    event('background', call),
    event('state', {
      where: z.enum(['request', 'app', 'contextvar']),
      key: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
    event('store', {
      store: z.literal('redis'),
      server: z.string(),
      command: z.string().nullable(),
      changes: z.array(
        z.strictObject({
          key: z.string(),
          before: z.string().nullable(),
          after: z.string().nullable(),
          ttlMs: ms.nullable(),
        }),
      ),
    }),
    event('thread', {
      phase: z.enum(['start', 'end']),
      name: z.string(),
      busy: count,
      of: count,
      sleptMs: ms.exactOptional(),
    }),
    event('stall', { waits: z.array(wait) }),
    event('caveat', { caveat: z.literal('threads'), text: z.string() }),
    event('log', {
      source: z.enum(['print', 'logging', 'structlog', 'access', 'server']),
      stream: z.enum(['stdout', 'stderr']),
      level: z.string().exactOptional(),
      logger: z.string().exactOptional(),
      text: z.string(),
      fields: texts.exactOptional(),
    }),
    event('task', { born: count, name: z.string() }),
    event('done', { ended: count, outcome: z.enum(['result', 'error', 'cancelled']) }),
    event('clock', {
      from: ms,
      to: ms,
      why: z.enum(['sleep', 'block', 'wait']),
      late: z.array(z.strictObject({ at: ms, layer: z.string().nullable(), exchange: count })).exactOptional(),
    }),
    event('stop', { stop }),
  ])
  .meta({ id: 'Event', description: 'What happened, in order; `kind` tells which, and a layer is the subject.' })

const socket = z.strictObject({
  messages: z.array(
    z.strictObject({
      from: z.enum(['client', 'server']),
      frame: z.enum(['text', 'binary']),
      data: bodyText,
      at: ms,
    }),
  ),
  close: z.strictObject({ by: z.enum(['client', 'server']), code: z.int(), reason: z.string() }).nullable(),
})

const exchange = z
  .strictObject({
    from: index,
    title: z.string(),
    request: z.strictObject({
      method: z.string(),
      url: z.string(),
      headers,
      body: z.string(),
      bodyEncoding: encoding,
    }),
    response: z
      .strictObject({
        status: z.int(),
        reason: z.string(),
        headers,
        body: z.string(),
        bodyEncoding: encoding,
        isCut: z.literal(true).exactOptional(),
      })
      .nullable(),
    error: error.nullable(),
    socket: socket.exactOptional(),
    fetch: count.exactOptional(),
    role: z.enum(['preflight', 'request']).exactOptional(),
    startedAt: ms,
    endedAt: ms,
  })
  .meta({ id: 'Exchange', description: 'One request with its response, as they were on the wire.' })

const pageResponse = z.strictObject({
  type: z.enum(['basic', 'cors', 'opaque', 'opaqueredirect']),
  status: z.int(),
  statusText: z.string(),
  url: z.string(),
  redirected: z.boolean(),
  headers,
  body: bodyText,
  encodedBytes: count,
  decodedBytes: count,
  bodyError: z.strictObject({ message: z.string(), category: z.string() }).exactOptional(),
})

const fetchView = z
  .strictObject({
    from: index,
    title: z.string(),
    kind: z.enum([
      ...(['fetch', 'xhr', 'beacon', 'eventsource', 'websocket', 'navigation', 'form', 'iframe'] as const),
      ...(['img', 'script', 'module', 'css', 'font', 'document.cookie'] as const),
    ]),
    page: z.strictObject({ url: z.string(), sandboxed: z.boolean() }),
    method: z.string(),
    url: z.string(),
    exchanges: z.array(count),
    outcome,
    category: z.string().nullable(),
    text: z.string(),
    fix: z.string().nullable(),
    console: z.array(z.string()),
    exception: z.strictObject({ name: z.string(), message: z.string() }).nullable(),
    response: pageResponse.nullable(),
    used: pageResponse.exactOptional(),
    fromCache: z.boolean(),
    startedAt: ms,
    endedAt: ms,
  })
  .meta({ id: 'Fetch', description: 'One thing that a page asked for, as the page saw it.' })

const browser = z
  .strictObject({
    settings: z.strictObject({
      thirdPartyCookies: z.boolean(),
      addressSpaces: z
        .array(z.strictObject({ port: z.int().nullable(), space: z.enum(ADDRESS_SPACES) }))
        .exactOptional(),
    }),
    cookies: z.array(
      z.strictObject({
        name: z.string(),
        value: z.string(),
        domain: z.string(),
        hostOnly: z.boolean(),
        path: z.string(),
        secure: z.boolean(),
        httpOnly: z.boolean(),
        sameSite: z.enum(['strict', 'lax', 'none', 'unspecified']),
        partition: z.string().nullable(),
        createdMs: ms,
        lastUsedMs: ms,
        expiresMs: ms.nullable(),
      }),
    ),
    preflights: z.array(
      z.strictObject({
        origin: z.string(),
        url: z.string(),
        partition: z.string(),
        credentials: z.boolean(),
        methods: z.array(z.string()),
        headers: z.array(z.string()),
        storedMs: ms,
        untilMs: ms,
      }),
    ),
    hsts: z.array(z.strictObject({ host: z.string(), subdomains: z.boolean(), untilMs: ms })),
    cache: z.array(
      z.strictObject({
        url: z.string(),
        partition: z.string(),
        requestHeaders: headers,
        status: z.int(),
        statusText: z.string(),
        headers,
        body: bodyText,
        storedMs: ms,
      }),
    ),
  })
  .meta({ id: 'Browser', description: 'The modelled browser as it stood in the end.' })

const range = z.tuple([count, count])

/** A run as it is exported. */
export const traceSchema = z
  .strictObject({
    $schema: z.string().meta({ description: 'Where this schema is published.' }),
    version: z.literal(TRACE_VERSION),
    versions: z.strictObject({
      fastapi: z.string(),
      starlette: z.string(),
      pydantic: z.string(),
      uvicorn: z.string(),
      python: z.string(),
    }),
    layers: z.array(layer),
    error: z
      .strictObject({ ...errorFields, phase: z.enum(['load', 'lifespan']), text: z.string() })
      .nullable()
      .meta({ description: 'Why the app did not load or start.' }),
    exchanges: z.array(exchange),
    events: z.array(traceEvent),
    stop: stop.nullable().meta({ description: 'Why the session was stopped.' }),
    fetches: z.array(fetchView).exactOptional(),
    browser: browser.exactOptional(),
    clients: z
      .array(z.strictObject({ file: z.string(), error: error.nullable(), seq: range, exchange: range }))
      .exactOptional(),
  })
  .meta({
    title: 'A run of Peel',
    description: 'A whole session: its layers, its exchanges, and every event in order.',
  })

/** The published file. */
export function schemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(traceSchema, { target: 'draft-2020-12' }), null, 2)}\n`
}
