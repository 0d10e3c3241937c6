// Prepares an older version when somebody first asks for it, in a process of its own: whoever serves the page goes on serving.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { readFreshManifest } from './folder'
import { findVersion } from './versions'

const under = new Map<string, Promise<void>>()

/**
 * Settles when a version is there; those who ask meanwhile wait for the same.
 * @throws {UnknownVersion}, or with what preparing said last
 */
export async function prepareOnDemand(fastapi: string): Promise<void> {
  findVersion(fastapi)
  if (readFreshManifest(fastapi)) return
  const running = under.get(fastapi) ?? prepareApart(fastapi).finally(() => under.delete(fastapi))
  under.set(fastapi, running)
  await running
}

function prepareApart(fastapi: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), fastapi], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Where `tsx` is found.
      cwd: import.meta.dirname,
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(said.trim().split('\n').slice(-6).join('\n'))),
    )
  })
}
