// Subresource integrity: whether the bytes that came are those that the page was written for (Subresource Integrity 3).
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { AskKind, BodyText, RuleNote } from '../protocol'
import { fromBodyText } from '../requests'
import type { Finished, Flight } from './flight'
import { isScripted } from './kinds'
import { blocked } from './outcome'
import { withoutFragment } from './url'

const SOURCE = 'Subresource Integrity 3.3.4, "does response match metadata list"'

/** Weakest first. */
const ALGORITHMS = [
  { name: 'sha256', title: 'SHA-256', digest: sha256 },
  { name: 'sha384', title: 'SHA-384', digest: sha384 },
  { name: 'sha512', title: 'SHA-512', digest: sha512 },
] as const

/** What can be asked for with an `integrity`; the rest of the elements have no such attribute. */
const CHECKED: ReadonlySet<AskKind> = new Set(['fetch', 'script', 'module', 'css'])

const KNOWN = "one of 'sha256', 'sha384', 'sha512', or 'ed21159'"

interface Hash {
  /** Position in `ALGORITHMS`. */
  readonly strength: number
  /** Base64 with padding. */
  readonly digest: string
}

export interface Integrity {
  /** Those of the strongest algorithm alone; empty where nothing is checked. */
  readonly hashes: readonly Hash[]
  /** What Chromium writes of parts that it can't read; misspelling its own. */
  readonly console: readonly string[]
}

/** Subresource Integrity 3.3.2, "parse metadata". What can't be read is ignored, and then nothing is checked. */
export function parseIntegrity(metadata: string): Integrity {
  const console: string[] = []
  const complain = (why: string): void => {
    console.push(`Error parsing 'integrity' attribute ('${metadata}'). ${why}`)
  }
  const hashes: Hash[] = []
  for (const part of metadata.split(/[\t\n\f\r ]+/).filter(Boolean)) {
    const [hash = '', ...options] = part.split('?')
    const [, name = '', digest = ''] = /^(sha-?(?:256|384|512))-(.*)$/.exec(hash) ?? []
    const strength = ALGORITHMS.findIndex((one) => one.name === name.replace('-', ''))
    if (strength < 0) {
      complain(
        part.includes('-')
          ? `The specified hash algorithm must be ${KNOWN}.`
          : `The hash algorithm must be ${KNOWN}, followed by a '-' character.`,
      )
    } else if (!/^[\w+/=-]+$/.test(digest)) {
      complain('The digest must be a valid, base64-encoded value.')
    } else {
      hashes.push({ strength, digest: toPlainBase64(digest) })
      const option = options.join('?')
      if (option !== '') console.push(`Ignoring unrecognized 'integrity' attribute option '${option}'.`)
    }
  }
  const strongest = Math.max(...hashes.map(({ strength }) => strength))
  return { hashes: hashes.filter(({ strength }) => strength === strongest), console }
}

/** Of the URL-safe alphabet and padding that is left out nothing is thought of. */
function toPlainBase64(digest: string): string {
  const plain = digest.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, '=')
}

function integrityOf({ ask: { page } }: Flight): Integrity {
  return CHECKED.has(page.kind) ? parseIntegrity(page.integrity ?? '') : { hashes: [], console: [] }
}

/** Whether there is nothing for the page before all of the body is there. */
export function waitsForWhole(flight: Flight): boolean {
  return integrityOf(flight).hashes.length > 0
}

/** Says what of the metadata is not read. */
export function readIntegrity(flight: Flight): void {
  const { console, hashes } = integrityOf(flight)
  // Chromium says nothing of style sheets.
  if (flight.ask.page.kind !== 'css') flight.console.push(...console)
  if (!console.some((line) => line.startsWith('Error'))) return
  flight.notes.push({
    rule: 'integrity',
    source: 'Subresource Integrity 3.3.2, "parse metadata"',
    text:
      `Of \`integrity: ${flight.ask.page.integrity ?? ''}\` not all can be read, and what can't be is ignored` +
      `${hashes.length === 0 ? ': nothing is checked' : ''}.`,
    fix: 'Write the algorithm, a hyphen and the digest in base64, such as `sha384-…`.',
  })
}

/** Ends a fetch whose answer can't be looked into, or is another than the page was written for; null where it may go on. */
export function judgeIntegrity(flight: Flight, body: BodyText, isOpaque: boolean): Finished | null {
  const { hashes } = integrityOf(flight)
  const [{ strength } = { strength: -1 }] = hashes
  const algorithm = ALGORITHMS[strength]
  if (!algorithm || flight.isComing) return null
  const isScript = isScripted(flight.ask.page.kind)
  const first = (flight.urls[0] ?? flight.url).href
  const end = (note: Omit<RuleNote, 'rule' | 'source'>, line: string): Finished =>
    blocked(flight, 'integrity', { rule: 'integrity', source: SOURCE, ...note }, [
      line,
      ...(isScript ? [`Fetch API cannot load ${first}. SRI's integrity checks failed.`] : []),
    ])
  if (isOpaque) {
    return end(
      {
        text: 'The page asked for an answer with this `integrity`, but without CORS the browser may not compare: that could tell what is in it.',
        fix: isScript
          ? 'Ask with the mode `cors`, and let the server allow the page.'
          : 'Add `crossorigin` to the element, and let the server answer with `Access-Control-Allow-Origin`.',
      },
      isScript
        ? `Subresource Integrity: The resource '${withoutFragment(flight.url)}' has an integrity attribute, but the response is not ` +
            'eligible for integrity validation.'
        : `Subresource Integrity: The resource '${first}' has an integrity attribute, but the resource requires the request to be ` +
            'CORS enabled to check the integrity, and it is not. The resource has been blocked because the integrity cannot be enforced.',
    )
  }
  const computed = toBase64(algorithm.digest(fromBodyText(body)))
  if (hashes.some(({ digest }) => digest === computed)) {
    flight.notes.push({
      rule: 'integrity',
      source: SOURCE,
      text: `The body's ${algorithm.title} digest is the one that \`integrity\` names: it is what the page was written for.`,
    })
    return null
  }
  return end(
    {
      text: `The body's ${algorithm.title} digest is \`${computed}\`, and \`integrity\` names another: these are not the bytes that the page was written for.`,
      fix: `If the new bytes are meant, write \`integrity: ${algorithm.name}-${computed}\`. A layer that changes the body on its way does this, too.`,
    },
    `Failed to find a valid digest in the 'integrity' attribute for resource '${withoutFragment(flight.url)}' with computed ` +
      `${algorithm.title} integrity '${computed}'. The resource has been blocked.`,
  )
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
