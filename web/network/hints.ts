// One sentence for mistakes that everybody makes and whose Python message does not say what to do. Pure.
import type { ErrorView } from '../../engine/protocol'

const HINTS: readonly (readonly [type: RegExp, message: RegExp, hint: string])[] = [
  [
    /^(AttributeError|TypeError)$/,
    /'coroutine' object/,
    'A coroutine was used as if it were its result. Put await before the call that made it.',
  ],
  [
    /^TypeError$/,
    /object (\w+ )?can't be used in 'await' expression/,
    'What stands after await is no coroutine. Take the await away, or call an async function there.',
  ],
  [
    /^TypeError$/,
    /'NoneType' object is not callable/,
    'Something that should be a response is None. A function middleware has to return the response of call_next.',
  ],
  [
    /^(RuntimeError|AssertionError)$/,
    /No response returned/,
    'A layer inside ended without sending a response. Look for an app that is not awaited, or a send that is left out.',
  ],
  [/^Stalled$/, /./, 'Everybody waits for somebody else. Look for an await whose answer nobody sends.'],
]

/** A hint for this exception; null where its own words are enough. */
export function hintFor(error: Pick<ErrorView, 'type' | 'message'>): string | null {
  return HINTS.find(([type, message]) => type.test(error.type) && message.test(error.message))?.[2] ?? null
}
