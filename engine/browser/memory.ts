// All that the browser keeps from one request to the next, made from its state and giving it back.
import type { BrowserSettings, BrowserState, Ms } from '../protocol'
import { CookieJar } from './cookies'
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
  /** Whether anybody answers at a URL's origin. */
  readonly listens: (url: string) => boolean
  readonly #rest: BrowserState

  constructor(state: BrowserState, listens: (url: string) => boolean) {
    this.settings = state.settings
    this.cookies = new CookieJar(state.cookies, state.settings)
    this.preflights = new PreflightCache(state.preflights)
    this.listens = listens
    this.#rest = state
  }

  /** Plain data: what is over by then is left out. */
  stateAt(nowMs: Ms): BrowserState {
    const { settings, cookies, preflights } = this
    return { ...this.#rest, settings, cookies: cookies.list(nowMs), preflights: preflights.entries }
  }
}
