// All that the browser keeps from one request to the next, made from its state and giving it back.
import type { BrowserSettings, BrowserState, Ms } from '../protocol'
import { CookieJar } from './cookies'
import { HstsHosts } from './hsts'
import { HttpCache } from './http-cache'
import { PreflightCache } from './preflight-cache'

/** A browser that was never used. */
export const EMPTY_STATE: BrowserState = {
  settings: { thirdPartyCookies: false },
  cookies: [],
  preflights: [],
  hsts: [],
  cache: [],
}

export class Memory {
  readonly settings: BrowserSettings
  readonly cookies: CookieJar
  readonly preflights: PreflightCache
  readonly hsts: HstsHosts
  readonly cache: HttpCache
  /** Whether anybody answers at a URL's origin. */
  readonly listens: (url: string) => boolean

  constructor(state: BrowserState, listens: (url: string) => boolean) {
    this.settings = state.settings
    this.cookies = new CookieJar(state.cookies, state.settings)
    this.preflights = new PreflightCache(state.preflights)
    this.hsts = new HstsHosts(state.hsts)
    this.cache = new HttpCache(state.cache)
    this.listens = listens
  }

  /** Plain data: what is over by then is left out. */
  stateAt(nowMs: Ms): BrowserState {
    const { settings, cookies, preflights, hsts, cache } = this
    return {
      settings,
      cookies: cookies.list(nowMs),
      preflights: preflights.entries,
      hsts: hsts.entries,
      cache: cache.entries,
    }
  }
}
