// Keeps the store's lasting part in the browser: writes a little later, at once when the page goes, and says when it
// cannot. Other tabs write to the same place, so only what changed here is put on top of what is there.
import type { PersistStorage, StorageValue } from 'zustand/middleware/persist'
import { mergeKept, ownPart, recallKept, rivalTexts } from './two-tabs'
import type { Saving } from './view'

/** The part of the Web Storage interface that is used. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export interface Keeper<T> extends PersistStorage<T> {
  /** Writes what waits, now. */
  flush(): void
}

/** Keystrokes closer together than this are written once. */
const DELAY_MS = 300

export interface KeeperOptions {
  /** Gives the browser's storage; it may throw, since reading `localStorage` alone is refused in some windows. */
  readonly open: () => TextStorage
  /** Gives what this tab alone remembers, also when it is loaded again; it may throw as well. */
  readonly openOwn: () => TextStorage
  readonly report: (saving: Saving) => void
  /** Hears of texts that another tab changed as well, by place. */
  readonly onRivals: (texts: Readonly<Record<string, unknown>>) => void
}

/** Makes a storage for zustand's persist. */
export function createKeeper<T extends object>({ open, openOwn, report, onRivals }: KeeperOptions): Keeper<T> {
  let waiting: { name: string; value: StorageValue<T> } | null = null
  /** What was stored when this tab began, and this tab's own when it last read or wrote. */
  let loaded: unknown = {}
  let before: unknown = {}
  let timer: ReturnType<typeof setTimeout> | undefined
  let tried: T | null = null

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (!waiting) return
    const { name, value } = waiting
    waiting = null
    try {
      const storage = open()
      const stored = parse(storage.getItem(name))?.state
      const rivals = rivalTexts(stored, before, value.state)
      storage.setItem(name, JSON.stringify({ ...value, state: mergeKept(stored, before, value.state) }))
      before = value.state
      report({ kind: 'ok' })
      if (Object.keys(rivals).length > 0) onRivals(rivals)
    } catch (error) {
      report({ kind: isFull(error) ? 'full' : 'refused' })
    }
    try {
      openOwn().setItem(name, JSON.stringify(ownPart(loaded, value.state)))
    } catch {
      // What is kept for all tabs is enough where there is one.
    }
  }

  return {
    flush,
    getItem: (name) => {
      try {
        const text = open().getItem(name)
        if (text === null) return null
        const value = parse(text) as StorageValue<T> | null
        if (value) {
          loaded = before = value.state
          return { ...value, state: recallKept(value.state, recall(openOwn, name)) as T }
        }
        // Unreadable text is put aside rather than written over: somebody may have typed what is in it.
        open().setItem(`${name}.unread`, text)
        return null
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

/** Null where the text is none, or not what is written here. */
function parse(text: string | null): StorageValue<unknown> | null {
  try {
    return text === null ? null : (JSON.parse(text) as StorageValue<unknown>)
  } catch {
    return null
  }
}

function recall(openOwn: () => TextStorage, name: string): unknown {
  try {
    return JSON.parse(openOwn().getItem(name) ?? 'null')
  } catch {
    return null
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && /quota/i.test(error.name)
}

function isShallowEqual(a: object, b: object): boolean {
  const values = new Map(Object.entries(b))
  return Object.entries(a).every(([key, value]) => values.get(key) === value)
}
