import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import {
  packBatch,
  type CallMessage,
  type EngineCalls,
  type RequestGroup,
  type RunDocument,
  type TraceEvent,
  type WorkerMessage,
} from '../protocol'
import type { Runtime } from '../runtime/runtime'
import { serve } from '../runtime/serve'
import { EngineHost } from './host'
import { Session } from './session'
import type { SpawnWorker } from './worker-seam'

/** Workers in this thread: the real `serve` on an in-memory channel, with a runtime made for each test. */
function inMemory(makeRuntime: (emit: (events: string) => void, worker: number) => Runtime | null) {
  const terminated: number[] = []
  let count = 0
  const spawn: SpawnWorker = (listen) => {
    const worker = ++count
    let gone = false
    const post = (message: WorkerMessage): void => {
      if (!gone) listen(message)
    }
    const runtime = makeRuntime((events) => post({ kind: 'trace', events }), worker)
    const answer = runtime && serve(runtime, post)
    queueMicrotask(() => post(runtime ? { kind: 'ready' } : { kind: 'failed', message: 'no snapshot' }))
    return {
      post: (message: CallMessage) => answer?.(message),
      terminate: () => {
        gone = true
        terminated.push(worker)
      },
    }
  }
  return { spawn, terminated, count: () => count }
}

const INFO: EngineCalls['open']['out'] = {
  versions: { fastapi: '1', starlette: '1', pydantic: '1', uvicorn: '1', python: '3' },
  layers: [],
  error: null,
  stop: null,
}
const PROGRAM = { files: { 'main.py': '' }, entry: 'main.py', app: null }
const GROUP = { waitMs: 0, requests: [] }
const never = new Promise<never>(() => undefined)

const event = (seq: number, more: object): TraceEvent =>
  ({ seq, at: 0, task: 0, layer: null, exchange: null, ...more }) as TraceEvent

function answering(answers: Partial<Record<keyof EngineCalls, unknown>>): Runtime {
  return {
    call: async (name) => {
      const answer = answers[name]
      return (typeof answer === 'function' ? await (answer as () => unknown)() : answer) as never
    },
  }
}

