// The CORS check: whether a response lets its reader's origin have it. Knows nothing of what was sent before.
import type { HeaderList, RuleNote } from '../protocol'
import type { AccessError } from './console-texts'
import { getHeader } from './headers'
import { parseUrl } from './url'

/** What a check says: the note either way, and Chromium's name of the reason with its detail where it fails. */
export type Verdict<E extends string> =
  | { readonly ok: true; readonly note: RuleNote }
  | { readonly ok: false; readonly error: E; readonly detail: string; readonly note: RuleNote }

const RULE = 'cors-check'
const SOURCE = 'Fetch 4.10, "CORS check"'

/**
 * Judges a response to a cross-origin request.
 * @param origin  as the request's Origin header had it, `null` for an opaque or tainted one
 * @param isCredentialed  whether the credentials mode is `include`
 */
export function checkCors(headers: HeaderList, origin: string, isCredentialed: boolean): Verdict<AccessError> {
  const allowed = getHeader(headers, 'access-control-allow-origin')
  const fail = (error: AccessError, detail: string, text: string, fix: string): Verdict<AccessError> => ({
    ok: false,
    error,
    detail,
    note: { rule: RULE, source: SOURCE, text, fix },
  })
  const name = 'Access-Control-Allow-Origin'
  const wanted = originFix(origin)
  if (allowed === null) {
    return fail(
      'MissingAllowOriginHeader',
      '',
      `The response has no \`${name}\` header, so a page of ${origin} may not read it.`,
      `${wanted} The response has to pass through CORSMiddleware: what an outer layer answers does not.`,
    )
  }
  if (allowed === '*') {
    if (isCredentialed) {
      return fail(
        'WildcardOriginNotAllowed',
        '',
        `\`${name}\` is \`*\`, but the request carries credentials (its credentials mode is \`include\`).`,
        origin === 'null'
          ? `${wanted} Credentials can't come along.`
          : `Name the origin: send \`${name}: ${origin}\` and \`Access-Control-Allow-Credentials: true\`, with ` +
              `CORSMiddleware by \`allow_origins=["${origin}"]\` and \`allow_credentials=True\`.`,
      )
    }
    return pass(`\`${name}: *\` lets every origin read this response, as the request carries no credentials.`)
  }
  if (allowed !== origin) return judgeMismatch(allowed, origin, wanted, fail)
  const credentials = getHeader(headers, 'access-control-allow-credentials')
  if (isCredentialed && credentials !== 'true') {
    return fail(
      'InvalidAllowCredentials',
      credentials ?? '',
      credentials === null
        ? 'The request carries credentials, but the response has no `Access-Control-Allow-Credentials` header.'
        : `The request carries credentials, but \`Access-Control-Allow-Credentials\` is \`${credentials}\` and only ` +
            '`true`, in lower case, counts.',
      'Send `Access-Control-Allow-Credentials: true`, with CORSMiddleware by `allow_credentials=True`.',
    )
  }
  return pass(
    `\`${name}\` names the page's origin, ${origin}` +
      (isCredentialed ? ', and `Access-Control-Allow-Credentials` is `true`.' : '.'),
  )
}

/** What would let this origin read it. Nobody should allow `null`: every sandboxed frame, of any site, has that origin. */
function originFix(origin: string): string {
  if (origin === 'null') {
    return (
      'Serve the page from an origin of its own, or send `Access-Control-Allow-Origin: *` where everybody may read this. ' +
      'Never allow `null`: any site can make a sandboxed frame, and it has that origin.'
    )
  }
  return `Send \`Access-Control-Allow-Origin: ${origin}\` in this response, with CORSMiddleware by \`allow_origins=["${origin}"]\`.`
}

function judgeMismatch(
  allowed: string,
  origin: string,
  wanted: string,
  fail: (error: AccessError, detail: string, text: string, fix: string) => Verdict<AccessError>,
): Verdict<AccessError> {
  const name = 'Access-Control-Allow-Origin'
  if (/[ ,]/.test(allowed)) {
    return fail(
      'MultipleAllowOriginValues',
      allowed,
      `\`${name}\` has several values, \`${allowed}\`; a browser takes exactly one origin or \`*\`.`,
      `Send one value: the request's origin, where it is one of those you allow. ` +
        'If two layers add the header, let only one of them do it.',
    )
  }
  if (allowed !== 'null' && !parseUrl(allowed)) {
    return fail('InvalidAllowOriginValue', allowed, `\`${name}\` is \`${allowed}\`, which is no origin.`, wanted)
  }
  return fail(
    'AllowOriginMismatch',
    allowed,
    `\`${name}\` is \`${allowed}\`, but the request's origin is \`${origin}\`; the two are compared character by ` +
      'character.',
    wanted,
  )
}

function pass(text: string): Verdict<never> {
  return { ok: true, note: { rule: RULE, source: SOURCE, text } }
}
