// The script of a worker thread under Node: boots Python from the prepared files and serves calls.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { gunzipSync } from 'node:zlib'
import { ENGINE_FOLDER, readManifest } from '../assets/folder'
import { nodeBootFiles, prepare } from '../assets/prepare'
import { NEWEST } from '../assets/versions'
import type { CallMessage, WorkerMessage } from '../protocol'
import { FastapiRuntime } from '../runtime/fastapi/fastapi-runtime'
import { bootInterpreter, type BootWay } from '../runtime/fastapi/interpreter'
import { serve } from '../runtime/serve'

const { way, fastapi } = workerData as { way: 'snapshot' | 'plain'; fastapi: string }
const port = parentPort
if (!port) throw new Error('to be started as a worker thread')

const post = (message: WorkerMessage): void => port.postMessage(message)
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(ENGINE_FOLDER, name)))

const early: CallMessage[] = []
let answer = (message: CallMessage): void => void early.push(message)
port.on('message', (message: CallMessage) => answer(message))

try {
  // The newest version is what `npm run setup` prepares; an older one is prepared when somebody first asks for it.
  const manifest =
    fastapi === NEWEST.fastapi
      ? readManifest()
      : await prepare((text) => post({ kind: 'progress', step: 'files', text }), fastapi)
  if (!manifest) throw new Error('the engine is not prepared; run `npm run setup`')
  const boot: Exclude<BootWay, { kind: 'record' }> =
    way === 'snapshot'
      ? {
          kind: 'snapshot',
          head: new Uint8Array(Buffer.from(manifest.snapshotHead, 'base64')),
          heap: new Uint8Array(gunzipSync(read(manifest.snapshot))),
        }
      : { kind: 'plain', archives: [...manifest.wheels, manifest.peel].map(read) }
  const files = await nodeBootFiles(manifest)
  const interpreter = await bootInterpreter(files, boot, (events) => post({ kind: 'trace', events }))
  answer = serve(new FastapiRuntime(interpreter, { count: (done, of) => post({ kind: 'count', done, of }) }), post)
  post({ kind: 'ready' })
  early.forEach(answer)
} catch (error) {
  post({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
}
