// Turns a request as the recorded cases write it into what a page asks its browser for.
import type {
  AddressSpace,
  AskKind,
  BrowserSettings,
  HeaderList,
  Page,
  PageDocument,
  PageRequest,
} from '../../protocol'
import { encodeMultipart, encodeText, toBodyText } from '../../requests'

type Fields = Readonly<Record<string, string>>

/** Names and values, in order. */
export type CaseFields = Fields | HeaderList

/** A body that is more than a string. Fields of forms are text; `bytes` are numbers from 0 to 255. */
export type CaseBody =
  | string
  | { readonly kind: 'formdata' | 'params'; readonly fields: Fields }
  | { readonly kind: 'blob'; readonly text: string; readonly type?: string }
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  | { readonly kind: 'stream'; readonly text: string }

/** One request of a case; whatever is absent or null is the browser's default. */
export interface CaseRequest {
  readonly url: string
  readonly method?: string | null | undefined
  readonly headers?: Fields | null | undefined
  readonly body?: CaseBody | null | undefined
  readonly kind?: AskKind | null | undefined
  readonly mode?: PageRequest['page']['mode'] | null | undefined
  readonly credentials?: PageRequest['page']['credentials'] | null | undefined
  readonly redirect?: PageRequest['page']['redirect'] | null | undefined
  readonly cache?: PageRequest['page']['cache'] | null | undefined
  readonly referrerPolicy?: string | null | undefined
  readonly targetAddressSpace?: AddressSpace | null | undefined
  readonly integrity?: string | null | undefined
  readonly keepalive?: boolean | null | undefined
  readonly uploadListener?: boolean | null | undefined
  /** Value of the attribute; empty means `anonymous`. */
  readonly crossorigin?: string | null | undefined
  /** Another page than the case's. */
  readonly page_origin?: string | null | undefined
}

/** Bytes as text or by themselves. */
interface Content {
  readonly text?: string | undefined
  readonly bytes?: Iterable<number>
}

type AnyBody =
  | CaseBody
  | { readonly kind: 'formdata' | 'params'; readonly fields: HeaderList }
  | ({ readonly kind: 'blob'; readonly type?: string | undefined } & Content)
  | ({ readonly kind: 'bytes' | 'stream' } & Content)

/** A request as a case may write it beyond what was recorded: names twice, any bytes in a body. */
export interface AnyCaseRequest extends Omit<CaseRequest, 'headers' | 'body'> {
  readonly headers?: CaseFields | null | undefined
  readonly body?: AnyBody | null | undefined
}

/** The boundary that stands between the parts of a form: as long as Chromium's, and the same in each run. */
const BOUNDARY = '----WebKitFormBoundaryPeelPeelPeelPee1'

/** Path of the page that the cases were recorded on. */
const PAGE_PATH = '/__page'

/**
 * The page of a case.
 * @param origin  as recorded: an origin, or `null(sandbox)` for a sandboxed frame within the page at `site`
 */
export function pageOf(origin: string, site: string, more: PageMore = {}): Page {
  const sandboxed = origin.startsWith('null')
  const url = `${sandboxed ? site : origin}${PAGE_PATH}`
  const header = (name: string): string =>
    Object.entries(more.page_headers ?? {})
      .filter(([one]) => one.toLowerCase() === name)
      .map(([, value]) => value)
      .join(', ')
  const contentSecurityPolicy = header('content-security-policy')
  const referrerPolicy = header('referrer-policy')
  const document: PageDocument = {
    ...(more.permissions?.includes(NEAR) && { localNetworkAccess: 'granted' }),
    ...(contentSecurityPolicy && { contentSecurityPolicy }),
    ...(referrerPolicy && { referrerPolicy }),
  }
  return { url, sandboxed, ...(Object.keys(document).length > 0 && { document }) }
}

/** What a case says of its page beyond where it is. */
export interface PageMore {
  /** Granted by the user, as Playwright names them. */
  readonly permissions?: readonly string[] | null | undefined
  /** That the page's own document came with. */
  readonly page_headers?: Fields | null | undefined
}

/** Playwright's name of the permission. */
const NEAR = 'local-network-access'

