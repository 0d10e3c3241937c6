// Writes another order of the layers into the code: moves the statements that register them, or the entries of their
// list. All else of the file stays byte for byte. Where that is not safe it says why.
import type { SyntaxNode } from '@lezer/common'
import type { Layer, SourceFiles } from '../protocol'
import {
  blockOf,
  childrenOf,
  lineEnd,
  lineOf,
  lineStart,
  namesIn,
  parsePython,
  statementsOf,
  textOf,
  type Source,
} from './python'
import { findSites, type Site } from './sites'

export type Reordered =
  | {
      readonly ok: true
      /** The files that changed. */
      readonly files: SourceFiles
    }
  | {
      readonly ok: false
      /** One sentence. */
      readonly why: string
    }

const no = (why: string): Reordered => ({ ok: false, why })

/**
 * Rewrites the program so that its layers stand in another order.
 * @param files  the program as it ran: the layers' `added` are lines of it
 * @param layers  what it registers, outermost first (`registeredLayers`)
 * @param wanted  indices of `layers`, outermost first; each once
 * @param dragged  the layer whose code had better move; the others stay where they are if they can
 */
export function reorderLayers(
  files: SourceFiles,
  layers: readonly Layer[],
  wanted: readonly number[],
  dragged?: number,
): Reordered {
  const { sources, sites } = findSites(files, layers)
  const refusal = refuseCrossings(layers, sites, wanted)
  if (refusal) return no(refusal)
  const changed: Record<string, string> = {}
  for (const members of groupsOf(sites).values()) {
    const now = members.map((member) => sites[member]).filter((site) => site !== undefined)
    const order = wanted.filter((at) => members.includes(at))
    if (order.every((at, index) => at === members[index])) continue
    const [first] = now
    if (first === undefined || first.kind === 'fixed') continue
    const source = sources.get(first.file)
    if (!source) continue
    if (changed[first.file] !== undefined)
      return no(`Two places of ${first.file} would have to change at once. Move one layer at a time.`)
    const nodes = new Map(members.map((member) => [member, nodeOf(sites[member])] as const))
    const done =
      first.kind === 'entry'
        ? permuteEntries(source, members, order, nodes)
        : permuteStatements(source, layers, members, order, nodes, pinnedOf(sites), dragged)
    if (typeof done !== 'string') return no(done.why)
    changed[first.file] = done
  }
  return { ok: true, files: changed }
}

/** Members that stay where they are, with the reason. */
function pinnedOf(sites: readonly Site[]): ReadonlyMap<number, string> {
  return new Map(
    sites.flatMap((site, at) => (site.kind !== 'fixed' && site.pinned !== null ? [[at, site.pinned] as const] : [])),
  )
}

function nodeOf(site: Site | undefined): SyntaxNode {
  if (!site || site.kind === 'fixed') throw new Error('A site without code has no group.')
  return site.node
}

/** Members of each group, outermost first. */
function groupsOf(sites: readonly Site[]): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  sites.forEach((site, at) => {
    if (site.kind !== 'fixed') groups.set(site.group, [...(groups.get(site.group) ?? []), at])
  })
  return groups
}

/** Layers may pass each other only where their code stands side by side. */
function refuseCrossings(layers: readonly Layer[], sites: readonly Site[], wanted: readonly number[]): string | null {
  const nameOf = (at: number) => layers[at]?.name ?? ''
  for (const [place, outer] of wanted.entries())
    for (const inner of wanted.slice(place + 1)) {
      if (outer < inner) continue
      const [a, b] = [sites[outer], sites[inner]]
      if (!a || !b) continue
      if (a.kind === 'fixed') return a.why
      if (b.kind === 'fixed') return b.why
      if (a.group === b.group) {
        if (a.pinned !== null && b.pinned !== null) return a.pinned
        continue
      }
      if (a.kind !== b.kind) {
        const [entry, later] = a.kind === 'entry' ? [outer, inner] : [inner, outer]
        return `${nameOf(entry)} stands in a list that the app is made with, and ${nameOf(later)} is added afterwards, which always puts it outside.`
      }
      const where = (at: number) => `line ${layers[at]?.added?.line} of ${layers[at]?.added?.file}`
      return `${nameOf(outer)} is added in ${where(outer)} and ${nameOf(inner)} in ${where(inner)}, which do not stand side by side.`
    }
  return null
}

// Entries of a list

