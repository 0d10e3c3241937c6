// What two tabs of the same browser keep: each changes what it changed itself, and what both changed is lost to neither.
// Pure; knows no storage.

/** What is kept, by name; records of the learner's own things (texts, progress) by place. */
type Kept = Readonly<Record<string, unknown>>

/**
 * Puts this tab's changes on top of what is stored now.
 * @param stored  what is in the storage, as another tab may have left it
 * @param before  this tab's own when it last read or wrote
 * @param now     this tab's own
 * @returns what is to be stored. A text that both tabs changed is this tab's, with the other's on the shelf
 */
export function mergeKept<T extends object>(stored: unknown, before: unknown, now: T): T {
  if (!isRecord(stored) || !isRecord(before)) return now
  const merged: Record<string, unknown> = { ...stored }
  for (const [name, mine] of Object.entries(now))
    merged[name] = isRecord(mine) ? mergeEntries(stored[name], before[name], mine) : pick(stored, before, name, mine)
  const rivals = Object.entries(rivalTexts(stored, before, now))
  if (rivals.length > 0) merged['shelf'] = { ...(merged['shelf'] as Kept), ...Object.fromEntries(rivals) }
  return merged as T
}

/** Texts that another tab has stored since this one looked, where this one has changed its own, by place. */
export function rivalTexts(stored: unknown, before: unknown, now: object): Kept {
  const [theirs, old, mine] = [stored, before, now].map((kept) => recordOf(recordOf(kept)['works']))
  return Object.fromEntries(
    Object.entries(theirs ?? {}).filter(
      ([place, text]) =>
        !isSame(text, old?.[place]) && !isSame(text, mine?.[place]) && !isSame(mine?.[place], old?.[place]),
    ),
  )
}

/** What a tab remembers of itself: where it stands, and the texts that it changed. */
export function ownPart(loaded: unknown, now: object): object {
  const [old, { placeId, works }] = [recordOf(recordOf(loaded)['works']), recordOf(now)]
  const typed = Object.entries(recordOf(works)).filter(([place, text]) => !isSame(text, old[place]))
  return { placeId, works: Object.fromEntries(typed) }
}

/**
 * What a tab finds when it is loaded again: its place, and the texts that it changed; all else as it is stored.
 * @param own  as `ownPart` gave it; anything else in a new tab
 * @returns with other tabs' texts for the same places on the shelf
 */
export function recallKept(stored: unknown, own: unknown): unknown {
  if (!isRecord(stored) || !isRecord(own)) return stored
  const typed = recordOf(own['works'])
  const works = recordOf(stored['works'])
  const rivals = Object.entries(works).filter(([place, text]) => place in typed && !isSame(text, typed[place]))
  return {
    ...stored,
    ...(typeof own['placeId'] === 'string' ? { placeId: own['placeId'] } : {}),
    works: { ...works, ...typed },
    shelf: { ...recordOf(stored['shelf']), ...Object.fromEntries(rivals) },
  }
}

function mergeEntries(stored: unknown, before: unknown, mine: Kept): Kept {
  const [theirs, old] = [recordOf(stored), recordOf(before)]
  const names = new Set([...Object.keys(theirs), ...Object.keys(mine)])
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = pick(theirs, old, name, mine[name])
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

/** This tab's value where this tab changed it, else the stored one. */
function pick(stored: Kept, before: Kept, name: string, mine: unknown): unknown {
  return isSame(mine, before[name]) ? stored[name] : mine
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (isRecord(a) && isRecord(b) && JSON.stringify(a) === JSON.stringify(b))
}

function recordOf(value: unknown): Kept {
  return isRecord(value) ? value : {}
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
