#!/usr/bin/env node
// `peel` on the command line: the same engine as in the page, under Node.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
if (!existsSync(join(root, 'node_modules', 'tsx'))) {
  console.error('peel: nothing is installed yet. Run `npm run setup` first.')
  process.exit(2)
}
const { register } = await import('tsx/esm/api')
register()
const { main } = await import('../engine/cli/main.ts')
process.exitCode = await main(process.argv.slice(2))
