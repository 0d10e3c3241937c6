// `console` as a page has it: what is written goes to Peel's console, and to the browser's own.
import type { ConsoleLevel, Described } from '../messages'
import { describe, describeTable } from './describe'

type Write = (level: ConsoleLevel, parts: readonly Described[]) => void

/** Puts itself in the place of the realm's console. */
export function installConsole(write: Write, clear: () => void): void {
  const counts = new Map<string, number>()
  const timers = new Map<string, number>()
  let indent = 0
  const put = (level: ConsoleLevel, values: readonly unknown[]): void => {
    const parts = format(values)
    write(level, indent > 0 ? [{ kind: 'nothing', text: '  '.repeat(indent) }, ...parts] : parts)
  }
  const realm = globalThis.console
  const native = { ...realm }
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    realm[level] = (...values: unknown[]) => {
      native[level](...values)
      put(level, values)
    }
  }
  realm.dir = (value: unknown) => put('log', [value])
  realm.table = (value: unknown, columns?: readonly string[]) => {
    const table = describeTable(value, columns)
    if (table) write('log', [table])
    else put('log', [value])
  }
  realm.trace = (...values: unknown[]) => put('log', ['Trace', ...values])
  realm.assert = (holds?: boolean, ...values: unknown[]) => {
    if (!holds) put('error', ['Assertion failed:', ...values])
  }
  realm.count = (label = 'default') => {
    counts.set(label, (counts.get(label) ?? 0) + 1)
    put('log', [`${label}: ${counts.get(label)}`])
  }
  realm.countReset = (label = 'default') => void counts.delete(label)
  realm.time = (label = 'default') => {
    if (timers.has(label)) put('warn', [`Timer '${label}' already exists`])
    else timers.set(label, performance.now())
  }
  const timeLog = (label = 'default', ...values: unknown[]): void => {
    const began = timers.get(label)
    if (began === undefined) return put('warn', [`Timer '${label}' does not exist`])
    put('log', [`${label}: ${(performance.now() - began).toFixed(1)} ms`, ...values])
  }
  realm.timeLog = timeLog
  realm.timeEnd = (label = 'default') => {
    timeLog(label)
    timers.delete(label)
  }
  const group = (...values: unknown[]): void => {
    if (values.length > 0) put('log', values)
    indent++
  }
  realm.group = group
  realm.groupCollapsed = group
  realm.groupEnd = () => void (indent = Math.max(0, indent - 1))
  realm.clear = () => {
    indent = 0
    clear()
  }
}

/** Console standard 2.2.1, "Formatter", as far as text goes: %s %d %i %f %o %O %c %%. */
function format(values: readonly unknown[]): Described[] {
  const [first, ...rest] = values
  if (typeof first !== 'string' || !/%[sdifoOc%]/.test(first)) return values.map((value) => describe(value))
  const text = first.replaceAll(/%([sdifoOc%])/g, (whole, kind: string) => {
    if (kind === '%') return '%'
    if (rest.length === 0) return whole
    const value = rest.shift()
    switch (kind) {
      case 's':
        return typeof value === 'string' ? value : describe(value, 1).text
      case 'd':
      case 'i':
        return String(Number.parseInt(String(value), 10))
      case 'f':
        return String(Number.parseFloat(String(value)))
      case 'c':
        return ''
      default:
        return describe(value, 1).text
    }
  })
  return [{ kind: 'string', text }, ...rest.map((value) => describe(value))]
}
