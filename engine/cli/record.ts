// `npm run record`: runs the sample app with the real engine and keeps the trace, for the time before Python is up.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runProgram } from './run'

const sample = join(import.meta.dirname, '..', '..', 'lessons', 'sample')
const { document } = await runProgram({
  path: join(sample, 'start'),
  requests: join(sample, 'requests.http'),
  close: false,
})
writeFileSync(join(sample, 'recorded.json'), `${JSON.stringify(document)}\n`)
console.log(`${document.exchanges.length} exchanges, ${document.events.length} events recorded`)
