/// <reference lib="webworker" />
// The service worker: hands a page's own marked fetch back to that page and passes on its answer. It knows no lessons,
// no Python and no sessions, and holds no state, so an idle stop or an update in mid-session has nothing to lose.
// All other requests are left alone. It never unregisters itself: offline use depends on its staying.
import { EXCHANGE_HEADER, PROTOCOL } from './messages'
import type { FetchAnswer, FetchCall, WorkerCall, WorkerReply } from './messages'

declare const self: ServiceWorkerGlobalScope

// There is no skipWaiting on install: the first worker of a site becomes active without it, and a later one must not
// replace a worker under a live session. It comes in when a page starts alone and asks for it ('peel/take-over').
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})

self.addEventListener('message', (event) => {
  const port = event.ports[0]
  if (port) event.waitUntil(obey(event.data as WorkerCall, port))
})

self.addEventListener('fetch', (event) => {
  const exchange = event.request.headers.get(EXCHANGE_HEADER)
  if (exchange !== null) event.respondWith(forward(event, exchange))
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
      const alone = pages.length <= 1
      reply(alone)
      if (alone) await self.skipWaiting()
    }
  }
}

/** Asks the page that made the fetch, never another tab, for the answer. */
async function forward(event: FetchEvent, exchange: string): Promise<Response> {
  const { request } = event
  const page = event.clientId === '' ? undefined : await self.clients.get(event.clientId)
  if (!page) return new Response('Peel: the page that sent this request is gone.', { status: 503 })

  const { port1, port2 } = new MessageChannel()
  const answer = new Promise<FetchAnswer>((resolve) => {
    port1.addEventListener('message', (message: MessageEvent<FetchAnswer>) => resolve(message.data))
    // The page went away in mid-exchange; without this the event would hang until the browser kills the worker.
    port1.addEventListener('close', () => resolve(null))
    port1.start()
  })
  const call: FetchCall = {
    type: 'peel/fetch',
    exchange,
    url: request.url,
    method: request.method,
    headers: [...request.headers],
  }
  page.postMessage(call, [port2])

  const head = await answer
  if (!head) return Response.error()
  const { status, statusText } = head
  return new Response(head.body, { status, statusText, headers: head.headers.map(([name, value]) => [name, value]) })
}