interface Entry {
  readonly node: SyntaxNode
  /** Comment lines above it, up to the entry. */
  readonly lead: readonly [from: number, to: number]
  /** What stands between its comma and the end of its line: a comment, or nothing. */
  readonly tail: readonly [from: number, to: number]
}

/** Puts entries in the places of each other; commas and the space between stay where they are. */
function permuteEntries(
  source: Source,
  members: readonly number[],
  order: readonly number[],
  nodes: ReadonlyMap<number, SyntaxNode>,
): string {
  const entries = new Map([...nodes].map(([member, node]) => [member, entryOf(source, node)] as const))
  const edits: Edit[] = []
  members.forEach((member, place) => {
    const to = entries.get(member)
    const from = entries.get(order[place] ?? member)
    if (!to || !from || to === from) return
    const take = ([start, end]: readonly [number, number]) => source.text.slice(start, end)
    edits.push(
      { from: to.lead[0], to: to.lead[1], text: take(from.lead) },
      { from: to.node.from, to: to.node.to, text: textOf(source, from.node) },
      { from: to.tail[0], to: to.tail[1], text: take(from.tail) },
    )
  })
  return applyEdits(source.text, edits)
}

function entryOf({ text }: Source, node: SyntaxNode): Entry {
  const start = lineStart(text, node.from)
  const isFirst = text.slice(start, node.from).trim() === ''
  const comma = node.nextSibling?.name === ',' ? node.nextSibling.to : node.to
  const end = lineEnd(text, comma)
  const hasComment = /^\s*#/.test(text.slice(comma, end))
  let above = start
  if (isFirst)
    while (above > 0) {
      const line = lineStart(text, above - 1)
      if (!/^\s*#/.test(text.slice(line, above))) break
      above = line
    }
  return {
    node,
    lead: isFirst ? [above, start] : [node.from, node.from],
    tail: isFirst && hasComment ? [comma, end] : [comma, comma],
  }
}

// Statements

type Refused = { readonly why: string }

/**
 * Moves statements of one body. Which of them move and which stay is tried out, from few moves to many: a class that is
 * defined in between may keep one from moving up, where the others can move down past it.
 */
function permuteStatements(
  source: Source,
  layers: readonly Layer[],
  members: readonly number[],
  order: readonly number[],
  nodes: ReadonlyMap<number, SyntaxNode>,
  pinned: ReadonlyMap<number, string>,
  dragged: number | undefined,
): string | Refused {
  const starts = members.map((member) => nodes.get(member)?.from ?? 0)
  if (starts.some((start, place) => place > 0 && start > (starts[place - 1] ?? 0)))
    return { why: 'These layers are not added in the order of their lines, so moving a line would not move its layer.' }
  // In the file the innermost comes first.
  const wanted = [...order].reverse()
  let first: Refused | null = null
  for (const movers of subsets(members, wanted, dragged)) {
    if (movers.some((member) => pinned.has(member))) continue
    const tried = moveAll(source, layers, wanted, movers, nodes)
    if (typeof tried === 'string') return tried
    first ??= tried
  }
  return first ?? { why: [...pinned.values()][0] ?? 'These lines cannot be moved.' }
}

/** Of more members only one at a time is tried: there are 2 to their number of sets. */
const MOST_TRIED = 8

/** Sets of members such that the others stand in the wanted order already: smaller ones first, then those with `dragged`. */
function subsets(members: readonly number[], wanted: readonly number[], dragged: number | undefined): number[][] {
  const now = [...members].reverse()
  const all =
    members.length > MOST_TRIED
      ? members.map((member) => [member])
      : Array.from({ length: 2 ** members.length }, (_, bits) => members.filter((_, bit) => bits & (1 << bit)))
  const keeps = (movers: readonly number[]) => {
    const stay = (list: readonly number[]) => list.filter((member) => !movers.includes(member)).join()
    return stay(now) === stay(wanted)
  }
  const rank = (movers: readonly number[]) =>
    movers.length * 2 - Number(dragged !== undefined && movers.includes(dragged))
  return all.filter((movers) => movers.length < members.length && keeps(movers)).sort((a, b) => rank(a) - rank(b))
}

function moveAll(
  source: Source,
  layers: readonly Layer[],
  wanted: readonly number[],
  movers: readonly number[],
  nodes: ReadonlyMap<number, SyntaxNode>,
): string | Refused {
  const positions = new Map([...nodes].map(([member, node]) => [member, node.from] as const))
  let now = source
  const placed = new Set(wanted.filter((member) => !movers.includes(member)))
  for (const mover of wanted.filter((member) => movers.includes(member))) {
    const at = wanted.indexOf(mover)
    // Beside whom it goes: the next one before it in the file that stands already, else the next one after it.
    const above = wanted.slice(0, at).findLast((member) => placed.has(member))
    const below = wanted.slice(at + 1).find((member) => placed.has(member))
    placed.add(mover)
    const find = (member: number | undefined) => {
      const start = member === undefined ? undefined : positions.get(member)
      return start === undefined ? null : statementAt(now, start)
    }
    const [statement, upper, lower] = [find(mover), find(above), find(below)]
    if (!statement) return { why: 'The line to move was not found again.' }
    if (above !== undefined && below !== undefined && positions.get(above) === positions.get(below))
      return {
        why: `${layers[above]?.name} and ${layers[below]?.name} are added by one block, so nothing can stand between them.`,
      }
    const anchor =
      upper && upper.from > statement.from
        ? { node: upper, side: 'after' as const }
        : lower && lower.from < statement.from
          ? { node: lower, side: 'before' as const }
          : null
    if (!anchor) continue
    const name = layers[mover]?.name ?? 'This layer'
    const move = moveStatement(now, statement, anchor.node, anchor.side, name)
    if ('why' in move) return move
    for (const [member, start] of positions) positions.set(member, move.shift(start))
    const parsed = parsePython(move.text)
    if ('badLine' in parsed) return { why: `Moving ${name} would break line ${parsed.badLine}.` }
    now = parsed
  }
  return now.text
}

function statementAt({ root }: Source, start: number): SyntaxNode | null {
  for (let node: SyntaxNode | null = root.resolve(start, 1); node; node = node.parent)
    if (node.from === start && /(Statement|Definition)$/.test(node.name)) return node
  return null
}

interface Move {
  readonly text: string
  /** Where an offset of the old text stands in the new one. */
  readonly shift: (offset: number) => number
}

function moveStatement(
  source: Source,
  statement: SyntaxNode,
  anchor: SyntaxNode,
  side: 'before' | 'after',
  name: string,
): Move | Refused {
  const { parent } = statement
  if (!parent) return { why: `${name} stands nowhere.` }
  const siblings = statementsOf(parent)
  const place = (node: SyntaxNode) => siblings.findIndex((one) => one.from === node.from)
  const [own, other] = [place(statement), place(anchor)]
  const between = side === 'after' ? siblings.slice(own + 1, other + 1) : siblings.slice(other, own)
  const refusal = refuseCrossing(source, statement, between, name)
  if (refusal) return { why: refusal }
  const block = blockOf(source, statement)
  const beside = blockOf(source, anchor)
  if (!block || !beside) {
    const line = lineOf(source.text, (block ? anchor : statement).from)
    return { why: `Line ${line} holds more than one statement. Give each a line of its own first.` }
  }
  return rewrite(source, block, beside, side, {
    isApart: isApart(statement),
    isBesideApart: isApart(anchor),
    isTop: parent.name === 'Script',
  })
}

/** Functions and classes stand apart, by blank lines. */
function isApart({ name }: SyntaxNode): boolean {
  return /^(DecoratedStatement|FunctionDefinition|ClassDefinition)$/.test(name)
}

/** Why a statement cannot pass these others; null when it can. */
function refuseCrossing(
  source: Source,
  statement: SyntaxNode,
  between: readonly SyntaxNode[],
  name: string,
): string | null {
  const own = namesIn(source, statement)
  const app = appName(source, statement)
  for (const other of between) {
    const line = lineOf(source.text, other.from)
    const { changed, mentioned } = namesIn(source, other)
    // The app itself is spoken to by every such line; it is another app only where its name is given a new value.
    const isOther = (one: string) => one !== app || isGivenAnew(source, other, one)
    const needed = [...own.used].find((one) => changed.has(one) && isOther(one))
    if (needed) {
      const does = other.name === 'ExpressionStatement' ? 'changes' : 'defines'
      return `${name} needs \`${needed}\`, which line ${line} ${does}: what adds it cannot move past that.`
    }
    const lost = [...own.changed].find((one) => one !== app && !own.used.has(one) && mentioned.has(one))
    if (lost) return `Line ${line} uses \`${lost}\`, so \`${lost}\` cannot be defined below it.`
  }
  return null
}

/** `app` of `app.add_middleware(…)` and `@app.middleware(…)`. */
function appName(source: Source, statement: SyntaxNode): string | null {
  return /^@?\s*(\w+)/.exec(textOf(source, statement))?.[1] ?? null
}

/** Whether a statement binds the name itself, not only something in what it stands for. */
function isGivenAnew(source: Source, statement: SyntaxNode, name: string): boolean {
  if (statement.name === 'ExpressionStatement') return false
  if (statement.name !== 'AssignStatement') {
    const { changed, used } = namesIn(source, statement)
    return changed.has(name) && !used.has(name)
  }
  const targets = childrenOf(statement).slice(0, -1)
  return targets.some((node) => node.name === 'VariableName' && textOf(source, node) === name)
}

interface Looks {
  readonly isApart: boolean
  readonly isBesideApart: boolean
  readonly isTop: boolean
}

/** Cuts a block out and puts it beside another; blank lines as they are usual between functions and other statements. */
function rewrite(
  { text, newline }: Source,
  block: { readonly from: number; readonly to: number },
  beside: { readonly from: number; readonly to: number },
  side: 'before' | 'after',
  looks: Looks,
): Move {
  const wide = newline.repeat(looks.isTop ? 3 : 2)
  const longer = (a: string, b: string) => (countLines(a) >= countLines(b) ? a : b)
  const above = gapBefore(text, block.from)
  const below = gapAfter(text, block.to)
  // What is left behind keeps the wider of the two gaps, and none at the file's ends.
  const isFirst = block.from - above.length === 0
  const isLast = block.to + below.length === text.length
  const left = isFirst ? '' : isLast ? below : longer(above, below)
  const own = text.slice(block.from, block.to)
  const near = looks.isApart || looks.isBesideApart ? wide : newline
  const cut: Edit = { from: block.from - above.length, to: block.to + below.length, text: left }
  let paste: Edit
  if (side === 'after') {
    const far = gapAfter(text, beside.to)
    const isEnd = beside.to + far.length === text.length
    const after = looks.isApart && !isEnd ? longer(far, wide) : far
    paste = { from: beside.to, to: beside.to + far.length, text: near + own + after }
  } else {
    const far = gapBefore(text, beside.from)
    const isStart = beside.from - far.length === 0
    const before = looks.isApart && !isStart ? longer(far, wide) : far
    paste = { from: beside.from - far.length, to: beside.from, text: before + own + near }
  }
  return joinEdits(text, block, own, cut, paste, side)
}

/** Both edits as one text. Where they touch (a neighbour is passed) the gap between them is told by one of them alone. */
function joinEdits(
  text: string,
  block: { readonly from: number; readonly to: number },
  own: string,
  cut: Edit,
  paste: Edit,
  side: 'before' | 'after',
): Move {
  const edits = [cut, paste]
  const after = applyEdits(text, edits)
  const landed =
    side === 'after'
      ? paste.from + (cut.text.length - (cut.to - cut.from)) + paste.text.indexOf(own)
      : paste.from + paste.text.indexOf(own)
  const shift = (offset: number): number => {
    if (offset >= block.from && offset < block.to) return landed + (offset - block.from)
    return edits.reduce(
      (sum, edit) => (edit.to <= offset ? sum + edit.text.length - (edit.to - edit.from) : sum),
      offset,
    )
  }
  return { text: after, shift }
}

function countLines(gap: string): number {
  return gap.split('\n').length
}

/** The line ends and blank lines before the start of a line. */
function gapBefore(text: string, at: number): string {
  let from = at
  while (from > 0) {
    const start = lineStart(text, from - 1)
    if (text.slice(start, from).trim() !== '') {
      // The end of the line above is part of the gap; its text is not.
      const end = from - 1
      return text.slice(text[end - 1] === '\r' ? end - 1 : end, at)
    }
    from = start
  }
  return text.slice(0, at)
}

/** The line end behind a block and the blank lines up to the next line with something on it. */
function gapAfter(text: string, at: number): string {
  const blank = /^[^\S\n]*(\n[^\S\n]*)*/.exec(text.slice(at))?.[0] ?? ''
  if (at + blank.length === text.length) return blank
  return blank.slice(0, blank.lastIndexOf('\n') + 1)
}

interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text
  for (const edit of [...edits].sort((a, b) => b.from - a.from || b.to - a.to))
    result = result.slice(0, edit.from) + edit.text + result.slice(edit.to)
  return result
}
