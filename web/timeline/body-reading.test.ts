import { gzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { decodeBody } from '../../engine/browser/decode'
import type { HeaderList } from '../../engine/protocol'
import type { BodyRow } from '../../engine/trace'
import { deedWords, readBodyRow } from './body-reading'

function rowOf(bytes: Uint8Array, headers: HeaderList): BodyRow {
  const text = btoa(String.fromCharCode(...bytes))
  const body = { bytes: bytes.length, text, encoding: 'base64' as const }
  return {
    row: 0,
    name: 'GZip',
    step: 0,
    pieces: [{ seq: 1, at: 0, body }],
    bytes: bytes.length,
    deed: 'made',
    headers,
  }
}

const JSON_TYPE = ['content-type', 'application/json'] as const
const zipped = gzipSync(new TextEncoder().encode('{"bread":"rye"}'))

test('a compressed body is read as what is in it, and as it was sent', () => {
  const row = rowOf(zipped, [JSON_TYPE, ['Content-Encoding', 'gzip']])
  expect(readBodyRow(row, decodeBody, false)).toMatchObject({
    codings: ['gzip'],
    text: '{"bread":"rye"}',
    isJson: true,
  })
  const raw = readBodyRow(row, decodeBody, true)
  expect(raw).toMatchObject({ codings: ['gzip'], text: null })
  expect(raw.bytes).toEqual(new Uint8Array(zipped))
  // Before the decoders are there it stands as it was sent.
  expect(readBodyRow(row, null, false)).toMatchObject({ codings: [], text: null, fault: null })
})

test('a body that is not what its header says is shown as it is, with the reason', () => {
  const row = rowOf(new TextEncoder().encode('plain'), [['content-encoding', 'gzip']])
  expect(readBodyRow(row, decodeBody, false)).toMatchObject({ codings: [], text: 'plain' })
  expect(readBodyRow(row, decodeBody, false).fault).toMatch(/no valid gzip/)
})

test.for([
  ['a picture', [0x89, 0x50, 0x4e, 0x47, 0, 1], null],
  ['half a letter', [0xc3], null],
  ['lines', [0x61, 10, 9, 0x62], 'a\n\tb'],
] as const)('%s', ([, bytes, text]) => {
  expect(readBodyRow(rowOf(Uint8Array.from(bytes), []), null, false).text).toBe(text)
})

test.for([
  ['made', 'response', true, 'made here'],
  ['made', 'response', false, 'made anew, in place of it'],
  ['made', 'request', true, 'sent from here'],
  ['same', 'response', false, ''],
  ['cut', 'response', false, 'put together'],
  ['changed', 'request', false, 'changed here'],
] as const)('what is %s in a %s (first: %s) is called "%s"', ([deed, of, isFirst, words]) => {
  expect(deedWords({ ...rowOf(zipped, []), deed }, of, isFirst)).toBe(words)
})
