// `peel browse`: browser cases, each an app and what pages ask of it, through the whole engine. One Python answers them all.
import { Session, type EngineHost, type Program } from '../host'
import type { BrowserState, RunDocument, StopView } from '../protocol'
import type { BrowserCase, CaseRequest, CaseStep } from './browse-cases'
import { observe, type Observed } from './browse-observed'
import { readBrowser, readRequest, setBack } from './browse-request'
import { InputError } from './read-program'

/** Ports of the API's hosts and of those that the pages come from, as the cases were recorded; the hosts are whoever is asked. */
const API = ['http://*:8102', 'https://*:8444']
const SITE = ['http://*:8101', 'https://*:8443']

/** Real ms that one request may last: a busy machine is not what is asked about. */
const WALL_MS = 60_000

export interface Browsed {
  readonly id: string
  /** Of the last request. */
  readonly observed: Observed
  /** Of those before it; absent in a case without a script. */
  readonly earlier?: readonly Observed[]
  /** The sentences about the last request: what happened to it and why, and what would have to change. */
  readonly text: string
  readonly fix: string | null
  /** A budget that stopped the server; null when none did. */
  readonly stop: StopView | null
}

/**
 * Plays cases one after the other; each begins with servers and a browser of its own.
 * @throws {InputError} with the case's id when its app does not start
 */
export async function* browseCases(host: EngineHost, cases: readonly BrowserCase[]): AsyncGenerator<Browsed> {
  for (const one of cases) yield await browseCase(host, one)
}

async function browseCase(host: EngineHost, one: BrowserCase): Promise<Browsed> {
  const steps: readonly CaseStep[] = one.script?.length ? one.script : one.request ? [{ request: one.request }] : []
  let servers = { app: one.app, site_app: one.site_app ?? null }
  let session = await openServers(host, one.id, servers, readBrowser(one))
  let waitMs = 0
  const seen: { observed: Observed; document: RunDocument }[] = []
  for (const step of steps) {
    if ('sleep' in step) waitMs += step.sleep * 1000
    else if ('request' in step) {
      seen.push(await ask(session, one, step.request, seen.length, waitMs))
      waitMs = 0
    } else {
      const { browser, events } = session.document
      servers = { ...servers, ...step }
      const remembered = setBack(browser ?? readBrowser(one), (events.at(-1)?.at ?? 0) + waitMs)
      waitMs = 0
      session = await openServers(host, one.id, servers, remembered)
    }
  }
  const last = seen.at(-1)
  if (!last) throw new InputError(`case "${one.id}": asks for nothing`)
  const { text, fix } = last.document.fetches?.at(-1) ?? { text: last.document.stop?.text ?? '', fix: null }
  return {
    id: one.id,
    observed: last.observed,
    ...(one.script?.length ? { earlier: seen.slice(0, -1).map(({ observed }) => observed) } : {}),
    ...{ text, fix, stop: last.document.stop },
  }
}

/** Starts the case's servers with fresh memory, beside a browser that may have lived on. */
async function openServers(
  host: EngineHost,
  id: string,
  { app, site_app: site }: { readonly app: string | null; readonly site_app: string | null },
  browser: BrowserState,
): Promise<Session> {
  const files = {
    ...(app !== null && { 'app.py': app }),
    ...(site !== null && { 'site_app.py': site }),
    'nobody.py': NOBODY,
  }
  const program: Program = {
    ...{ files, app: null, browser },
    ...(app !== null
      ? {
          entry: 'app.py',
          serves: API,
          ...(site !== null && { neighbours: [{ entry: 'site_app.py', app: null, serves: SITE }] }),
        }
      : site !== null
        ? { entry: 'site_app.py', serves: SITE }
        : { entry: 'nobody.py', serves: [] }),
  }
  const session = new Session(host, program, { trace: false, limits: { wallMs: WALL_MS } })
  await session.open()
  const { error } = session.document
  if (error) throw new InputError(`case "${id}": ${error.text}`)
  return session
}

/** A program for a world in which nobody listens. */
const NOBODY = 'async def app(scope, receive, send): ...\n'

async function ask(
  session: Session,
  one: BrowserCase,
  request: CaseRequest,
  from: number,
  waitMs: number,
): Promise<{ observed: Observed; document: RunDocument }> {
  const before = session.document.fetches?.length ?? 0
  await session.send({ waitMs, requests: [readRequest(one, request, from)] })
  const { document } = session
  const view = document.fetches?.[before] ?? null
  const observed = observe(view, document.exchanges, document.browser ?? readBrowser(one))
  // Of a stopped server there may be a head; a body that never ends is never read.
  return { observed: document.stop ? { ...observed, body: null } : observed, document }
}

/** What `--json` prints of a case. */
export function browsedToJson({ id, observed, earlier }: Browsed): object {
  return { id, observed, ...(earlier ? { earlier } : {}) }
}

/** A case for a terminal. */
export function describeBrowsed({ id, observed, text, fix }: Browsed): string {
  const { outcome, category, preflightCount, preflightStatus, actualSent, serverStatus, status, url } = observed
  const lines = [
    `${id}: ${outcome ?? 'no answer'}${category === null ? '' : `, ${category}`}`,
    preflightCount > 0 &&
      `  preflight${preflightCount > 1 ? ` (${preflightCount})` : ''} → ${preflightStatus ?? 'no answer'}`,
    actualSent && `  the server answered ${serverStatus ?? 'nothing'}`,
    `  the page sees ${status ? `${status}${url ? ` from ${url}` : ''}` : 'no response'}`,
    text !== '' && `  ${text}`,
    fix !== null && `  To change it: ${fix}`,
  ]
  return lines.filter((line) => line !== false).join('\n')
}
