// CORS-preflight: when a server is asked first, and whether its answer lets the request through (Fetch 4.8).
import type { HeaderList, RuleNote } from '../protocol'
import type { CorsError } from './console-texts'
import { checkCors, type Verdict } from './cors-check'
import { getHeader, parseTokens } from './headers'
import { judgeHeaders, judgeMethod, type Allowed } from './preflight-answer'
import { isSafelistedMethod, unsafeHeaders, type UnsafeHeader } from './request-headers'

const SOURCE = 'Fetch 4.8, "CORS-preflight fetch"'

export interface PreflightNeed {
  /** Names that the server is asked about, in lower case, sorted. */
  readonly headers: readonly string[]
  readonly note: RuleNote
}

/**
 * Whether a cross-origin request must ask first (Fetch 4.1, "main fetch", and 4.8).
 * @returns null with no need
 */
export function needPreflight(ask: {
  readonly method: string
  /** The script's, Content-Type of the body included. */
  readonly headers: HeaderList
  readonly listensToUpload: boolean
  readonly isStream: boolean
}): PreflightNeed | null {
  const unsafe = unsafeHeaders(ask.headers)
  const reasons: string[] = []
  if (!isSafelistedMethod(ask.method)) reasons.push(`the method is ${ask.method}`)
  reasons.push(...unsafe.map(describeUnsafe))
  if (ask.listensToUpload) reasons.push('somebody listens to the progress of the upload')
  if (ask.isStream) reasons.push('the body is a stream')
  if (reasons.length === 0) return null
  return {
    headers: unsafe.map(({ name }) => name),
    note: {
      rule: 'preflight-needed',
      source: 'Fetch 4.1, "main fetch"',
      text:
        `The browser asks the server with an OPTIONS request first, because ${joinReasons(reasons)}. ` +
        'Only GET, HEAD and POST with safelisted headers go out at once.',
    },
  }
}

function describeUnsafe({ name, why }: UnsafeHeader): string {
  return `the header \`${name}\` ${why}`
}

function joinReasons(reasons: readonly string[]): string {
  if (reasons.length < 2) return reasons.join('')
  return `${reasons.slice(0, -1).join(', ')} and ${reasons.at(-1) ?? ''}`
}

/** What the OPTIONS request says of the request that is to follow. */
export function preflightFields(method: string, headers: readonly string[]): HeaderList {
  return [
    ['Access-Control-Request-Method', method],
    ...(headers.length > 0 ? [['Access-Control-Request-Headers', headers.join(',')] as const] : []),
  ]
}

/**
 * Judges the answer to a preflight, in Chromium's order: access check, status, lists, method, headers.
 * @param answer  `isRedirect` where it is a redirect with a Location, which is not followed
 */
export function judgePreflight(
  answer: { readonly status: number; readonly headers: HeaderList; readonly isRedirect: boolean },
  ask: {
    readonly origin: string
    readonly method: string
    readonly headers: readonly string[]
    readonly isCredentialed: boolean
  },
): (Verdict<CorsError> & { readonly allowed?: undefined }) | { readonly ok: true; note: RuleNote; allowed: Allowed } {
  const fail = (error: CorsError, detail: string, text: string, fix: string): Verdict<CorsError> & { ok: false } => ({
    ok: false,
    error,
    detail,
    note: { rule: 'preflight-check', source: SOURCE, text, fix },
  })
  if (answer.isRedirect) {
    return fail(
      'PreflightDisallowedRedirect',
      '',
      `The preflight was answered with the redirect ${answer.status}, and a preflight is never redirected.`,
      'Answer OPTIONS before anything that redirects: put CORSMiddleware outermost, and let the page use the final URL.',
    )
  }
  const access = checkCors(answer.headers, ask.origin, ask.isCredentialed)
  if (!access.ok) {
    const { note, error, detail } = access
    return { ok: false, error: `Preflight${error}`, detail, note: { ...note, text: `Preflight: ${note.text}` } }
  }
  if (answer.status < 200 || answer.status > 299) {
    return fail(
      'PreflightInvalidStatus',
      '',
      `The preflight was answered with status ${answer.status}; only 200 to 299 let the request through.`,
      statusFix(answer.headers, ask),
    )
  }
  const methods = parseTokens(getHeader(answer.headers, 'access-control-allow-methods') ?? '')
  if (methods === null) {
    return fail(
      'InvalidAllowMethodsPreflightResponse',
      '',
      "The preflight's `Access-Control-Allow-Methods` is no list of methods.",
      'Send methods with commas between them, such as `GET, PUT`.',
    )
  }
  const headers = parseTokens(getHeader(answer.headers, 'access-control-allow-headers') ?? '')
  if (headers === null) {
    return fail(
      'InvalidAllowHeadersPreflightResponse',
      '',
      "The preflight's `Access-Control-Allow-Headers` is no list of header names.",
      'Send header names with commas between them, such as `X-Token, Content-Type`.',
    )
  }
  const allowed: Allowed = { methods, headers: headers.map((name) => name.toLowerCase()) }
  const method = judgeMethod(allowed, ask.method, ask.isCredentialed)
  if (!method.ok) {
    return fail(
      'MethodDisallowedByPreflightResponse',
      ask.method,
      `\`Access-Control-Allow-Methods\` does not list \`${ask.method}\`${starNote(methods, ask.isCredentialed)}.`,
      `Add \`${ask.method}\`, exactly so written, to \`Access-Control-Allow-Methods\`, with CORSMiddleware by \`allow_methods\`.`,
    )
  }
  const header = judgeHeaders(allowed, ask.headers, ask.isCredentialed)
  if (!header.ok) {
    return fail(
      'HeaderDisallowedByPreflightResponse',
      header.header,
      `\`Access-Control-Allow-Headers\` does not list \`${header.header}\`${starNote(headers, ask.isCredentialed)}.`,
      `Add \`${header.header}\` to \`Access-Control-Allow-Headers\`, with CORSMiddleware by \`allow_headers\`.`,
    )
  }
  return {
    ok: true,
    allowed,
    note: {
      rule: 'preflight-check',
      source: SOURCE,
      text: `The server lets the request through: ${access.note.text} ${capitalise(method.why)}; ${header.why}.`,
    },
  }
}

/** Which of what was asked the answer leaves out. CORSMiddleware wants POST listed too, which browsers would let pass. */
function statusFix(answer: HeaderList, ask: { readonly method: string; readonly headers: readonly string[] }): string {
  const list = (name: string) => parseTokens(getHeader(answer, name) ?? '') ?? []
  const methods = list('access-control-allow-methods')
  const headers = list('access-control-allow-headers').map((name) => name.toLowerCase())
  const lacks = (listed: readonly string[], name: string) => !listed.includes(name) && !listed.includes('*')
  const missing = [
    ...(lacks(methods, ask.method) ? [`\`"${ask.method}"\` to \`allow_methods\``] : []),
    ...ask.headers.filter((name) => lacks(headers, name)).map((name) => `\`"${name}"\` to \`allow_headers\``),
  ]
  if (methods.length === 0 || missing.length === 0) {
    return 'Another layer than CORSMiddleware answered OPTIONS. Put CORSMiddleware outside of it: add it last.'
  }
  return `The answer allows ${methods.join(', ')}. Add ${joinReasons(missing)} of CORSMiddleware.`
}

/** With credentials `*` is nothing but a name. */
function starNote(list: readonly string[], isCredentialed: boolean): string {
  return isCredentialed && list.includes('*') ? '; `*` stands for nothing but itself where credentials are sent' : ''
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