/** What the flags of a case say of the servers, which are all at 127.0.0.1: their ports tell them apart. */
export function addressSpacesOf(flags: readonly string[]): BrowserSettings['addressSpaces'] {
  const told = flags.flatMap((flag) => /^--ip-address-space-overrides=(.*)$/.exec(flag)?.[1]?.split(',') ?? [])
  if (told.length === 0) return undefined
  const spaces = told.flatMap((one) => {
    const [, port, space] = /^127\.0\.0\.1:(\d+)=(public|local|loopback)$/.exec(one) ?? []
    return space ? [{ port: Number(port), space: space as AddressSpace }] : []
  })
  return [...spaces, { port: null, space: 'loopback' }]
}

/** @param from  its position, as in a file */
export function toPageRequest(request: AnyCaseRequest, page: Page, from: number): PageRequest {
  const { body, kind, crossorigin, mode, credentials, redirect, cache, referrerPolicy, targetAddressSpace } = request
  const asked = kind ?? 'fetch'
  const extracted = asked === 'form' ? extractForm(request) : extractBody(body ?? null)
  const method = request.method ?? (asked === 'beacon' ? 'POST' : 'GET')
  return {
    from,
    title: `${method} ${request.url}`,
    method,
    url: request.url,
    headers: fieldsOf(request.headers ?? []),
    body: toBodyText(extracted.bytes),
    atMs: 0,
    ...(asked === 'websocket' && { socket: { messages: [] } }),
    page: {
      ...page,
      kind: asked,
      ...(mode && { mode }),
      ...(credentials && { credentials }),
      ...(redirect && { redirect }),
      ...(cache && { cache }),
      ...(referrerPolicy && { referrerPolicy }),
      ...(request.integrity && { integrity: request.integrity }),
      ...(targetAddressSpace && { targetAddressSpace }),
      ...(request.keepalive && { keepalive: true }),
      ...(request.uploadListener && { listensToUpload: true }),
      ...(typeof crossorigin === 'string' && {
        crossorigin: crossorigin === 'use-credentials' ? crossorigin : ('anonymous' as const),
      }),
      hasBody: (body !== null && body !== undefined) || (asked === 'form' && method !== 'GET'),
      bodyType: extracted.type,
      ...(typeof body === 'object' && body?.kind === 'stream' && { isStream: true }),
    },
  }
}

/** HTML 4.10.21.3: a form's own encoding, always urlencoded where it gets something; line breaks are CR LF. */
function extractForm({ method, body }: AnyCaseRequest): ReturnType<typeof extractBody> {
  const isGet = /^get$/i.test(method ?? 'GET')
  const type = 'application/x-www-form-urlencoded'
  if (typeof body !== 'object' || !body) return { bytes: encodeText(body ?? ''), type }
  if (!('fields' in body) || (body.kind === 'formdata' && !isGet)) return extractBody(body)
  const fields = fieldsOf(body.fields).map((field): [string, string] => {
    const [name, value] = field.map((text) => text.replaceAll(/\r\n|\r|\n/g, '\r\n'))
    return [name ?? '', value ?? '']
  })
  return { bytes: encodeText(new URLSearchParams(fields).toString()), type }
}

/** Fetch 5.2, "extract a body": the bytes, and the Content-Type that they bring along. */
function extractBody(body: AnyBody | null): { readonly bytes: Uint8Array; readonly type: string | null } {
  if (body === null) return { bytes: new Uint8Array(), type: null }
  if (typeof body === 'string') return { bytes: encodeText(body), type: 'text/plain;charset=UTF-8' }
  switch (body.kind) {
    case 'params':
      return {
        bytes: encodeText(new URLSearchParams(fieldsOf(body.fields).map(([name, value]) => [name, value])).toString()),
        type: 'application/x-www-form-urlencoded;charset=UTF-8',
      }
    case 'formdata':
      return {
        bytes: encodeMultipart(
          fieldsOf(body.fields).map(([name, text]) => ({ name, text })),
          BOUNDARY,
        ),
        type: `multipart/form-data; boundary=${BOUNDARY}`,
      }
    case 'blob':
      // File API 3.1: a blob's type is in lower case.
      return { bytes: contentOf(body), type: body.type?.toLowerCase() || null }
    case 'bytes':
    case 'stream':
      return { bytes: contentOf(body), type: null }
  }
}

function fieldsOf(fields: CaseFields): HeaderList {
  return isPairs(fields) ? fields : Object.entries(fields)
}

function isPairs(fields: CaseFields): fields is HeaderList {
  return Array.isArray(fields)
}

function contentOf({ text, bytes }: Content): Uint8Array {
  return bytes === undefined ? encodeText(text ?? '') : Uint8Array.from(bytes)
}
