// Runs a program in the realm. Its names live on the realm's global object.
import { rewriteLocation } from './location'
import { rewrite, TICK, type Rewritten } from './rewrite'

type AsyncFunctionMaker = new (...args: string[]) => (...values: unknown[]) => Promise<unknown>
const AsyncFunction = (async () => undefined).constructor as AsyncFunctionMaker

/** Real ms that a program may keep the page from doing anything else. */
const LONGEST_TURN_MS = 3000
/** Loops look at the clock once in so many turns. */
const TURNS = 1024

let turns = 0
let turnBegan = performance.now()

/** Called at each turn of a loop. */
export function tick(): void {
  if (++turns % TURNS !== 0 || performance.now() - turnBegan < LONGEST_TURN_MS) return
  turnBegan = performance.now()
  throw new Error(
    `Stopped: a loop ran for ${LONGEST_TURN_MS / 1000} s without giving the page a turn. Await something in it, or end it.`,
  )
}

/** Notices that the page got its turn. */
export function watchTurns(): void {
  setInterval(() => (turnBegan = performance.now()), 100)
}

/** @throws {SyntaxError} in the engine's words, which a developer knows, not the parser's */
function rewriteOrExplain(source: string, isEntry: boolean): Rewritten {
  try {
    return rewrite(source, isEntry)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // It is read whole before it runs, so a mistake is told before `throw` ends it.
    try {
      // oxlint-disable-next-line no-eval -- the only reader that has these words; the learner's program runs here anyway
      ;(0, eval)(`throw 0;${source}`)
    } catch (told) {
      if (told instanceof SyntaxError && !/\bawait\b/.test(source)) throw told
    }
    new AsyncFunction(source)
    throw error
  }
}

/**
 * Runs a program; what it throws is thrown on.
 * @param seen  names that only the program sees, such as `$_`
 * @returns `{ value }` for an entry whose last statement is an expression
 */
export async function evaluate(
  source: string,
  isEntry: boolean,
  seen: Readonly<Record<string, unknown>>,
): Promise<{ readonly value: unknown } | undefined> {
  const { body, names } = rewriteOrExplain(rewriteLocation(source), isEntry)
  for (const name of names) if (!(name in globalThis)) Reflect.set(globalThis, name, undefined)
  turnBegan = performance.now()
  const run = new AsyncFunction(
    TICK,
    ...Object.keys(seen),
    `${body}\n//# sourceURL=${isEntry ? 'console' : 'client.js'}`,
  )
  return (await run(tick, ...Object.values(seen))) as { readonly value: unknown } | undefined
}
