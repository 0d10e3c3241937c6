// `peel run`: one session from files on disk, printed as JSON or as an onion in text.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { groupRequests } from '../browser'
import { EngineHost, Session } from '../host'
import type { Limits, RequestGroup, RunDocument } from '../protocol'
import { HttpFileError, parseHttpFile } from '../requests'
import { InputError, readProgram } from './read-program'
import { spawnNodeWorker } from './spawn'

export interface RunArgs {
  readonly path: string
  /** The `.http` file; `requests.http` beside the program when absent. */
  readonly requests?: string | undefined
  /** A client program among the files, run after the requests; or alone, where no requests are named. */
  readonly client?: string | undefined
  readonly app?: string | undefined
  readonly env?: Readonly<Record<string, string>>
  /** Version of FastAPI to run on; the newest when absent. */
  readonly fastapi?: string | undefined
  /** Gets a line for each thing that is done to prepare a version that is not. */
  readonly onPrepare?: (line: string) => void
  readonly limits?: Partial<Limits>
  /** False leaves the server running at the end, as Run in the page does: no lifespan shutdown. */
  readonly close?: boolean
}

export interface RunOutcome {
  readonly document: RunDocument
  readonly warnings: readonly string[]
}

/**
 * Runs a program with the requests of a file: lifespan startup, all requests, lifespan shutdown.
 * @throws {InputError} with one line for stderr
 */
export async function runProgram(args: RunArgs): Promise<RunOutcome> {
  const { path, requests, client, app, env, fastapi, onPrepare, limits, close = true } = args
  const { folder, entry, files } = readProgram(path)
  if (client !== undefined && files[client] === undefined)
    throw new InputError(`${join(folder, client)}: no such file; --client names one beside the program`)
  const isAlone = client !== undefined && requests === undefined
  const { groups, warnings } = isAlone
    ? { groups: [], warnings: [] }
    : readRequests(requests ?? join(folder, 'requests.http'))
  const host = new EngineHost(spawnNodeWorker({ fastapi, onPrepare }), { spare: false })
  try {
    const session = new Session(
      host,
      { files, entry, app: app ?? null, ...(env ? { env } : {}) },
      limits ? { limits } : {},
    )
    await session.open()
    for (const group of groups) await session.send(group)
    if (client !== undefined) await session.client(client)
    if (close) await session.close()
    return { document: session.document, warnings }
  } finally {
    host.dispose()
  }
}

/** @throws {InputError} when the file is not there or cannot be read as requests */
export function readRequests(path: string): { groups: RequestGroup[]; warnings: readonly string[] } {
  if (!existsSync(path) || !statSync(path).isFile())
    throw new InputError(`${path}: no such file; name one with --requests FILE.http`)
  const folder = resolve(path, '..')
  try {
    const { requests, warnings } = parseHttpFile(readFileSync(path, 'utf8'), {
      file: path,
      readFile: (name) => (existsSync(join(folder, name)) ? new Uint8Array(readFileSync(join(folder, name))) : null),
    })
    return { groups: groupRequests(requests), warnings }
  } catch (error) {
    if (error instanceof HttpFileError) throw new InputError(error.message)
    throw error
  }
}

/** The JSON document of `peel run --json`: each exchange with its own events, the rest (lifespan, waits) beside them. */
export function toJson(document: RunDocument): object {
  const { versions, layers, error, exchanges, events, stop, fetches, browser, clients } = document
  return {
    versions,
    layers,
    error: error && shortError(error),
    exchanges: exchanges.map((exchange, index) => ({
      ...exchange,
      error: exchange.error && shortError(exchange.error),
      events: events.filter((event) => event.exchange === index),
    })),
    events: events.filter((event) => event.exchange === null),
    stop,
    ...(fetches ? { fetches } : {}),
    ...(browser ? { browser } : {}),
    ...(clients ? { clients: clients.map((one) => ({ ...one, error: one.error && shortError(one.error) })) } : {}),
  }
}

/** Without tracebacks. */
export function shortError({
  type,
  message,
  file,
  line,
}: {
  type: string
  message: string
  file: string | null
  line: number | null
}): object {
  return { type, message, file, line }
}
