// Entry of a worker thread: lets Node read TypeScript, then goes on in `node-worker.ts`.
import { register } from 'tsx/esm/api'

register()
await import('./node-worker.ts')
