// Whose fetch is it? Keeps which page answers for a session, and which frames and workers belong to one. Ids only; it
// knows no clients. An idle stop empties it, and pages fill it again.

/** Pages, frames and workers by the session they belong to. */
export class Owners {
  /** Page that answers, by session. */
  readonly #pages = new Map<string, string>()
  readonly #sessions = new Map<string, string>()

  /** A page says that it answers for a session, and for whom it did before. */
  own(session: string, page: string, clients: readonly string[] = []): void {
    // A page that opens its door again has a new session.
    for (const [old, owner] of this.#pages) if (owner === page && old !== session) this.#pages.delete(old)
    this.#pages.set(session, page)
    for (const client of [page, ...clients]) this.#sessions.set(client, session)
  }

  /** A client belongs to a session, whether or not its page is known already. */
  adopt(client: string, session: string): void {
    if (client !== '') this.#sessions.set(client, session)
  }

  /** As `adopt`, but nobody changes sides by it. */
  adoptNew(client: string, session: string): void {
    if (!this.#sessions.has(client)) this.adopt(client, session)
  }

  sessionOf(client: string): string | undefined {
    return this.#sessions.get(client)
  }

  pageOf(session: string): string | undefined {
    return this.#pages.get(session)
  }

  /** The session that a page answers for. */
  ownedBy(page: string): string | undefined {
    return [...this.#pages].find(([, owner]) => owner === page)?.[0]
  }

  /** The page of a session is gone, and with it all that belonged to it. */
  forget(session: string): void {
    this.#pages.delete(session)
    for (const [client, of] of this.#sessions) if (of === session) this.#sessions.delete(client)
  }

  /** Whether no page answers for anything. */
  get isEmpty(): boolean {
    return this.#pages.size === 0
  }
}
