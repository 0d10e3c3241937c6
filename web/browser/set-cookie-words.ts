// What a Set-Cookie line asks for, attribute by attribute, in a learner's words. Judges nothing: the jar does. Pure.

export interface SetCookieView {
  readonly name: string
  readonly value: string
  /** Each attribute as it was written, and what it does. */
  readonly attributes: readonly { readonly text: string; readonly effect: string; readonly isIgnored: boolean }[]
  /** What follows from attributes that are not there. */
  readonly defaults: readonly string[]
}

const EFFECTS: Readonly<Record<string, (value: string) => string>> = {
  domain: (value) => `Goes to ${value.replace(/^\./, '') || 'this host'} and every host below it.`,
  path: (value) => (value === '/' ? 'Goes to every path.' : `Goes to ${value} and what is below it, and nowhere else.`),
  secure: () => 'Goes over https only; localhost counts as safe.',
  httponly: () => '`document.cookie` does not show it: no script reads or changes it.',
  samesite: (value) => SAME_SITE[value.toLowerCase()] ?? 'No such value, so it counts as Lax.',
  'max-age': (value) =>
    /^-?\d+$/.test(value)
      ? Number(value) > 0
        ? `Gone after ${value} s. It counts before Expires.`
        : 'Deleted at once.'
      : 'No whole number, so it is ignored.',
  expires: (value) =>
    Number.isNaN(Date.parse(value)) ? 'No date that is understood, so it is ignored.' : 'Gone from that time on.',
  partitioned: () => 'Kept apart for each site whose page it came to; needs Secure.',
  priority: () => 'Which ones Chromium drops first when a host has too many.',
}

const SAME_SITE: Readonly<Record<string, string>> = {
  strict: 'Goes only with requests that a page of the same site makes; not even with a link from elsewhere.',
  lax: 'Goes with requests of the same site, and with a GET that leads the whole tab here from another.',
  none: 'Goes with requests of every site, where third-party cookies are allowed; needs Secure.',
}

/** Reads one line (RFC 6265bis 5.6: the last of an attribute written twice counts). */
export function readSetCookie(line: string): SetCookieView {
  const [pair = '', ...rest] = line.split(';')
  const at = pair.indexOf('=')
  const written = rest.map((part) => {
    const [name = '', ...value] = part.split('=')
    return { text: part.trim(), name: name.trim().toLowerCase(), value: value.join('=').trim() }
  })
  const attributes = written
    .filter(({ text }) => text !== '')
    .map(({ text, name, value }, index, all) => {
      if (all.findLastIndex((other) => other.name === name) > index)
        return { text, effect: 'Written again further on, and the last one counts.', isIgnored: true }
      const effect = EFFECTS[name]
      return { text, effect: effect?.(value) ?? 'No browser knows it, so it is ignored.', isIgnored: !effect }
    })
  const has = new Set(written.map(({ name }) => name))
  return {
    name: at < 0 ? '' : pair.slice(0, at).trim(),
    value: pair.slice(at + 1).trim(),
    attributes,
    defaults: [
      ...(has.has('domain') ? [] : ['No Domain: it goes to this host alone.']),
      ...(has.has('samesite') ? [] : ['No SameSite: it counts as Lax.']),
      ...(has.has('secure') ? [] : ['No Secure: it goes over http as well, where everybody can read it.']),
      ...(has.has('httponly') ? [] : ['No HttpOnly: scripts of the page can read it.']),
      ...(has.has('max-age') || has.has('expires') ? [] : ['No Max-Age: it stays until the browser closes.']),
    ],
  }
}
