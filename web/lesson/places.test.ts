import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadLessons } from '../../engine/lesson/node'
import { byChapter, isQuestionPlace, lessonOf, neighboursOf, placeOfQuestion } from './places'

const lessons = loadLessons(fileURLToPath(new URL('../../lessons', import.meta.url)))
const catalog = [
  { id: 'sample', title: 'Sample', chapter: null, minutes: null },
  ...lessons.map((one) => ({ id: one.folder, title: one.title, chapter: one.chapter.title, minutes: one.minutes })),
]

describe('placeOfQuestion()', () => {
  test('gives a place of its own that still tells its lesson', () => {
    const [lesson] = lessons
    const question = lesson?.questions[0]
    if (!lesson || !question) throw new Error('no question')
    const place = placeOfQuestion(lesson, question)
    expect(place.id).toBe('01-layers/01-order#decorator-first')
    expect(isQuestionPlace(place.id)).toBe(true)
    expect(lessonOf(place.id)).toBe(lesson.folder)
    expect(Object.keys(place.start).sort()).toEqual(['main.py', 'requests.http'])
  })

  test('leaves ids of lessons and of the sample as they are', () => {
    expect(lessonOf('01-layers/01-order')).toBe('01-layers/01-order')
    expect(isQuestionPlace('sample')).toBe(false)
  })
})

describe('the lesson list', () => {
  test('has the chapters in order, without the sample', () => {
    expect(byChapter(catalog).map((chapter) => [chapter.title, chapter.places.length])).toEqual([
      ['Layers', 3],
      ['Gates', 2],
      ['Errors', 1],
    ])
  })

  test('knows what comes before and after, over the ends of chapters too', () => {
    const { before, after, where } = neighboursOf(catalog, '01-layers/03-pure-asgi')
    expect([before?.id, after?.id, where]).toEqual(['01-layers/02-timing', '02-gates/01-cors', 'Layers, 3 of 3'])
    expect(neighboursOf(catalog, 'sample')).toMatchObject({ before: null, where: '' })
    expect(neighboursOf(catalog, '03-errors/01-on-the-way-out').after).toBeNull()
  })
})
