// A Set-Cookie line taken apart (RFC 6265bis 5.6, with Chromium's limits). Knows no URL, no clock and no jar.
import type { SetCookieReason } from './reasons'

/** RFC 6265bis 5.6: name and value together, in octets. */
const MOST_PAIR_BYTES = 4096
/** RFC 6265bis 5.6: one attribute's value, in octets; a longer one is as if it weren't there. */
const MOST_ATTRIBUTE_BYTES = 1024

/** What a line says, before anything is decided. Attributes' values are as written, trimmed; the last one of a name counts. */
export interface ParsedCookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  readonly expires: string
  readonly maxAge: string
  readonly secure: boolean
  readonly httpOnly: boolean
  /** In lower case; what isn't one of the three counts as not written. */
  readonly sameSite: 'strict' | 'lax' | 'none' | 'unspecified'
  /** As written, where it is none of the three values. */
  readonly unknownSameSite: string | null
  readonly partitioned: boolean
}

/**
 * Takes a line apart.
 * @param line  one Set-Cookie value, one character a byte
 * @returns the cookie, or why it can't be one: `NoCookieContent`, `NameValuePairExceedsMaxSize`, `DisallowedCharacter`
 */
export function parseSetCookie(line: string): ParsedCookie | SetCookieReason {
  const [pair = '', ...rest] = line.split(';')
  const equals = pair.indexOf('=')
  const name = equals < 0 ? '' : trim(pair.slice(0, equals))
  const value = trim(pair.slice(equals + 1))
  if (name === '' && value === '') return 'NoCookieContent'
  if (name.length + value.length > MOST_PAIR_BYTES) return 'NameValuePairExceedsMaxSize'
  // Chromium refuses the whole cookie wherever the control character stands, a tab between characters included.
  if (hasControl(name) || hasControl(value)) return 'DisallowedCharacter'

  const attributes = new Map<string, string>()
  for (const text of rest) {
    const at = text.indexOf('=')
    const key = trim(at < 0 ? text : text.slice(0, at)).toLowerCase()
    const content = at < 0 ? '' : trim(text.slice(at + 1))
    if (hasControl(key) || hasControl(content)) return 'DisallowedCharacter'
    if (content.length > MOST_ATTRIBUTE_BYTES) continue
    attributes.set(key, content)
  }
  const get = (key: string): string => attributes.get(key) ?? ''
  const sameSite = get('samesite').toLowerCase()
  const isKnown = sameSite === 'strict' || sameSite === 'lax' || sameSite === 'none'
  return {
    name,
    value,
    domain: get('domain'),
    path: get('path'),
    expires: get('expires'),
    maxAge: get('max-age'),
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    sameSite: isKnown ? sameSite : 'unspecified',
    unknownSameSite: isKnown || !attributes.has('samesite') ? null : get('samesite'),
    partitioned: attributes.has('partitioned'),
  }
}

/** Spaces and tabs only: another white space is part of the cookie. */
const trim = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '')

// oxlint-disable-next-line no-control-regex -- it is these that are looked for
const hasControl = (text: string): boolean => /[\u0000-\u001f\u007f]/.test(text)
