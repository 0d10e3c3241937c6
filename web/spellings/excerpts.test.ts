import { expect, test } from 'vitest'
import { excerptsOf } from './excerpts'

test('excerptsOf() leaves out what all texts begin and end with', () => {
  const around = (own: string) => `import a\n\n\n${own}\n\n\nb()\n`
  expect(excerptsOf([around('def f(): ...'), around('class F: ...\n\n\nadd(F)')])).toEqual([
    { firstLine: 4, text: 'def f(): ...' },
    { firstLine: 4, text: 'class F: ...\n\n\nadd(F)' },
  ])
  expect(excerptsOf(['same\n', 'same\n'])).toEqual([
    { firstLine: 3, text: '' },
    { firstLine: 3, text: '' },
  ])
})
