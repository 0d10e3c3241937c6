// Something under way that the next in line may have to give up.

export interface Work {
  /** Settles when it has ended, however that was. */
  readonly done: Promise<unknown>
  readonly abort: AbortController
}

/** What is nearly done is let end; what hangs is killed after this many real ms. */
const GRACE_MS = 200

/** Lets something end if it is nearly done, and kills it if not. */
export async function giveUp({ done, abort }: Work): Promise<void> {
  await Promise.race([done, new Promise((resolve) => setTimeout(resolve, GRACE_MS))])
  abort.abort()
  await done
}
