// `fetch` as a page has it, carried out by the modelled browser. Conversions and their TypeErrors are the real browser's:
// its Request reads what it is given, and its texts are those that a developer knows.
import { toBodyText } from '../../requests'
import { ADDRESS_SPACES, type AddressSpace, type FetchView, type HeaderList } from '../../protocol'
import type { Ask } from '../messages'
import { readBody, type ReadBody } from './body'
import type { Line } from './line'

type Kind = Ask['page']['kind']
type Init = RequestInit & {
  readonly duplex?: 'half'
  readonly targetAddressSpace?: AddressSpace | 'private' | 'unknown'
}

const NO_BODY = new Set([101, 103, 204, 205, 304])
const NativeRequest = Request
const NativeResponse = Response

/** Makes the function that stands in for `window.fetch`. */
export function makeFetch(line: Line): typeof fetch {
  return async (input: RequestInfo | URL, init?: Init) => {
    const signal = init?.signal ?? (input instanceof NativeRequest ? input.signal : null)
    const ask = await readAsk(input, init, 'fetch')
    signal?.throwIfAborted()
    return send(line, ask, signal)
  }
}

/**
 * Makes the function by which an EventSource asks. Where the browser gives up for good (status, type, CORS), as Chromium
 * does, it gets an answer that ends it; an exception would have it try again, as a connection that broke does.
 */
export function makeFetchOfEvents(line: Line): typeof fetch {
  return async (input: RequestInfo | URL, init?: Init) =>
    send(line, await readAsk(input, init, 'eventsource'), init?.signal ?? null, ({ category }) =>
      category === null || category.startsWith('network:') ? null : new NativeResponse(null, { status: 400 }),
    )
}

/**
 * Carries an ask out.
 * @param instead  makes a response where there is none to be had; null for the exception that a script gets
 * @returns its response as soon as the head is there
 */