describe('EngineHost', () => {
  test('a call settles with its value, and the spare is started after the first worker is ready', async () => {
    const channel = inMemory(() => answering({ open: INFO }))
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    const input = { ...PROGRAM, limits: { lines: 1, jumps: 1, events: 1, virtualMs: 1, wallMs: 1 }, trace: true }
    await expect(host.call('open', input, { wallMs: 1000 })).resolves.toEqual(INFO)
    await vi.waitFor(() => expect(channel.count()).toBe(2))
    expect(host.status).toEqual({ kind: 'ready' })
  })

  test('a call settles with an error when the runtime throws, and the next call is answered', async () => {
    let calls = 0
    const channel = inMemory(() =>
      answering({
        close: () => {
          if (++calls === 1) throw new Error('misuse: nothing is open')
          return { stop: null }
        },
      }),
    )
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    await expect(host.call('close', null, { wallMs: 1000 })).rejects.toMatchObject({
      kind: 'protocol',
      message: 'misuse: nothing is open',
    })
    await expect(host.call('close', null, { wallMs: 1000 })).resolves.toEqual({ stop: null })
    expect(channel.terminated).toEqual([])
  })

  test('a call that is aborted kills its worker, and the spare answers the next one', async () => {
    const channel = inMemory((_emit, worker) => answering({ close: worker === 1 ? () => never : { stop: null } }))
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    const abort = new AbortController()
    const call = host.call('close', null, { wallMs: 60_000, signal: abort.signal })
    await vi.waitFor(() => expect(host.status.kind).toBe('running'))
    abort.abort()
    await expect(call).rejects.toMatchObject({ kind: 'aborted' })
    expect(channel.terminated).toEqual([1])
    await expect(host.call('close', null, { wallMs: 1000 })).resolves.toEqual({ stop: null })
  })

  test('a call over its time limit kills its worker, and the spare answers the next one', async () => {
    const channel = inMemory((_emit, worker) => answering({ close: worker === 1 ? () => never : { stop: null } }))
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    await expect(host.call('close', null, { wallMs: 20 })).rejects.toMatchObject({ kind: 'timeout' })
    expect(channel.terminated).toEqual([1])
    await expect(host.call('close', null, { wallMs: 1000 })).resolves.toEqual({ stop: null })
    await vi.waitFor(() => expect(channel.count()).toBe(3))
  })

  test('a call that still makes events is not stopped for being slow, but neither does it go on for ever', async () => {
    const channel = inMemory((emit, worker) =>
      answering({
        close: async () => {
          for (let seq = 0; seq < (worker === 1 ? 8 : 100_000); seq++) {
            emit(packBatch([event(seq, { kind: 'log', text: '' })]))
            await pause(25)
          }
          return { stop: null }
        },
      }),
    )
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    await expect(host.call('close', null, { wallMs: 100 })).resolves.toEqual({ stop: null })
    const abort = new AbortController()
    const killed = host.call('close', null, { wallMs: 60_000, signal: abort.signal })
    await vi.waitFor(() => expect(host.status.kind).toBe('running'))
    abort.abort()
    await expect(killed).rejects.toMatchObject({ kind: 'aborted' })
    await expect(host.call('close', null, { wallMs: 100 })).rejects.toMatchObject({
      kind: 'timeout',
      message: 'Python gave no answer for 1.2 s and was stopped.',
    })
  })

  test('a call whose worker dies settles with that, and the spare answers the next one', async () => {
    const dying = Object.assign(new Error('memory access out of bounds'), { name: 'RuntimeError' })
    const channel = inMemory((_emit, worker) => ({
      call: async () => {
        if (worker === 1) throw dying
        return { stop: null } as never
      },
    }))
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    await expect(host.call('close', null, { wallMs: 1000 })).rejects.toMatchObject({ kind: 'died' })
    await expect(host.call('close', null, { wallMs: 1000 })).resolves.toEqual({ stop: null })
  })

  test('a session that finds its worker spoiled is opened in the next one, and nobody hears of it', async () => {
    const stale = Object.assign(new Error('files of Python were changed'), { name: 'StaleInterpreter' })
    const asked: string[] = []
    const channel = inMemory((_emit, worker) => ({
      call: async (name) => {
        asked.push(`${name} ${worker}`)
        if (worker === 1) throw stale
        return INFO as never
      },
    }))
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    const session = new Session(host, PROGRAM)
    await session.open()
    expect(session.document.stop).toBeNull()
    expect(session.isOpen).toBe(true)
    expect(asked).toEqual(['open 1', 'open 2'])
  })

  test('a call to a session that is gone with its worker is not made again', async () => {
    const stale = Object.assign(new Error('files of Python were changed'), { name: 'StaleInterpreter' })
    const channel = inMemory((_emit, worker) => ({
      call: async () => {
        if (worker === 1) throw stale
        return { stop: null } as never
      },
    }))
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    await expect(host.call('close', null, { wallMs: 1000 })).rejects.toMatchObject({ kind: 'died' })
  })

  test('a worker that cannot boot is told once, and boot() may be tried again', async () => {
    let broken = true
    const channel = inMemory(() => (broken ? null : answering({ close: { stop: null } })))
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    await expect(host.boot()).rejects.toMatchObject({ kind: 'boot' })
    expect(host.status).toEqual({ kind: 'failed', message: 'Python could not start: no snapshot' })
    broken = false
    await host.boot()
    expect(host.status.kind).toBe('ready')
  })

  test('calls are made one at a time, in order', async () => {
    const order: string[] = []
    const channel = inMemory(() =>
      answering({
        close: async () => {
          order.push('begin')
          await pause(5)
          order.push('end')
          return { stop: null }
        },
      }),
    )
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    await Promise.all([1, 2].map(() => host.call('close', null, { wallMs: 1000 })))
    expect(order).toEqual(['begin', 'end', 'begin', 'end'])
  })
})

