// `npm run setup` calls this: prepares the engine and says what it does.
import { prepare } from './prepare'

try {
  await prepare((line) => {
    console.log(line)
  })
} catch (error) {
  // Node would print the line of Pyodide's minified code first, all 600 kB of it.
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
