// A page for the browser tests of the door: the real door in front of a stand-in engine that reads its answer from the
// request's path, such as `/status/204` or `/echo`. What the page itself fetches is answered by `small-server.ts`.
import { DoorError, openServerDoor } from '..'
import type { DoorOptions, ServerDoor } from '..'
import { isPageRequest } from '../../protocol'
import type { Exchange, FetchView, PageRequest, RequestGroup, SendResult, WireRequest } from '../../protocol'
import { SmallServer, viewOf } from './small-server'

export type Opened = { readonly kind: string } | { readonly reason: string; readonly text: string }

export interface Sent {
  /** How often the stand-in engine was called, and with how many requests each time. */
  readonly calls: readonly number[]
  readonly trouble: string | null
  readonly troubles: readonly (string | null)[]
  readonly outcome: SendResult | { readonly error: string }
}

export interface DoorLab {
  open(options?: Partial<DoorOptions>): Promise<Opened>
  /** The door's path, under which our own origin stands for pretend hosts. */
  path(): string
  /** What the small server has been told since the last look, such as that somebody left. */
  heard(): readonly string[]
  send(requests: readonly (WireRequest | PageRequest)[], abort?: 'before' | 'fetching' | 'answering'): Promise<Sent>
  close(): void
}

declare global {
  var doorLab: DoorLab
}

const name = new URLSearchParams(location.search).get('name') ?? ''
const troubles: (string | null)[] = []
const server = new SmallServer(name)
let door: ServerDoor | null = null

function exchangeOf(request: WireRequest): Exchange {
  const { from, title, method, url, headers, body, target } = request
  const status = Number(/^\/status\/(\d+)/.exec(target)?.[1] ?? 200)
  const isSilent = target.startsWith('/silent')
  const isRedirect = status >= 300 && status < 400 && status !== 304
  const text = target.startsWith('/echo') ? `${method} ${body.text}` : `${name} ${target}`
  return {
    from,
    title,
    request: { method, url, headers, body: body.text, bodyEncoding: body.encoding },
    response: isSilent
      ? null
      : {
          status,
          reason: '',
          headers: [
            ['content-type', 'text/plain; charset=utf-8'],
            ['x-seen', headers.map(([key]) => key).join(' ')],
            ['set-cookie', 'a=1'],
            ...(isRedirect ? ([['location', '/elsewhere']] as const) : []),
          ],
          body: text,
          bodyEncoding: 'utf8',
        },
    error: null,
    startedAt: 0,
    endedAt: 0,
  }
}

/** What the modelled browser would have let through: everything but `/blocked`. */
function seenOf(ask: PageRequest): FetchView {
  const isBlocked = new URL(ask.url, ask.page.url).pathname === '/blocked'
  return viewOf(
    ask,
    isBlocked ? null : { status: 201, headers: [['x-visible', 'yes']], text: `seen by ${ask.page.url}` },
  )
}

globalThis.doorLab = {
  async open(options) {
    try {
      door = await openServerDoor({ pages: server, ...options, onTrouble: (text) => troubles.push(text) })
      return { kind: door.kind }
    } catch (error) {
      if (error instanceof DoorError) return { reason: error.reason, text: error.text }
      throw error
    }
  },
  path: () => door?.path ?? '',
  heard: () => server.heard.splice(0),
  async send(requests, abort) {
    if (!door) throw new Error('open the door first')
    const calls: number[] = []
    const controller = new AbortController()
    if (abort === 'before') controller.abort(new Error('aborted'))
    const answer = async (group: RequestGroup): Promise<SendResult> => {
      calls.push(group.requests.length)
      const wires = group.requests.filter((request): request is WireRequest => !isPageRequest(request))
      if (abort === 'answering') controller.abort(new Error('aborted'))
      if (wires.some(({ target }) => target === '/slow')) await new Promise((resolve) => setTimeout(resolve, 500))
      if (wires.some(({ target }) => target === '/throw')) throw new Error('the engine broke')
      const fetches = group.requests.filter(isPageRequest).map(seenOf)
      return { exchanges: wires.map(exchangeOf), stop: null, ...(fetches.length > 0 ? { fetches } : {}) }
    }
    const sending = door.send({ waitMs: 0, requests }, answer, { signal: controller.signal })
    if (abort === 'fetching') controller.abort(new Error('aborted'))
    const outcome = await sending.catch((error: unknown) => ({ error: String(error) }))
    return { calls, trouble: door.trouble, troubles: [...troubles], outcome }
  },
  close() {
    door?.close()
  },
}
document.title = 'ready'
