// How the search over orders is asked for. Knows nothing of its result.
import type { OrdersInput, RequestGroup } from '../protocol'
import { LIMITS } from './limits'
import type { Program } from './session'

/** 720 orders of a slow program; who does not want to wait can stop it. */
export const ORDERS_WALL_MS = 120_000
/** 40 320 of them. */
export const PATIENT_WALL_MS = 3_600_000

export function ordersInput(program: Program, groups: readonly RequestGroup[], isPatient = false): OrdersInput {
  const { files, entry, app, env = {}, browser, serves, neighbours } = program
  const world = { ...(browser && { browser }), ...(serves && { serves }), ...(neighbours && { neighbours }) }
  return { open: { files, entry, app, env, ...world, limits: LIMITS, trace: false }, groups, isPatient }
}
