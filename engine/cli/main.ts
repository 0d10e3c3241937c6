// The command line's words: what can be said, and what it answers. Work is done next door.
import { parseArgs } from 'node:util'
import { UnknownVersion, VERSIONS } from '../assets/versions'
import { EngineError } from '../host'
import { compareVersions, comparisonToJson, describeComparison } from './compare'
import { InputError } from './read-program'
import { runProgram, toJson } from './run'
import { describeRun } from './text'

const HELP = `peel: run FastAPI middleware and see what crosses each layer.

  peel run DIR_OR_MAIN.PY [--requests FILE.http] [--app NAME] [--env NAME=VALUE ...] [--fastapi VERSION] [--json]
  peel compare DIR_OR_MAIN.PY --fastapi VERSION --fastapi VERSION [the same]   where two versions part

  --requests FILE.http  what to send; without it requests.http beside the program
  --app NAME            variable or factory that gives the app; without it "app"
  --env NAME=VALUE      an environment variable of the program; may be given several times. A .env beside it is its own to read
  --fastapi VERSION     what to run on: ${VERSIONS.map(({ fastapi }) => fastapi).join(', ')}
                        without it the newest; an older one is prepared when it is first asked for, in half a minute
  --json                one JSON document instead of the onion in text

The program runs with your own rights, as it would with python.
Exit code 0: it ran, also when the app answered 500. 2: bad input. 3: a budget stopped it; what there is was printed.
4: peel compare found that the client sees a difference (0: it sees none, whatever the layers did).
1: the engine itself failed.`

/** Runs one command; gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        requests: { type: 'string' },
        app: { type: 'string' },
        env: { type: 'string', multiple: true, default: [] },
        fastapi: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [command, path, ...more] = positionals
    if (values.help || command === undefined || command === 'help') {
      console.log(HELP)
      return values.help || command === 'help' ? 0 : 2
    }
    if (command !== 'run' && command !== 'compare')
      throw new InputError(`"${command}" is no command of peel; \`peel --help\` lists them`)
    if (path === undefined || more.length > 0) throw new InputError(`say one program: peel ${command} DIR_OR_MAIN.PY`)
    return await (command === 'run' ? run(path, values) : compare(path, values))
  } catch (error) {
    if (error instanceof InputError || error instanceof UnknownVersion || isUsageError(error)) {
      console.error(`peel: ${oneLine(error.message)}`)
      return 2
    }
    if (error instanceof EngineError) {
      console.error(`peel: ${oneLine(error.message)}`)
      return 1
    }
    throw error
  }
}

interface RunValues {
  readonly requests?: string
  readonly app?: string
  readonly env: readonly string[]
  readonly fastapi: readonly string[]
  readonly json: boolean
}

/** Preparing an older version takes its time; whoever waits is told why. */
const onPrepare = (line: string): void => console.error(`peel: ${line}`)

async function run(path: string, values: RunValues): Promise<number> {
  const { requests, app } = values
  const [fastapi, another] = values.fastapi
  if (another !== undefined) throw new InputError('run takes one --fastapi; `peel compare` takes two')
  const { document, warnings } = await runProgram({ path, requests, app, env: readEnv(values.env), fastapi, onPrepare })
  for (const warning of warnings) console.error(`peel: ${warning}`)
  if (document.error?.phase === 'load') throw new InputError(document.error.text)
  await print(values.json ? JSON.stringify(toJson(document)) : describeRun(document))
  if (document.error) console.error(`peel: ${oneLine(document.error.text)}`)
  if (document.stop) console.error(`peel: ${oneLine(document.stop.text)}`)
  return document.stop ? 3 : 0
}

async function compare(path: string, values: RunValues): Promise<number> {
  const { requests, app, json } = values
  const args = { path, requests, app, env: readEnv(values.env), onPrepare }
  const { compared, warnings } = await compareVersions(args, values.fastapi)
  for (const warning of warnings) console.error(`peel: ${warning}`)
  await print(json ? JSON.stringify(comparisonToJson(compared)) : describeComparison(compared))
  return compared.clientDifference ? 4 : 0
}

function readEnv(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
      if (name === undefined || value === undefined) throw new InputError(`--env ${pair}: say it as NAME=VALUE`)
      return [name, value]
    }),
  )
}

/** Settles when a pipe has taken it all: the process may end right afterwards. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()))
  })
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim()
}
