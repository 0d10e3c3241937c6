// Door of the room in which learners' JavaScript runs.
export { Realm } from './realm'
export { Preview, type PreviewListener } from './preview/preview'
export type { LiveFetch, LiveSocket, Ran, RealmBrowser, RealmListener, SocketListener } from './serving'
export type { ConsoleLevel, Described } from './messages'