export function send(
  line: Line,
  ask: Ask,
  signal: AbortSignal | null = null,
  instead: (view: FetchView) => Response | null = () => null,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let body: ReadableStreamDefaultController<Uint8Array> | null = null
    let pulled: (() => void) | null = null
    const end = (): void => {
      signal?.removeEventListener('abort', abort)
      line.forget(id)
      pulled?.()
    }
    const fail = (error: unknown): void => {
      end()
      if (body) body.error(error)
      else reject(error as Error)
    }
    const abort = (): void => {
      line.say({ kind: 'cancel', id })
      fail(signal?.reason)
    }
    const open = (view: FetchView): void => {
      const stream = new ReadableStream<Uint8Array>(
        {
          start: (controller) => void (body = controller),
          pull: () => {
            line.say({ kind: 'pull', id })
            return new Promise<void>((done) => (pulled = done))
          },
          cancel: () => {
            line.say({ kind: 'cancel', id })
            end()
          },
        },
        // Only what is read is asked for: an endless body runs as far as somebody reads.
        { highWaterMark: 0 },
      )
      resolve(toResponse(view, stream))
    }
    const id = line.begin('fetch', ask, (reply) => {
      if (reply.kind === 'head') {
        if (reply.view.response) return open(reply.view)
        const response = instead(reply.view)
        if (!response) return fail(exceptionOf(reply.view))
        end()
        resolve(response)
      } else if (reply.kind === 'failed') {
        fail(makeError(reply.name, reply.message))
      } else if (reply.kind === 'chunk') {
        if (reply.bytes) body?.enqueue(reply.bytes)
        else {
          body?.close()
          end()
        }
        pulled?.()
      }
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}

async function readAsk(input: RequestInfo | URL, init: Init | undefined, kind: Kind): Promise<Ask> {
  const request = construct(input, init)
  const given = input instanceof NativeRequest && init?.body === undefined ? null : init?.body
  const body = given === null ? await readRequestBody(request) : await readBody(given)
  const headers = init?.headers
    ? rawHeaders(init.headers)
    : [...request.headers].filter(([name]) => name !== 'content-type' || input instanceof NativeRequest)
  const { cache, credentials, redirect, referrer, referrerPolicy, integrity, keepalive, mode } = request
  return {
    method: init?.method ?? request.method,
    url: request.url,
    headers,
    body: toBodyText(body?.bytes ?? new Uint8Array()),
    page: {
      kind,
      // As the Request has them: it has read both the object and the defaults.
      mode: mode === 'navigate' ? 'same-origin' : mode,
      credentials,
      redirect,
      cache,
      ...(referrer === 'about:client' ? {} : { referrer }),
      ...(referrerPolicy ? { referrerPolicy } : {}),
      ...(integrity ? { integrity } : {}),
      ...targetOf(init),
      ...(keepalive ? { keepalive } : {}),
      hasBody: body !== null,
      bodyType: body?.type ?? null,
      ...(body?.isStream ? { isStream: true } : {}),
    },
  }
}

/** Local Network Access 3.1; `private` is its older name for `local`. */
function targetOf(init: Init | undefined): Pick<Ask['page'], 'targetAddressSpace'> {
  const written = init?.targetAddressSpace === 'private' ? 'local' : init?.targetAddressSpace
  const targetAddressSpace = ADDRESS_SPACES.find((one) => one === written)
  return targetAddressSpace ? { targetAddressSpace } : {}
}

/** The real Request says what is wrong; only the name of who was called differs. */
function construct(input: RequestInfo | URL, init: Init | undefined): Request {
  try {
    return new NativeRequest(input, init)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new TypeError(error.message.replace("construct 'Request'", "execute 'fetch' on 'Window'"))
  }
}

async function readRequestBody(request: Request): Promise<ReadBody | null> {
  if (!request.body) return null
  const bytes = new Uint8Array(await request.arrayBuffer())
  return { bytes, type: request.headers.get('content-type'), isStream: false }
}

/** As the script wrote them: those that a page may not set are dropped where everybody can see it, in the browser's ring. */
function rawHeaders(init: HeadersInit): HeaderList {
  if (init instanceof Headers) return [...init]
  const pairs: (readonly [string, string])[] = Array.isArray(init)
    ? init.map(([name, value]) => [name, value] as const)
    : Object.entries(init)
  return pairs.map(([name, value]) => [name, value.trim()] as const)
}

function toResponse(view: FetchView, stream: ReadableStream<Uint8Array>): Response {
  const { type, status, statusText, url, redirected, headers } = view.response ?? {
    type: 'opaque' as const,
    status: 0,
    statusText: '',
    url: '',
    redirected: false,
    headers: [],
  }
  const isReadable = status >= 200 && !NO_BODY.has(status) && view.method !== 'HEAD'
  const response = new NativeResponse(isReadable ? stream : null, {
    status: status >= 200 ? status : 200,
    statusText: printable(statusText),
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })
  if (!isReadable) void stream.getReader().read()
  return dress(response, { url, type, redirected, status, ok: status >= 200 && status < 300 })
}

/** What no constructor lets a script choose. A clone has it too. */
function dress(response: Response, traits: Readonly<Record<string, unknown>>): Response {
  for (const [name, value] of Object.entries(traits)) {
    Object.defineProperty(response, name, { value, configurable: true })
  }
  const clone = response.clone.bind(response)
  Object.defineProperty(response, 'clone', { value: () => dress(clone(), traits), configurable: true })
  return response
}

/** A reason phrase that no Response may have is left out; the wire has it. */
function printable(text: string): string {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text : ''
}

function exceptionOf({ exception }: FetchView): Error | DOMException {
  return makeError(exception?.name ?? 'TypeError', exception?.message ?? 'Failed to fetch')
}

/** An exception of the realm's own kind. */
export function makeError(name: string, message: string): Error | DOMException {
  return name === 'TypeError' ? new TypeError(message) : new DOMException(message, name)
}
