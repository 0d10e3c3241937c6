/// <reference lib="webworker" />
// The service worker: hands fetches to servers that only exist in Peel to the page that runs them, and passes on its
// answers. It knows no lessons and no Python. Who belongs to whom is all it keeps, and pages tell it again after an idle
// stop. All other requests are left alone. It never unregisters itself: offline use depends on its staying.
import { isPretend, readOwnPath } from '../pretend-url'
import type { OwnPath } from '../pretend-url'
import { EXCHANGE_HEADER, GAVE_UP, OVER, PROTOCOL } from './messages'
import type { FetchAnswer, FetchCall, FetchedRequest, RollCall, WorkerCall, WorkerNews, WorkerReply } from './messages'
import { Owners } from './owners'
import { holdLock, pageLock, Vigil } from './presence'

declare const self: ServiceWorkerGlobalScope

const ADDRESS = { origin: self.location.origin, scope: new URL(self.registration.scope).pathname }
/** A page that is idle answers a roll call within a few real ms, one that compiles its editor takes longer. */
const ROLL_MS = 1000

const LOCK = `peel/worker/${crypto.randomUUID()}`
const isPresent = holdLock(LOCK)
const owners = new Owners()
const vigil = new Vigil()
/** Pages that answer, by id: to look a client up is a trip to the browser's own process, and as long as the way here. */
const pages = new Map<string, Client>()
/** Called whenever somebody says who they are. */
const waiting = new Set<() => void>()

// There is no skipWaiting on install: the first worker of a site becomes active without it, and a later one must not
// replace a worker under a live session. It comes in when a page starts alone and asks for it ('peel/take-over').
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})

self.addEventListener('message', (event) => {
  const port = event.ports[0]
  if (port) event.waitUntil(obey(event.data as WorkerCall, port))
  else if (event.source && 'id' in event.source) hear(event.data as WorkerNews, event.source)
})

self.addEventListener('fetch', (event) => {
  const { request, clientId, resultingClientId } = event
  const session = request.destination === 'worker' ? owners.sessionOf(clientId) : undefined
  // A worker belongs to the page that asks for its script, whoever answers that.
  if (session) owners.adopt(resultingClientId, session)

  const exchange = request.headers.get(EXCHANGE_HEADER)
  const url = new URL(request.url)
  const own = readOwnPath(url, ADDRESS)
  const isOurs = exchange !== null || own !== null || (isPretend(url) && url.origin !== ADDRESS.origin)
  if (isOurs) event.respondWith(exchange === null ? answer(event, own) : answerMarked(event, exchange))
})

async function obey(call: WorkerCall, port: MessagePort): Promise<void> {
  const reply = (done: boolean) => port.postMessage({ protocol: PROTOCOL, done } satisfies WorkerReply)
  switch (call.type) {
    case 'peel/hello':
      return reply(true)
    case 'peel/claim':
      // After a hard reload the browser leaves the page without a controller.
      await self.clients.claim()
      return reply(true)
    case 'peel/take-over': {
      const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
      const alone = pages.filter(({ frameType }) => frameType === 'top-level').length <= 1
      reply(alone)
      if (alone) await self.skipWaiting()
    }
  }
}

function hear(news: WorkerNews, client: Client): void {
  const { session } = news
  if (news.type === 'peel/own') {
    if (owners.pageOf(session) === undefined) {
      vigil.watch(pageLock(session), () => {
        owners.forget(session)
        pages.delete(client.id)
      })
    }
    pages.set(client.id, client)
    owners.own(session, client.id, news.clients)
  } else owners.adopt(client.id, session)
  waiting.forEach((look) => look())
}

/** A fetch that a page makes for Run is that page's own, whoever else is there. */
async function answerMarked(event: FetchEvent, exchange: string): Promise<Response> {
  const page = await findClient(event.clientId)
  const [session = ''] = exchange.split('.')
  return page ? forward(event, page, session, { exchange }) : refuse('the page that sent this request is gone.')
}

async function answer(event: FetchEvent, own: OwnPath | null): Promise<Response> {
  const client = await findClient(event.clientId)
  const door = own?.door ?? (client && readOwnPath(new URL(client.url), ADDRESS)?.door)
  const find = (): Promise<Answerer | undefined> => findPage(door ?? owners.sessionOf(event.clientId), client)
  const found = (await find()) ?? (await findOnlyPage()) ?? (await rollCall(find)) ?? (await findOnlyPage())
  if (found) {
    const { page, session } = found
    for (const id of [event.clientId, event.resultingClientId]) owners.adoptNew(id, session)
    // A path without a host only says who it is that fetches it.
    if (own && own.url === null) return new Response(null, { status: 204 })
    return forward(event, page, session, { client })
  }
  if (own) return refuse('no page is open that runs this server.')
  // A page of ours without a server of its own gets what it would get without this worker.
  const isPage = client !== undefined && 'frameType' in client && client.frameType === 'top-level'
  if (isPage || owners.isEmpty) return fetch(event.request)
  return refuse(`several pages are open, and it can't be told to which this belongs. ${HOW_TO_TELL}`)
}

