// Door of the room that decides when the engine boots, queues, aborts and gives up. Free of DOM; the page's part is `page-engine.ts`.
export { EngineError } from './errors'
export { EngineHost, type CallOptions, type HostStatus } from './host'
export { LIMITS } from './limits'
export type { LiveFetch } from './live-desk'
export { ORDERS_WALL_MS, ordersInput } from './orders'
export { Session, type BranchOptions, type Carry, type Program, type SessionOptions } from './session'
export type { EngineWorker, SpawnWorker } from './worker-seam'
