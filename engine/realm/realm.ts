// The console's realm: a hidden frame in which scripts believe to be on a page of the modelled browser.
import type { Page } from '../protocol'
import { makeRealmFrame, type RealmFrame } from './frame'
import type { Ran, RealmBrowser, RealmListener } from './serving'

/** Scripts that ran in one realm share its names until it is disposed. */
export class Realm {
  readonly #frame: RealmFrame

  constructor(page: Page, browser: RealmBrowser, listener: RealmListener) {
    this.#frame = makeRealmFrame({ page, browser, listener, title: 'Page of the JavaScript console', html: '' })
    this.#frame.element.hidden = true
    document.body.append(this.#frame.element)
  }

  /** Runs a line of the console or a file. Resolves when its last statement has run; what it began may go on. */
  async run(source: string, isEntry: boolean): Promise<Ran> {
    return (await this.#frame.serving).run(source, isEntry)
  }

  /** Takes the realm away; what is under way is aborted. */
  dispose(): void {
    this.#frame.dispose()
  }
}
