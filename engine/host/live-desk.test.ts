import { setTimeout as pause } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { FetchView, LiveInput, LivePiece, LiveResult, PageRequest } from '../protocol'
import { LiveDesk } from './live-desk'
import type { LiveDeskOptions } from './live-desk'

function ask(url: string): PageRequest {
  const page = {
    url: 'https://app.shop.test/',
    sandboxed: false,
    kind: 'fetch',
    hasBody: false,
    bodyType: null,
  } as const
  return { from: -1, title: url, method: 'GET', url, headers: [], body: { text: '', encoding: 'utf8' }, atMs: 0, page }
}

function view(url: string, more: Partial<FetchView> = {}): FetchView {
  return {
    from: -1,
    title: url,
    kind: 'fetch',
    page: { url: 'https://app.shop.test/', sandboxed: false },
    method: 'GET',
    url,
    exchanges: [0],
    outcome: 'ok',
    category: null,
    text: '',
    fix: null,
    console: [],
    exception: null,
    response: {
      type: 'cors',
      status: 200,
      statusText: 'OK',
      url,
      redirected: false,
      headers: [],
      body: { text: '', encoding: 'utf8' },
      encodedBytes: 0,
      decodedBytes: 0,
    },
    fromCache: false,
    startedAt: 0,
    endedAt: 0,
    ...more,
  }
}

const BLOCKED = {
  outcome: 'blocked',
  response: null,
  exception: { name: 'TypeError', message: 'Failed to fetch' },
} as const

type Step = LivePiece extends infer P ? (P extends { readonly id: string } ? Omit<P, 'id'> : never) : never
const chunk = (text: string): Step => ({ kind: 'chunk', data: { text, encoding: 'utf8' } })

/**
 * A server that gives each of its asks, by URL, one step after the other, each a second after the one before. `quiet`
 * stands for a step that only comes once something else is sent.
 */
function scripted(scripts: Readonly<Record<string, readonly (Step | 'quiet')[]>>, told: Partial<LiveResult> = {}) {
  const inputs: LiveInput[] = []
  const open = new Map<string, (Step | 'quiet')[]>()
  let at = 0
  const live = async (input: LiveInput): Promise<LiveResult> => {
    inputs.push(input)
    await Promise.resolve()
    if (input.say || input.start) for (const steps of open.values()) if (steps[0] === 'quiet') steps.shift()
    for (const { id, request } of input.start ?? []) open.set(id, [...(scripts[request.url] ?? [])])
    const pieces: LivePiece[] = []
    for (const id of input.want) {
      const step = open.get(id)?.[0]
      if (step === undefined || step === 'quiet') continue
      open.get(id)?.shift()
      pieces.push({ id, ...step } as LivePiece)
    }
    if (pieces.length > 0) at += 1000
    return { pieces, isQuiet: pieces.length === 0, at, exchanges: [], stop: null, ...told }
  }
  const desk = (options: LiveDeskOptions = {}) => new LiveDesk(live, { speed: Infinity, ...options })
  return { desk, inputs, at: () => at }
}

const text = (body: ReadableStream<Uint8Array<ArrayBuffer>>) => new Response(body).text()

test('a fetch has its head first, then its body, then its view', async () => {
  const url = 'https://a.test/'
  const whole = view(url, { endedAt: 3 })
  const server = scripted({
    [url]: [{ kind: 'head', view: view(url) }, chunk('tea '), chunk('pot'), { kind: 'done', view: whole }],
  })
  const { view: head, body, done } = await server.desk().fetch(ask(url))
  expect(head.response?.status).toBe(200)
  expect(await text(body)).toBe('tea pot')
  expect(await done).toBe(whole)
})

test('asks of the same breath go in one call', async () => {
  const urls = ['https://a.test/', 'https://b.test/', 'https://c.test/']
  const server = scripted(Object.fromEntries(urls.map((url) => [url, [{ kind: 'done', view: view(url) }]])))
  const desk = server.desk()
  const answers = await Promise.all(urls.map((url) => desk.fetch(ask(url))))
  expect(answers.map((one) => one.view.url)).toEqual(urls)
  expect(server.inputs).toHaveLength(1)
  expect(server.inputs[0]?.start?.map(({ request }) => request.url)).toEqual(urls)
})

test('an answer that comes whole has its body from its view', async () => {
  const url = 'https://a.test/'
  const response = { ...view(url).response, body: { text: 'hello', encoding: 'utf8' } } as FetchView['response']
  const server = scripted({ [url]: [{ kind: 'done', view: view(url, { response }) }] })
  expect(await text((await server.desk().fetch(ask(url))).body)).toBe('hello')
})

