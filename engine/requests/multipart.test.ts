import { expect, test } from 'vitest'
import { encodeMultipart, type FormPart } from './multipart'

const written = (part: FormPart) => new TextDecoder().decode(encodeMultipart([part], 'B'))
const bytes = new TextEncoder().encode('a\n')

// HTML, "multipart/form-data encoding algorithm", steps 1 and 2, and its note on names.
test.for<[FormPart, string]>([
  [{ name: 'q', text: 'tea' }, 'name="q"\r\n\r\ntea\r\n'],
  [{ name: 'q', text: 'a\nb\rc\r\nd' }, 'name="q"\r\n\r\na\r\nb\r\nc\r\nd\r\n'],
  [{ name: 'a\n"b"', text: '' }, 'name="a%0D%0A%22b%22"\r\n\r\n\r\n'],
  [
    { name: 'f', file: 'a\n".txt', type: 'text/plain', bytes },
    'name="f"; filename="a%0A%22.txt"\r\nContent-Type: text/plain\r\n\r\na\n\r\n',
  ],
])('encodeMultipart() writes %o', ([part, expected]) => {
  expect(written(part)).toBe(`--B\r\nContent-Disposition: form-data; ${expected}--B--\r\n`)
})
