// Chromium's own words in its console, and the names it has for what CORS forbids. Nothing is decided here.

/** The message of the AbortError that a script gets by default. */
export const ABORTED = 'signal is aborted without reason'

/** Chromium's names for reasons; a preflight's access check has the same with `Preflight` before them. */
export type AccessError =
  | 'MissingAllowOriginHeader'
  | 'WildcardOriginNotAllowed'
  | 'MultipleAllowOriginValues'
  | 'InvalidAllowOriginValue'
  | 'AllowOriginMismatch'
  | 'InvalidAllowCredentials'

export type CorsError =
  | AccessError
  | `Preflight${AccessError}`
  | 'PreflightInvalidStatus'
  | 'PreflightDisallowedRedirect'
  | 'InvalidAllowMethodsPreflightResponse'
  | 'InvalidAllowHeadersPreflightResponse'
  | 'MethodDisallowedByPreflightResponse'
  | 'HeaderDisallowedByPreflightResponse'
  | 'RedirectContainsCredentials'
  | 'CorsDisabledScheme'
  | 'DisallowedByMode'
  | 'InsecureLocalNetwork'
  | 'LocalNetworkAccessPermissionDenied'
  | 'InvalidLocalNetworkAccess'

interface Blocked {
  readonly error: CorsError
  /** What Chromium names beside it: a header's value, a method, a header. */
  readonly detail: string
  /** "Access to … at": `fetch`, `XMLHttpRequest`, `script`. */
  readonly subject: string
  readonly url: string
  /** Where the request was sent first. */
  readonly firstUrl: string
  readonly origin: string
}

const PREFLIGHT = "Response to preflight request doesn't pass access control check: "
const SEND_VALID = ' Have the server send the header with a valid value.'
const XHR_HINT =
  ' The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute.'
const SCHEMES =
  'chrome, chrome-experimental-site-token-provider, chrome-extension, chrome-untrusted, data, http, https, isolated-app'

/** The line that Chromium writes for a request which CORS forbids. */
export function corsLine({ error, detail, subject, url, firstUrl, origin }: Blocked): string {
  const from = firstUrl === url ? '' : ` (redirected from '${firstUrl}')`
  return (
    `Access to ${subject} at '${url}'${from} from origin '${origin}' has been blocked by CORS policy: ` +
    corsReason(error, detail, {
      valid: subject === 'fetch' ? SEND_VALID : '',
      mode: subject === 'XMLHttpRequest' ? XHR_HINT : '',
    })
  )
}

/** What is added for those who ask by `fetch`, or by an XMLHttpRequest. */
interface Hints {
  readonly valid: string
  readonly mode: string
}

function corsReason(error: CorsError, detail: string, hints: Hints): string {
  switch (error) {
    case 'MissingAllowOriginHeader':
    case 'WildcardOriginNotAllowed':
    case 'MultipleAllowOriginValues':
    case 'InvalidAllowOriginValue':
    case 'AllowOriginMismatch':
    case 'InvalidAllowCredentials':
      return accessReason(error, detail, hints)
    case 'PreflightInvalidStatus':
      return `${PREFLIGHT}It does not have HTTP ok status.`
    case 'PreflightDisallowedRedirect':
      return `${PREFLIGHT}Redirect is not allowed for a preflight request.`
    case 'InvalidAllowMethodsPreflightResponse':
      return 'Cannot parse Access-Control-Allow-Methods response header field in preflight response.'
    case 'InvalidAllowHeadersPreflightResponse':
      return 'Cannot parse Access-Control-Allow-Headers response header field in preflight response.'
    case 'MethodDisallowedByPreflightResponse':
      return `Method ${detail} is not allowed by Access-Control-Allow-Methods in preflight response.`
    case 'HeaderDisallowedByPreflightResponse':
      return `Request header field ${detail} is not allowed by Access-Control-Allow-Headers in preflight response.`
    case 'RedirectContainsCredentials':
      return `Redirect location '' contains a username and password, which is disallowed for cross-origin requests.`
    case 'CorsDisabledScheme':
      return `Cross origin requests are only supported for protocol schemes: ${SCHEMES}.`
    case 'DisallowedByMode':
      return 'Cross origin requests are not allowed by request mode.'
    case 'InsecureLocalNetwork':
      return `The request client is not a secure context and the resource is in more-private address space \`${detail}\`.`
    case 'LocalNetworkAccessPermissionDenied':
      return `Permission was denied for this request to access the \`${detail}\` address space.`
    case 'InvalidLocalNetworkAccess': {
      const [target = '', space = ''] = detail.split(' ')
      return `Request had a target IP address space of \`${target}\` yet the resource is in address space \`${space}\`.`
    }
    default:
      return PREFLIGHT + accessReason(error.slice('Preflight'.length) as AccessError, detail, hints)
  }
}

function accessReason(error: AccessError, detail: string, { valid, mode }: Hints): string {
  switch (error) {
    case 'MissingAllowOriginHeader':
      return "No 'Access-Control-Allow-Origin' header is present on the requested resource."
    case 'WildcardOriginNotAllowed':
      return (
        "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the " +
        `request's credentials mode is 'include'.${mode}`
      )
    case 'MultipleAllowOriginValues':
      return (
        `The 'Access-Control-Allow-Origin' header contains multiple values '${detail}', but only one is allowed.` +
        valid
      )
    case 'InvalidAllowOriginValue':
      return `The 'Access-Control-Allow-Origin' header contains the invalid value '${detail}'.${valid}`
    case 'AllowOriginMismatch':
      return (
        `The 'Access-Control-Allow-Origin' header has a value '${detail}' that is not equal to the supplied origin.` +
        valid
      )
    case 'InvalidAllowCredentials':
      return (
        `The value of the 'Access-Control-Allow-Credentials' header in the response is '${detail}' which must be ` +
        `'true' when the request's credentials mode is 'include'.${mode}`
      )
  }
}
