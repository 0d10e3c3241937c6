// `peel orders`: every order of the app's user middleware, grouped by what a client can tell.
import { join } from 'node:path'
import { EngineHost, ORDERS_WALL_MS, ordersInput } from '../host'
import type { OrderGroup, OrdersResult } from '../protocol'
import { explainOrders } from '../search'
import { InputError, readProgram } from './read-program'
import { readRequests, shortError, type RunArgs } from './run'
import { spawnNodeWorker } from './spawn'

export interface OrdersOutcome {
  readonly result: OrdersResult
  readonly warnings: readonly string[]
}

/**
 * Tries every order.
 * @throws {InputError} with one line for stderr, also when the app cannot be loaded or has too many middlewares
 */
export async function tryOrders(args: Omit<RunArgs, 'limits' | 'close'>): Promise<OrdersOutcome> {
  const { path, requests, app, env, fastapi, onPrepare } = args
  const { folder, entry, files } = readProgram(path)
  const { groups, warnings } = readRequests(requests ?? join(folder, 'requests.http'))
  const host = new EngineHost(spawnNodeWorker({ fastapi, onPrepare }), { spare: false })
  try {
    const program = { files, entry, app: app ?? null, ...(env ? { env } : {}) }
    const result = await host.call('orders', ordersInput(program, groups), { wallMs: ORDERS_WALL_MS })
    if (result.error) throw new InputError(result.error.text)
    return { result, warnings }
  } finally {
    host.dispose()
  }
}

/** The result with the rule of each group, by name: `all` of the pairs hold in it and in no other order, or `any` of them. */
export function ordersToJson({ names, groups }: OrdersResult): object {
  const rules = explainOrders(groups.map(({ orders }) => orders))
  return {
    names,
    groups: groups.map(({ orders, exchanges, fetches, error, stop }: OrderGroup, index) => {
      const rule = rules[index]
      return {
        orders,
        rule: rule ? { kind: rule.kind, pairs: rule.pairs.map((pair) => pair.map((at) => names[at])) } : null,
        exchanges: exchanges.map((one) => ({ ...one, error: one.error && shortError(one.error) })),
        ...(fetches ? { fetches } : {}),
        error: error && shortError(error),
        stop,
      }
    }),
  }
}
