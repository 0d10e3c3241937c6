// The lesson that goes with the open place, fetched when it is needed.
import { useEffect, useState } from 'react'
import type { Lesson } from '../../engine/lesson'
import { fetchLesson, lessonFolders } from './catalog'

export type Reading =
  | { readonly kind: 'none' }
  | { readonly kind: 'fetching' }
  | { readonly kind: 'open'; readonly lesson: Lesson }
  | { readonly kind: 'failed'; readonly message: string }

/** Fetches the lesson of a folder; `none` for places that have no lesson. */
export function useLesson(folder: string): Reading {
  const [fetched, setFetched] = useState<{ readonly folder: string; readonly reading: Reading } | null>(null)
  const isLesson = lessonFolders.includes(folder)
  useEffect(() => {
    if (!isLesson) return
    let isStill = true
    fetchLesson(folder).then(
      (lesson) => isStill && setFetched({ folder, reading: { kind: 'open', lesson } }),
      (error: unknown) =>
        isStill &&
        setFetched({
          folder,
          reading: { kind: 'failed', message: error instanceof Error ? error.message : String(error) },
        }),
    )
    return () => {
      isStill = false
    }
  }, [folder, isLesson])
  if (!isLesson) return { kind: 'none' }
  return fetched?.folder === folder ? fetched.reading : { kind: 'fetching' }
}
