// Plays one recording from its first event to its last, over the same host and session as a live run.
import { spawnRecorded } from '../sandbox/recorded'
import type { RequestGroup, RunDocument } from '../protocol'
import { EngineHost } from './host'
import { Session, type Program } from './session'

/**
 * Gives the recorded run of a program.
 * @throws {EngineError} `protocol` when the recording is of another program or of other requests
 */
export async function playRecording(
  program: Program,
  groups: readonly RequestGroup[],
  document: RunDocument,
): Promise<RunDocument> {
  const host = new EngineHost(spawnRecorded([{ files: program.files, groups, document }]), { spare: false })
  try {
    const session = new Session(host, program)
    await session.open()
    for (const group of groups) await session.send(group)
    return session.document
  } finally {
    host.dispose()
  }
}
