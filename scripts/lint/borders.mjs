// The one-way imports as a lint rule: who may import from where, in one table.
// Judges import paths alone; it does not know what is imported, and resolves nothing but relative paths.
import { posix, relative, sep } from 'node:path'

/**
 * Which rooms a room may import from, besides itself. `engine` is the door, `engine/index.ts`.
 * Data goes page -> engine -> worker; an import that goes the other way would let it walk backwards.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const MAY_IMPORT = {
  web: ['engine'],
  engine: ['host', 'browser', 'server', 'lesson', 'trace', 'requests', 'protocol'],
  host: ['protocol'],
  browser: ['requests', 'protocol'],
  server: ['protocol'],
  lesson: ['requests', 'trace', 'protocol'],
  trace: ['protocol'],
  requests: ['protocol'],
  sandbox: ['runtime', 'trace/model', 'protocol'],
  runtime: ['trace/model', 'protocol'],
  cli: ['host', 'browser', 'lesson', 'trace', 'requests', 'protocol'],
  assets: ['runtime', 'protocol'],
  protocol: [],
}

/** Packages that only the named folders may import. @type {Readonly<Record<string, readonly string[]>>} */
const PACKAGES = {
  pyodide: ['engine/runtime', 'engine/assets'],
  msw: ['engine/server'],
  'monaco-editor': ['web/editor'],
  react: ['web'],
  'react-dom': ['web'],
  zustand: ['web'],
}

/** Test files and the tools around the product may look into every room. */
const isFree = (/** @type {string} */ file) => /\.test(-d)?\.tsx?$/.test(file) || !/^(web|engine)\//.test(file)

/** @param {string} path  of a module, from the root @returns {string | null} its room */
function roomOf(path) {
  const [top, second, third] = path.replace(/\.[cm]?[jt]sx?$/, '').split('/')
  if (top === 'web') return 'web'
  if (top !== 'engine') return null
  if (!second || second === 'index') return 'engine'
  return second === 'trace' && third === 'model' ? 'trace/model' : second
}

/**
 * Judges one import.
 * @param {string} file  importing file, from the root, with slashes
 * @param {string} source  as it is written in the import
 * @returns {string | null} what is wrong, as a sentence; null when it may be
 */
export function judgeImport(file, source) {
  if (!source.startsWith('.')) {
    const name = source.startsWith('@') ? source.split('/').slice(0, 2).join('/') : (source.split('/')[0] ?? '')
    const homes = PACKAGES[name]
    if (!homes || homes.some((home) => file.startsWith(`${home}/`))) return null
    return isFree(file) ? null : `Only ${homes.join(' and ')} may import \`${name}\`.`
  }
  if (isFree(file)) return null
  const target = posix.normalize(posix.join(posix.dirname(file), source))
  const from = roomOf(file)
  const to = roomOf(target)
  if (from === null) return null
  if (to === null)
    return /^(scripts|e2e|bin)\//.test(target) ? `\`${from}\` may not import from ${target.split('/')[0]}/.` : null
  const home = from === 'trace/model' ? 'trace' : from
  const may = MAY_IMPORT[home]
  if (!may) return `\`${home}\` is no room yet: give it a line in scripts/lint/borders.mjs.`
  if (to === home || may.includes(to) || (to === 'trace/model' && (home === 'trace' || may.includes('trace'))))
    return null
  return `\`${home}\` may not import from \`${to}\`; it may use ${may.join(', ') || 'nothing'} (scripts/lint/borders.mjs).`
}

/** @param {any} context */
const oneWay = (context) => {
  const file = relative(context.cwd, context.filename).split(sep).join('/')
  const check = (/** @type {any} */ node) => {
    if (typeof node.source?.value !== 'string') return
    const message = judgeImport(file, node.source.value)
    if (message) context.report({ node: node.source, message })
  }
  return {
    ImportDeclaration: check,
    ExportNamedDeclaration: check,
    ExportAllDeclaration: check,
    ImportExpression: check,
  }
}

export default { meta: { name: 'peel' }, rules: { 'one-way': { create: oneWay } } }
