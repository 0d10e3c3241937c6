// Door of the room that plays the browser.
export { groupRequests } from './prepare'
export { Agent } from './agent'
export { EMPTY_STATE } from './memory'
export { documentCookie } from './script-cookies'
export type { Reply } from './flight'
