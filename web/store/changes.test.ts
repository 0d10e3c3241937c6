// Changes from the picture, with the real engine under Node behind the store's seam.
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { spawnNodeWorker } from '../../engine/cli/spawn'
import { EngineHost, ORDERS_WALL_MS, ordersInput, Session } from '../../engine/host'
import type { RequestGroup, RunDocument, SourceFiles } from '../../engine/protocol'
import { registeredLayers } from '../../engine/trace'
import { createAppStore } from './app-store'
import type { EnginePort, Program } from './seam'

const read = (name: string) => readFileSync(new URL(`../../lessons/sample/${name}`, import.meta.url), 'utf8')
const start: SourceFiles = { 'main.py': read('start/main.py'), 'requests.http': read('requests.http') }
const recorded = JSON.parse(read('recorded.json')) as RunDocument

const host = new EngineHost(spawnNodeWorker(), { spare: false })
afterAll(() => host.dispose())

const nobody = (): never => {
  throw new Error('nobody asks for this here')
}

/** The engine without a page around it: each run is a session of its own. */
const engine: EnginePort = {
  status: { kind: 'ready' },
  lane: { kind: 'direct' },
  versions: [],
  version: { fastapi: '', starlette: '', why: '' },
  use: nobody,
  subscribe: () => () => undefined,
  boot: () => undefined,
  page: '',
  run: async (program: Program, groups: readonly RequestGroup[]) => {
    const session = new Session(host, program)
    await session.open()
    for (const group of groups) await session.send(group)
    return session.document
  },
  orders: (program, groups, options) =>
    host.call('orders', ordersInput(program, groups), { wallMs: ORDERS_WALL_MS, onCount: options?.onCount }),
  start: nobody,
  branch: nobody,
  branches: [],
  lines: [],
  send: nobody,
  fetch: nobody,
  socket: nobody,
  editBrowser: nobody,
  check: nobody,
  dispose: () => undefined,
}

function open() {
  const place = { id: 'sample', title: 'Sample', chapter: null, minutes: null, start, solution: null, checks: null }
  const storage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }
  const store = createAppStore(
    {
      catalog: { first: place, list: [place], load: async () => place },
      createEngine: async () => engine,
      loadRecorded: async () => recorded,
      loadRealms: nobody,
    },
    { shared: () => storage, own: () => storage },
  )
  return store
}

const stack = (document: RunDocument | undefined) => registeredLayers(document?.layers ?? []).map(({ id }) => id)
const limits = { timeout: 60_000 }

describe('writeOrder()', limits, () => {
  test('moves the lines, runs, says what it did, and goes back byte for byte', async () => {
    const store = open()
    const state = () => store.getState()
    await state().run()
    const before = stack(state().shown?.document)
    expect(before).toEqual(['CORSMiddleware', 'NoSniff', 'Tickets', 'timing'])
    const wanted = ['timing', 'CORSMiddleware', 'NoSniff', 'Tickets']
    await state().writeOrder(wanted, 'timing')
    expect(state().changeTrouble).toBeNull()
    expect(state().written?.what).toBe('timing now stands outside of CORSMiddleware.')
    expect(stack(state().shown?.document)).toEqual(wanted)
    expect(state().files['main.py']).not.toBe(start['main.py'])
    // Moved back in the picture, where the function would otherwise land beside its new neighbours.
    await state().writeOrder(before, 'timing')
    expect(state().files).toEqual(start)
    expect(stack(state().shown?.document)).toEqual(before)
    await state().unwriteOrder()
    expect(stack(state().shown?.document)).toEqual(wanted)
    expect(state().written).toBeNull()
  })

  test('every order of the sample can be written, and undone', async () => {
    const store = open()
    const state = () => store.getState()
    await state().run()
    const before = stack(state().shown?.document)
    const reversed = [...before].reverse()
    await state().writeOrder(reversed, null)
    expect(state().changeTrouble).toBeNull()
    expect(stack(state().shown?.document)).toEqual(reversed)
    await state().unwriteOrder()
    expect(state().files).toEqual(start)
    expect(stack(state().shown?.document)).toEqual(before)
  })

  test('leaves the code alone where it has changed since the run, or cannot be moved', async () => {
    const store = open()
    const state = () => store.getState()
    await state().run()
    const [first = '', second = '', ...rest] = stack(state().shown?.document)
    const typed = `${start['main.py']}\n`
    state().edit('main.py', typed)
    await state().writeOrder([second, first, ...rest], first)
    expect(state().changeTrouble?.why).toMatch(/^The code has changed since this run/)
    expect(state().files['main.py']).toBe(typed)
    state().edit('main.py', typed.replace('app.add_middleware(NoSniff)', 'app.add_middleware(NoSniff); sold = 0'))
    await state().run()
    await state().writeOrder([second, first, ...rest], first)
    expect(state().changeTrouble?.why).toMatch(/holds more than the statement that adds NoSniff/)
    state().dismissChange()
    expect(state().changeTrouble).toBeNull()
  })
})

