// `peel compare`: one program with the same requests on two versions, and where the two runs part.
import { findVersion, type VersionPair } from '../assets/versions'
import type { Exchange, RunDocument, TraceEvent } from '../protocol'
import { compareRuns, eventWords, type Comparison, type Names } from '../trace'
import { InputError } from './read-program'
import { runProgram, type RunArgs } from './run'

/** A comparison with what was compared. */
export interface Compared extends Comparison {
  readonly versions: { readonly a: RunDocument['versions']; readonly b: RunDocument['versions'] }
  readonly exchanges: readonly Pick<Exchange, 'title'>[]
}

/**
 * Runs a program on two versions side by side and compares the runs.
 * @param fastapi  two versions
 * @throws {InputError}, also when the program loads on neither; {UnknownVersion}
 */
export async function compareVersions(
  args: Omit<RunArgs, 'fastapi'>,
  fastapi: readonly string[],
): Promise<{ compared: Compared; warnings: readonly string[] }> {
  const [first, second] = fastapi.map((version) => findVersion(version))
  if (!first || !second || first === second || fastapi.length > 2)
    throw new InputError('say two versions to compare: --fastapi A --fastapi B')
  const run = (pair: VersionPair) => runProgram({ ...args, fastapi: pair.fastapi })
  const [a, b] = await Promise.all([run(first), run(second)])
  const { error } = a.document
  if (error?.phase === 'load' && b.document.error?.phase === 'load') throw new InputError(error.text)
  const comparison = compareRuns(a.document, b.document, nameVersions(first, second))
  const { exchanges } = a.document.exchanges.length > 0 ? a.document : b.document
  const versions = { a: a.document.versions, b: b.document.versions }
  return { compared: { versions, exchanges, ...comparison }, warnings: a.warnings }
}

function nameVersions(a: Pick<VersionPair, 'fastapi'>, b: Pick<VersionPair, 'fastapi'>): Names {
  return { a: `FastAPI ${a.fastapi}`, b: `FastAPI ${b.fastapi}` }
}

/** What `peel compare --json` prints. */
export function comparisonToJson({
  versions,
  same,
  firstDifference,
  clientDifference,
  layersOnlyIn,
}: Compared): object {
  return { versions, same, firstDifference, clientDifference, layersOnlyIn }
}

/** One readable page. */
export function describeComparison(compared: Compared): string {
  const { versions, layersOnlyIn, clientDifference, firstDifference } = compared
  const names = nameVersions(versions.a, versions.b)
  const title = (exchange: number | null): string =>
    exchange === null ? 'outside of the requests' : `request ${exchange + 1}, ${compared.exchanges[exchange]?.title}`
  const lines = [
    `${names.a} with Starlette ${versions.a.starlette}, and ${names.b} with Starlette ${versions.b.starlette}`,
  ]
  for (const side of ['a', 'b'] as const)
    if (layersOnlyIn[side].length > 0) lines.push(`Layers only in ${names[side]}: ${layersOnlyIn[side].join(', ')}`)
  lines.push('')
  if (clientDifference)
    lines.push(`The client sees it at ${title(clientDifference.exchange)}:`, `  ${clientDifference.what}`)
  else lines.push('The client sees the same.')
  lines.push('')
  if (!firstDifference) return [...lines, 'What crossed the layers that both have is the same.'].join('\n')
  lines.push(`The layers part at ${title(firstDifference.exchange)}:`)
  const { a, b, what } = firstDifference
  if (!a && !b) return [...lines, `  ${what}`].join('\n')
  const [left, right] = [phrase(a), phrase(b)]
  const width = Math.max(names.a.length, names.b.length)
  lines.push(`  ${names.a.padEnd(width)}  ${left}`, `  ${names.b.padEnd(width)}  ${right}`)
  if (left === right) lines.push(`  ${what}`)
  return lines.join('\n')
}

function phrase(event: TraceEvent | null): string {
  return event ? `${String(event.at).padStart(5)} ms  ${eventWords(event)}` : '          nothing more happens'
}
