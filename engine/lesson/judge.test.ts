import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { judgeAnswer } from './judge'
import { loadLessons } from './node'
import type { Question } from './parse'

const questions = loadLessons(fileURLToPath(new URL('../../lessons', import.meta.url))).flatMap((one) => one.questions)

function question(id: string): Question {
  const found = questions.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no question ${id}`)
  return found
}

describe('judgeAnswer() on a choice', () => {
  const asked = question('order/listed-in-the-constructor')

  test('takes the right option and says what it rests on', () => {
    expect(judgeAnswer(asked, { form: 'choose', option: 0 })).toEqual({
      right: true,
      parts: [{ part: '0', right: true, instead: null }],
      belief: 'The list is taken as it stands, from the outside in.',
    })
  })

  test('names the right option beside a wrong one, with the belief behind it', () => {
    const judged = judgeAnswer(asked, { form: 'choose', option: 1 })
    expect(judged.right).toBe(false)
    expect(judged.parts).toEqual([{ part: '1', right: false, instead: '0' }])
    expect(judged.belief).toContain('You took the list for')
  })

  test('refuses an option that is not there', () => {
    expect(() => judgeAnswer(asked, { form: 'choose', option: 9 })).toThrow('no option 9')
  })

  test('refuses an answer of another form', () => {
    expect(() => judgeAnswer(asked, { form: 'order', printed: [] })).toThrow('cannot be judged')
  })
})

describe('judgeAnswer() on an order of prints', () => {
  const asked = question('on-the-way-out/who-still-speaks')
  const key = ['outer, before', 'inner, before', 'outer, rescue']

  test('takes the printed lines in order, the others left out', () => {
    expect(judgeAnswer(asked, { form: 'order', printed: key })).toMatchObject({ right: true, belief: null })
  })

  test('marks each line that stands elsewhere', () => {
    const judged = judgeAnswer(asked, { form: 'order', printed: ['inner, before', 'outer, before', 'outer, rescue'] })
    expect(judged.right).toBe(false)
    expect(judged.parts.filter((part) => !part.right)).toEqual([
      { part: 'inner, before', right: false, instead: 'line 2' },
      { part: 'outer, before', right: false, instead: 'line 1' },
    ])
  })

  test('marks a line that is never printed', () => {
    const judged = judgeAnswer(asked, { form: 'order', printed: [...key, 'inner, after'] })
    expect(judged.parts.filter((part) => !part.right)).toEqual([
      { part: 'inner, after', right: false, instead: 'never printed' },
    ])
  })

  test('marks a printed line that was left out', () => {
    const judged = judgeAnswer(asked, { form: 'order', printed: key.slice(0, 2) })
    expect(judged.parts.filter((part) => !part.right)).toEqual([
      { part: 'outer, rescue', right: false, instead: 'line 3' },
    ])
  })
})

describe('judgeAnswer() on a response', () => {
  const asked = question('timing/turned-away')

  test('takes the right status with exactly the headers that are there', () => {
    const answer = { form: 'response', status: 403, headers: ['x-barrier', 'content-length'] } as const
    expect(judgeAnswer(asked, answer)).toMatchObject({ right: true, belief: null })
  })

  test('marks the status, each header, and gives the belief of the first wrong header', () => {
    const judged = judgeAnswer(asked, { form: 'response', status: 200, headers: ['x-took', 'content-length'] })
    expect(judged.parts).toEqual([
      { part: 'status', right: false, instead: '403' },
      { part: 'x-barrier', right: false, instead: 'is there' },
      { part: 'x-took', right: false, instead: 'is not there' },
      { part: 'content-length', right: true, instead: null },
    ])
    expect(judged.belief).toContain('`barrier` sets it')
  })
})
