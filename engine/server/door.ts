// The service worker lane: makes a real fetch for each request of a group, so that the browser's Network panel shows
// the calls, and lets the engine answer once for all of them. What the caller gets is the engine's result; a fetch is
// for show, and none of its failures may cost a run. Knows neither the engine nor the trace.
import type { PageRequest, RequestGroup, SendResult, WireRequest } from '../protocol'
import { buildResponse, pairAnswers } from './build-response'
import { DoorError } from './door-error'
import { ExchangeDesk } from './exchange-desk'
import type { OpenExchange } from './exchange-desk'
import { canFetch, fetchArguments } from './fetch-init'
import type * as NetworkModule from './network'
import type { PageAnswers } from './network'
import type { PageAddress } from './pretend-url'
import { holdLock, pageLock } from './worker/presence'
import { registerWorker } from './worker-registration'

export { DoorError } from './door-error'

export interface DoorOptions {
  /** Path that the worker is in charge of and under which its script lies. The site's base by default. */
  readonly base?: string
  /** File name of the worker's script. */
  readonly script?: string
  /** Real ms without a further arrival after which a group goes to the engine without its fetches. */
  readonly patienceMs?: number
  /** Hears of a trouble when it begins, with the text, and when it is over, with null. */
  readonly onTrouble?: (text: string | null) => void
  /** Answers what the page and its frames and workers fetch by themselves. */
  readonly pages: PageAnswers
}

interface SendOptions {
  /** Cancels the fetches. The send is rejected with its reason if the engine has not been called yet. */
  readonly signal?: AbortSignal
}

export interface ServerDoor {
  readonly kind: 'service worker'
  /** Set while fetches do not come round: what is wrong, in words for a learner. Runs go on without them. */
  readonly trouble: string | null
  /**
   * Path, with a slash at its end, under which `<host>/<path>` of our own origin is this page's. Fetching the path itself
   * tells the worker that whoever does so belongs to this page, which it can't see of a worker from a blob.
   */
  readonly path: string
  /**
   * Fetches every request of the group at once, calls `answer` once when all have arrived at the handler, and gives
   * each fetch its response. A group with a request that no fetch can stand for goes to `answer` without any.
   * @returns what `answer` gave, or its rejection, whatever became of the fetches
   * @throws {DoorError} `failed` when the door was closed before the call
   */
  send(
    group: RequestGroup,
    answer: (group: RequestGroup) => Promise<SendResult>,
    options?: SendOptions,
  ): Promise<SendResult>
  /** Stops listening. What is under way still gets its answer from the engine. */
  close(): void
}

/** An idle worker is started again in 80 ms; one that took this long is stuck. */
const PATIENCE_MS = 3000
/** While the door is in trouble it is still tried, but nobody should wait long for it. */
const TROUBLED_PATIENCE_MS = 500
/** Answered fetches end within milliseconds, on a busy machine within seconds; nobody waits for them. */
const SETTLE_MS = 10_000

const TROUBLE =
  'The service worker did not hand this request on, so it went to the server directly, and the Network panel does not show it. Reload the page if this goes on.'

/**
 * Cleared site data takes a page's locks along. A worker that another tab registers anew also takes charge of this page, and
 * would hold it for gone.
 */
const GONE =
  'The service worker is gone, as when this site’s data is cleared. Requests go to the server directly, and the Network panel does not show them. Reload the page to have it back.'

/**
 * Opens the service worker lane: registers the worker, waits until it controls this page, and loads msw.
 * @throws {DoorError} where it is not to be had; its text is for the learner, and the direct lane does the same work
 */
