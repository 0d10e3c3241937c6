// `npm start`: from a fresh clone to a page that runs; the address comes last.
import './lib/node-version.mjs'
import { ensureBuild, prepare } from './lib/prepare.mjs'
import { ROOT } from './lib/paths.mjs'
import { fail } from './lib/steps.mjs'

/** Where the page is served; the next free port when this one is taken. */
const PORT = 4810

console.log('\nPeel: getting ready')
try {
  await prepare()
  await ensureBuild()
  // Imported here, since on a fresh clone it is there only now.
  const { preview } = await import('vite')
  const server = await preview({ root: ROOT, logLevel: 'warn', preview: { port: PORT, strictPort: false } })
  console.log(`\nPeel is at ${server.resolvedUrls?.local[0] ?? `http://localhost:${PORT}/`}  (Ctrl+C stops it)`)
} catch (error) {
  fail(error)
}
