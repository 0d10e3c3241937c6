// Two things that Vite has no own word for: a module bundled to one classic script as text (`./x?script-text`), because
// the sandbox takes code in by message and can load nothing; and the engine's prepared files under `/engine/`.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join, normalize, sep } from 'node:path'
import { build, type Connect, type Plugin } from 'vite'

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

/** What was prepared for the page; `engine/assets` knows it. */
export interface PreparedEngine {
  /** Folder of all files, of the newest version and of older ones. */
  readonly folder: string
  /** Names in the folder of what the newest version boots from; empty when it is not prepared. */
  readonly listFiles: () => readonly string[]
  /** Brings an older version up to date; rejects with a sentence when that can't be done. */
  readonly prepare: (version: string) => Promise<void>
}

const OLDER = /^\/\d+\.\d+[\w.]*\//
const MANIFEST_OF = /^\/([\w.]+)\/manifest\.json$/

/**
 * Serves the prepared files under `/engine/` and puts those of the newest version beside the page when it is built.
 * Asking for an older version's manifest prepares that version.
 */
export function engineFiles({ folder, listFiles, prepare }: PreparedEngine): Plugin {
  const serve: Connect.NextHandleFunction = (request, response, next) => {
    const path = normalize(decodeURIComponent((request.url ?? '').split('?')[0] ?? ''))
    const answer = (): void => {
      const file = join(folder, path)
      if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) return next()
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream')
      createReadStream(file).pipe(response)
    }
    const [, version] = MANIFEST_OF.exec(path.replaceAll(sep, '/')) ?? []
    if (version === undefined) return answer()
    prepare(version).then(answer, (error: unknown) => {
      response.statusCode = 503
      response.setHeader('content-type', 'text/plain; charset=utf-8')
      response.end(error instanceof Error ? error.message : String(error))
    })
  }
  return {
    name: 'peel:engine-files',
    configureServer(server) {
      server.middlewares.use('/engine/', serve)
    },
    // The built page has the newest version's files beside it; older ones come from where they are prepared.
    configurePreviewServer(server) {
      server.middlewares.use('/engine/', (request, response, next) => {
        if (OLDER.test(request.url ?? '')) serve(request, response, next)
        else next()
      })
    },
    generateBundle() {
      const names = listFiles()
      if (names.length === 0) this.error('The engine is not prepared: run `npm run setup` first.')
      for (const name of names) {
        this.emitFile({ type: 'asset', fileName: `engine/${name}`, source: readFileSync(join(folder, name)) })
      }
    },
  }
}
