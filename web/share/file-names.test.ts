import { expect, test } from 'vitest'
import { fileNameFor } from './file-names'

test.for([
  ['One rye, please', 'one-rye-please.svg'],
  ['GET /breads/rye?x=1', 'get-breads-rye-x-1.svg'],
  ['../../etc/passwd', 'etc-passwd.svg'],
  ['Crème brûlée', 'creme-brulee.svg'],
  ['パン', 'request.svg'],
  ['con', 'con-request.svg'],
  ['long '.repeat(40), `${'long-'.repeat(12).slice(0, -1)}.svg`],
] as const)('fileNameFor() saves %s as %s', ([title, name]) => {
  expect(fileNameFor(title, 'svg')).toBe(name)
})
