// Asks in a real Chromium by all other means than `fetch()`, and tells what page and DevTools saw of it.
import type { CDPSession, Frame, Page } from 'playwright'
import type { CaseRequest } from '../cases/to-page-request'
import { listen, type Told } from './devtools'
import { doRequest, leavePage, type LoadSeen } from './in-page'
import type { FetchFate, StepSeen } from './live-case'

/** An answer takes some milliseconds; where none comes nobody waits longer. */
const MOST_MS = 4000
/** What DevTools tells of a failure comes after the script knows of it, and of what an element can't use there is nothing. */
const TELLING_MS = 400

type Seen = Pick<StepSeen, 'seen' | 'fate'>

/** Asks from within a frame. */
export async function askWithin(
  frame: Frame,
  session: CDPSession,
  url: string,
  request: Omit<CaseRequest, 'url'>,
): Promise<Seen> {
  const page = frame.page()
  const told = await listen(page, session)
  try {
    const seen = await frame.evaluate(doRequest, [url, { ...request, url }, MOST_MS] as const)
    const isLost = seen.event === 'error' || seen.event === 'again' || seen.event === 'close' || seen.event === null
    const isThrown = seen.error?.includes('Failed to') === true
    if (request.kind === 'beacon' && seen.event === 'queued') await until(page, () => told.ended() > 0, MOST_MS)
    else if (request.kind === 'iframe') await until(page, () => told.ended() > 0, TELLING_MS)
    else if (isLost && !isThrown) await until(page, () => told.category() !== null, TELLING_MS)
    // The console speaks over another line than the network, and may be later.
    if (told.category() !== null) await until(page, () => told.console.length > 0, TELLING_MS)
    return { seen, fate: fateOf(request, seen, told) }
  } finally {
    told.stop()
  }
}

function fateOf({ kind }: Omit<CaseRequest, 'url'>, seen: LoadSeen, told: Told): FetchFate {
  const { console } = told
  const category = told.category()
  if (kind === 'beacon') {
    return seen.event === 'queued'
      ? { outcome: 'opaque', category: null, console }
      : { outcome: 'blocked', category, console }
  }
  if (seen.error?.includes('Failed to')) return { outcome: 'blocked', category: 'NotAllowedByFetchAPI', console }
  // A frame has loaded where it shows an error, too.
  const isLoaded =
    kind === 'iframe'
      ? seen.event === 'load' && category === null
      : ['load', 'open', 'message'].includes(seen.event ?? '')
  return isLoaded ? { outcome: 'ok', category: null, console } : { outcome: 'blocked', category, console }
}

/** Leaves the page by a link or a form, and waits for the next one, or for none to come. */
export async function leaveBy(
  page: Page,
  session: CDPSession,
  url: string,
  request: Omit<CaseRequest, 'url'>,
): Promise<Seen> {
  const told = await listen(page, session)
  try {
    let isThere = false
    const come = (): void => void (isThere = true)
    page.on('domcontentloaded', come)
    await page.evaluate(leavePage, [url, { ...request, url }] as const)
    await until(page, () => told.category() !== null || (isThere && told.ended() > 0), MOST_MS)
    page.off('domcontentloaded', come)
    const category = told.category()
    const outcome = category === null && told.ended() > 0 ? 'ok' : 'blocked'
    return { seen: null, fate: { outcome, category, console: told.console } }
  } finally {
    told.stop()
  }
}

async function until(page: Page, isDone: () => boolean, mostMs: number): Promise<void> {
  const end = Date.now() + mostMs
  while (!isDone() && Date.now() < end) await page.waitForTimeout(5)
}
