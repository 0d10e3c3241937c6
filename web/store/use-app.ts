// The hook by which components read the store and call its actions. The store itself is made in `web/main.tsx`.
import { useStore } from 'zustand/react'
import type { AppStore } from './app-store'
import type { All } from './state'

let bound: AppStore | null = null

/** Says which store the page has; called once, before the first render. */
export function bindStore(store: AppStore): void {
  bound = store
}

/** Reads one stored value; selectors give back what is stored, shapes are derived under `useMemo`. */
export function useApp<T>(selector: (state: All) => T): T {
  if (!bound) throw new Error('The store is not bound yet.')
  return useStore(bound, selector)
}
