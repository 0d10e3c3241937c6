// A real Chromium that does cases against a far end, and what was seen of it.
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium, type BrowserContext, type CDPSession, type Frame, type Page } from 'playwright'
import { isSchemelesslySameSite } from '../sites'
import { answersOf } from './answers'
import { askWithin, leaveBy } from './chromium-asks'
import { listen } from './devtools'
import type { FarEnd } from './far-end'
import {
  isAsk,
  NOTHING_SEEN,
  type AskStep,
  type CaseSeen,
  type FetchFate,
  type FetchInit,
  type FetchSeen,
  type JarCookie,
  type LiveCase,
  type ScriptStep,
  type StepSeen,
} from './live-case'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--host-resolver-rules=MAP *.test 127.0.0.1',
  '--ignore-certificate-errors',
]
/** Path of a Chromium that is there; null for none. Nothing is downloaded. */
export function chromiumHere(): string | null {
  const named = process.env['PEEL_BROWSER']
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const candidates = named ? [named] : folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  return found ?? (existsSync(chromium.executablePath()) ? chromium.executablePath() : null)
}

export interface LiveChromium {
  run(live: LiveCase): Promise<CaseSeen>
  close(): Promise<void>
}

/** Starts two browsers: a person's, with third-party cookies, and one that refuses them. */
export async function startChromium(executablePath: string, farEnd: FarEnd): Promise<LiveChromium> {
  const profile = mkdtempSync(join(tmpdir(), 'peel-profile-'))
  mkdirSync(join(profile, 'Default'))
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
  const options = { executablePath, args: FLAGS, ignoreHTTPSErrors: true }
  const strict = await chromium.launch(options)
  const lenient = await chromium.launchPersistentContext(profile, options)

  return {
    run: async (live) => {
      if (live.thirdPartyCookies) {
        const session = await lenient.newCDPSession(lenient.pages()[0] ?? (await lenient.newPage()))
        await session.send('Network.clearBrowserCookies')
        await session.send('Network.clearBrowserCache')
        await session.detach()
        return runCase(live, lenient, farEnd)
      }
      const context = await strict.newContext(options)
      try {
        return await runCase(live, context, farEnd)
      } finally {
        await context.close()
      }
    },
    close: async () => {
      await strict.close()
      await lenient.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

async function runCase(live: LiveCase, context: BrowserContext, farEnd: FarEnd): Promise<CaseSeen> {
  const startedAt = Date.now()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  try {
    const steps: StepSeen[] = []
    for (const step of live.steps) {
      const atMs = Date.now() - startedAt
      const seen = isAsk(step)
        ? await ask(step, page, session, farEnd, startedAt + atMs)
        : { text: await doScript(step, page) }
      steps.push({ ...NOTHING_SEEN, atMs, ...seen })
    }
    return { steps, jar: await readJar(session, startedAt) }
  } finally {
    await page.close()
  }
}

async function ask(
  step: AskStep,
  page: Page,
  session: CDPSession,
  farEnd: FarEnd,
  nowMs: number,
): Promise<Partial<StepSeen>> {
  await farEnd.answer(answersOf(step, farEnd.withPort, nowMs))
  const notTaken: string[] = []
  const notSent: string[] = []
  let answered = 0
  const onResponse = (event: { blockedCookies: { cookieLine: string; blockedReasons: string[] }[] }) => {
    answered++
    for (const { cookieLine, blockedReasons } of event.blockedCookies) {
      notTaken.push(`${cookieLine} ${blockedReasons.join(',')}`)
    }
  }
  const onRequest = (event: { associatedCookies: { cookie: { name: string }; blockedReasons: string[] }[] }) => {
    for (const { cookie, blockedReasons } of event.associatedCookies) {
      if (blockedReasons.length > 0) notSent.push(`${cookie.name} ${blockedReasons.join(',')}`)
    }
  }
  session.on('Network.responseReceivedExtraInfo', onResponse)
  session.on('Network.requestWillBeSentExtraInfo', onRequest)
  try {
    const done = await act(step, page, session, farEnd)
    const asked = await farEnd.asked()
    // Frames of another process tell their own sessions.
    const isTold = step.by !== 'iframe' && step.by !== 'sandbox' && step.by !== 'request'
    for (let waits = 0; isTold && answered < asked.length && waits < 100; waits++) await page.waitForTimeout(5)
    return isTold ? { ...done, asked, notTaken, notSent } : { ...done, asked }
  } finally {
    session.off('Network.responseReceivedExtraInfo', onResponse)
    session.off('Network.requestWillBeSentExtraInfo', onRequest)
  }
}

/** Lets the page do it, and waits until it has an answer. */
async function act(
  { by, hops, init = {}, request = {}, sandboxed = false }: AskStep,
  page: Page,
  session: CDPSession,
  farEnd: FarEnd,
): Promise<Partial<StepSeen> | null> {
  const url = farEnd.withPort(hops[0]?.url ?? '')
  switch (by) {
    case 'request':
      if (request.kind === 'navigation' || request.kind === 'form') return leaveBy(page, session, url, request)
      if (!sandboxed) return askWithin(page.mainFrame(), session, url, request)
      return askWithin(...(await inSandbox(page, session)), url, request)
    case 'goto':
      await page.goto(url)
      return null
    case 'link':
    case 'form':
      await Promise.all([
        page.waitForEvent('domcontentloaded'),
        page.evaluate(
          ([target, way]) => {
            const form = document.createElement('form')
            form.method = 'post'
            form.action = target
            const link = document.createElement('a')
            link.href = target
            document.body.append(form, link)
            if (way === 'form') form.submit()
            else link.click()
          },
          [url, by] as const,
        ),
      ])
      return null
    case 'fetch':
      return fetchWithin(page.mainFrame(), session, url, init)
    case 'iframe':
      await page.evaluate(
        (target) =>
          new Promise((resolve) => {
            const frame = document.createElement('iframe')
            frame.src = target
            frame.onload = resolve
            document.body.append(frame)
          }),
        url,
      )
      return null
    case 'sandbox':
      return fetchWithin(...(await inSandbox(page, session)), url, init)
  }
}

/** One for each page: another frame would have another opaque origin. */
const SANDBOX = 'sandbox'

/** The sandboxed frame and its session: one of its own where it has a process of its own. */
async function inSandbox(page: Page, session: CDPSession): Promise<[Frame, CDPSession]> {
  const frame = page.frame({ name: SANDBOX }) ?? (await openSandbox(page))
  const own = await page
    .context()
    .newCDPSession(frame)
    .catch(() => null)
  await own?.send('Network.enable')
  return [frame, own ?? session]
}

async function openSandbox(page: Page): Promise<Frame> {
  const element = await page.evaluateHandle(
    (name) =>
      new Promise<HTMLIFrameElement>((resolve) => {
        const frame = document.createElement('iframe')
        frame.name = name
        frame.setAttribute('sandbox', 'allow-scripts')
        frame.srcdoc = '<p>sandboxed</p>'
        frame.onload = () => resolve(frame)
        document.body.append(frame)
      }),
    SANDBOX,
  )
  const frame = await element.contentFrame()
  if (!frame) throw new Error('The sandboxed frame is not there.')
  return frame
}

/** What DevTools tells of a failed fetch comes after the script knows of it, and may come not at all. */
const TELLING_MS = 2000

async function fetchWithin(
  frame: Frame,
  session: CDPSession,
  url: string,
  init: FetchInit,
): Promise<Pick<StepSeen, 'got' | 'fate'>> {
  const page = frame.page()
  const told = await listen(page, session)
  try {
    const got = await frame.evaluate(doFetch, [url, init] as const)
    const isRefused = 'error' in got && got.error.includes('Failed to execute')
    const isTold = (): boolean =>
      told.category() !== null || told.console.some((line) => line.startsWith('Fetch API cannot load'))
    const until = Date.now() + TELLING_MS
    while ('error' in got && !isRefused && !isTold() && Date.now() < until) await page.waitForTimeout(5)
    // What is refused before the network service sees it, is told on the console at most.
    const why = 'error' in got ? (told.category() ?? 'NotAllowedByFetchAPI') : null
    return { got, fate: { outcome: outcomeOf(got), category: why, console: told.console } }
  } finally {
    told.stop()
  }
}

function outcomeOf(got: FetchSeen): FetchFate['outcome'] {
  if ('error' in got) return 'blocked'
  return got.type === 'opaque' || got.type === 'opaqueredirect' ? got.type : 'ok'
}

/** Runs in the page. */
async function doFetch([target, { headers, ...rest }]: readonly [string, FetchInit]): Promise<FetchSeen> {
  try {
    const lines = (headers ?? []).map(([name, value]): [string, string] => [name, value])
    const response = await fetch(target, { ...rest, headers: lines })
    const { type, status, redirected } = response
    const body = await response.text().catch((error: unknown) => String(error))
    return { type, status, url: response.url, redirected, headers: [...response.headers], body }
  } catch (error) {
    return { error: String(error) }
  }
}

async function doScript({ by, text }: ScriptStep, page: Page): Promise<string> {
  return page.evaluate(
    ([way, line]) => {
      if (way === 'write') document.cookie = line
      return document.cookie
    },
    [by, text] as const,
  )
}

async function readJar(session: CDPSession, startedAt: number): Promise<readonly JarCookie[]> {
  const { cookies } = await session.send('Network.getAllCookies')
  return cookies.map(
    ({ name, value, domain, path, secure, httpOnly, sameSite, partitionKey, expires, session: isSession }) => ({
      name,
      value,
      domain,
      path,
      secure,
      httpOnly,
      sameSite: sameSite?.toLowerCase() ?? 'unspecified',
      partition: partitionKey ? partitionText(domain, partitionKey) : null,
      expiresMs: isSession ? null : Math.round(expires * 1000) - startedAt,
    }),
  )
}

/** As `StoredCookie.partition` has it: what is of another site than the page is always embedded. */
function partitionText(
  domain: string,
  { topLevelSite, hasCrossSiteAncestor }: { topLevelSite: string; hasCrossSiteAncestor: boolean },
): string {
  const isOwn = isSchemelesslySameSite(topLevelSite, `https://${domain.replace(/^\./, '')}`)
  return isOwn && hasCrossSiteAncestor ? `${topLevelSite}, embedded` : topLevelSite
}
