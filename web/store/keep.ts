// Keeps the store's lasting part in the browser: writes a little later, at once when the page goes, and says when it
// cannot. Knows only text by key.
import type { PersistStorage, StorageValue } from 'zustand/middleware/persist'
import type { Saving } from './view'

/** The part of the Web Storage interface that is used. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export interface Keeper<T> extends PersistStorage<T> {
  /** Writes what waits, now. */
  flush(): void
}

/** Keystrokes closer together than this are written once. */
const DELAY_MS = 300

/**
 * Makes a storage for zustand's persist.
 * @param open gives the browser's storage; it may throw, since reading `localStorage` alone is refused in some windows
 */
export function createKeeper<T extends object>(open: () => TextStorage, report: (saving: Saving) => void): Keeper<T> {
  let waiting: { name: string; value: StorageValue<T> } | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let tried: T | null = null

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (!waiting) return
    const { name, value } = waiting
    waiting = null
    try {
      open().setItem(name, JSON.stringify(value))
      report({ kind: 'ok' })
    } catch (error) {
      report({ kind: isFull(error) ? 'full' : 'refused' })
    }
  }

  return {
    flush,
    getItem: (name) => {
      try {
        const text = open().getItem(name)
        if (text === null) return null
        try {
          return JSON.parse(text) as StorageValue<T>
        } catch {
          // Unreadable text is put aside rather than written over: somebody may have typed what is in it.
          open().setItem(`${name}.unread`, text)
          return null
        }
      } catch {
        report({ kind: 'refused' })
        return null
      }
    },
    setItem: (name, value) => {
      // Moving the cursor changes nothing that is kept.
      if (tried && isShallowEqual(tried, value.state)) return
      tried = value.state
      waiting = { name, value }
      timer ??= setTimeout(flush, DELAY_MS)
    },
    removeItem: (name) => {
      waiting = null
      try {
        open().removeItem(name)
      } catch {
        report({ kind: 'refused' })
      }
    },
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && /quota/i.test(error.name)
}

function isShallowEqual(a: object, b: object): boolean {
  const values = new Map(Object.entries(b))
  return Object.entries(a).every(([key, value]) => values.get(key) === value)
}
