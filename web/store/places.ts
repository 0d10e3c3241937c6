// What can be opened in the playground: the sample, a lesson, the program behind a question. Plain data.
import type { SourceFiles } from '../../engine/protocol'

/** A line of the lesson list. */
export interface PlaceSummary {
  readonly id: string
  readonly title: string
  /** Chapter for people; null for the sample. */
  readonly chapter: string | null
  readonly minutes: number | null
}

/** A program with its requests, ready to be opened. */
export interface Place extends PlaceSummary {
  /** Files as the learner first meets them, `requests.http` among them. */
  readonly start: SourceFiles
  /** The same after the task is done; null where there is nothing to solve. */
  readonly solution: SourceFiles | null
  /** Source of `checks.py`; null where there is nothing to check. */
  readonly checks: string | null
}

export interface Catalog {
  readonly list: readonly PlaceSummary[]
  /** The place to show before anything is asked for: it is in the page's own bundle. */
  readonly first: Place
  /** @throws when there is no such place or it cannot be fetched */
  load(id: string): Promise<Place>
}

export const ENTRY = 'main.py'
export const REQUESTS = 'requests.http'

/** Files in the order of their tabs: the entry first, requests last. */
export function orderFiles(names: readonly string[]): string[] {
  const rank = (name: string) => (name === ENTRY ? 0 : name === REQUESTS ? 2 : 1)
  return [...names].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
}

/** What goes to the engine: everything but the requests, so that changing them does not restart the server. */
export function programFiles(files: SourceFiles): SourceFiles {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !name.endsWith('.http')))
}

/** What differs from the files of a run: the code, only the requests, or nothing. */
export function changedSince(ran: SourceFiles, now: SourceFiles): 'code' | 'requests' | null {
  if (!hasSameFiles(programFiles(ran), programFiles(now))) return 'code'
  return ran[REQUESTS] === now[REQUESTS] ? null : 'requests'
}

/** Whether both hold the same names with the same text. */
export function hasSameFiles(a: SourceFiles, b: SourceFiles): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/** Why a file cannot have this name; null when it can. */
export function refuseFileName(name: string, taken: readonly string[]): string | null {
  if (name.trim() === '') return 'Give the file a name, such as limits.py.'
  if (taken.includes(name)) return `There is a ${name} already.`
  if (!/^[\w-]+(\.[\w-]+)*(\/[\w-]+(\.[\w-]+)*)*$/.test(name)) {
    return 'Use letters, digits, dots and dashes, with / between folders.'
  }
  if (!/\.(py|json|txt|html|csv|md|xml|pem|toml|yaml|env|http)$/.test(name))
    return 'End it with .py, or .json, .txt, .html.'
  if (name.endsWith('.http')) return 'Requests live in requests.http.'
  const module = name.replace(/\.py$/, '')
  if (name.endsWith('.py') && module.split('/').some((part) => !/^[A-Za-z_]\w*$/.test(part))) {
    return 'Python can only import names of letters, digits and underscores.'
  }
  return null
}
