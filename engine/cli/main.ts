// The command line's words: what can be said, and what it answers. Work is done next door.
import { parseArgs } from 'node:util'
import { UnknownVersion, VERSIONS } from '../assets/versions'
import { EngineError, EngineHost } from '../host'
import { browseCases, browsedToJson, describeBrowsed, type Browsed } from './browse'
import { readCases } from './browse-cases'
import { branchProgram, branchToJson, describeBranch } from './branch'
import { compareVersions, comparisonToJson, describeComparison } from './compare'
import { ordersToJson, tryOrders } from './orders'
import { describeOrders } from './orders-text'
import { InputError } from './read-program'
import { runProgram, toJson } from './run'
import { spawnNodeWorker } from './spawn'
import { describeError, describeRun } from './text'

const HELP = `peel: run FastAPI middleware and see what crosses each layer.

  peel run DIR_OR_MAIN.PY [--requests FILE.http] [--client FILE.py] [--app NAME] [--env NAME=VALUE ...] [--fastapi VERSION] [--json]
  peel compare DIR_OR_MAIN.PY --fastapi VERSION --fastapi VERSION [the same]   where two versions part
  peel orders DIR_OR_MAIN.PY [the same]     every order of the app's middlewares, grouped by what a client can tell
  peel branch DIR_OR_MAIN.PY --at N --send FILE.http [the same]
                                            runs to the end, goes back to before request group N, and sends something else
  peel browse CASES.json [--fastapi VERSION] [--json]
                                            what a browser makes of apps, by cases of an app with what pages ask of it

  --requests FILE.http  what to send; without it requests.http beside the program
  --client FILE.py      a program beside it that uses requests, httpx or TestClient; runs after the requests, or instead of them
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
        client: { type: 'string' },
        app: { type: 'string' },
        env: { type: 'string', multiple: true, default: [] },
        fastapi: { type: 'string', multiple: true, default: [] },
        at: { type: 'string' },
        send: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [command, path, ...more] = positionals
    if (values.help || command === undefined || command === 'help') {
      console.log(HELP)
      return values.help || command === 'help' ? 0 : 2
    }
    const work = COMMANDS.get(command)
    if (!work) throw new InputError(`"${command}" is no command of peel; \`peel --help\` lists them`)
    if (path === undefined || more.length > 0)
      throw new InputError(
        command === 'browse'
          ? 'say one file: peel browse CASES.json'
          : `say one program: peel ${command} DIR_OR_MAIN.PY`,
      )
    return await work(path, values)
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

interface Values {
  readonly requests?: string
  readonly client?: string
  readonly app?: string
  readonly env: readonly string[]
  readonly fastapi: readonly string[]
  readonly at?: string
  readonly send?: string
  readonly json: boolean
}

const COMMANDS: ReadonlyMap<string, (path: string, values: Values) => Promise<number>> = new Map(
  Object.entries({ run, compare, orders, branch, browse }),
)

/** Preparing an older version takes its time; whoever waits is told why. */
const onPrepare = (line: string): void => console.error(`peel: ${line}`)

async function run(path: string, values: Values): Promise<number> {
  const { requests, client, app } = values
  const fastapi = oneVersion('run', values.fastapi)
  const env = readEnv(values.env)
  const { document, warnings } = await runProgram({ path, requests, client, app, env, fastapi, onPrepare })
  for (const warning of warnings) console.error(`peel: ${warning}`)
  if (document.error?.phase === 'load') throw new InputError(document.error.text)
  await print(values.json ? JSON.stringify(toJson(document)) : describeRun(document))
  if (document.error) console.error(`peel: ${oneLine(document.error.text)}`)
  for (const { file, error } of document.clients ?? [])
    if (error) console.error(`peel: ${oneLine(describeError(error, file))}`)
  if (document.stop) console.error(`peel: ${oneLine(document.stop.text)}`)
  return document.stop ? 3 : 0
}

async function compare(path: string, values: Values): Promise<number> {
  const { requests, client, app, json } = values
  const args = { path, requests, client, app, env: readEnv(values.env), onPrepare }
  const { compared, warnings } = await compareVersions(args, values.fastapi)
  for (const warning of warnings) console.error(`peel: ${warning}`)
  await print(json ? JSON.stringify(comparisonToJson(compared)) : describeComparison(compared))
  return compared.clientDifference ? 4 : 0
}

async function orders(path: string, values: Values): Promise<number> {
  const { requests, app } = values
  const fastapi = oneVersion('orders', values.fastapi)
  const { result, warnings } = await tryOrders({ path, requests, app, env: readEnv(values.env), fastapi, onPrepare })
  for (const warning of warnings) console.error(`peel: ${warning}`)
  await print(values.json ? JSON.stringify(ordersToJson(result)) : describeOrders(result))
  return result.groups.some(({ stop }) => stop) ? 3 : 0
}

async function branch(path: string, values: Values): Promise<number> {
  const { requests, app, at, send } = values
  const fastapi = oneVersion('branch', values.fastapi)
  const outcome = await branchProgram({ path, requests, app, env: readEnv(values.env), fastapi, onPrepare, at, send })
  for (const warning of outcome.warnings) console.error(`peel: ${warning}`)
  await print(values.json ? JSON.stringify(branchToJson(outcome)) : describeBranch(outcome))
  const stops = [outcome.main.stop, outcome.branch.stop].filter((stop) => stop !== null)
  for (const stop of stops) console.error(`peel: ${oneLine(stop.text)}`)
  return stops.length > 0 ? 3 : 0
}

async function browse(path: string, values: Values): Promise<number> {
  const fastapi = oneVersion('browse', values.fastapi)
  const cases = readCases(path)
  const host = new EngineHost(spawnNodeWorker({ fastapi, onPrepare }), { spare: false })
  const all: Browsed[] = []
  try {
    for await (const one of browseCases(host, cases)) {
      if (!values.json) await print(describeBrowsed(one))
      if (one.stop) console.error(`peel: case "${one.id}": ${oneLine(one.stop.text)}`)
      all.push(one)
    }
  } finally {
    host.dispose()
  }
  if (values.json) await print(JSON.stringify(all.map(browsedToJson)))
  return all.some(({ stop }) => stop) ? 3 : 0
}

function oneVersion(command: string, [fastapi, another]: readonly string[]): string | undefined {
  if (another !== undefined) throw new InputError(`${command} takes one --fastapi; \`peel compare\` takes two`)
  return fastapi
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
