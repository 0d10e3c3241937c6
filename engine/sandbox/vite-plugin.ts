// Two things that Vite has no own word for: a module bundled to one classic script as text (`./x?script-text`), because
// the sandbox takes code in by message and can load nothing; and the engine's prepared files under `/engine/`.
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import { build, type Plugin } from 'vite'

const SUFFIX = '?script-text'

/** Gives `import text from './file?script-text'`: the module and all it imports as one classic script. */
export function scriptText(): Plugin {
  return {
    name: 'peel:script-text',
    enforce: 'pre',
    async resolveId(id, importer) {
      if (!id.endsWith(SUFFIX)) return null
      const found = await this.resolve(id.slice(0, -SUFFIX.length), importer, { skipSelf: true })
      return found ? `${found.id}${SUFFIX}` : null
    },
    async load(id) {
      if (!id.endsWith(SUFFIX)) return null
      const entry = id.slice(0, -SUFFIX.length)
      const result = await build({
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        build: {
          write: false,
          target: 'es2023',
          minify: true,
          lib: { entry, formats: ['iife'], name: 'peelScript' },
        },
      })
      const outputs = Array.isArray(result) ? result : [result]
      for (const output of outputs) {
        if (!('output' in output)) continue
        const chunk = output.output.find((part) => part.type === 'chunk')
        if (!chunk) continue
        for (const file of chunk.moduleIds) this.addWatchFile(file)
        return `export default ${JSON.stringify(chunk.code)}`
      }
      throw new Error(`nothing came of bundling ${entry}`)
    },
  }
}

const TYPES: Record<string, string> = {
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

/**
 * Serves the prepared files under `/engine/` in development and puts them beside the page when it is built.
 * @param folder  where `engine/assets` prepared them
 */
export function engineFiles(folder: string): Plugin {
  return {
    name: 'peel:engine-files',
    configureServer(server) {
      server.middlewares.use('/engine/', (request, response, next) => {
        const path = normalize(decodeURIComponent((request.url ?? '').split('?')[0] ?? ''))
        const file = join(folder, path)
        if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) return next()
        response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream')
        createReadStream(file).pipe(response)
      })
    },
    generateBundle() {
      if (!existsSync(join(folder, 'manifest.json'))) {
        this.error('The engine is not prepared: run `npm run setup` first.')
      }
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const file = join(folder, name)
        if (!statSync(file).isFile()) continue
        this.emitFile({ type: 'asset', fileName: `engine/${name}`, source: readFileSync(file) })
      }
    },
  }
}
