// `peel branch`: a session that goes back to before one of its groups and is sent something else.
import { join } from 'node:path'
import { EngineHost, Session } from '../host'
import type { BackResult, RunDocument } from '../protocol'
import { InputError, readProgram } from './read-program'
import { readRequests, toJson, type RunArgs } from './run'
import { spawnNodeWorker } from './spawn'
import { describeRun } from './text'

export interface BranchArgs extends Omit<RunArgs, 'limits' | 'close'> {
  /** 1-based number of the group before which to stand. */
  readonly at: string | undefined
  /** The `.http` file that the branch sends. */
  readonly send: string | undefined
}

export interface BranchOutcome {
  readonly main: RunDocument
  readonly branch: RunDocument
  readonly back: BackResult
  readonly at: number
  readonly warnings: readonly string[]
}

/**
 * Runs the main line to its end, goes back, and runs the branch to its end.
 * @throws {InputError} with one line for stderr, also when there is no such moment
 */
export async function branchProgram(args: BranchArgs): Promise<BranchOutcome> {
  const { path, requests, app, env, fastapi, onPrepare } = args
  const { folder, entry, files } = readProgram(path)
  const main = readRequests(requests ?? join(folder, 'requests.http'))
  if (args.send === undefined) throw new InputError('say what the branch sends: --send FILE.http')
  const branch = readRequests(args.send)
  const at = readAt(args.at, main.groups.length)
  const host = new EngineHost(spawnNodeWorker({ fastapi, onPrepare }), { spare: false })
  try {
    const session = new Session(host, { files, entry, app: app ?? null, ...(env ? { env } : {}) })
    await session.open()
    if (session.document.error) throw new InputError(session.document.error.text)
    for (const group of main.groups) await session.send(group)
    await session.close()
    const { document } = session
    const back = await goBack(session, at)
    for (const group of branch.groups) await session.send(group)
    await session.close()
    return { main: document, branch: session.document, back, at, warnings: [...main.warnings, ...branch.warnings] }
  } finally {
    host.dispose()
  }
}

async function goBack(session: Session, at: number): Promise<BackResult> {
  try {
    return await session.branch(at - 1)
  } catch (error) {
    const { stop } = session.document
    if (!(error instanceof RangeError)) throw error
    throw new InputError(`--at ${at}: the main line did not get that far. ${stop?.text ?? ''}`)
  }
}

function readAt(text: string | undefined, groups: number): number {
  const at = Number(text)
  if (text !== undefined && Number.isInteger(at) && at >= 1 && at <= groups) return at
  const known =
    groups === 1 ? 'the file has one group, so say 1' : `the file has ${groups} groups, so say 1 to ${groups}`
  throw new InputError(`--at ${text ?? '(missing)'}: before which group to stand; ${known}`)
}

const WAYS = { checkpoint: 'from memory', replay: 'by sending everything before it again' } as const

/** Both lines in text: the main line whole, of the branch what it does not share. */
export function describeBranch({ main, branch, back, at }: BranchOutcome): string {
  return [
    describeRun(main),
    '',
    `Branch before group ${at}, where exchange ${back.exchange + 1} and event ${back.seq} come next; had back ${WAYS[back.way]}.`,
    describeRun(branch, back.exchange),
  ].join('\n')
}

/** Both lines whole, each as `peel run --json` has it. */
export function branchToJson({ main, branch, back, at }: BranchOutcome): object {
  return { at, ...back, lines: [toJson(main), toJson(branch)] }
}
