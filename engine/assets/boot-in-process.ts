// Boots the real interpreter in this very thread, for tests that look at it from close by.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { BatchReader, type TraceEvent } from '../protocol'
import { ENGINE_FOLDER } from './folder'
import { nodeBootFiles, prepare } from './prepare'
import { bootInterpreter, type Interpreter } from '../runtime/fastapi/interpreter'

export async function bootInProcess(emit: (events: readonly TraceEvent[]) => void): Promise<Interpreter> {
  const manifest = await prepare(() => undefined)
  const heap = new Uint8Array(gunzipSync(readFileSync(join(ENGINE_FOLDER, manifest.snapshot))))
  const head = new Uint8Array(Buffer.from(manifest.snapshotHead, 'base64'))
  const reader = new BatchReader()
  return bootInterpreter(await nodeBootFiles(manifest), { kind: 'snapshot', head, heap }, (batch) =>
    emit(reader.read(batch)),
  )
}