describe('Session', () => {
  test('gathers events in order into one document', async () => {
    const channel = inMemory((emit) =>
      answering({
        open: () => {
          emit(packBatch([event(0, { kind: 'lifespan', phase: 'startup', status: 'complete' })]))
          return INFO
        },
        send: () => {
          emit(packBatch([event(1, { kind: 'task', born: 1, name: 'a' })]))
          return { exchanges: [], stop: null }
        },
      }),
    )
    const session = new Session(new EngineHost(channel.spawn, { spareDelayMs: 0 }), PROGRAM)
    await session.open()
    await session.send(GROUP)
    expect(session.document.events.map((one) => one.seq)).toEqual([0, 1])
    expect(session.isOpen).toBe(true)
  })

  test('a large body may take its time, in words as well', async () => {
    const channel = inMemory((_emit, worker) =>
      answering({
        open: INFO,
        send: () => (worker === 1 ? pause(150).then(() => ({ exchanges: [], stop: null })) : never),
      }),
    )
    const limits = { wallMs: 30 }
    const send = async (length: number): Promise<RunDocument['stop']> => {
      const session = new Session(host, PROGRAM, { limits })
      await session.open()
      const body = { text: 'x'.repeat(length), encoding: 'utf8' }
      await session.send({ waitMs: 0, requests: [{ title: 'POST', body }] } as unknown as RequestGroup)
      return session.document.stop
    }
    const host = new EngineHost(channel.spawn, { spareDelayMs: 0 })
    expect(await send(300_000)).toBeNull()
    expect(await send(0)).toMatchObject({ reason: 'wall', text: expect.stringContaining('after 0.03 s') })
    expect(await send(70_000)).toMatchObject({ reason: 'wall', text: expect.stringContaining('after 0.1 s') })
  })

  test('a killed worker leaves its partial trace, says where it stood and who was waiting', async () => {
    const channel = inMemory((emit) =>
      answering({
        open: INFO,
        send: () => {
          const line = { kind: 'line', file: 'main.py', line: 15, function: 'timing' }
          emit(packBatch([event(0, { kind: 'enter', layer: 'server', exchange: 0, changes: [] }), event(1, line)]))
          return never
        },
      }),
    )
    const session = new Session(new EngineHost(channel.spawn, { spareDelayMs: 0 }), PROGRAM, { limits: { wallMs: 30 } })
    await session.open()
    await session.send(GROUP)
    const { stop, events } = session.document
    expect(events).toHaveLength(2)
    expect(stop).toMatchObject({ reason: 'wall', file: 'main.py', line: 15, waiting: ['server'] })
    expect(stop?.text).toContain('Stopped in timing, main.py line 15')
    expect(session.isOpen).toBe(false)
  })
})

/** A server whose state is what was sent to it, and which counts how it was asked to get there. */
function remembering() {
  const asked: string[] = []
  let worker = 0
  const channel = inMemory((emit, number) => {
    worker = number
    let sent: string[] = []
    let isOpen = false
    let seq = 0
    const tell = (): void => emit(packBatch([event(seq++, { kind: 'task', born: seq, name: 'a' })]))
    return {
      call: async (name, input) => {
        asked.push(name === 'back' ? `back ${(input as { group: number }).group}` : name)
        const answer = async (): Promise<unknown> => {
          switch (name) {
            case 'open':
              sent = []
              seq = 0
              isOpen = true
              tell()
              return INFO
            case 'send': {
              const title = (input as EngineCalls['send']['in']).requests[0]?.title ?? ''
              if (!isOpen) throw new Error('misuse: send needs an open session')
              if (title === 'hang') return never
              if (title === 'die') throw Object.assign(new Error('out of bounds'), { name: 'RuntimeError' })
              sent.push(title)
              tell()
              const body = sent.join('')
              return { exchanges: [{ title, response: { body } }], stop: null }
            }
            case 'back': {
              const { group } = input as EngineCalls['back']['in']
              if (group > sent.length) throw new Error('misuse: no such group')
              if (group < sent.length) isOpen = true
              sent = sent.slice(0, group)
              seq = group + 1
              return { way: 'checkpoint', exchange: group, seq }
            }
            default:
              isOpen = false
              return { stop: null }
          }
        }
        return (await answer()) as never
      },
    }
  })
  const session = new Session(new EngineHost(channel.spawn, { spareDelayMs: 0 }), PROGRAM, { limits: { wallMs: 30 } })
  const send = async (...titles: readonly string[]): Promise<void> => {
    for (const title of titles)
      await session.send({
        waitMs: 0,
        requests: [{ title, body: { text: '', encoding: 'utf8' } }],
      } as unknown as RequestGroup)
  }
  const bodies = (document: RunDocument): unknown[] => document.exchanges.map(({ response }) => response?.body ?? null)
  return { session, send, bodies, asked, worker: () => worker }
}

