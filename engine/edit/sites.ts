// Finds the piece of code that registers each layer, and says in a sentence where there is none that could be moved.
import type { SyntaxNode } from '@lezer/common'
import type { Layer, SourceFiles } from '../protocol'
import { childrenOf, lineOf, parsePython, textOf, type Source } from './python'

/**
 * Where a layer is registered. Sites with the same `group` may change places: statements of one body, of which the last
 * is the outermost, or entries of one list, of which the first is.
 */
export type Site =
  | {
      readonly kind: 'statement' | 'entry'
      readonly file: string
      readonly group: string
      readonly node: SyntaxNode
      /** Why it stays where it is and only others pass it: `node` is the `if` or the loop around it. Null where it can move. */
      readonly pinned: string | null
    }
  | { readonly kind: 'fixed'; readonly why: string }

export interface Sites {
  readonly sources: ReadonlyMap<string, Source>
  /** One a layer, in the order of the layers. */
  readonly sites: readonly Site[]
}

const COMPOUND: Readonly<Record<string, string>> = {
  IfStatement: 'an `if`',
  ForStatement: 'a loop',
  WhileStatement: 'a loop',
  TryStatement: 'a `try`',
  WithStatement: 'a `with`',
  MatchStatement: 'a `match`',
  ClassDefinition: 'a class',
}

export function findSites(files: SourceFiles, layers: readonly Layer[]): Sites {
  const sources = new Map<string, Source>()
  const taken = new Map<string, string>()
  const perLine = new Map<string, number>()
  for (const { added } of layers)
    if (added) perLine.set(`${added.file}:${added.line}`, (perLine.get(`${added.file}:${added.line}`) ?? 0) + 1)
  const sites = layers.map((layer): Site => {
    const { name, added } = layer
    const text = added && files[added.file]
    if (!added || text === undefined)
      return { kind: 'fixed', why: `No line of your files says where ${name} is added, so there is none to move.` }
    let source = sources.get(added.file)
    if (!source) {
      const parsed = parsePython(text)
      if ('badLine' in parsed)
        return {
          kind: 'fixed',
          why: `${added.file} cannot be read around line ${parsed.badLine}. Mend it there, then move ${name}.`,
        }
      source = parsed
      sources.set(added.file, source)
    }
    const found = findNode(source, added.line, (node) => taken.has(key(added.file, node)))
    // The entries of a list may share a line; a statement that adds two layers runs twice.
    const isShared = found && found.name !== 'CallExpression' && perLine.get(`${added.file}:${added.line}`) !== 1
    const looped = !found || isShared ? findNode(source, added.line, () => false) : null
    if (looped && isWithinBlock(looped)) return placed(source, added.file, name, looped)
    if (!found || isShared)
      return {
        kind: 'fixed',
        why: `${name} is added by line ${added.line} of ${added.file}, which adds more than one layer or does it in a way of its own.`,
      }
    taken.set(key(added.file, found), name)
    return placed(source, added.file, name, found)
  })
  return { sources, sites }
}

const key = (file: string, node: SyntaxNode): string => `${file}:${node.from}`

/** The statement or list entry that registers a layer at this line; the first that is not `isTaken`. */
function findNode(source: Source, line: number, isTaken: (node: SyntaxNode) => boolean): SyntaxNode | null {
  let found: SyntaxNode | null = null
  const visit = (node: SyntaxNode): void => {
    if (found || lineOf(source.text, node.from) > line || lineOf(source.text, node.to) < line) return
    for (const child of childrenOf(node)) visit(child)
    if (found || isTaken(node) || !registers(source, node)) return
    // Of a decorated function only the lines of its decorators register it.
    const last = node.name === 'DecoratedStatement' ? (node.lastChild?.from ?? node.to) : node.to
    if (lineOf(source.text, last) >= line) found = node
  }
  visit(source.root)
  return found
}

function registers(source: Source, node: SyntaxNode): boolean {
  const calls = (call: SyntaxNode | null, method: RegExp): boolean => {
    const member = call?.name === 'CallExpression' ? call.firstChild : null
    return member?.name === 'MemberExpression' && method.test(textOf(source, member))
  }
  if (node.name === 'ExpressionStatement') {
    const call = node.firstChild
    // `app.middleware("http")(function)` is the decorator, written out.
    return calls(call, /\.add_middleware$/) || calls(call?.firstChild ?? null, /\.middleware$/)
  }
  if (node.name === 'DecoratedStatement')
    return (
      childrenOf(node).filter(({ name }) => name === 'Decorator').length === 1 &&
      /^@\s*[\w.]+\.middleware\s*\(/.test(textOf(source, node))
    )
  return (
    node.name === 'CallExpression' &&
    node.parent?.name === 'ArrayExpression' &&
    /(^|\.)Middleware$/.test(textOf(source, node.firstChild ?? node))
  )
}

function placed(source: Source, file: string, name: string, node: SyntaxNode): Site {
  const { parent } = node
  const line = lineOf(source.text, node.from)
  if (!parent) return { kind: 'fixed', why: `Line ${line} cannot be moved.` }
  if (node.name === 'CallExpression')
    return { kind: 'entry', file, group: `${file}[${parent.from}`, node, pinned: null }
  if (parent.name === 'StatementGroup')
    return {
      kind: 'fixed',
      why: `Line ${line} of ${file} holds more than the statement that adds ${name}. Give it a line of its own first.`,
    }
  const { outer, block } = outermost(node)
  const inside = block && COMPOUND[block.name]
  const pinned = inside
    ? `${name} is added inside of ${inside} (line ${line} of ${file}): moved out of its place it might not be added, or more than once.`
    : null
  return { kind: 'statement', file, group: `${file}{${outer.parent?.from ?? 0}`, node: outer, pinned }
}

/** The statement of a module or a function in which a node stands: itself, or the outermost `if`, loop and so on. */
function outermost(node: SyntaxNode): { readonly outer: SyntaxNode; readonly block: SyntaxNode | null } {
  let outer = node
  let block: SyntaxNode | null = null
  for (let at = node; at.parent?.name === 'Body' && at.parent.parent && COMPOUND[at.parent.parent.name]; at = outer) {
    block ??= at.parent.parent
    outer = at.parent.parent
  }
  return { outer, block }
}

function isWithinBlock(node: SyntaxNode): boolean {
  return outermost(node).block !== null
}
