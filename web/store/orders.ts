// The search over orders: what it is asked, whether it is at work, and what it found.
import type { StateCreator } from 'zustand/vanilla'
import { groupRequests } from '../../engine/browser'
import type { Layer, OrdersResult, SourceFiles } from '../../engine/protocol'
import { registeredLayers } from '../../engine/trace'
import { changedSince } from './places'
import { readRequests } from './requests'
import type { All } from './state'

export type OrdersState =
  | { readonly kind: 'idle' }
  | {
      /** There are so many that somebody should say whether they are worth the wait. */
      readonly kind: 'asking'
      readonly middlewares: number
    }
  | {
      readonly kind: 'trying'
      /** How many orders of how many have been tried; null until the program is loaded. */
      readonly count: { readonly done: number; readonly of: number } | null
    }
  | {
      readonly kind: 'found'
      readonly result: OrdersResult
      /** What was tried. */
      readonly files: SourceFiles
      /** The layers as `result.names` counts them; empty where no run tells them. */
      readonly layers: readonly Layer[]
    }
  | { readonly kind: 'failed'; readonly why: string }

export interface OrdersSlice {
  readonly orders: OrdersState
  /** Tries every order of the written program. Asks first where there are very many, unless `isPatient`. */
  tryOrders(isPatient?: boolean): Promise<void>
  stopOrders(): void
  /** Runs the written program in one of its orders, beside the run as it is written. */
  runOrder(order: readonly number[]): Promise<void>
  /** Writes one of the orders into the code. */
  adoptOrder(order: readonly number[]): Promise<void>
}

const OTHER_LAYERS = 'the program has other layers by now. Try all orders again.'

/** Up to so many nobody is asked: 720 orders take seconds. */
const MOST_UNASKED = 6

export const createOrdersSlice: StateCreator<All, [], [], OrdersSlice> = (set, get) => {
  let aborter: AbortController | null = null

  /** The layers of the written program, as far as a run of it is on screen. */
  const known = (): readonly Layer[] => {
    const { shown, files } = get()
    return shown && changedSince(shown.files, files) !== 'code' ? registeredLayers(shown.document.layers) : []
  }

  return {
    orders: { kind: 'idle' },
    tryOrders: async (isPatient = false) => {
      const { files } = get()
      const requests = readRequests(files)
      if (requests.kind !== 'read') {
        set({ orders: { kind: 'failed', why: `requests.http, line ${requests.line}: ${requests.why}` } })
        return
      }
      const layers = known()
      if (layers.length > MOST_UNASKED && !isPatient) {
        set({ orders: { kind: 'asking', middlewares: layers.length } })
        return
      }
      aborter?.abort()
      const mine = new AbortController()
      aborter = mine
      set({ orders: { kind: 'trying', count: null } })
      // The session of the shown run ends with this.
      get().dropBranches()
      try {
        const engine = await get().reachEngine()
        const { signal } = mine
        const groups = groupRequests(requests.file.requests)
        const onCount = (done: number, of: number) => {
          if (aborter === mine) set({ orders: { kind: 'trying', count: { done, of } } })
        }
        const result = await engine.orders(get().program(true), groups, { signal, isPatient, onCount })
        if (aborter !== mine) return
        if (result.error?.type === 'TooManyOrders' && !isPatient)
          set({ orders: { kind: 'asking', middlewares: result.names.length } })
        else if (result.error) set({ orders: { kind: 'failed', why: result.error.text } })
        else
          set({ orders: { kind: 'found', result, files, layers: layers.length === result.names.length ? layers : [] } })
      } catch (error) {
        if (aborter !== mine) return
        set({ orders: { kind: 'failed', why: error instanceof Error ? error.message : String(error) } })
      }
    },
    stopOrders: () => {
      aborter?.abort()
      aborter = null
      set({ orders: { kind: 'idle' } })
    },
    runOrder: async (order) => {
      const { orders } = get()
      if (orders.kind !== 'found') return
      const wanted = order.map((at) => orders.result.names[at] ?? '')
      await get().tryVariant({
        name: wanted.join(', '),
        // The code may have changed since all orders were tried: a layer is told by its id, which is its name there.
        change: (program) => {
          const now = registeredLayers(get().shown?.document.layers ?? []).map(({ id }) => id)
          if (String([...now].sort()) !== String([...wanted].sort())) throw new Error(OTHER_LAYERS)
          return { ...program, order: wanted.map((id) => now.indexOf(id)) }
        },
      })
    },
    adoptOrder: async (order) => {
      const { orders } = get()
      if (orders.kind !== 'found') return
      get().showStage('bench')
      // Where lines stand is known from a run of exactly this text.
      if (known().length === 0) await get().run()
      await get().writeOrder(
        order.map((at) => orders.result.names[at] ?? ''),
        null,
      )
    },
  }
}
