// Where the lesson is read. What stands in it is the lesson room's, fetched when it is first shown.
import { lazy, Suspense } from 'react'

const LessonPane = lazy(async () => ({ default: (await import('../lesson')).LessonPane }))

export function LessonSlot() {
  return (
    <Suspense fallback={<p className="app__wait">Fetching the lessons.</p>}>
      <LessonPane />
    </Suspense>
  )
}