export async function openServerDoor(options: DoorOptions): Promise<ServerDoor> {
  const base = new URL(options.base ?? import.meta.env.BASE_URL, document.baseURI)
  const script = new URL(options.script ?? 'sw.js', base).href
  const [container, { makeNetwork }] = await Promise.all([registerWorker(script, base.pathname), loadNetwork()])

  const address: PageAddress = { origin: base.origin, scope: base.pathname, door: crypto.randomUUID().slice(0, 8) }
  const desk = new ExchangeDesk(address.door)
  const network = makeNetwork(container, { desk, address, pages: options.pages })
  let leave = (): void => {}
  const left = new Promise<void>((resolve) => (leave = resolve))
  await holdLock(pageLock(address.door), left)
  network.enable()

  const patienceMs = options.patienceMs ?? PATIENCE_MS
  const calls = new Set<Call>()
  let trouble: string | null = null
  let isClosed = false
  let isGone = false

  const noteTrouble = (now: string | null): void => {
    if (now === trouble) return
    trouble = now
    options.onTrouble?.(now)
  }

  // Also for whoever fetches by himself, in the browser's own console.
  const watchController = (): void => {
    if (container.controller) return
    isGone = true
    noteTrouble(GONE)
  }
  container.addEventListener('controllerchange', watchController)

  return {
    kind: 'service worker',
    get trouble() {
      return trouble
    },
    path: `${address.scope}srv/~${address.door}/`,
    async send(group, answer, { signal } = {}) {
      if (isClosed)
        throw new DoorError('failed', 'The service worker lane was closed. Reload the page to open it again.')
      signal?.throwIfAborted()
      const { requests } = group
      if (isGone || !requests.every(canFetch)) return answer(group)
      const sent = requests.map((request) => startCall(request, desk.open(), address, container))
      const drop = (): void => sent.forEach((call) => call.drop())
      const forget = (): void => {
        signal?.removeEventListener('abort', drop)
        drop()
        sent.forEach((call) => calls.delete(call))
      }
      sent.forEach((call) => calls.add(call))
      signal?.addEventListener('abort', drop)
      try {
        const haveArrived = await allArrive(
          sent,
          trouble === null ? patienceMs : Math.min(patienceMs, TROUBLED_PATIENCE_MS),
        )
        signal?.throwIfAborted()
        if (sent.length > 0 && !isClosed) noteTrouble(haveArrived ? null : TROUBLE)
        const result = await answer(group)
        const answers = pairAnswers(requests, result)
        // Nobody waits for the fetches to end: they are for show, and the next request can start meanwhile.
        void settle(sent.map((call, index) => call.finish(answers[index]))).finally(forget)
        return result
      } catch (error) {
        forget()
        throw error
      }
    },
    close() {
      isClosed = true
      calls.forEach((call) => call.drop())
      container.removeEventListener('controllerchange', watchController)
      network.disable()
      leave()
    },
  }
}

async function loadNetwork(): Promise<typeof NetworkModule> {
  try {
    return await import('./network')
  } catch (cause) {
    throw new DoorError(
      'failed',
      'A part of the service worker lane could not be loaded. Reload the page to try again.',
      {
        cause,
      },
    )
  }
}

/** One request's fetch, from its start to its last byte. */
interface Call {
  /** True when the handler has it, false when the fetch ended before that. Never rejects. */
  readonly arrived: Promise<boolean>
  /** Gives the fetch its response, or cancels it where there is none to give; waits until it has ended. Never rejects. */
  finish(answer: Parameters<typeof buildResponse>[0] | undefined): Promise<void>
  /** Cancels the fetch. A cancelled one is quiet; a failed one would be an error in the console. */
  drop(): void
}

function startCall(
  request: WireRequest | PageRequest,
  open: OpenExchange,
  page: PageAddress,
  container: ServiceWorkerContainer,
): Call {
  const abort = new AbortController()
  const run = async (): Promise<void> => {
    // Without a worker in charge the fetch would really go out, to whatever listens on the learner's port 8000.
    if (!container.controller) return
    const { url, init } = fetchArguments(request, open.id, page)
    const response = await fetch(url, { ...init, signal: abort.signal })
    await response.arrayBuffer()
  }
  const ended = run().catch(() => {})
  const drop = (): void => {
    abort.abort()
    open.answer(null)
  }
  let hasArrived = false
  const arrival = open.arrived.then(() => (hasArrived = true))
  return {
    arrived: Promise.race([arrival, ended.then(() => false)]),
    async finish(answer) {
      const response = answer && hasArrived ? await buildResponse(answer).catch(() => null) : null
      if (response) open.answer(response)
      else drop()
      await ended
    },
    drop,
  }
}

/** Waits for all to arrive. False as soon as one can't, or when nothing more came for so many real ms. */
function allArrive(calls: readonly Call[], patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let missing = calls.length
    if (missing === 0) return resolve(true)
    let timer: ReturnType<typeof setTimeout>
    const end = (haveArrived: boolean): void => {
      clearTimeout(timer)
      resolve(haveArrived)
    }
    const wait = (): void => {
      clearTimeout(timer)
      timer = setTimeout(end, patienceMs, false)
    }
    wait()
    for (const { arrived } of calls) {
      void arrived.then((hasArrived) => {
        if (!hasArrived) end(false)
        else if (--missing === 0) end(true)
        else wait()
      })
    }
  })
}

/** Waits for all, but not for ever. */
async function settle(ends: readonly Promise<void>[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SETTLE_MS)
  })
  await Promise.race([Promise.all(ends), late])
  clearTimeout(timer)
}
