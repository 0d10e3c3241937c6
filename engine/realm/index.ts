// Door of the room in which learners' JavaScript runs.
export { Realm } from './realm'
export { isUnfinished } from './frame/rewrite'
export { Preview, type PreviewListener } from './preview/preview'
export type { LiveFetch, Ran, RealmBrowser, RealmListener } from './serving'
export type { ConsoleLevel, Described } from './messages'
