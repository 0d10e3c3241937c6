import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadLessons } from '../../engine/lesson/node'
import type { Question } from '../../engine/lesson'
import { arrange, moveLine, placeWords } from './arrangement'
import { readStored } from './stored'
import { listing, tintPython } from './tint'

const questions = loadLessons(fileURLToPath(new URL('../../lessons', import.meta.url))).flatMap((one) => one.questions)
const question = (form: Question['form']): Question => {
  const found = questions.find((one) => one.form === form)
  if (found === undefined) throw new Error(`no question of the form ${form}`)
  return found
}

describe('moveLine()', () => {
  const abc = arrange(['a', 'b', 'c'])

  test('moves a line past its neighbour', () => {
    expect(moveLine(abc, 'a', 1, false).lines).toEqual(['b', 'a', 'c'])
    expect(moveLine(abc, 'c', -1, false).lines).toEqual(['a', 'c', 'b'])
  })

  test('leaves a line at either end where it is', () => {
    expect(moveLine(abc, 'a', -1, true)).toEqual(abc)
    expect(moveLine(abc, 'c', 1, false)).toEqual(abc)
  })

  test('moves the last printed line below the mark, and back up over it', () => {
    const below = moveLine(abc, 'c', 1, true)
    expect(below).toEqual({ lines: ['a', 'b', 'c'], printed: 2 })
    expect(placeWords(below, 'c')).toBe('never printed')
    expect(moveLine(below, 'c', -1, true)).toEqual(abc)
  })

  test('lets any line go below the mark, one place at a time', () => {
    let now = arrange(['a', 'b', 'c'])
    for (let i = 0; i < 3; i++) now = moveLine(now, 'a', 1, true)
    expect(now).toEqual({ lines: ['b', 'c', 'a'], printed: 2 })
    expect(placeWords(now, 'c')).toBe('2 of 2')
  })
})

describe('readStored()', () => {
  const cases: readonly [Question['form'], unknown][] = [
    ['choose', { form: 'choose', option: 1 }],
    ['order', { form: 'order', printed: [] }],
    ['response', { form: 'response', status: 403, headers: ['x-took'] }],
  ]
  test.for(cases)('gives back what was kept for the form %s', ([form, answer]) => {
    const kept = { kind: 'answered', answer, confidence: 'sure' }
    expect(readStored(question(form), JSON.parse(JSON.stringify(kept)))).toEqual(kept)
  })

  test('gives back a skipped question', () => {
    expect(readStored(question('choose'), { kind: 'skipped' })).toEqual({ kind: 'skipped' })
  })

  test.for<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'right'],
    ['an answer of another form', { kind: 'answered', answer: { form: 'order', printed: [] }, confidence: 'sure' }],
    ['an option that is no more', { kind: 'answered', answer: { form: 'choose', option: 99 }, confidence: 'sure' }],
    ['an unknown confidence', { kind: 'answered', answer: { form: 'choose', option: 0 }, confidence: 'very' }],
  ])('takes no notice of %s', ([, kept]) => {
    expect(readStored(question('choose'), kept)).toBeNull()
  })
})

describe('tintPython()', () => {
  test.for<[line: string, tints: string]>([
    ['@app.middleware("http")', '@app.middleware:dec ( "http":str )'],
    ['async def timing(request):', 'async:key def:key timing:fn (request):'],
    ['    return f"{x:.1f}"  # seconds', 'return:key f"{x:.1f}":str # seconds:com'],
    ['number = 12 / guests', 'number = 12:num / guests'],
  ])('tells the parts of %s', ([line, tints]) => {
    const told = tintPython(line).map(({ text, tint }) => (tint ? `${text.trim()}:${tint}` : text.trim()))
    expect(told.filter((piece) => piece !== '').join(' ')).toBe(tints)
  })

  test('loses nothing of any line of any question', () => {
    const lines = questions.flatMap((one) => Object.values(one.files).join('\n').split('\n'))
    expect(lines.length).toBeGreaterThan(200)
    for (const line of lines)
      expect(
        tintPython(line)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(line)
  })

  test('lists one of several empty lines, and counts on', () => {
    expect(listing('a\n\n\n\nb\n', 1, 5).map((line) => line.number)).toEqual([1, 2, 5])
  })

  test('lists lines with their numbers in the file', () => {
    expect(listing('a\nb\nc\nd\n', 2, 3).map((line) => [line.number, line.pieces[0]?.text])).toEqual([
      [2, 'b'],
      [3, 'c'],
    ])
  })
})