describe('branch()', () => {
  test('keeps the lines apart, and what they share in both', async () => {
    const { session, send, bodies, asked } = remembering()
    await session.open()
    await send('a', 'b', 'c')
    await expect(session.branch(1)).resolves.toEqual({ way: 'checkpoint', exchange: 1, seq: 2 })
    expect(bodies(session.document)).toEqual(['a'])
    await send('x')
    await session.branch(1)
    await send('y', 'z')
    expect(session.lines.map(bodies)).toEqual([
      ['a', 'ab', 'abc'],
      ['a', 'ax'],
      ['a', 'ay', 'ayz'],
    ])
    expect(session.document).toEqual(session.lines[2])
    expect(session.lines[2]?.events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3])
    expect(asked).toEqual(['open', 'send', 'send', 'send', 'back 1', 'send', 'back 1', 'send', 'send'])
  })

  test('takes up another line: back to where they fork, and what that line had sent is sent again', async () => {
    const { session, send, bodies, asked } = remembering()
    await session.open()
    await send('a', 'b', 'c')
    await session.branch(1)
    await send('x')
    asked.length = 0
    await expect(session.branch(3, { line: 0 })).resolves.toEqual({ way: 'replay', exchange: 3, seq: 4 })
    expect(asked).toEqual(['back 1', 'send', 'send', 'back 3'])
    await send('d')
    expect(session.lines.map(bodies)).toEqual([
      ['a', 'ab', 'abc', 'abcd'],
      ['a', 'ax'],
    ])
  })

  test.for(['hang', 'die'])('leads out of a line whose worker is gone (%s), which stays readable', async (title) => {
    const { session, send, bodies, worker } = remembering()
    await session.open()
    await send('a', 'b', title)
    expect(session.isOpen).toBe(false)
    await expect(session.branch(2)).resolves.toMatchObject({ way: 'replay', exchange: 2 })
    expect(worker()).toBeGreaterThan(1)
    await send('c')
    expect(session.lines.map(bodies)).toEqual([
      ['a', 'ab', null],
      ['a', 'ab', 'abc'],
    ])
    expect(session.lines.map(({ stop }) => stop?.reason)).toEqual([title === 'hang' ? 'wall' : 'memory', undefined])
  })

  test('leads back before a shutdown, which stays in its line', async () => {
    const { session, send, bodies } = remembering()
    await session.open()
    await send('a', 'b')
    await session.close()
    expect(session.isOpen).toBe(false)
    await session.branch(1)
    await send('x')
    expect(session.lines.map(bodies)).toEqual([
      ['a', 'ab'],
      ['a', 'ax'],
    ])
  })

  test('refuses a moment that is none, and leaves the session as it is', async () => {
    const { session, send, bodies } = remembering()
    await session.open()
    await send('a')
    await expect(session.branch(2)).rejects.toThrow('There is no running server before group 2 of this line.')
    await expect(session.branch(0, { line: 1 })).rejects.toThrow(RangeError)
    await send('b')
    expect(bodies(session.document)).toEqual(['a', 'ab'])
  })

  test('of a session that another one took the worker from starts it anew', async () => {
    const host = new EngineHost(
      inMemory(() => answering({ open: INFO, back: { way: 'checkpoint', exchange: 0, seq: 0 } })).spawn,
    )
    const first = new Session(host, PROGRAM)
    await first.open()
    const second = new Session(host, PROGRAM)
    await second.open()
    expect([first.isOpen, second.isOpen]).toEqual([false, true])
    await expect(first.branch(0)).resolves.toMatchObject({ way: 'replay' })
    expect([first.isOpen, second.isOpen]).toEqual([true, false])
    host.dispose()
  })

  test('that ends elsewhere than the first time is a bug, and said', async () => {
    const host = new EngineHost(
      inMemory(() => answering({ open: INFO, back: { way: 'replay', exchange: 0, seq: 7 } })).spawn,
    )
    const session = new Session(host, PROGRAM)
    await session.open()
    await expect(session.branch(0)).rejects.toMatchObject({ kind: 'protocol' })
    expect(session.isOpen).toBe(false)
    host.dispose()
  })
})
