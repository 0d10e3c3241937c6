// Reads Python as far as moving a statement needs it: what it binds and uses when it runs, and which lines are its own.
import type { SyntaxNode } from '@lezer/common'
import { parser } from '@lezer/python'

/** A file with its tree. */
export interface Source {
  readonly text: string
  readonly root: SyntaxNode
  /** What ends its lines. */
  readonly newline: string
}

/** @returns the parsed file, or the line (1-based) at which it is no Python */
export function parsePython(text: string): Source | { readonly badLine: number } {
  const tree = parser.parse(text)
  let bad: number | null = null
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) bad ??= node.from
    },
  })
  if (bad !== null) return { badLine: lineOf(text, bad) }
  return { text, root: tree.topNode, newline: text.includes('\r\n') ? '\r\n' : '\n' }
}

/** The 1-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** Offset at which the line of an offset begins. */
export function lineStart(text: string, offset: number): number {
  return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}

/** Offset at which the line of an offset ends, before `\r\n` or `\n`. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : text[end - 1] === '\r' && end > offset ? end - 1 : end
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child)
  return children
}

/** Statements of a module or a body, in order. */
export function statementsOf(block: SyntaxNode): SyntaxNode[] {
  return childrenOf(block).filter(({ name }) => name !== 'Comment' && name !== ':')
}

export function textOf({ text }: Source, node: SyntaxNode): string {
  return text.slice(node.from, node.to)
}

/** Where a statement's last token ends: a body's node goes on over blank lines and comments behind it. */
export function endOfCode(node: SyntaxNode): number {
  const last = childrenOf(node).findLast(({ name }) => name !== 'Comment')
  return last ? endOfCode(last) : node.to
}

/** What a statement does to names when it runs; bodies of functions run later. */
export interface Names {
  /** Read by the statement itself. */
  readonly used: ReadonlySet<string>
  /** Bound, deleted, or changed in place (`x.y = …`, `x[…] = …`, `x.append(…)`). */
  readonly changed: ReadonlySet<string>
  /** Mentioned anywhere in it, bodies of functions too. */
  readonly mentioned: ReadonlySet<string>
}

const FUNCTIONS = new Set(['FunctionDefinition', 'LambdaExpression'])
const BINDERS = new Set(['AssignStatement', 'UpdateStatement', 'DeleteStatement', 'ForStatement', 'NamedExpression'])

export function namesIn(source: Source, statement: SyntaxNode): Names {
  const used = new Set<string>()
  const changed = new Set<string>()
  const mentioned = new Set<string>()
  const visit = (node: SyntaxNode, isLater: boolean): void => {
    if (node.name === 'VariableName') {
      const name = textOf(source, node)
      if (isParameter(node)) return
      mentioned.add(name)
      if (isLater) return
      if (isBound(node)) changed.add(name)
      else used.add(name)
      return
    }
    const isCalled = node.name === 'CallExpression' && node.firstChild?.name === 'MemberExpression'
    if (isCalled && !isLater && node.firstChild) changed.add(textOf(source, baseOf(node.firstChild)))
    for (const child of childrenOf(node)) visit(child, isLater || (FUNCTIONS.has(node.name) && child.name === 'Body'))
  }
  visit(statement, false)
  return { used, changed, mentioned }
}

/** A name of a call's or function's own: `allow_origins=` of a call, or what a function takes. */
function isParameter({ parent, prevSibling, nextSibling }: SyntaxNode): boolean {
  if (parent?.name === 'ArgList') return nextSibling?.name === 'AssignOp'
  return parent?.name === 'ParamList' && prevSibling?.name !== 'AssignOp'
}

/** `a` of `a.b[c].d`. */
function baseOf(node: SyntaxNode): SyntaxNode {
  const first = node.firstChild
  return first && (node.name === 'MemberExpression' || node.name === 'CallExpression') ? baseOf(first) : node
}

/** Whether this mention gives the name a value, or changes what it stands for. */
function isBound(name: SyntaxNode): boolean {
  // Up through the target it belongs to: `(a, b)`, `a.b`, `*a`.
  let target = name
  while (target.parent && /^(TupleExpression|ArrayExpression|MemberExpression)$/.test(target.parent.name)) {
    if (target.parent.name === 'MemberExpression' && target.prevSibling) return false
    target = target.parent
  }
  const { parent } = target
  if (!parent) return false
  if (parent.name === 'FunctionDefinition' || parent.name === 'ClassDefinition')
    return target.name === 'VariableName' && target.prevSibling?.name !== 'as'
  // Of `from a.b import c` the module is no name here.
  if (parent.name === 'ImportStatement')
    return parent.firstChild?.name !== 'from' || (parent.getChild('import')?.to ?? 0) < target.from
  if (/^(CapturePattern|AsPattern|TypeDefinition|ScopeStatement)$/.test(parent.name)) return true
  if (target.prevSibling?.name === 'as') return true
  if (!BINDERS.has(parent.name)) return false
  if (parent.name === 'DeleteStatement') return true
  const stop = parent.name === 'ForStatement' ? 'in' : /^(AssignOp|UpdateOp)$/
  for (let at = target.nextSibling; at; at = at.nextSibling)
    if (typeof stop === 'string' ? at.name === stop : stop.test(at.name)) return true
  return false
}

/** Offsets of whole lines, without the end of the last one. */
export interface Block {
  readonly from: number
  readonly to: number
}

/**
 * The lines of a statement: with the comment lines directly above it, what stands behind it on its last line, and
 * comments that are indented as its body.
 * @returns null where it shares a line with another statement
 */
export function blockOf({ text }: Source, statement: SyntaxNode): Block | null {
  let from = lineStart(text, statement.from)
  const indent = text.slice(from, statement.from)
  if (indent.trim() !== '') return null
  const codeEnd = endOfCode(statement)
  let to = lineEnd(text, codeEnd)
  if (!/^\s*(#.*)?$/.test(text.slice(codeEnd, to))) return null
  while (from > 0) {
    const above = lineStart(text, from - 1)
    const line = text.slice(above, from)
    if (!line.startsWith(`${indent}#`)) break
    from = above
  }
  for (let at = to; ;) {
    const next = text.indexOf('\n', at) + 1
    if (next === 0) break
    const end = lineEnd(text, next)
    const line = text.slice(next, end)
    const isBlank = line.trim() === ''
    const isOfBody = /^\s*#/.test(line) && line.startsWith(indent) && /^\s/.test(line.slice(indent.length))
    if (!isBlank && !isOfBody) break
    if (isOfBody) to = end
    if (end >= text.length) break
    at = end
  }
  return { from, to }
}
