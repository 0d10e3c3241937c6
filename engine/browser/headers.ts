// Header lists as the Fetch standard handles them. Names in any case; values are Latin-1 text.
import type { HeaderList } from '../protocol'

/** RFC 9110 5.6.2: what names, methods and list members may consist of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/** Fetch 2.2.2, "normalize": without white space around it. */
export function trimValue(value: string): string {
  return value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
}

/** Fetch 2.2.2, "get": all values of a name joined by `, `; null where there is none. */
export function getHeader(headers: HeaderList, name: string): string | null {
  const values = headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value)
  return values.length > 0 ? values.join(', ') : null
}

/** All values of a name, apart. */
export function headerValues(headers: HeaderList, name: string): string[] {
  return headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value)
}

export function hasHeader(headers: HeaderList, name: string): boolean {
  return headers.some(([other]) => other.toLowerCase() === name)
}

export function withoutHeaders(headers: HeaderList, names: ReadonlySet<string>): HeaderList {
  return headers.filter(([name]) => !names.has(name.toLowerCase()))
}

/**
 * Members of a comma-separated list of names, white space and empty members dropped.
 * @returns null where a member is no token, which makes the whole list unreadable
 */
export function parseTokens(value: string): string[] | null {
  const members = value
    .split(',')
    .map(trimValue)
    .filter((member) => member !== '')
  return members.every(isToken) ? members : null
}

/** Fetch 2.2.2, "sort and combine": names in lower case, sorted, values joined; `set-cookie` apart. */
export function sortAndCombine(headers: HeaderList): HeaderList {
  const names = [...new Set(headers.map(([name]) => name.toLowerCase()))].sort()
  return names.flatMap((name): HeaderList => {
    const values = headerValues(headers, name)
    return name === 'set-cookie' ? values.map((value) => [name, value] as const) : [[name, values.join(', ')] as const]
  })
}