const HOW_TO_TELL = `A fetch of ${ADDRESS.scope}srv/~ and the name of its page's session tells.`

function refuse(why: string): Response {
  return new Response(`Peel: ${why}`, { status: 503, statusText: 'Nobody to ask' })
}

async function findClient(id: string): Promise<Client | undefined> {
  return id === '' ? undefined : (pages.get(id) ?? self.clients.get(id))
}

interface Answerer {
  readonly page: Client
  readonly session: string
}

/** @param asker  who fetches, which is mostly the page itself */
async function findPage(session: string | undefined, asker?: Client): Promise<Answerer | undefined> {
  const id = session === undefined ? undefined : owners.pageOf(session)
  const page = id === asker?.id ? asker : await findClient(id ?? '')
  return page && session !== undefined ? { page, session } : undefined
}

/** Asks all pages who they are, until one of the answers helps or all have had their time. */
async function rollCall(find: () => Promise<Answerer | undefined>): Promise<Answerer | undefined> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  return new Promise((resolve) => {
    const end = (found: Answerer | undefined): void => {
      waiting.delete(look)
      clearTimeout(timer)
      resolve(found)
    }
    const look = (): void => void find().then((found) => found && end(found))
    const timer = setTimeout(end, ROLL_MS, undefined)
    waiting.add(look)
    for (const page of pages) page.postMessage({ type: 'peel/roll' } satisfies RollCall)
  })
}

/** Where one page is open, everybody is its child. */
async function findOnlyPage(): Promise<Answerer | undefined> {
  const clients = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const [page, ...others] = clients.filter(({ frameType }) => frameType === 'top-level')
  return page && others.length === 0 ? findPage(owners.ownedBy(page.id)) : undefined
}

/** Lets a page answer. */
async function forward(
  event: FetchEvent,
  page: Client,
  session: string,
  { client = page, exchange = null }: { readonly client?: Client | undefined; readonly exchange?: string | null },
): Promise<Response> {
  const request = await readRequest(event.request, exchange === null)
  const { port1, port2 } = new MessageChannel()
  event.request.signal.addEventListener('abort', () => port1.postMessage(GAVE_UP))
  let end = (): void => {}
  // A body goes on after the head is there, and an idle stop would break it.
  event.waitUntil(new Promise<void>((resolve) => (end = resolve)))
  const answered = new Promise<FetchAnswer>((resolve) => {
    // Whoever asked a page that goes away would wait until the browser kills the worker.
    const stopWatching = vigil.watch(pageLock(session), () => {
      resolve(null)
      end()
    })
    port1.addEventListener('message', ({ data }: MessageEvent<FetchAnswer | typeof OVER>) => {
      if (data !== OVER) resolve(data)
      if (data !== OVER && data?.body instanceof ReadableStream) return
      stopWatching()
      port1.close()
      end()
    })
    port1.start()
  })
  await isPresent
  const call: FetchCall = {
    type: 'peel/fetch',
    worker: LOCK,
    exchange,
    client: event.clientId || event.resultingClientId,
    clientUrl: event.clientId === '' ? null : client.url,
    isWorker: event.clientId !== '' && client.type !== 'window',
    request,
  }
  page.postMessage(call, request.body ? [port2, request.body] : [port2])

  const head = await answered
  if (!head) return Response.error()
  const { status, statusText } = head
  return new Response(head.body, { status, statusText, headers: head.headers.map(([name, value]) => [name, value]) })
}

/** Not every browser can transfer a stream, or has the body of a fetched request as one. */
const STREAMS = canTransferStreams() && 'body' in Request.prototype

function canTransferStreams(): boolean {
  try {
    const stream = new ReadableStream()
    return structuredClone(stream, { transfer: [stream] }) instanceof ReadableStream
  } catch {
    return false
  }
}

async function readRequest(request: Request, withBody: boolean): Promise<FetchedRequest> {
  const { url, method, mode, credentials, redirect, cache, destination } = request
  const { referrer, referrerPolicy, integrity, keepalive } = request
  const about = { url, method, mode, credentials, redirect, cache, destination }
  const more = { referrer, referrerPolicy, integrity, keepalive, headers: [...request.headers] }
  return { ...about, ...more, body: withBody ? await readBody(request) : null }
}

async function readBody(request: Request): Promise<FetchedRequest['body']> {
  if (STREAMS) return request.body
  const bytes = await request.arrayBuffer()
  return bytes.byteLength > 0 ? bytes : null
}
