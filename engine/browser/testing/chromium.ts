// A real Chromium that does cases against a far end, and what was seen of it.
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium, type BrowserContext, type CDPSession, type Page } from 'playwright'
import type { HeaderList } from '../../protocol'
import { isSchemelesslySameSite } from '../sites'
import type { CannedAnswer, FarEnd } from './far-end'
import {
  datesIn,
  isAsk,
  type AskStep,
  type CaseSeen,
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
/** A page must not wait for its icon, nor ask for it. */
const PAGE = new TextEncoder().encode('<!doctype html><link rel="icon" href="data:,"><title>page</title>')
const EMPTY = new Uint8Array()

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
      if (isAsk(step)) steps.push({ atMs, text: null, ...(await ask(step, page, session, farEnd, startedAt + atMs)) })
      else steps.push({ atMs, asked: [], got: null, notTaken: null, notSent: null, text: await doScript(step, page) })
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
): Promise<Pick<StepSeen, 'asked' | 'got' | 'notTaken' | 'notSent'>> {
  await farEnd.answer(answersOf(step, farEnd, nowMs))
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
    const got = await act(step, page, farEnd)
    const asked = await farEnd.asked()
    // Frames of another process tell their own sessions.
    const isTold = step.by !== 'iframe' && step.by !== 'sandbox'
    for (let waits = 0; isTold && answered < asked.length && waits < 100; waits++) await page.waitForTimeout(5)
    return isTold ? { asked, got, notTaken, notSent } : { asked, got, notTaken: null, notSent: null }
  } finally {
    session.off('Network.responseReceivedExtraInfo', onResponse)
    session.off('Network.requestWillBeSentExtraInfo', onRequest)
  }
}

function answersOf({ hops }: AskStep, farEnd: FarEnd, nowMs: number): Record<string, CannedAnswer> {
  const dated = (headers: HeaderList): HeaderList => headers.map(([name, value]) => [name, datesIn(value, nowMs)])
  return Object.fromEntries(
    hops.map(({ url, headers, status, body, unchanged }, index) => {
      const next = hops[index + 1]
      const bytes = next ? EMPTY : body === undefined ? PAGE : new TextEncoder().encode(body)
      const more: HeaderList = [
        ...(next ? [['location', farEnd.withPort(next.url)] as const] : []),
        ...(body === undefined && !next
          ? ([
              ['content-type', 'text/html'],
              ['cache-control', 'no-store'],
            ] as const)
          : []),
        ...(status === 204 ? [] : [['content-length', String(bytes.length)] as const]),
      ]
      const answer = { status: next ? 302 : (status ?? 200), headers: [...more, ...dated(headers)], body: bytes }
      return [url, unchanged ? { ...answer, unchanged: dated(unchanged) } : answer]
    }),
  )
}

/** Lets the page do it, and waits until it has an answer. */
async function act({ by, hops, init }: AskStep, page: Page, farEnd: FarEnd): Promise<FetchSeen | null> {
  const url = farEnd.withPort(hops[0]?.url ?? '')
  switch (by) {
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
      return page.evaluate(
        async ([target, { headers, ...rest }]) => {
          try {
            const response = await fetch(target, {
              ...rest,
              headers: (headers ?? []).map(([name, value]) => [name, value]),
            })
            const { type, status } = response
            return { type, status, headers: [...response.headers], body: await response.text() }
          } catch (error) {
            return { error: String(error) }
          }
        },
        [url, init ?? {}] as const,
      )
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
      await page.evaluate(
        ([target, options]) =>
          new Promise((resolve) => {
            addEventListener('message', resolve, { once: true })
            const frame = document.createElement('iframe')
            frame.setAttribute('sandbox', 'allow-scripts')
            frame.srcdoc = `<script>fetch(${target}, ${options}).finally(() => parent.postMessage(1, '*'))</script>`
            document.body.append(frame)
          }),
        [JSON.stringify(url), JSON.stringify(init ?? {})] as const,
      )
      return null
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
