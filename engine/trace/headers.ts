// Compares header lists. Knows nothing of rings; order and duplicates are kept, names compare in lower case.
import type { HeaderList } from '../protocol'
import type { HeaderChange } from './model'

/** Values by lower-case name, both in order of first appearance. */
export function groupHeaders(headers: HeaderList): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    const values = groups.get(key)
    if (values) values.push(value)
    else groups.set(key, [value])
  }
  return groups
}

/**
 * Lists what turned `before` into `after`, names in lower case. A value that stayed is not mentioned, also among
 * duplicates; values that went and values that came under one name are paired as `changed`, the rest is added or removed.
 */
export function diffHeaders(before: HeaderList, after: HeaderList): HeaderChange[] {
  const old = groupHeaders(before)
  const now = groupHeaders(after)
  const changes: HeaderChange[] = []
  for (const [name, values] of now) {
    const gone = [...(old.get(name) ?? [])]
    const came: string[] = []
    for (const value of values) {
      const at = gone.indexOf(value)
      if (at < 0) came.push(value)
      else gone.splice(at, 1)
    }
    for (const value of came) {
      const previous = gone.shift()
      changes.push(
        previous === undefined
          ? { name, kind: 'added', before: null, after: value }
          : { name, kind: 'changed', before: previous, after: value },
      )
    }
    for (const value of gone) changes.push({ name, kind: 'removed', before: value, after: null })
  }
  for (const [name, values] of old) {
    if (now.has(name)) continue
    for (const value of values) changes.push({ name, kind: 'removed', before: value, after: null })
  }
  return changes
}

/** Reads the `headers` entry of a scope change: one `name: value` a line. */
export function parseHeaderLines(text: string | null): HeaderList {
  if (!text) return []
  return text.split('\n').map((line) => {
    const at = line.indexOf(':', 1)
    return at < 0 ? ([line, ''] as const) : ([line.slice(0, at), line.slice(at + 1).trimStart()] as const)
  })
}