test('a blocked one has no response, and an empty body', async () => {
  const url = 'https://a.test/'
  const server = scripted({ [url]: [{ kind: 'done', view: view(url, BLOCKED) }] })
  const { view: seen, body } = await server.desk().fetch(ask(url))
  expect(seen.response).toBeNull()
  expect(await text(body)).toBe('')
})

test('a body that broke off ends in its error, after what came', async () => {
  const url = 'https://a.test/'
  const bodyError = { message: 'network error', category: 'net::ERR_INCOMPLETE_CHUNKED_ENCODING' }
  const response = { ...view(url).response, bodyError } as FetchView['response']
  const steps: Step[] = [
    { kind: 'head', view: view(url) },
    chunk('te'),
    { kind: 'done', view: view(url, { response }) },
  ]
  const reader = (
    await scripted({ [url]: steps })
      .desk()
      .fetch(ask(url))
  ).body.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('te')
  await expect(reader.read()).rejects.toThrow('network error')
})

test('the server runs no further than somebody reads', async () => {
  const url = 'https://a.test/'
  const server = scripted({
    [url]: [{ kind: 'head', view: view(url) }, ...Array.from({ length: 50 }, () => chunk('x'))],
  })
  const { body } = await server.desk().fetch(ask(url))
  await pause(5)
  expect(server.at()).toBe(1000)
  const reader = body.getReader()
  await reader.read()
  await reader.read()
  await pause(5)
  expect(server.at()).toBe(3000)
})

test.for(['body', 'signal'] as const)('leaving by the %s is told to the server', async (how) => {
  const url = 'https://a.test/'
  const server = scripted({ [url]: [{ kind: 'head', view: view(url) }, chunk('x'), chunk('y')] })
  const controller = new AbortController()
  const { body, done } = await server.desk().fetch(ask(url), { signal: controller.signal })
  const reader = body.getReader()
  await reader.read()
  if (how === 'body') await reader.cancel('enough')
  else controller.abort('enough')
  await expect(done).rejects.toBe('enough')
  if (how === 'signal') await expect(reader.read()).rejects.toBe('enough')
  await vi.waitFor(() => expect(server.inputs.at(-1)).toMatchObject({ cancel: ['live-0'], want: [] }))
})

test('an abort before the head rejects the fetch, and one before the call spares it', async () => {
  const url = 'https://a.test/'
  const server = scripted({ [url]: ['quiet', { kind: 'done', view: view(url) }] })
  const desk = server.desk()
  const waiting = new AbortController()
  const fetching = desk.fetch(ask(url), { signal: waiting.signal })
  await pause(5)
  waiting.abort(new Error('gone'))
  await expect(fetching).rejects.toThrow('gone')
  await vi.waitFor(() => expect(server.inputs.at(-1)?.cancel).toEqual(['live-0']))
  const calls = server.inputs.length
  const early = new AbortController()
  const never = desk.fetch(ask(url), { signal: early.signal })
  early.abort(new Error('at once'))
  await expect(never).rejects.toThrow('at once')
  await expect(desk.fetch(ask(url), { signal: early.signal })).rejects.toThrow('at once')
  await pause(5)
  expect(server.inputs.slice(calls).flatMap(({ start = [] }) => start)).toEqual([])
})

test('who waits in vain is asked for again when something else was sent', async () => {
  const [slow, quick] = ['https://slow.test/', 'https://quick.test/']
  const server = scripted({
    [slow]: ['quiet', { kind: 'done', view: view(slow) }],
    [quick]: [{ kind: 'done', view: view(quick) }],
  })
  const desk = server.desk()
  let isThere = false
  const waiting = desk.fetch(ask(slow)).then(() => (isThere = true))
  await pause(5)
  const calls = server.inputs.length
  await pause(5)
  expect([server.inputs.length, isThere]).toEqual([calls, false])
  await desk.fetch(ask(quick))
  await waiting
  desk.stir(0)
})

test('what the server sends arrives at the pace of its clock', async () => {
  const url = 'https://a.test/'
  const server = scripted({ [url]: [{ kind: 'head', view: view(url) }, chunk('x'), { kind: 'done', view: view(url) }] })
  // 50 and 150 ms; a timer may come a little early. At once would be far below.
  const started = performance.now()
  const { body } = await server.desk({ speed: 20 }).fetch(ask(url))
  expect(performance.now() - started).toBeGreaterThanOrEqual(40)
  await text(body)
  expect(performance.now() - started).toBeGreaterThanOrEqual(130)
})

