// The door of the service worker lane. The Vite plugin has its own, `vite-plugin.ts`, since it belongs to Node.
export { DoorError, openServerDoor } from './door'
export type { DoorOptions, ServerDoor } from './door'
export type { PageAnswer, PageAnswers } from './network'
