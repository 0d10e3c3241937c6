// A moment as the fragment of an address: the place, files where they differ, and where in the run somebody stands.
// Everything is in the link itself. Reads links that anybody may have made, so it believes nothing.
import { Inflate, deflateSync, strFromU8, strToU8 } from 'fflate'
import type { SourceFiles } from '../../engine/protocol'

export interface MomentLink {
  /** Id in the catalog. */
  readonly place: string
  /** Files that are not what the place came with; `null` for one that was deleted. Absent where all of them are. */
  readonly files?: Readonly<Record<string, string | null>>
  /** FastAPI version, where it is not the newest. */
  readonly fastapi?: string
  /** Index of the exchange in view; null for a fetch that sent nothing. */
  readonly exchange: number | null
  /** Number of that fetch. */
  readonly fetch?: number
  /** Index of the step; null where nobody had moved. */
  readonly step: number | null
  /** Number of the event inside of the step; null at the whole step. */
  readonly moment: number | null
}

const NAME = '#moment='
/** Mail programs and chats cut longer ones. */
export const MOST_LINK_CHARS = 8192
/** A fragment of 8 kB may blow up to anything; no program for learning is longer than this. */
const MOST_BYTES = 512 * 1024

/** Whether the fragment is meant to be such a link. */
export function isMomentLink(hash: string): boolean {
  return hash.startsWith(NAME)
}

/** The fragment, with its `#`. */
export function writeMomentLink(link: MomentLink): string {
  return NAME + toBase64Url(deflateSync(strToU8(JSON.stringify(link)), { level: 9 }))
}

/** @returns null where it is damaged, or no link of this kind */
export function readMomentLink(hash: string): MomentLink | null {
  if (!isMomentLink(hash)) return null
  try {
    const value: unknown = JSON.parse(inflate(fromBase64Url(hash.slice(NAME.length))))
    return isMoment(value) ? value : null
  } catch {
    return null
  }
}

/** What of `files` has to be told to somebody who has `start`; undefined where nothing has. */
export function filesBeyond(start: SourceFiles, files: SourceFiles): MomentLink['files'] {
  const changed = Object.entries(files).filter(([name, text]) => start[name] !== text)
  const gone = Object.keys(start).filter((name) => !(name in files))
  if (changed.length + gone.length === 0) return undefined
  return Object.fromEntries([...changed, ...gone.map((name) => [name, null] as const)])
}

/** The files that the link's maker had. */
export function filesWith(start: SourceFiles, beyond: MomentLink['files']): SourceFiles {
  const all = Object.entries({ ...start, ...beyond })
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null))
}

/** Stops as soon as too much has come out. @throws where it is no deflated text, or too much of it */
function inflate(bytes: Uint8Array): string {
  let text = new Uint8Array()
  const stream = new Inflate((piece) => {
    if (text.length + piece.length > MOST_BYTES) throw new Error('too long')
    const next = new Uint8Array(text.length + piece.length)
    next.set(text)
    next.set(piece, text.length)
    text = next
  })
  // In pieces, so that it is noticed in time.
  for (let at = 0; at < bytes.length; at += 256) stream.push(bytes.subarray(at, at + 256), at + 256 >= bytes.length)
  return strFromU8(text)
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(strFromU8(bytes, true)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): Uint8Array {
  return strToU8(atob(text.replaceAll('-', '+').replaceAll('_', '/')), true)
}

function isMoment(value: unknown): value is MomentLink {
  if (typeof value !== 'object' || value === null) return false
  const { place, files, fastapi, exchange, fetch, step, moment } = value as Record<string, unknown>
  return (
    typeof place === 'string' &&
    (files === undefined || isFiles(files)) &&
    (fastapi === undefined || typeof fastapi === 'string') &&
    (exchange === null || isNumber(exchange)) &&
    (fetch === undefined || isNumber(fetch)) &&
    (step === null || isNumber(step)) &&
    (moment === null || isNumber(moment))
  )
}

function isFiles(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(([name, text]) => isFileName(name) && (text === null || typeof text === 'string'))
  )
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** As the editor allows them; above all nothing that leads out of the program's folder. */
function isFileName(name: string): boolean {
  return /^[\w-]+(\.[\w-]+)*(\/[\w-]+(\.[\w-]+)*)*$/.test(name) && name !== '__proto__'
}
