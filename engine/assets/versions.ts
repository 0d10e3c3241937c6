// The FastAPI/Starlette pairs that programs can run on: one line each, newest first. Pure data, also for the page.
// After a change here run `npm run lock:wheels`; what each boundary is about is shown in decisions/010.

export interface VersionPair {
  readonly fastapi: string
  readonly starlette: string
  /** What it does otherwise than the pair below it in this list. */
  readonly why: string
  /** Other packages that this pair needs in another version than the newest does. */
  readonly pins?: Readonly<Record<string, string>>
}

/** Starlette's TestClient hands `app=` to httpx until 0.37; httpx 0.28 no longer takes it. */
const OLD_CLIENT = { httpx: '0.27.2' }
/** FastAPI asks for anyio below 4 until 0.107. */
const OLD_ANYIO = { ...OLD_CLIENT, anyio: '3.7.1' }

export const VERSIONS: readonly [VersionPair, ...VersionPair[]] = [
  { fastapi: '0.165.0', starlette: '1.10.0', why: 'GZip, Vary: Origin, a limit on bodies' },
  { fastapi: '0.158.2', starlette: '1.4.1', why: 'wildcard origins with credentials, when a session cookie is set' },
  { fastapi: '0.128.0', starlette: '0.50.0', why: 'HTTPBearer answers 401 instead of 403' },
  { fastapi: '0.120.4', starlette: '0.49.3', why: 'code after `yield` runs after the response' },
  { fastapi: '0.115.14', starlette: '0.46.2', why: 'call_next twice, event streams under GZip, background errors' },
  { fastapi: '0.112.4', starlette: '0.38.6', why: 'root_path and mounts' },
  {
    fastapi: '0.108.0',
    starlette: '0.32.0.post1',
    why: 'exception groups, when the last byte leaves',
    pins: OLD_CLIENT,
  },
  {
    fastapi: '0.107.0',
    starlette: '0.28.0',
    why: 'body read in middleware, code after `yield` before the response',
    pins: OLD_ANYIO,
  },
  { fastapi: '0.100.1', starlette: '0.27.0', why: 'the oldest that is kept', pins: OLD_ANYIO },
]

export const NEWEST = VERSIONS[0]

/**
 * Finds a pair by its FastAPI version; without one, the newest.
 * @throws {UnknownVersion} when it is not listed
 */
export function findVersion(fastapi: string | null | undefined): VersionPair {
  const found = fastapi ? VERSIONS.find((pair) => pair.fastapi === fastapi) : NEWEST
  if (!found) throw new UnknownVersion(fastapi ?? '')
  return found
}

/**
 * Where a version's own prepared files lie below the engine folder, with a slash at the end: the newest one's lie in the
 * engine folder itself.
 */
export function versionFolder(fastapi: string): string {
  return fastapi === NEWEST.fastapi ? '' : `${fastapi}/`
}

/** Somebody asked for a version that is not listed; the message lists what is. */
export class UnknownVersion extends Error {
  override readonly name = 'UnknownVersion'

  constructor(asked: string) {
    const listed = VERSIONS.map(({ fastapi }) => fastapi).join(', ')
    super(`FastAPI ${asked} is not among the versions that Peel runs; choose one of ${listed}`)
  }
}
