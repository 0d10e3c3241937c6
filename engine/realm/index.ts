// Door of the room in which learners' JavaScript runs.
export { Realm } from './realm'
export type { LiveFetch, LiveSocket, Ran, RealmBrowser, RealmListener, SocketListener } from './realm'
export type { ConsoleLevel, Described } from './messages'
