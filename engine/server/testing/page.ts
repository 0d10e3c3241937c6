// A page for the browser tests of the door: the real door in front of a stand-in engine that reads its answer from the
// request's path, such as `/status/204` or `/echo`.
import { DoorError, openServerDoor } from '..'
import type { DoorOptions, ServerDoor } from '..'
import { isPageRequest } from '../../protocol'
import type { Exchange, RequestGroup, SendResult, WireRequest } from '../../protocol'
import { ExchangeDesk } from '../exchange-desk'
import { EXCHANGE_HEADER } from '../worker/messages'

export type Opened = { readonly kind: string } | { readonly reason: string; readonly text: string }

export interface Sent {
  /** How often the stand-in engine was called, and with how many requests each time. */
  readonly calls: readonly number[]
  readonly trouble: string | null
  readonly troubles: readonly (string | null)[]
  readonly outcome: SendResult | { readonly error: string }
}

export interface DoorLab {
  open(options?: DoorOptions): Promise<Opened>
  send(requests: readonly WireRequest[], abort?: 'before' | 'fetching' | 'answering'): Promise<Sent>
  close(): void
  /** Fetches an endless stream over the network, reads one chunk, cancels, and tells how many chunks were made. */
  cancelStream(): Promise<{ readonly read: string; readonly made: number; readonly wasCancelled: boolean }>
}

declare global {
  var doorLab: DoorLab
}

const name = new URLSearchParams(location.search).get('name') ?? ''
const troubles: (string | null)[] = []
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

globalThis.doorLab = {
  async open(options) {
    try {
      door = await openServerDoor({ ...options, onTrouble: (text) => troubles.push(text) })
      return { kind: door.kind }
    } catch (error) {
      if (error instanceof DoorError) return { reason: error.reason, text: error.text }
      throw error
    }
  },
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
      return { exchanges: wires.map(exchangeOf), stop: null }
    }
    const sending = door.send({ waitMs: 0, requests }, answer, { signal: controller.signal })
    if (abort === 'fetching') controller.abort(new Error('aborted'))
    const outcome = await sending.catch((error: unknown) => ({ error: String(error) }))
    return { calls, trouble: door.trouble, troubles: [...troubles], outcome }
  },
  close() {
    door?.close()
  },
  async cancelStream() {
    const { makeNetwork } = await import('../network')
    const desk = new ExchangeDesk('stream')
    const network = makeNetwork(navigator.serviceWorker, desk)
    network.enable()
    let made = 0
    let wasCancelled = false
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        if (!wasCancelled) controller.enqueue(new TextEncoder().encode(`chunk ${made++}`))
      },
      cancel() {
        wasCancelled = true
      },
    })
    const streamed = desk.open()
    const fetching = fetch('https://api.shop.test/stream', { headers: { [EXCHANGE_HEADER]: streamed.id } })
    await streamed.arrived
    streamed.answer(new Response(body))
    const reader = (await fetching).body?.getReader()
    const first = await reader?.read()
    await reader?.cancel()
    await new Promise((resolve) => setTimeout(resolve, 300))
    network.disable()
    return { read: new TextDecoder().decode(first?.value), made, wasCancelled }
  },
}
document.title = 'ready'
