// Values as a console shows them, in the way of DevTools: one line, and what opens beneath it. Plain data comes out.
import type { Described } from '../messages'

const MOST_ENTRIES = 100
const MOST_PREVIEWED = 5
const DEEPEST = 4
const MOST_CHARS = 10_000

/** Describes a value with what is inside it, a few levels deep. Getters are not called, except those of responses and the like. */
export function describe(value: unknown, depth = 0, above: readonly object[] = []): Described {
  switch (typeof value) {
    case 'string':
      return { kind: 'string', text: depth === 0 ? shorten(value) : quote(shorten(value)) }
    case 'number':
      return { kind: 'number', text: Object.is(value, -0) ? '-0' : String(value) }
    case 'bigint':
      return { kind: 'number', text: `${value}n` }
    case 'boolean':
      return { kind: 'boolean', text: String(value) }
    case 'undefined':
      return { kind: 'nothing', text: 'undefined' }
    case 'symbol':
      return { kind: 'symbol', text: value.toString() }
    case 'function':
      return { kind: 'function', text: functionText(value) }
    case 'object':
      if (value === null) return { kind: 'nothing', text: 'null' }
      if (above.includes(value)) return { kind: 'object', text: '[Circular]' }
      return value instanceof Error
        ? { kind: 'error', text: errorText(value) }
        : describeObject(value, depth, [...above, value])
  }
}

/**
 * A list of things with the same names in them, as `console.table` draws it (Console standard 1.1.7).
 * @param only  names to show, in this order; absent for all
 * @returns undefined for what is no table
 */
export function describeTable(value: unknown, only?: readonly string[]): Described | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const rows = entriesOf(value).slice(0, MOST_ENTRIES)
  if (rows.length === 0) return undefined
  const cells = rows.map(([, row]) => (typeof row === 'object' && row !== null ? entriesOf(row) : null))
  const names = only ?? [...new Set(cells.flatMap((row) => row?.map(([name]) => name) ?? []))]
  const hasValues = cells.includes(null)
  return {
    ...describe(value),
    table: {
      columns: ['(index)', ...names, ...(hasValues ? ['Value'] : [])],
      rows: rows.map(([index, row], at) => {
        const found = new Map(cells[at])
        return [
          index,
          ...names.map((name) => (found.has(name) ? describe(found.get(name), 1).text : '')),
          ...(hasValues ? [cells[at] ? '' : describe(row, 1).text] : []),
        ]
      }),
    },
  }
}

function describeObject(value: object, depth: number, above: readonly object[]): Described {
  // Nothing tells from outside what has become of it.
  if (value instanceof Promise) return { kind: 'object', text: 'Promise {…}' }
  if (isElement(value)) return { kind: 'object', text: tagText(value) }
  const inside = entriesOf(value)
  const text = `${title(value)}${preview(value, inside)}`
  if (inside.length === 0 || depth >= DEEPEST) return { kind: 'object', text }
  const shown = inside.slice(0, MOST_ENTRIES)
  const entries = shown.map(([name, entry]) => [name, describe(entry, depth + 1, above)] as const)
  const rest = inside.length - shown.length
  return {
    kind: 'object',
    text,
    entries: rest > 0 ? [...entries, ['…', { kind: 'nothing', text: `${rest} more` }] as const] : entries,
  }
}

