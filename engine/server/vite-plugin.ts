// Vite plugin that puts the service worker at the site's base as `sw.js`: one classic script, since a module worker is
// not to be had in every browser. Bundled by Vite itself, in a build of its own. Knows nothing of what the worker does.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { Plugin } from 'vite'

const SOURCE = fileURLToPath(new URL('./worker/sw.ts', import.meta.url))
const FILE_NAME = 'sw.js'

/** Builds the service worker into `sw.js`, and serves it in development, bundled anew at each request. */
export function serviceWorker(): Plugin {
  return {
    name: 'peel:service-worker',
    // Also without `import`s of it in the page: the browser looks for this very name, so it may have no hash.
    async generateBundle() {
      if (this.environment.name !== 'client') return
      this.emitFile({ type: 'asset', fileName: FILE_NAME, source: await bundleWorker(true) })
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = request.url?.split('?')[0]
        if (path !== `${server.config.base}${FILE_NAME}`) return next()
        bundleWorker(false).then(
          (code) => {
            response.setHeader('content-type', 'text/javascript')
            response.setHeader('cache-control', 'no-cache')
            response.end(code)
          },
          (error: unknown) => {
            response.statusCode = 500
            response.end(`The service worker could not be bundled: ${String(error)}`)
          },
        )
      })
    },
  }
}

async function bundleWorker(minify: boolean): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'warn',
    // The site's own public folder must not be copied into the worker's build.
    publicDir: false,
    build: {
      write: false,
      minify,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: SOURCE, output: { format: 'iife', entryFileNames: FILE_NAME } },
    },
  })
  const outputs = Array.isArray(output) ? output : [output]
  for (const one of outputs) {
    if (!('output' in one)) continue
    const chunk = one.output.find((part) => part.type === 'chunk')
    if (chunk) return chunk.code
  }
  throw new Error('The service worker was not bundled.')
}
