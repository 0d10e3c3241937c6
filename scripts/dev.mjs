// `npm run dev`: prepares what is missing, then serves the sources with hot reload.
import './lib/node-version.mjs'
import { prepare } from './lib/prepare.mjs'
import { ROOT } from './lib/paths.mjs'
import { fail } from './lib/steps.mjs'

console.log('\nPeel: getting ready for development')
try {
  await prepare()
  const { createServer } = await import('vite')
  const server = await createServer({ root: ROOT, server: { port: 4820 } })
  await server.listen()
  console.log('')
  server.printUrls()
} catch (error) {
  fail(error)
}
