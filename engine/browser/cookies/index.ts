// Door of the cookie jar.
export { CookieJar } from './jar'
export type { CookieContext } from './context'