describe('runWithout()', limits, () => {
  test('runs the program without a layer beside the run with it; the code stays', async () => {
    const store = open()
    const state = () => store.getState()
    await state().runWithout('Nobody')
    expect(state().variantTrouble).toBe('without Nobody: The program does not add Nobody any more.')
    expect(state().rival).toBeNull()
    await state().runWithout('NoSniff')
    expect(state().rival?.name).toBe('without NoSniff')
    expect(stack(state().rival?.shown.document)).toEqual(['CORSMiddleware', 'Tickets', 'timing'])
    expect(stack(state().shown?.document)).toEqual(['CORSMiddleware', 'NoSniff', 'Tickets', 'timing'])
    expect(state().stage).toBe('compare')
    expect(state().files).toEqual(start)
  })
})

describe('tryOrders()', limits, () => {
  test('finds the ways, runs an order beside the written one, and writes one into the code', async () => {
    const store = open()
    const state = () => store.getState()
    await state().run()
    const counts: (string | null)[] = []
    const leave = store.subscribe(({ orders }) => {
      if (orders.kind === 'trying') counts.push(orders.count && `${orders.count.done} of ${orders.count.of}`)
    })
    await state().tryOrders()
    leave()
    // Whoever waits sees how far it has come; the run beside which orders are laid has no session any more.
    expect([...new Set(counts)]).toEqual([null, '0 of 24', '6 of 24', '12 of 24', '18 of 24'])
    expect(state().branches).toEqual([])
    const { orders } = state()
    if (orders.kind !== 'found') throw new Error(orders.kind)
    expect(orders.layers.map(({ name }) => name)).toEqual(orders.result.names)
    expect(orders.result.groups.flatMap((group) => group.orders)).toHaveLength(24)
    const other = orders.result.groups[1]?.orders[0] ?? []
    const names = other.map((at) => orders.result.names[at])
    await state().runOrder(other)
    expect(state().rival?.name).toBe(names.join(', '))
    expect(stack(state().rival?.shown.document)).toEqual(names)
    expect(state().files).toEqual(start)
    await state().adoptOrder(other)
    expect(state().changeTrouble).toBeNull()
    expect(stack(state().shown?.document)).toEqual(names)
    expect(state().files).not.toEqual(start)
  })

  test('asks first where there are more than 720', async () => {
    const store = open()
    const state = () => store.getState()
    const more = Array.from({ length: 3 }, () => 'app.add_middleware(NoSniff)\n').join('')
    state().edit('main.py', `${start['main.py']}\n\n${more}`)
    await state().tryOrders()
    expect(state().orders).toEqual({ kind: 'asking', middlewares: 7 })
    state().stopOrders()
    expect(state().orders.kind).toBe('idle')
  })
})
