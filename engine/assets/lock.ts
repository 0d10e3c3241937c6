// `npm run lock:wheels`: resolves requirements.txt for Pyodide's platform and pins every wheel by hash in wheels.lock.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipDownload } from './pip'

const here = import.meta.dirname
const folder = mkdtempSync(join(tmpdir(), 'peel-lock-'))
try {
  pipDownload(['-r', join(here, 'requirements.txt')], folder)
  const lines = readdirSync(folder)
    .sort()
    .map((file) => {
      const [name, version] = file.split('-')
      const hash = createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex')
      return `${name?.replaceAll('_', '-').toLowerCase()}==${version} --hash=sha256:${hash}`
    })
  writeFileSync(
    join(here, 'wheels.lock'),
    ['# Made by `npm run lock:wheels` from requirements.txt.', ...lines, ''].join('\n'),
  )
  console.log(`${lines.length} wheels pinned in engine/assets/wheels.lock`)
} finally {
  rmSync(folder, { recursive: true })
}
