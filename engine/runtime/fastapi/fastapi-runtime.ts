// Runtime `fastapi`: real FastAPI behind real uvicorn, in Python's own interpreter.
import type { CallName, EngineCalls } from '../../protocol'
import type { Runtime } from '../runtime'
import type { Interpreter } from './interpreter'

type BridgeReply = { ok: true; value: unknown } | { ok: false; error: { kind: string; message: string } }

/** Thrown when the interpreter can't be put back safely: the next session needs another worker. */
export class StaleInterpreter extends Error {
  override readonly name = 'StaleInterpreter'
}

/** Serves sessions with an interpreter; each `open` starts from the moment at which the interpreter came up. */
export class FastapiRuntime implements Runtime {
  readonly #interpreter: Interpreter
  #used = false

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
  }

  call<C extends CallName>(name: C, input: EngineCalls[C]['in']): EngineCalls[C]['out'] {
    if (name === 'open') {
      if (this.#used && !this.#interpreter.reset()) {
        throw new StaleInterpreter('The last program changed files of Python itself, so a new interpreter is needed.')
      }
      this.#used = true
    }
    const reply = JSON.parse(this.#interpreter.call(name, JSON.stringify(input))) as BridgeReply
    if (!reply.ok) throw new Error(`${reply.error.kind}: ${reply.error.message}`)
    return reply.value as EngineCalls[C]['out']
  }
}
