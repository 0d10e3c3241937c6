// Rewrites what is typed into the console so that it runs as it does in DevTools: names outlive their entry and may be
// declared again, `await` stands anywhere, the last expression is the value, and a loop that never ends is stopped.
import { parse, type AnyNode, type Pattern, type Program } from 'acorn'
import { full } from 'acorn-walk'

/** Name of the function that each turn of a loop calls. */
export const TICK = '__peelTick'

interface Edit {
  readonly at: number
  readonly to: number
  readonly text: string
}

/** A program as the body of an async function. */
export interface Rewritten {
  readonly body: string
  /** Names that it declares at the top, which are to be the realm's. */
  readonly names: readonly string[]
}

/**
 * Rewrites a program.
 * @param isEntry  true for a line of the console, which has a value; the body then returns `{ value }`
 * @throws {SyntaxError} acorn's; ask the engine itself for its words
 */
export function rewrite(source: string, isEntry: boolean): Rewritten {
  const text = isEntry ? asExpression(source) : source
  const program = read(text)
  const edits: Edit[] = []
  const names: string[] = []
  let hoisted = ''
  const last = program.body.findLastIndex((node) => node.type !== 'FunctionDeclaration')
  full(program, (node) => guardLoop(node, edits))
  program.body.forEach((node, index) => {
    if (node.type === 'VariableDeclaration') {
      for (const { id } of node.declarations) names.push(...namesOf(id))
      const [first] = node.declarations
      if (first) edits.push({ at: node.start, to: first.start, text: ';(' })
      for (const [at, one] of node.declarations.entries()) {
        // A pattern always has an initialiser; a bare name would keep its old value.
        if (!one.init) edits.push({ at: one.end, to: one.end, text: '= undefined' })
        const next = node.declarations[at + 1]
        if (next) edits.push({ at: one.end, to: next.start, text: '),(' })
      }
      const end = node.declarations.at(-1)?.end ?? node.end
      edits.push({ at: end, to: node.end, text: ');' })
    } else if (node.type === 'FunctionDeclaration' && node.id) {
      names.push(node.id.name)
      hoisted += `globalThis.${node.id.name} = ${node.id.name};`
    } else if (node.type === 'ClassDeclaration' && node.id) {
      names.push(node.id.name)
      edits.push(
        { at: node.start, to: node.start, text: `${node.id.name} = ` },
        { at: node.end, to: node.end, text: ';' },
      )
    } else if (isEntry && index === last && node.type === 'ExpressionStatement') {
      // In an object, so that a promise is a value and not waited for.
      const end = text[node.end - 1] === ';' ? node.end - 1 : node.end
      edits.push(
        { at: node.start, to: node.start, text: ';return { value: (' },
        { at: end, to: node.end, text: ') };' },
      )
    }
  })
  return { body: hoisted + apply(text, edits), names }
}

/** `{ a: 1 }` is meant as an object, as DevTools reads it. */
function asExpression(source: string): string {
  if (!/^\s*\{[^]*\}\s*;?\s*$/.test(source)) return source
  const wrapped = `(${source.replace(/;\s*$/, '')}\n)`
  try {
    read(wrapped)
    return wrapped
  } catch {
    return source
  }
}

/** Whether more is to come: what stands there is right as far as it goes, as `fetch(` is. */
export function isUnfinished(source: string): boolean {
  try {
    read(source)
    return false
  } catch (error) {
    const { pos = 0, message } = error as SyntaxError & { readonly pos?: number }
    // A template or a comment is found to be open where it begins; anything else at the end of the text.
    return /^Unterminated (?:template|comment)/.test(message) || pos >= source.trimEnd().length
  }
}

function read(text: string): Program {
  return parse(text, { ecmaVersion: 'latest', sourceType: 'script', allowAwaitOutsideFunction: true })
}

function guardLoop(node: AnyNode, edits: Edit[]): void {
  if (!/^(?:For|ForIn|ForOf|While|DoWhile)Statement$/.test(node.type) || !('body' in node)) return
  const body = node.body as AnyNode
  if (body.type === 'BlockStatement') edits.push({ at: body.start + 1, to: body.start + 1, text: `${TICK}();` })
  else edits.push({ at: body.start, to: body.start, text: `{${TICK}();` }, { at: body.end, to: body.end, text: '}' })
}

function namesOf(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((one) => namesOf(one.type === 'RestElement' ? one.argument : one.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap((one) => (one ? namesOf(one) : []))
    case 'AssignmentPattern':
      return namesOf(pattern.left)
    case 'RestElement':
      return namesOf(pattern.argument)
    default:
      return []
  }
}

/** Later edits of one place come after earlier ones. */
function apply(text: string, edits: readonly Edit[]): string {
  let result = ''
  let done = 0
  const inOrder = edits
    .map((edit, index) => ({ edit, index }))
    .toSorted((a, b) => a.edit.at - b.edit.at || a.index - b.index)
  for (const { edit } of inOrder) {
    result += text.slice(done, edit.at) + edit.text
    done = Math.max(done, edit.to)
  }
  return result + text.slice(done)
}
