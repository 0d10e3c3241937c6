// `npm run setup` calls this: prepares the engine and says what it does. `main.ts 0.115.14 …` prepares older versions.
import { prepare } from './prepare'

const versions = process.argv.slice(2)
try {
  for (const version of versions.length > 0 ? versions : [undefined]) {
    await prepare((line) => console.log(line), version)
  }
} catch (error) {
  // Node would print the line of Pyodide's minified code first, all 600 kB of it.
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