test('time that passed elsewhere is not waited for', async () => {
  const url = 'https://a.test/'
  const server = scripted({ [url]: [{ kind: 'done', view: view(url) }] })
  const desk = server.desk({ speed: 1 })
  desk.stir(1000)
  const started = performance.now()
  await desk.fetch(ask(url))
  expect(performance.now() - started).toBeLessThan(500)
})

test('when the server goes, everybody hears it, and who asks later too', async () => {
  const url = 'https://a.test/'
  const desk = scripted({ [url]: [{ kind: 'head', view: view(url) }, chunk('x')] }).desk()
  const { body, done } = await desk.fetch(ask(url))
  desk.fail(new Error('the server was stopped'))
  await expect(text(body)).rejects.toThrow('the server was stopped')
  await expect(done).rejects.toThrow('the server was stopped')
  await expect(desk.fetch(ask(url))).rejects.toThrow('the server was stopped')
})

test('a call that fails is everybody’s failure', async () => {
  const desk = new LiveDesk(() => Promise.reject(new Error('Python ended')))
  await expect(desk.fetch(ask('https://a.test/'))).rejects.toThrow('Python ended')
})

test('a server that gives nothing, and does not say that it is quiet, is not asked for ever', async () => {
  let calls = 0
  const desk = new LiveDesk(async () => {
    calls++
    return { pieces: [], isQuiet: false, at: 0, exchanges: [], stop: null }
  })
  desk.fetch(ask('https://a.test/')).catch(() => undefined)
  await pause(10)
  expect(calls).toBe(1)
})

test('where something ticks in the background, who waits asks again at the pace of the clock', async () => {
  const inputs: LiveInput[] = []
  const url = 'https://a.test/'
  const ticking = async (input: LiveInput): Promise<LiveResult> => {
    inputs.push(input)
    const done = { id: 'live-0', kind: 'done', view: view(url) } as const
    return {
      pieces: inputs.length === 3 ? [done] : [],
      isQuiet: false,
      at: inputs.length * 500,
      exchanges: [],
      stop: null,
    }
  }
  const started = performance.now()
  await new LiveDesk(ticking, { speed: 20 }).fetch(ask(url))
  expect(inputs).toMatchObject([{ forMs: 200 }, { forMs: 400 }, { forMs: 800 }])
  expect(performance.now() - started).toBeGreaterThanOrEqual(74)
})

function listening() {
  const events: unknown[] = []
  return {
    events,
    message: (...event: unknown[]) => void events.push(event),
    closed: (...event: unknown[]) => void events.push(event),
  }
}

const HELLO = { text: 'hello', encoding: 'utf8' } as const
const BYTES = { text: '/wA=', encoding: 'base64' } as const

test('a WebSocket hears what is said, says what it is told, and closes', async () => {
  const url = 'wss://a.test/ws'
  const head = view(url, { response: null, exchanges: [4] })
  const response = { status: 101, headers: [['Sec-WebSocket-Protocol', 'tea']] }
  const message: Step = { kind: 'message', frame: 'text', data: HELLO }
  const bytes: Step = { kind: 'message', frame: 'binary', data: BYTES }
  const closed: Step = { kind: 'closed', code: 1000, reason: 'bye' }
  const told = { exchanges: [{}, { response }] as never, numbers: { exchanges: [3, 4], fetches: [] } }
  const server = scripted({ [url]: [{ kind: 'head', view: head }, message, 'quiet', bytes, 'quiet', closed] }, told)
  const listener = listening()
  const socket = await server.desk().socket(ask(url), listener)
  expect(socket?.protocol).toBe('tea')
  await vi.waitFor(() => expect(listener.events).toHaveLength(1))
  socket?.say('text', HELLO)
  socket?.say('binary', BYTES)
  await vi.waitFor(() => expect(listener.events).toHaveLength(2))
  socket?.close(1000, 'enough')
  await vi.waitFor(() => expect(listener.events).toHaveLength(3))
  expect(listener.events).toEqual([
    ['text', HELLO],
    ['binary', BYTES],
    [1000, 'bye', true],
  ])
  expect(server.inputs.flatMap(({ say = [] }) => say)).toEqual([
    { id: 'live-0', frame: 'text', data: HELLO },
    { id: 'live-0', frame: 'binary', data: BYTES },
    { id: 'live-0', frame: 'close', data: { text: 'enough', encoding: 'utf8' }, code: 1000 },
  ])
})

test('a WebSocket that is refused is none, and was closed', async () => {
  const url = 'wss://a.test/ws'
  const server = scripted({ [url]: [{ kind: 'done', view: view(url, BLOCKED) }] })
  const listener = listening()
  expect(await server.desk().socket(ask(url), listener)).toBeNull()
  expect(listener.events).toEqual([[1006, '', false]])
})
