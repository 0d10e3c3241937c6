// What DevTools tells of the requests that begin after it was asked to listen: why they failed, and what the console said.
import type { CDPSession, ConsoleMessage, Page } from 'playwright'

export interface Told {
  /** Chromium's name of what went wrong first; null for nothing so far. */
  readonly category: () => string | null
  readonly console: readonly string[]
  /** How many requests have ended, well or badly; preflights don't count. */
  readonly ended: () => number
  stop(): void
}

/** @param session  of the frame that asks: one of another process tells its own */
export async function listen(page: Page, session: CDPSession): Promise<Told> {
  const console: string[] = []
  const ids = new Set<string>()
  const over = new Set<string>()
  let category: string | null = null
  const onConsole = (message: ConsoleMessage): void => {
    if (!message.text().startsWith('Failed to load resource')) console.push(message.text())
  }
  const onSent = (event: { requestId: string; type?: string; request: { url: string } }): void => {
    if (event.type !== 'Preflight' && /^(?:http|ws)s?:.*(?<!\/favicon\.ico)$/.test(event.request.url))
      ids.add(event.requestId)
  }
  const onFinished = ({ requestId }: { requestId: string }): void => void (ids.has(requestId) && over.add(requestId))
  const onFailed = (event: {
    requestId: string
    type: string
    errorText: string
    blockedReason?: string
    corsErrorStatus?: { corsError: string }
  }): void => {
    // A preflight that failed on the network is told twice, and what was refused is given up after it.
    if (event.type === 'Preflight' || !ids.has(event.requestId)) return
    over.add(event.requestId)
    // The error's name says as much as that reason, or more.
    const reason = event.errorText.startsWith('net::ERR_BLOCKED_BY_') ? undefined : event.blockedReason
    category ??= event.corsErrorStatus?.corsError ?? reason ?? `network:${event.errorText}`
  }
  // What belongs to an earlier request may be told after its script knew of it, but not after a question that came later.
  await session.send('Network.enable')
  page.on('console', onConsole)
  session.on('Network.requestWillBeSent', onSent)
  session.on('Network.loadingFinished', onFinished)
  session.on('Network.loadingFailed', onFailed)
  return {
    category: () => category,
    console,
    ended: () => over.size,
    stop: () => {
      page.off('console', onConsole)
      session.off('Network.requestWillBeSent', onSent)
      session.off('Network.loadingFinished', onFinished)
      session.off('Network.loadingFailed', onFailed)
    },
  }
}