/** What DevTools writes before the braces: nothing for plain objects, the length for arrays, else the class. */
function title(value: object): string {
  if (Array.isArray(value)) return value.length > 1 ? `(${value.length}) ` : ''
  if (value instanceof Map || value instanceof Set) return `${className(value)}(${value.size}) `
  if (ArrayBuffer.isView(value) && 'length' in value) return `${className(value)}(${String(value.length)}) `
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${value.byteLength}) `
  if (value instanceof Date || value instanceof RegExp) return String(value)
  const name = className(value)
  return name === 'Object' ? '' : `${name} `
}

function preview(value: object, inside: readonly (readonly [string, unknown])[]): string {
  if (value instanceof Date || value instanceof RegExp) return ''
  const isList = Array.isArray(value) || ArrayBuffer.isView(value)
  const parts = inside.slice(0, MOST_PREVIEWED).map(([name, entry]) => {
    const text = brief(entry)
    return isList ? text : value instanceof Set ? text : `${name}: ${text}`
  })
  if (inside.length > MOST_PREVIEWED) parts.push('…')
  return isList ? `[${parts.join(', ')}]` : `{${parts.join(', ')}}`
}

function brief(value: unknown): string {
  if (typeof value === 'string') return quote(value.length > 50 ? `${value.slice(0, 49)}…` : value)
  if (typeof value === 'function') return 'ƒ'
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) return `Array(${value.length})`
    if (value instanceof Error) return `${value.name}: ${value.message}`
    if (value instanceof Map || value instanceof Set) return `${className(value)}(${value.size})`
    if (value instanceof Date || value instanceof RegExp) return String(value)
    if (isElement(value)) return tagText(value)
    const name = className(value)
    return name === 'Object' ? '{…}' : name
  }
  return describe(value, 1).text
}

/** Own properties, and for the platform's objects what their prototype's getters say. */
function entriesOf(value: object): (readonly [string, unknown])[] {
  if (value instanceof Map) return [...value].map(([key, entry]) => [brief(key), entry] as const)
  if (value instanceof Set) return [...value].map((entry, index) => [String(index), entry] as const)
  if (value instanceof Headers || value instanceof URLSearchParams || value instanceof FormData) return [...value]
  if (value instanceof Response || value instanceof Request || value instanceof Event || value instanceof URL) {
    return gettersOf(value)
  }
  if (value instanceof ArrayBuffer) return []
  return Object.keys(value).map((name) => {
    const property = Object.getOwnPropertyDescriptor(value, name)
    return [name, property && 'value' in property ? property.value : '(…)'] as const
  })
}

function gettersOf(value: object): (readonly [string, unknown])[] {
  const names = new Set<string>(Object.keys(Object.getOwnPropertyDescriptors(value)).filter((name) => name !== 'clone'))
  const prototype = Object.getPrototypeOf(value) as object
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) if (get) names.add(name)
  return [...names]
    .map((name) => [name, (value as Record<string, unknown>)[name]] as const)
    .filter(([, entry]) => typeof entry !== 'function' && entry !== null)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function className(value: object): string {
  // Bundling shortens the names of a library's own events.
  if (value instanceof Event) return Object.prototype.toString.call(value).slice('[object '.length, -1)
  const { constructor } = value as { constructor?: { name?: unknown } }
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'Object'
}

function functionText(value: { readonly name: string }): string {
  const source = Function.prototype.toString.call(value)
  if (source.startsWith('class')) return `class ${value.name}`
  return source.length > 80 || source.includes('\n') ? `ƒ ${value.name}()` : `ƒ ${source.replace(/^function /, '')}`
}

/** Lines that the engine puts before a program (AsyncFunction's head). */
const LINES_BEFORE = 2

/** With the stack, less the frames of the console itself. */
function errorText(error: Error): string {
  const head = error.message ? `${error.name}: ${error.message}` : error.name
  // Of a mistake in writing the stack knows only who read it.
  if (error instanceof SyntaxError) return head
  const frames = (error.stack ?? '').split('\n').flatMap((line) => {
    if (!/^\s+at /.test(line) || /peelScript|about:srcdoc/.test(line)) return []
    const [, name, file, number] = /at (?:(.*) \()?(console|client\.js):(\d+):\d+\)?$/.exec(line) ?? []
    // A script of a document is a URL that holds it.
    if (number === undefined) return [line.replaceAll(/data:[^)]*/g, 'script of the document')]
    const place = `${file}:${Number(number) - LINES_BEFORE}`
    return [name === undefined || name === 'eval' ? `    at ${place}` : `    at ${name} (${place})`]
  })
  return [head, ...frames].join('\n')
}

function isElement(value: object): value is Element {
  return typeof Element !== 'undefined' && value instanceof Element
}

/** An element as its tag is written, less what is inside. */
function tagText(element: Element): string {
  const tag = (element.cloneNode(false) as Element).outerHTML
  return element.childNodes.length > 0 ? tag.replace('></', '>…</') : tag
}

function shorten(text: string): string {
  const rest = text.length - MOST_CHARS
  return rest > 0 ? `${text.slice(0, MOST_CHARS)}… (${rest} more characters)` : text
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  return `${mark}${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll(mark, `\\${mark}`)}${mark}`
}
