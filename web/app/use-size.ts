// Which of the three arrangements fits the window. Knows widths only.
import { useSyncExternalStore } from 'react'

/** `phone`: one pane and a bar below. `middle`: code and onion, the lesson is a tab. `wide`: three columns. */
export type Size = 'phone' | 'middle' | 'wide'

const MIDDLE = '(min-width: 940px)'
const WIDE = '(min-width: 1361px)'

export function useSize(): Size {
  return useSyncExternalStore(subscribe, read, () => 'wide')
}

function subscribe(listener: () => void): () => void {
  const queries = [MIDDLE, WIDE].map((query) => matchMedia(query))
  for (const query of queries) query.addEventListener('change', listener)
  return () => {
    for (const query of queries) query.removeEventListener('change', listener)
  }
}

function read(): Size {
  return matchMedia(WIDE).matches ? 'wide' : matchMedia(MIDDLE).matches ? 'middle' : 'phone'
}
