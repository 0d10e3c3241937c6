// How places and lessons belong together: a question's program is a place of its own, beside its lesson.
import type { Lesson, Question } from '../../engine/lesson'
import { type Place, type PlaceSummary, REQUESTS } from '../store'

/** Folder of the lesson that a place belongs to; the sample's own id for the sample. */
export function lessonOf(placeId: string): string {
  return placeId.split('#')[0] ?? placeId
}

/** True while the program behind a question is open instead of the lesson's. */
export function isQuestionPlace(placeId: string): boolean {
  return placeId.includes('#')
}

/** The program behind a question, ready to be opened. */
export function placeOfQuestion(lesson: Lesson, question: Question): Place {
  return {
    id: `${lesson.folder}#${question.id.split('/')[1] ?? question.id}`,
    title: question.title,
    chapter: lesson.title,
    minutes: null,
    start: { ...question.files, [REQUESTS]: question.httpText },
    solution: null,
    checks: null,
  }
}

export interface ChapterList {
  readonly title: string
  readonly places: readonly PlaceSummary[]
}

/** The catalog's lessons by chapter; what belongs to no chapter is left out. */
export function byChapter(catalog: readonly PlaceSummary[]): readonly ChapterList[] {
  const chapters = new Map<string, PlaceSummary[]>()
  for (const place of catalog) {
    if (place.chapter === null) continue
    const places = chapters.get(place.chapter) ?? []
    places.push(place)
    chapters.set(place.chapter, places)
  }
  return [...chapters].map(([title, places]) => ({ title, places }))
}

export interface Neighbours {
  readonly before: PlaceSummary | null
  readonly after: PlaceSummary | null
  /** Chapter and place in it, e.g. `Layers, 2 of 3`; empty for a place without chapter. */
  readonly where: string
}

/** What comes before and after a place in the catalog. */
export function neighboursOf(catalog: readonly PlaceSummary[], id: string): Neighbours {
  const at = catalog.findIndex((place) => place.id === id)
  const chapter = catalog[at]?.chapter ?? null
  const siblings = catalog.filter((place) => place.chapter === chapter)
  return {
    before: at > 0 ? (catalog[at - 1] ?? null) : null,
    after: catalog[at + 1] ?? null,
    where:
      chapter === null ? '' : `${chapter}, ${siblings.findIndex((place) => place.id === id) + 1} of ${siblings.length}`,
  }
}
