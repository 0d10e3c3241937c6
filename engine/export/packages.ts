// What a program's imports need from PyPI, in the versions that the page runs. Pure data and one reading of it.
import { VERSIONS } from '../assets/versions'
import type { SourceFiles, Versions } from '../protocol'

/** Modules that a program may import, and the package that brings each; those of FastAPI itself are always there. */
export const PACKAGES: Readonly<Record<string, readonly [name: string, version: string]>> = {
  httpx: ['httpx', '0.28.1'],
  multipart: ['python-multipart', '0.0.34'],
  python_multipart: ['python-multipart', '0.0.34'],
  itsdangerous: ['itsdangerous', '2.2.0'],
  jwt: ['pyjwt', '2.15.1'],
  structlog: ['structlog', '26.1.0'],
  pydantic_settings: ['pydantic-settings', '2.16.3'],
  redis: ['redis', '8.1.0'],
  fakeredis: ['fakeredis', '2.40.0'],
  requests: ['requests', '2.34.2'],
  websockets: ['websockets', '17.4'],
}
export const PYTEST = '9.2.0'

/** Words of a program that need a module which they don't import. */
const UNSAID: readonly (readonly [words: RegExp, module: string])[] = [
  [/\bSessionMiddleware\b/, 'itsdangerous'],
  [/\b(?:Form|File|UploadFile|OAuth2PasswordRequestForm)\b|\.form\(/, 'multipart'],
  [/\bwebsocket\b/i, 'websockets'],
  // Tests have no Redis to ask.
  [/^\s*(?:from|import)\s+redis\b/m, 'fakeredis'],
]

/** The lines of `requirements.txt`, sorted: the versions of a run, and what tests and imports need beside them. */
export function requirements(files: SourceFiles, versions: Versions): string[] {
  const { fastapi, starlette, pydantic, uvicorn } = versions
  const pins = VERSIONS.find((pair) => pair.fastapi === fastapi)?.pins ?? {}
  const wanted = new Map<string, string>([
    ...Object.entries({ fastapi, starlette, pydantic, uvicorn, pytest: PYTEST }),
    ...[...modulesOf(files), 'httpx'].flatMap((module) => (PACKAGES[module] ? [PACKAGES[module]] : [])),
    ...Object.entries(pins),
  ])
  return [...wanted].map(([name, version]) => `${name}==${version}`).sort()
}

/** Top-level modules that a program imports, also inside of functions, or needs unsaid. */
function modulesOf(files: SourceFiles): Set<string> {
  const source = Object.entries(files)
    .flatMap(([name, text]) => (name.endsWith('.py') ? [text] : []))
    .join('\n')
  const imported = [...source.matchAll(/^[ \t]*(?:from[ \t]+(\w+)|import[ \t]+([\w., \t]+))/gm)].flatMap(
    ([, from, list = '']) => from ?? list.split(',').map((one) => /\w+/.exec(one)?.[0] ?? ''),
  )
  return new Set([...imported, ...UNSAID.flatMap(([words, module]) => (words.test(source) ? [module] : []))])
}
