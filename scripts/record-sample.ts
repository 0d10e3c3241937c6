// Runs the sample under Node and writes the whole run as JSON: what the page shows while Python is not up yet.
// Usage: record-sample.ts FOLDER REQUESTS.http OUT.json
import { writeFileSync } from 'node:fs'
import { runProgram } from '../engine/cli/run'

const [path = '', requests = '', out = ''] = process.argv.slice(2)
const { document } = await runProgram({ path, requests, close: false })
if (document.error) throw new Error(`The sample did not start: ${document.error.text}`)
if (document.stop) throw new Error(`The sample was stopped: ${document.stop.text}`)
writeFileSync(out, `${JSON.stringify(document)}\n`)
