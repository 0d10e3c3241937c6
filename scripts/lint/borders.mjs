// The one-way imports as a lint rule: who may import from where, in one table.
// Judges import paths alone; it does not know what is imported, and resolves nothing but relative paths.
import { posix, relative, sep } from 'node:path'

/**
 * Which rooms a room may import from, besides itself. `engine` is the door, `engine/index.ts`.
 * Data goes page -> engine -> worker; an import that goes the other way would let it walk backwards.
 * A single file that stands between two rooms has a line of its own.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const MAY_IMPORT = {
  // The engine's door, and those of the pure rooms: views of them are tested without a worker, and load without one.
  web: ['engine', 'protocol', 'trace', 'lesson', 'requests', 'browser', 'convert', 'search', 'edit', 'export'],
  engine: [
    'host',
    'assets/versions',
    'host/page-engine',
    'host/recording',
    'browser',
    'server',
    'realm',
    'lesson',
    'trace',
    'requests',
    'protocol',
  ],
  host: ['requests', 'protocol'],
  // The one part of the host with a DOM: it puts sandbox and service worker together.
  'host/page-engine': ['host', 'sandbox', 'server', 'protocol', 'assets/versions'],
  'host/recording': ['host', 'sandbox', 'protocol'],
  browser: ['requests', 'protocol'],
  server: ['requests', 'protocol'],
  // Learners' JavaScript, in a frame of its own: speaks to a browser that it is given.
  realm: ['requests', 'protocol'],
  lesson: ['requests', 'browser', 'trace', 'protocol'],
  trace: ['protocol'],
  requests: ['protocol'],
  // Other tools' words for a request, and the way back: pure, offered by views and tests alike.
  convert: ['requests', 'protocol'],
  // What a run becomes when it is taken along: diagrams, commands, a file, a project. Pure.
  export: ['trace', 'requests', 'protocol', 'convert', 'assets/versions'],
  sandbox: ['host/worker-seam', 'runtime', 'trace/model', 'protocol', 'assets/versions'],
  // Learners' Python, rewritten: which lines register the layers, and how they change places. Pure.
  edit: ['protocol'],
  // Orders of a stack and what they have in common: pure, used where they are tried and where they are shown.
  search: ['protocol'],
  // The browser runs beside Python: what it sends next is decided at a virtual time, in the middle of a group.
  runtime: ['trace/model', 'search', 'browser', 'protocol'],
  cli: ['host', 'browser', 'lesson', 'trace', 'search', 'requests', 'protocol', 'assets/versions'],
  // The worker's side under Node: what `sandbox` is in the page.
  'cli/node-worker': ['assets', 'assets/versions', 'runtime', 'trace/model', 'protocol'],
  // Small apps with their requests, for tests.
  corpus: ['browser', 'requests', 'protocol'],
  assets: ['runtime', 'protocol', 'assets/versions'],
  // The list of versions is plain data: page and command line offer it.
  'assets/versions': [],
  // Runs the package's tests inside Pyodide.
  python: ['assets', 'assets/versions', 'runtime'],
  protocol: [],
}

/** Files that are a room of their own, and the room whose files may use them freely. */
const SINGLES = [
  'assets/versions',
  'trace/model',
  'host/page-engine',
  'host/recording',
  'host/worker-seam',
  'cli/node-worker',
]

/** Packages that only the named folders may import. @type {Readonly<Record<string, readonly string[]>>} */
const PACKAGES = {
  pyodide: ['engine/runtime', 'engine/assets', 'engine/sandbox/worker-entry', 'engine/python'],
  msw: ['engine/server'],
  'monaco-editor': ['web/editor'],
  '@lezer/python': ['engine/edit'],
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
  const single = `${second}/${third ?? ''}`
  return SINGLES.includes(single) ? single : second
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
    if (!homes || homes.some((home) => file.startsWith(`${home}/`) || file.startsWith(`${home}.`))) return null
    return isFree(file) ? null : `Only ${homes.join(' and ')} may import \`${name}\`.`
  }
  if (isFree(file)) return null
  const target = posix.normalize(posix.join(posix.dirname(file), source))
  const from = roomOf(file)
  const to = roomOf(target)
  if (from === null) return null
  if (to === null)
    return /^(scripts|e2e|bin)\//.test(target) ? `\`${from}\` may not import from ${target.split('/')[0]}/.` : null
  const [home = '', neighbour = ''] = [from, to].map((room) => room.split('/')[0])
  const may = MAY_IMPORT[from] ?? MAY_IMPORT[home]
  if (!may) return `\`${home}\` is no room yet: give it a line in scripts/lint/borders.mjs.`
  // A file with a line of its own is used by its room, or by those that name it; its room's other files follow the room's line.
  const isWithin = to === home || (home === neighbour && !(to in MAY_IMPORT))
  const isNamed = may.includes(to) || (!(to in MAY_IMPORT) && may.includes(neighbour))
  if (to === from || isWithin || isNamed) return null
  return `\`${from}\` may not import from \`${to}\`; it may use ${may.join(', ') || 'nothing'} (scripts/lint/borders.mjs).`
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
